"""AReaL: a picklable reward function of one completion."""

from collections.abc import Mapping

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.sample import SampleReward
from rewardlang.trainers.samples import Origin


class RewardFn(SampleReward):
    """A reward by AReaL's contract: `reward_fn(prompt, completions, prompt_ids, completion_ids, **columns)` → float.

    It pickles, as AReaL's pool of processes wants; what is bound must then pickle too.
    """

    def __call__(self, prompt: object, completions: object, prompt_ids: object = None, completion_ids: object = None,
                 **columns: object) -> float:
        """The score of one completion."""
        row = {**columns, "prompt": prompt, "completion": completions}
        if completion_ids is not None:
            row["completion_ids"] = completion_ids
        return self.answer(row).score


def reward_fn(reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None,
              invalid: float | None = None) -> RewardFn:
    """What an AReaL workflow takes. `invalid` is the reward of a sample without one, by default the least that there is."""
    return RewardFn(reward, "areal", columns=columns, invalid=invalid)
