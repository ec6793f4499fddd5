"""slime: an `async` reward function of a Sample, or of a list of them under the same path."""

import asyncio
from collections.abc import Mapping

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.processes import compares
from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.sample import SampleReward
from rewardlang.trainers.samples import Origin


class CustomRM(SampleReward):
    """A reward by slime's contract: `await custom_rm(args, sample)` → dict, with `--reward-key score`.

    `completion` is the sample's response, `answer` and `label` its label; `metadata` is there by name. A list of samples is
    what `--group-rm` gives, those of one prompt; `group_index` is the id of the group. Raises TrainerError for a single
    sample where the reward compares samples.
    """

    def __init__(self, reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None, invalid: float | None = None):
        super().__init__(reward, "slime", columns=columns, invalid=invalid)
        self.compares = compares(reward)

    async def __call__(self, args: object, sample: object, **_: object) -> dict[str, float] | list[dict[str, float]]:
        """The score of a sample, or of each."""
        samples = sample if isinstance(sample, list | tuple) else [sample]
        if self.compares and samples is not sample:
            raise TrainerError("this reward compares the samples of a group, and slime asks about one: start it with --group-rm")
        answers = await asyncio.to_thread(self.answers, [self._row(each) for each in samples])
        found = [{"score": answer.score, **answer.flat} for answer in answers]
        return found if isinstance(sample, list | tuple) else found[0]

    def _row(self, sample: object) -> dict[str, object]:
        label = getattr(sample, "label", None)
        found = {**(getattr(sample, "metadata", None) or {}), "prompt": sample.prompt, "completion": sample.response,
                 "answer": label, "label": label}
        if hasattr(sample, "response_length"):
            found.setdefault("tokens", sample.response_length)
        key = self.reward.spec.group_key
        if key is not None:
            found.setdefault(self.reward.spec.inputs[key].column, getattr(sample, "group_index", None))
        return found


def custom_rm(reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None,
              invalid: float | None = None) -> CustomRM:
    """What `--custom-rm-path` names. `invalid` is the reward of a sample without one, by default the least that there is."""
    return CustomRM(reward, columns=columns, invalid=invalid)
