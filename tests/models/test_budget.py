"""Micro-batches by rows and by positions; what does not fit in memory is halved, and stays so."""

import pytest
import torch

import rewardlang as rl
from rewardlang.models.batches import Budget


def too_large(error):
    return isinstance(error, MemoryError)


def asked(budget, lengths, most=10**9):
    """The micro-batches that were tried, and the answers."""
    tried = []

    def ask(batch):
        tried.append(batch)
        if len(batch) * max(lengths[row] for row in batch) > most:
            raise MemoryError
        return [-row for row in batch]

    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    return tried, budget.answers(order, lengths, ask, too_large, lambda error: "too large")


def test_positions_bound_the_padded_block():
    tried, found = asked(Budget(positions=12), [3, 3, 6, 2, 5, 1])
    assert tried == [[2, 4], [0, 1, 3, 5]] and found == {row: -row for row in range(6)}
    assert asked(Budget(rows=4), [1] * 6)[0] == [[0, 1, 2, 3], [4, 5]]
    assert asked(Budget(positions=2), [9, 1, 1])[0] == [[0], [1, 2]]


def test_a_budget_that_was_too_large_is_halved_for_good():
    budget = Budget(positions=64)
    tried, found = asked(budget, [4] * 8 + [40], most=8)
    assert tried[:2] == [[8], [0, 1, 2, 3, 4, 5, 6, 7]] and found[8] == "too large"
    assert tried[2:] == [[0, 1, 2, 3], [0, 1], [2, 3], [4, 5], [6, 7]] and budget.positions == 8


@pytest.mark.parametrize("numbers", [False, True])
def test_a_bound_model_that_runs_out_of_memory_is_asked_about_less_at_a_time(numbers):
    seen = []

    def model(rows):
        seen.append(len(rows))
        if len(rows) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return rows * 2 if numbers else [float(len(text)) for text in rows]

    kind = "float" if numbers else "text"
    reward = rl.compile(text=f"input x : {kind}\nmodel q(x: {kind}) -> float in [0, 99]\nreward = q(x)", bind={"q": model})
    columns = {"x": [1.0, 2.0, 3.0, 4.0, 5.0] if numbers else ["a", "bb", "ccc", "dddd", "eeeee"]}
    assert reward(columns).to_lists("reward") == ([2, 4, 6, 8, 10] if numbers else [1, 2, 3, 4, 5])
    assert seen == [5, 2, 2, 1]


def test_a_row_that_never_fits_fails_alone():
    def model(texts):
        if "huge" in texts:
            raise MemoryError
        return [1.0] * len(texts)

    reward = rl.compile(text="input x : text\nmodel q(x: text) -> float in [0, 9]\nreward = q(x)", bind={"q": model})
    out = reward({"x": ["a", "huge", "b", "c"]})
    assert out.to_lists("reward") == [1, None, 1, 1] and out.invalid[1] == "q: MemoryError"
