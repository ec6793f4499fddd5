"""Columns that are not there, and lists that are null as a whole: defaults with their lengths, and lengths nobody tells."""

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import MissingError

RAGGED = """
axis ref ragged
input x : float[ref] in [-10, 10]
input k : float in [0, 9] = 1
output total = sum(x over ref)
output size = length(ref)
output count = count(over ref)
output twice = 2 * x
output some = any(x > 1 over ref)
output mean = mean(x over ref) ?? 5
"""


def lists(text: str, columns: dict) -> dict:
    """Every output of a spec as plain lists."""
    out = rl.compile(text=text)(columns)
    return {name: out.to_lists(name) for name in out.outputs}


@pytest.mark.parametrize(("default", "wanted"), [
    ("[]", {"total": [0, 0], "size": [0, 0], "count": [0, 0], "twice": [[], []], "some": [False, False], "mean": [5, 5]}),
    ("[1, 2]", {"total": [3, 3], "size": [2, 2], "count": [2, 2], "twice": [[2, 4], [2, 4]], "some": [True, True],
                "mean": [1.5, 1.5]}),
])
def test_an_absent_column_has_its_default_in_every_row_lengths_too(default, wanted):
    text = RAGGED.replace("[-10, 10]\ninput k", f"[-10, 10] = {default}\ninput k")
    assert lists(text, {"k": [0, 1]}) == wanted
    assert lists(text, {"z": ["no", "column of the spec"]}) == wanted


def test_a_default_without_a_length_of_its_own_takes_that_of_other_columns_and_is_missed_where_there_is_none():
    text = "axis ref ragged\ninput x : float[ref] = 3\ninput y : float[ref]\noutput total = sum(x over ref)"
    assert lists(text, {"y": [[1, 1], []]}) == {"total": [6, 0]}
    with pytest.raises(MissingError, match="total needs"):
        lists(text, {"z": [1]})


def test_a_default_of_texts_along_a_ragged_axis():
    text = 'axis ref ragged\ninput t : text[ref] = ["p", "q", "p"]\ninput k : int\noutput ps = sum((t == "p") * k over ref)'
    assert lists(text, {"k": [1, 2]}) == {"ps": [2, 4]}


def test_lists_that_are_null_as_a_whole_are_invalid_and_have_no_length():
    assert lists(RAGGED, {"x": [None, [1, 2], []]}) == {
        "total": [None, 3, 0], "size": [None, 2, 0], "count": [None, 2, 0], "twice": [None, [2, 4], []],
        "some": [None, True, False], "mean": [5, 1.5, 5]}


def test_a_column_of_nulls_only():
    for text in (RAGGED, RAGGED.replace("axis ref ragged", "axis ref")):
        out = rl.compile(text=text)({"x": [None, None]})
        assert {name: out.to_lists(name) for name in out.outputs} == {
            "total": [None] * 2, "size": [None] * 2, "count": [None] * 2, "twice": [None] * 2, "some": [None] * 2, "mean": [5, 5]}
        assert out.reasons("total") == ["column `x`: is null"] * 2


def test_null_lists_of_two_columns_take_their_lengths_from_each_other():
    text = "axis ref ragged\ninput x : float[ref]\ninput y : float[ref]\noutput a = x ?? 7\noutput b = count(over ref where valid(y))"
    assert lists(text, {"x": [None, [1], None], "y": [[1, 2], None, None]}) == {"a": [[7, 7], [1], None], "b": [2, 0, None]}


def test_a_null_list_within_another():
    text = "input x : float[turn, token]\noutput each = sum(x over token)\noutput n = sum(length(token) over turn)"
    assert lists(text, {"x": [None, [None, [1, 2]], [[3], []]]}) == {"each": [None, [None, 3], [3, 0]], "n": [None, None, 1]}


def test_a_reward_along_a_null_list_is_no_reward():
    out = rl.compile(text="input x : float[step] in [0, 9]\nreward = x")({"x": [None, [1, 2]]})
    assert out.to_lists("reward") == [None, [1, 2]] and out.valid.tolist() == [False, True]
    assert out.invalid == ["column `x`: is null", None]
    assert torch.isfinite(out.reward).all() and out.mask.tolist() == [[False, False], [True, True]]
