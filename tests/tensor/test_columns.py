"""What comes in: every form of column, what is wrong in a row named with row and column, and no padding in any value."""

import math

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rewardlang as rl
from rewardlang.tensor.words import MissingError, RewardError

SCALAR = """
input x : float in [0, 10]
input n : int in [-5, 5] = 2
input ok : bool = true
reward = gate ok { x * n } else -1
"""
STEPS = """
input x : float[step] in [-100, 100]
input y : bool[step] = false
output running = cumsum(x)
output best = max(x over step) ?? -1
reward = sum(x over step where not y)
"""


@pytest.mark.parametrize("x", [
    [1, 2.5], (1.0, 2.5), numpy.array([1, 2.5]), torch.tensor([1, 2.5]), numpy.array([1, 2.5], dtype="float32"),
])
def test_columns_may_be_lists_tuples_arrays_or_tensors(x):
    reward = rl.compile(text=SCALAR)
    out = reward({"x": x, "n": [1, -2], "unknown": "ignored"})
    assert out.reward.tolist() == [1, -5]
    expected = torch.float32 if getattr(x, "dtype", None) in (torch.float32, numpy.dtype("float32")) else torch.float64
    assert out.reward.dtype is expected


def test_half_precision_comes_back_as_it_came():
    out = rl.compile(text=SCALAR)({"x": torch.tensor([1, 2.5], dtype=torch.bfloat16)})
    assert out.reward.dtype is torch.bfloat16 and out.reward.tolist() == [2, 5]


@pytest.mark.parametrize("as_tensor", [False, True])
@pytest.mark.parametrize(("x", "problem"), [
    (math.nan, "is NaN"), (math.inf, "is infinite"), (-math.inf, "is infinite"), (10.5, "is out of [0, 10]: 10.5"),
])
def test_a_wrong_number_makes_its_row_invalid_and_no_other(x, problem, as_tensor):
    column = [1.0, x, 3.0]
    out = rl.compile(text=SCALAR)({"x": torch.tensor(column) if as_tensor else column})
    assert out.to_lists("reward") == [2, None, 6] and out.reward.tolist() == [2, 0, 6]
    assert out.invalid == [None, f"column `x`: {problem}", None]
    assert out.valid.tolist() == out.mask.tolist() == [True, False, True]


@pytest.mark.parametrize(("column", "entry", "problem"), [
    ("n", 1.5, "is not a whole number: 1.5"), ("n", "1", "is no int: '1'"), ("ok", 2, "is out of [0, 1]: 2"),
    ("x", [1.0], "is no float: [1.0]"), ("x", None, "is null"),
])
def test_what_is_wrong_is_named(column, entry, problem):
    columns = {"x": [1.0, 2.0], "n": [1, 1], "ok": [True, True]}
    columns[column] = [columns[column][0], entry]
    out = rl.compile(text=SCALAR)(columns)
    assert out.invalid == [None, f"column `{column}`: {problem}"] and out.to_lists("reward") == [1, None]


def test_a_closed_gate_hides_what_is_wrong_with_the_data_behind_it():
    out = rl.compile(text=SCALAR)({"x": [math.nan, math.nan], "ok": [False, True]})
    assert out.to_lists("reward") == [-1, None]


def test_coalesce_is_for_nulls_and_no_cure_for_wrong_data():
    out = rl.compile(text="input x : float? in [0, 1]\nreward = x ?? 0.5")({"x": [None, 7.0, 1.0]})
    assert out.to_lists("reward") == [0.5, None, 1]
    assert out.invalid[1] == "column `x`: is out of [0, 1]: 7"


def test_columns_must_have_equally_many_rows():
    with pytest.raises(RewardError, match="`x` has 2 rows, `n` has 3"):
        rl.compile(text=SCALAR)({"x": [1.0, 2.0], "n": [1, 2, 3]})


def test_an_absent_column_leaves_out_what_needs_it():
    reward = rl.compile(text="input x : float\ninput y : float\nreward = x + y\noutput twice = 2 * x")
    out = reward({"x": [1.0]})
    assert list(out.outputs) == ["twice"] and out.outputs["twice"].tolist() == [2]
    with pytest.raises(MissingError, match="`reward` was not computed: it needs `y`"):
        out.reward  # noqa: B018
    with pytest.raises(MissingError, match="twice needs `x`"):
        reward({"z": [1.0]})
    only = rl.compile(text="input x : float\ninput y : float\nreward = x + y\noutput twice = 2 * x", outputs=["reward"])
    with pytest.raises(MissingError, match="reward needs `y`"):
        only({"x": [1.0]})


def test_dotted_columns_reach_into_dicts_and_a_column_of_that_name_wins():
    reward = rl.compile(text='input x : float from "info.score"\nreward = x')
    assert reward({"info": [{"score": 1.0}, {"score": 2.0}]}).reward.tolist() == [1, 2]
    assert reward({"info": [{"score": 1.0}, {}]}).to_lists("reward") == [1, None]
    assert reward({"info": [{"score": 1.0}], "info.score": [5.0]}).reward.tolist() == [5]


def test_ragged_axes_come_as_nested_lists():
    out = rl.compile(text=STEPS)({"x": [[1, 2], [], [3, 4, 5]], "y": [[True, False], [], [False, False, True]]})
    assert out.reward.tolist() == [2, 0, 7]
    assert out.to_lists("running") == [[1, 3], [], [3, 7, 12]] and out.to_lists("best") == [2, -1, 5]
    assert out.outputs["running"].tolist() == [[1, 3, 0], [0, 0, 0], [3, 7, 12]]


def test_unequal_lengths_name_both_columns():
    out = rl.compile(text=STEPS)({"x": [[1, 2], [3]], "y": [[False, False], [False, True]]})
    assert out.to_lists("reward") == [3, None]
    assert out.invalid[1] == "`x` has 1 along `step` and `y` has 2; they must agree"


def test_a_null_list_is_invalid_and_takes_its_length_from_the_others():
    out = rl.compile(text=STEPS)({"x": [None, [3]], "y": [[False, False], [False]]})
    assert out.to_lists("reward") == [None, 3] and out.to_lists("running") == [[None, None], [3]]


lists = st.lists(st.lists(st.integers(-9, 9), max_size=5), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(lists, st.integers(0, 4), st.sampled_from([math.nan, math.inf, 1e30, 7.0]))
def test_padding_reaches_no_value_and_no_gradient(rows, extra, garbage):
    """The same rollouts, padded wider and with garbage behind their ends, have the same rewards and gradients."""
    reward = rl.compile(text=STEPS)
    plain = reward({"x": rows})
    width = max(map(len, rows)) + extra
    filled = [row + [garbage] * (width - len(row)) for row in rows]
    padded = torch.tensor(filled, dtype=torch.float64).reshape(len(rows), width)
    padded.requires_grad_()
    out = reward({"x": padded}, lengths={"step": torch.tensor([len(row) for row in rows])})
    for name in plain.outputs:
        assert out.to_lists(name) == plain.to_lists(name)
    assert out.invalid == plain.invalid
    out.reward.sum().backward()
    inside = torch.tensor([[i < len(row) for i in range(width)] for row in rows]).reshape(len(rows), width)
    assert torch.equal(padded.grad, inside.double())


def test_no_negative_zero_shows_in_lists():
    text = "input x : float\ninput s : float[step]\nreward = {\n    a: -1 * x\n    b: 0 * x\n}\noutput each = -s\noutput n = round(x)"
    out = rl.compile(text=text)({"x": [0, -0.0, -3], "s": [[0, -0.0], [-0.0], []]})
    assert str([out.to_lists(name) for name in (*out.outputs, "a", "b")]) == str(
        [[0.0, 0.0, 3.0], [[0.0, 0.0], [0.0], []], [0, 0, -3], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])


def test_an_odd_row_does_not_decide_how_many_the_others_must_have():
    reward = rl.compile(text="axis member\ninput x : float[member]\nreward = sum(x over member)\n")
    out = reward({"x": [[], [1, 2], [3, 4]]})
    assert out.to_lists("reward") == [None, 3.0, 7.0]
    assert out.invalid[0] == "column `x`: has 0 along `member`, which has 2"


def test_bools_and_whole_numbers_alone_stay_exact_and_floats_decide_the_dtype():
    reward = rl.compile(text="input n : int\ninput good : bool\ninput x : float = 0\nreward = n + good + 0 * x")
    columns = {"n": torch.tensor([2**31 - 3, 2**24 + 1]), "good": torch.tensor([True, False])}
    exact = reward(columns).reward
    assert exact.dtype is torch.float64 and exact.tolist() == [2**31 - 2, 2**24 + 1]
    assert reward(columns | {"x": torch.zeros(2)}).reward.dtype is torch.float32


def test_a_reward_along_an_axis_shows_the_entries_that_are_there():
    """The rollout is excluded all the same: 0 and no mask for whoever trains."""
    out = rl.compile(text="input x : float[step]? in [0, 9]\nreward = x + 1\n")({"x": [[1, None, 3], [1, 2, 3], [4, "b", 2]]})
    assert out.to_lists("reward") == [[2.0, None, 4.0], [2.0, 3.0, 4.0], None]
    assert out.reward[0].tolist() == [0, 0, 0] and out.valid.tolist() == [False, True, False]
    assert out.invalid[0] == "column `x`: is null"
