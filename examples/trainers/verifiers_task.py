"""A task of verifiers with a compiled reward, scored by verifiers itself."""

import asyncio

import verifiers.v1 as vf

import rewardlang as rl
from rewardlang.trainers import verifiers

SPEC = """
use std.text: last_number, word_count
input completion : text
input answer : float
reward = {
    correctness: (last_number(completion) == answer) ?? false
    brevity:     -0.01 * clamp(word_count(completion), 0, 20)
}
"""


class Question(vf.TaskData):
    """What a task knows."""
    answer: float


class Sums(vf.Task):
    """A task whose terms are rewards by their names."""
    compiled = verifiers.rewards(rl.compile(text=SPEC))


def main(reply: str = "that makes 4") -> dict[str, float]:
    """The rewards of a trace."""
    data = Question(idx=0, prompt="2+2=", answer=4)
    trace = vf.Trace(task={"type": "Sums", "data": data}, agent={"config": vf.AgentConfig()}, root_reply=reply)
    asyncio.run(Sums(data, vf.TaskConfig()).score(trace))
    return {name: reward.value for name, reward in trace.rewards.items()}


if __name__ == "__main__":
    print(main())
