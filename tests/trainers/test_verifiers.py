"""Traces scored by verifiers itself: terms by name, and failures that leave every other reward of the trace alone."""

import asyncio

import pytest
from failing import SPEC, TEXTS, WANTED, right, style

import rewardlang as rl
from rewardlang.trainers import verifiers

vf = pytest.importorskip("verifiers.v1", reason="verifiers is not installed here: `make trainers` does it")


class Question(vf.TaskData):
    """What a task knows."""

    answer: str


class Sums(vf.Task):
    """A task with a compiled reward, and one by hand beside it."""

    compiled = verifiers.rewards(rl.compile(text=SPEC, bind={"right": right, "style": style}))

    @vf.reward(weight=0.0)
    async def length(self, trace) -> float:
        """A sibling."""
        return float(len(trace.last_reply))


def scored(text: str):
    data = Question(idx=0, prompt="2+2=", answer="4")
    task = Sums(data, vf.TaskConfig())
    agent = {"config": vf.AgentConfig()}
    trace = vf.Trace(task={"type": "Sums", "data": data}, agent=agent, root_reply=text)
    asyncio.run(task.score(trace))
    return trace


@pytest.mark.parametrize(("text", "wanted"), list(zip(TEXTS, WANTED, strict=True)))
def test_every_trace_has_its_terms_and_its_sibling(text, wanted):
    trace = scored(text)
    assert trace.reward == pytest.approx(wanted)
    assert set(trace.rewards) == {"correctness", "style", "else", "invalid", "length"}
    assert trace.rewards["length"].score == len(text)
