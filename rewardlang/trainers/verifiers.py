"""verifiers (v1): a reward method for a Task, which gives each term by its name."""

import asyncio
from collections.abc import Callable, Mapping

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.naming import name_of
from rewardlang.trainers.sample import SampleReward
from rewardlang.trainers.samples import Origin


class TraceReward(SampleReward):
    """A reward that is asked about traces."""

    def of(self, task: object, trace: object) -> dict[str, float]:
        """The terms of one trace, which add up to its reward; what failed is `invalid`, a term of its own.

        `completion` is the last reply of the root agent, and what the task's data has is there by name, `messages` too. Never
        raises and never gives None: verifiers would leave all other rewards of the trace without a score.
        """
        (answer,) = self.safe_answers([row(task, trace)])
        if answer.reason is not None:
            return {**answer.terms, "invalid": answer.score}
        terms = answer.terms or {"reward": answer.score}
        return {**terms, "invalid": 0.0}


def rewards(reward: CompiledReward, *, weight: float = 1.0, columns: Mapping[str, Origin] | None = None,
            invalid: float | None = None) -> Callable:
    """A method for the body of a Task: `class Sums(vf.Task): scored = verifiers.rewards(rl.compile("spec.rwd"))`.

    An `async` one that blocks no other rollout. All terms have one `weight`, since the spec weighs them against each other.
    `invalid` is the reward of a trace without one, by default the least that there is. `METHOD.adapter` counts the failures.
    """
    made = TraceReward(reward, "verifiers", columns=columns, invalid=invalid)

    async def scored(self, task, trace) -> Mapping[str, float]:
        """The terms of a compiled reward."""
        return await asyncio.to_thread(made.of, task, trace)

    scored.adapter, scored.__name__ = made, name_of(reward)
    scored.reward, scored.reward_priority, scored._vf_weight = True, 0, weight
    return scored


def row(task: object, trace: object) -> dict[str, object]:
    """What is known of a trace, as columns."""
    data = task.model_dump() if hasattr(task, "model_dump") else dict(getattr(task, "__dict__", {}))
    said = [message.model_dump() for message in getattr(trace, "assistant_messages", ())]
    return {**data, "completion": trace.last_reply, "messages": said}
