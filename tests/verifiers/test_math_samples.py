"""Mathematical equality agrees with the stored labels of real MATH solutions, through the workers as specs call it."""

import json
import threading

import pytest

from rewardlang.verifiers.answer import math_equal
from rewardlang.verifiers.binding import VerifierUnavailable
from rewardlang.verifiers.tags import boxed
from rewardlang.verifiers.workers import run_limited

pytest.importorskip("math_verify", reason="the extra `math` is not installed")
TARGET = "rewardlang.verifiers.answer:math_equal"


@pytest.fixture(scope="module")
def samples(shared):
    with open(shared / "data" / "math_samples_rm_60.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def verdicts(calls):
    outcomes = run_limited(TARGET, calls, seconds=10)
    assert [outcome.error for outcome in outcomes] == [None] * len(calls)
    return [outcome.value for outcome in outcomes]


def test_extracted_answers(samples):
    calls = [(got, row["answer"]) for row in samples for got in row["pred"]]
    labels = [label for row in samples for label in row["score"]]
    assert len(labels) == 480
    assert verdicts(calls) == labels


def test_whole_solutions(samples):
    calls = [(solution, row["answer"]) for row in samples for solution in row["solutions"]]
    labels = [label for row in samples for label in row["score"][: len(row["solutions"])]]
    assert len(labels) == 240
    assert verdicts(calls) == labels


def test_the_last_box_is_the_extracted_answer(samples):
    """The data's extraction drops units, dollars and degrees, so the boxes are compared as mathematics."""
    calls = [
        (boxed(solution) or "", got) for row in samples for solution, got in zip(row["solutions"], row["pred"], strict=False)
    ]
    assert len(calls) == 240
    assert all(verdicts(calls))


def test_an_endless_power_costs_only_itself():
    outcomes = run_limited(TARGET, [("2", "4/2"), ("$9^{9^{9^{9^9}}}$", "5"), ("3", "6/2")], seconds=1)
    assert [outcome.value for outcome in outcomes] in ([True, None, True], [True, False, True])


def test_off_the_main_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(math_equal(r"\frac{1}{2}", "0.5")))
    thread.start()
    thread.join(timeout=30)
    assert found == [True]


def test_a_missing_extra_is_named_and_is_no_wrong_answer(monkeypatch):
    monkeypatch.setattr("rewardlang.verifiers.binding.find_spec", lambda name: None)
    from rewardlang.verifiers.binding import resolve

    with pytest.raises(VerifierUnavailable, match=r"pip install 'rewardlang\[math\]'"):
        resolve(TARGET)
