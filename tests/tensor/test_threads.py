"""One reward asked by several threads at once: statistics over the run lose nothing, judges do not wait for each other."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

import rewardlang as rl

KEYED = """
input score : float
input task : text
output seen = count(over run)
output own = count(over run by task)
reward = score - mean(score over run)
"""


@pytest.fixture(autouse=True)
def often():
    """Threads take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_statistics_over_the_run_lose_no_batch():
    reward = rl.compile(text=KEYED)
    tasks = [f"task {number}" for number in range(40)]

    def ask(place):
        return reward({"score": [float(place)] * 2, "task": [tasks[place % 40]] * 2}).outputs["seen"].tolist()

    with ThreadPoolExecutor(8) as pool:
        seen = [counts[0] for counts in pool.map(ask, range(240))]
    # Each batch saw a whole number of earlier batches, and no two the same number.
    assert sorted(seen) == [2 * (number + 1) for number in range(240)]
    last = reward({"score": [0.0] * 40, "task": tasks}, update_run=False)
    assert last.outputs["seen"].tolist() == [520] * 40 and last.outputs["own"].tolist() == [13] * 40
    # The mean of two entries of each place, and of the forty zeros.
    assert last.reward[0].item() == pytest.approx(-2 * sum(range(240)) / 520)


def test_judges_of_several_threads_are_asked_together():
    meet = Barrier(4, timeout=20)

    def judge(texts):
        meet.wait()         # breaks where they are asked one after the other
        return [1.0] * len(texts)

    spec = "input said : text\nmodel judge(said: text) -> float\nreward = judge(said) + count(over run)"
    reward = rl.compile(text=spec, bind={"judge": judge})
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda place: reward({"said": [str(place)]}).reward.item(), range(4)))
    assert sorted(found) == [2, 3, 4, 5]
