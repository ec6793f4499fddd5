"""verl: a `compute_score` for its managers of single samples and of batches, and a manager that asks once for all."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.sample import Answer, SampleReward
from rewardlang.trainers.samples import Origin


class ComputeScore(SampleReward):
    """A reward by verl's contract, for one sample or (`data_sources=…, solution_strs=…`) for lists of them.

    It gives `{"score": float, …}` with the same keys for every sample, since verl takes those of the first one for all.
    `completion` is the solution, `answer` and `ground_truth` the ground truth; what `extra_info` has is there by name.
    """

    def __call__(self, data_source: object = None, solution_str: str | None = None, ground_truth: object = None,
                 extra_info: Mapping | None = None, *, data_sources: Sequence | None = None,
                 solution_strs: Sequence[str] | None = None, ground_truths: Sequence | None = None,
                 extra_infos: Sequence | None = None, **_: object) -> dict[str, float] | list[dict[str, float]]:
        """The score of a sample, or of each."""
        if solution_strs is None:
            return told(self.answer(row(data_source, solution_str, ground_truth, extra_info)))
        count = len(solution_strs)
        given = (data_sources, solution_strs, ground_truths, extra_infos)
        parts = ([None] * count if part is None else part for part in given)
        return [told(answer) for answer in self.answers([row(*each) for each in zip(*parts, strict=True)])]


def compute_score(reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None, invalid: float | None = None,
                  batch: bool = False) -> ComputeScore:
    """What `reward.custom_reward_function` names: `compute_score = verl.compute_score(rl.compile("spec.rwd"))`.

    `batch` says that the manager hands over whole batches (`batch`, and not `naive` or `dapo`), which rewards that compare
    samples need. `invalid` is the score of a sample without a reward, by default the least that there is.
    """
    return ComputeScore(reward, "verl", columns=columns, invalid=invalid, availability=None if batch else "episode")


def row(source: object, solution: str | None, truth: object, extra: Mapping | None) -> dict[str, object]:
    """A sample of verl as columns."""
    extra = dict(extra or {})
    return {**extra, "extra_info": extra, "data_source": source, "completion": solution, "answer": truth, "ground_truth": truth}


def told(answer: Answer) -> dict[str, float]:
    """What verl logs of a sample."""
    return {"score": answer.score, **answer.flat}


class RewardManager:
    """A manager of batches: `manager(data, return_dict=True)` with a DataProto; one call of the reward for all its samples.

    Scores stand on the last token of each response. `data.non_tensor_batch` has the columns: `reward_model` with
    `ground_truth`, `data_source`, `extra_info`, and whatever the dataset has beside. Samples of one `uid` are a group.
    """

    def __init__(self, tokenizer, reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None,
                 invalid: float | None = None):
        self.tokenizer = tokenizer
        self.score = compute_score(reward, columns=columns, invalid=invalid, batch=True)
        key = reward.spec.group_key
        self._group = None if key is None else reward.spec.inputs[key].column

    def __call__(self, data, return_dict: bool = False) -> Tensor | dict:
        """Scores as a tensor [B, tokens of the response], and with `return_dict` the terms of each sample beside it."""
        responses = data.batch["responses"]
        lengths = data.batch["attention_mask"][:, -responses.shape[1]:].sum(1).long().tolist()
        texts = [self.tokenizer.decode(ids[:length], skip_special_tokens=True) for ids, length in zip(responses, lengths)]
        answers = self.score.answers([self._row(data.non_tensor_batch, place, text, length)
                                      for place, (text, length) in enumerate(zip(texts, lengths, strict=True))])
        scores = torch.zeros_like(responses, dtype=torch.float32)
        for place, (answer, length) in enumerate(zip(answers, lengths, strict=True)):
            scores[place, max(length - 1, 0)] = answer.score
        if not return_dict:
            return scores
        extra = {name: [answer.flat[name] for answer in answers] for name in (answers[0].flat if answers else ())}
        return {"reward_tensor": scores, "reward_extra_info": extra}

    def _row(self, columns: Mapping, place: int, text: str, length: int) -> dict[str, object]:
        own = {name: column[place] for name, column in columns.items()}
        truth = (own.get("reward_model") or {}).get("ground_truth")
        found = {**own, **row(own.get("data_source"), text, truth, own.get("extra_info")), "tokens": length}
        if self._group is not None and self._group not in found and "uid" in own:
            found[self._group] = own["uid"]
        return found
