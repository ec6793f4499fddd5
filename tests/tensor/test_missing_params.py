"""Params that may be missing, tables whose rows differ in length, sizes that only a param knows, copies of axes in states."""

import pytest

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SOFT = """
input x : float
param least : float? = invalid
output kept = gate x > (least ?? 0) { x }
reward = x - (least ?? 0)
"""
TABLE = """
axis arm
axis rest
input arm_rest : int[arm] in [0, inf]
param worth : float[arm, rest]? in [0, 9]
output longest = count(over rest where valid(worth))
output worths = spread(worth over rest, by = arm_rest)
reward = sum(worth over arm where valid(worth))[0] ?? 0
"""
LINEAR = """
setting episodic
axis state
axis source like state
axis noise
input push : float[step]
input more : float[step, noise] = 0
input kick : float[step, noise] = 0
param A : float[state, source]
param weights : float[noise] = 2
let hidden : float[step, state] in [-inf, inf] = push + sum(A * prev(hidden, 0)[state -> source] over source)
output state = hidden
reward = sum(weights * (more + kick) over noise) + sum(hidden over state)
"""


def values(text: str, output: str, columns: dict, **params) -> list:
    """An output of a spec."""
    return rl.compile(text=text, params=params, outputs=[output])(columns).to_lists(output)


def test_a_param_that_is_missing_is_invalid_until_it_is_given():
    assert values(SOFT, "kept", {"x": [1, -1]}) == [1, 0]
    assert values(SOFT, "kept", {"x": [1, -1]}, least=None) == [1, 0]
    assert values(SOFT, "kept", {"x": [1, -1]}, least=-2) == [1, -1]
    assert values(SOFT, "reward", {"x": [1]}, least=3) == [-2]


def test_a_definite_param_is_never_null():
    with pytest.raises(RewardError, match="least"):
        values(SOFT.replace("float? = invalid", "float"), "kept", {"x": [1]}, least=None)
    with pytest.raises(RewardError, match="worth"):
        values(TABLE.replace("rest]?", "rest]").replace("?? 0", ""), "worths", {"arm_rest": [[0, 0]]}, worth=[[1, None], [2, 3]])


def test_rows_of_a_table_may_differ_in_length():
    columns = {"arm_rest": [[0, 2], [1, 1]]}
    worth = [[1], [4, 5, 6]]
    assert values(TABLE, "longest", columns, worth=worth) == [[1, 3], [1, 3]]
    assert values(TABLE, "worths", columns, worth=worth) == [[1, 6], [None, 5]]
    with pytest.raises(RewardError, match="9"):
        values(TABLE, "worths", columns, worth=[[1], [4, 50]])


def test_a_state_may_look_at_a_copy_of_a_fixed_axis_and_sizes_come_from_params():
    A = [[0.5, 1], [0, -1]]
    got = values(LINEAR, "state", {"push": [[1, 0, 2]]}, A=A)
    assert got == [[[1, 1], [1.5, -1], [0.75 - 1 + 2, 1 + 2]]]


def test_one_default_stands_at_every_position_of_both_axes():
    columns = {"push": [[1, 0]]}
    assert values(LINEAR, "reward", {**columns, "more": [[[1, 2], [0, 1]]]}, A=[[0]]) == [[1 + 6, 2]]
