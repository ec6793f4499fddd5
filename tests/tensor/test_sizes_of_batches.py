"""Batches of no row, of one, and of rows that are all invalid: every output keeps its shape."""

import pytest
import torch

import rewardlang as rl

EVERYTHING = """
axis joint = {hip, knee}
axis rival like group
input x : float in [-9, 9]
input v : float[joint]
input s : float[step] in [-9, 9]
input text : text
input prompt : id
input kind : enum{a, b}
group by prompt
let clipped = clamp(x, -1, 1)
reward = {
    centred: x - mean(x over group)
    ranked:  rank(x over batch, ties = order)
    steps:   sum(s over step)
    known:   gate text == "hi" { 1 } else 0
}
output along = cumsum(s)
output per_joint = 2 * v
output best = max(s over step) ?? 0
output last = last(s over step)
output spread = std(x over batch, ddof = 0)
output soft = softmax(x over group)
output rivals = sum(clipped - clipped[group -> rival] over rival)
output labelled = kind
output said = text
output constant = 3
"""
ROW = {"x": 2.0, "v": [1, 2], "s": [1, 2], "text": "hi", "prompt": "p", "kind": "b"}
SCALARS = ["reward", "best", "last", "spread", "soft", "rivals", "labelled", "constant"]


@pytest.fixture(scope="module")
def reward():
    """A spec with every family of operators."""
    return rl.compile(text=EVERYTHING)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_shapes_follow_the_number_of_rows(reward, rows):
    out = reward({name: [entry] * rows for name, entry in ROW.items()})
    for name in SCALARS:
        assert out.outputs[name].shape == (rows,), name
    assert out.outputs["per_joint"].shape == (rows, 2) and out.outputs["along"].shape[0] == rows
    assert out.valid.shape == out.mask.shape == (rows,) and out.invalid == [None] * rows
    for name in out.outputs:
        assert len(out.to_lists(name)) == rows, name
    assert out.outputs["said"] == ["hi"] * rows
    assert all(term.shape == (rows,) for term in map(out.terms.__getitem__, out.terms))


def test_no_rows_as_tensors(reward):
    columns = {name: [] for name in ROW} | {"x": torch.zeros(0), "v": torch.zeros(0, 2), "s": torch.zeros(0, 5)}
    out = reward(columns)
    assert out.reward.shape == (0,) and out.outputs["along"].shape == (0, 5) and out.to_lists("along") == []


def test_one_row_by_hand(reward):
    out = reward({name: [entry] for name, entry in ROW.items()})
    wanted = {"reward": 0 + 1 + 3 + 1, "along": [1, 3], "per_joint": [2, 4], "best": 2, "last": 2, "spread": 0, "soft": 1,
              "rivals": 0, "labelled": "b", "said": "hi", "constant": 3}
    assert {name: out.to_lists(name)[0] for name in out.outputs} == wanted


def test_rows_that_are_all_invalid(reward):
    out = reward({name: [None, None] for name in ROW})
    for name in set(out.outputs) - {"constant", "best"}:
        # A window's value is that of the population, of which nobody is left here: a spread of nothing is invalid.
        assert all(row is None or row == [None, None] for row in out.to_lists(name)), name
    assert out.to_lists("constant") == [3, 3] and out.to_lists("best") == [0, 0]
    assert out.valid.tolist() == [False, False] and out.reward.tolist() == [0, 0]
    assert all(reason.endswith("is null") for reason in out.invalid)


def test_no_row_at_all_with_a_call():
    text = "input t : text\nmodel quality(t: text) -> float in [0, 1]\nreward = quality(t)"
    asked = []
    out = rl.compile(text=text, bind={"quality": lambda texts: asked.append(texts) or [1.0] * len(texts)})({"t": []})
    assert out.reward.shape == (0,) and asked == [] and out.counts["quality"].demanded == 0


LINEAR = """
axis dim
input x : float[dim]
param weights : float[dim]
reward = sum(weights * x over dim)
"""


def test_a_param_gives_the_size_of_an_axis_that_a_batch_without_rows_does_not():
    reward = rl.compile(text=LINEAR, params={"weights": [1.0, 2.0, 3.0]})
    assert reward({"x": []}).to_lists("reward") == []
    assert reward({"x": torch.zeros(0, 3)}).to_lists("reward") == []


def test_a_row_of_another_size_than_the_params_is_a_problem_of_that_row():
    out = rl.compile(text=LINEAR, params={"weights": [1.0, 2.0, 3.0]})({"x": [[1, 1, 1], [1, 1]]})
    assert out.to_lists("reward") == [6, None]
    assert "has 2 along `dim`, which has 3" in out.invalid[1]
    with pytest.raises(ValueError, match="has 2 along `dim`, which has 3"):
        rl.compile(text=LINEAR, params={"weights": [1.0, 2.0, 3.0]})({"x": torch.zeros(4, 2)})
