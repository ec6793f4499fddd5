"""`place`, `spread` and copies of axes: by hand, and against the reference interpreter on random data."""

import random

import pytest

import rewardlang as rl
from rewardlang.ir.node import Graph
from rewardlang.tensor.reward import compile_spec
from rewardlang.values.axes import Axis
from rewardlang.values.types import FLOAT, INT, Kind, Type
from tests.tensor.graphs import STEP, TURN, reference, spec_of
from tests.tensor.test_reference import agrees


def lists(text: str, columns: dict) -> dict:
    """Every output of a spec as plain lists."""
    out = rl.compile(text=text)(columns)
    return {name: out.to_lists(name) for name in out.outputs}


PLACE = """
input v : float[segment]
input at : int[segment]
input token_score : float[token]
axis cell = 3
output placed = place(v over segment, at = at, onto token)
output cells = place(v over segment, at = at, onto cell)
"""


def test_place_adds_what_collides_and_leaves_0_where_nothing_lands():
    got = lists(PLACE, {"v": [[1, 2, 4], [], [3]], "at": [[0, 2, 0], [], [1]], "token_score": [[9, 9, 9], [9], [9, 9]]})
    assert got == {"placed": [[5, 0, 2], [0], [0, 3]], "cells": [[5, 0, 2], [0, 0, 0], [0, 3, 0]]}


@pytest.mark.parametrize("at", [3, -1])
def test_a_place_out_of_range_is_invalid_and_says_so(at):
    reward = rl.compile(text=PLACE)
    out = reward({"v": [[1, 2], [5]], "at": [[0, at], [0]], "token_score": [[9, 9, 9], [9]]})
    assert out.to_lists("placed") == [[None] * 3, [5]] and out.to_lists("cells") == [[None] * 3, [5, 0, 0]]
    assert out.reasons("placed")[0] == "`place(v over segment, at = at, onto token)` has a position out of range"


def test_the_end_of_each_rollout_is_its_range():
    got = lists(PLACE, {"v": [[1], [1]], "at": [[1], [1]], "token_score": [[9, 9], [9]]})
    assert got["placed"] == [[0, 1], [None]], "position 1 is padding in the second rollout"


def test_an_invalid_entry_makes_all_that_is_placed_invalid():
    got = lists(PLACE, {"v": [[None, 1], [1, 1]], "at": [[0, 1], [0, None]], "token_score": [[9, 9], [9, 9]]})
    assert got["placed"] == [[None, None], [None, None]]


def test_spread_gathers_by_position():
    text = "input v : float[turn]\ninput by : int[token]\noutput y = spread(v over turn, by = by)"
    got = lists(text, {"v": [[1, 2], [5], [], [None, 3]], "by": [[0, 0, 1], [0, 1, -1], [0], [0, 1, None]]})
    assert got == {"y": [[1, 1, 2], [5, None, None], [None], [None, 3, None]]}


def test_spread_takes_back_what_place_put():
    text = ("axis cell = 4\ninput v : float[segment]\ninput at : int[segment] in [0, 3]\n"
            "output back = spread(place(v over segment, at = at, onto cell) over cell, by = at)")
    assert lists(text, {"v": [[1, 2, 4], [7]], "at": [[3, 0, 3], [2]]}) == {"back": [[5, 2, 5], [7]]}


RIVALS = """
input f : float
input prompt : id
group by prompt
axis rival like group
output lead = f - f[group -> rival]
output mean_lead = mean(f - f[group -> rival] over rival)
output wins = sum(f > f[group -> rival] over rival)
output rivals = count(over rival)
"""


def test_rivals_are_those_of_the_own_group_in_the_order_of_the_data():
    got = lists(RIVALS, {"f": [1, 2, 4, 9], "prompt": ["a", "b", "a", "a"]})
    assert got["lead"] == [[0, -3, -8], [0], [3, 0, -5], [8, 5, 0]]
    assert got["mean_lead"] == pytest.approx([-11 / 3, 0, -2 / 3, 13 / 3])
    assert got["wins"] == [0, 0, 1, 2] and got["rivals"] == [3, 1, 3, 3]


def test_the_number_of_rivals_alone():
    got = rl.compile(text=RIVALS, outputs=["rivals"])({"f": [1, 2, 4], "prompt": ["a", "b", "a"]})
    assert got.to_lists("rivals") == [2, 1, 2]


def test_an_invalid_rival_is_seen_as_one_and_a_rollout_without_a_group_has_none():
    out = rl.compile(text=RIVALS)({"f": [1, 2, None, 9], "prompt": ["a", "b", "a", None]})
    assert out.to_lists("lead")[:3] == [[0, None], [0], [None, None]] and out.to_lists("mean_lead") == [None, 0, None, None]
    assert out.reasons("mean_lead") == ["`f[group -> rival]` has no value in another rollout of the population", None,
                                        "column `f`: is null", "column `prompt`: is null"]


def test_all_rollouts_of_the_batch():
    text = ("input f : float\ninput s : float[step]\naxis other like batch\n"
            "output pairs = f - f[batch -> other]\noutput all = sum(s[batch -> other] over other)")
    got = lists(text, {"f": [1, 3], "s": [[1, 2], [5]]})
    assert got == {"pairs": [[0, -2], [2, 0]], "all": [[6, None], [6]]}, "the second rollout has no second step"


def test_a_copy_of_a_ragged_axis_has_its_lengths():
    text = ("axis claim ragged\naxis other like claim\ninput f : float[claim]\noutput gaps = f - f[claim -> other]\n"
            "output total = sum(abs(f - f[claim -> other]) over other)\noutput n = count(over other)")
    assert lists(text, {"f": [[1, 2], [3], [], [1, 4, 6]]}) == {
        "gaps": [[[0, -1], [1, 0]], [[0]], [], [[0, -3, -5], [3, 0, -2], [5, 2, 0]]],
        "total": [[1, 1], [0], [], [8, 5, 7]], "n": [2, 1, 0, 3]}


def test_a_copy_of_a_fixed_axis():
    text = "axis joint = {hip, knee}\naxis other like joint\ninput v : float[joint]\noutput d = v - v[joint -> other]"
    assert lists(text, {"v": [[1, 4]]}) == {"d": [[[0, -3], [3, 0]]]}


# Random data against the reference ------------------------------------------------------------------------------------

CELL, MATE, ALL = Axis("cell", size=3), Axis("mate", ragged=True, like="group"), Axis("all", like="batch")
OTHER = Axis("other", ragged=True, ordered=True, like="step")


def moved() -> tuple[Graph, dict]:
    """A graph of every way to move a value, and reductions of what was moved."""
    g = Graph()
    x, v = (g.add("input", (), FLOAT.with_axes((axis,)), name=name) for name, axis in (("x", STEP), ("v", TURN)))
    i, j = (g.add("input", (), INT.with_axes((axis,)), name=name) for name, axis in (("i", STEP), ("j", TURN)))
    f = g.add("input", (), FLOAT, name="f")
    keys = g.add("codes", (g.add("input", (), Type(Kind.ID), name="p"),), Type(Kind.INT))
    made = {
        "placed": g.add("place", (x, i), FLOAT.with_axes((TURN,)), over=(STEP,), onto=TURN),
        "cells": g.add("place", (x, i), FLOAT.with_axes((CELL,)), over=(STEP,), onto=CELL),
        "same": g.add("place", (f, i), FLOAT.with_axes((CELL,)), over=(STEP,), onto=CELL),
        "spread": g.add("spread", (v, i), FLOAT.with_axes((STEP,)), over=(TURN,)),
        "mates": g.add("rename", (f, keys), FLOAT.with_axes((MATE,)), source="group", target=MATE),
        "mates_v": g.add("rename", (v, keys), FLOAT.with_axes((MATE, TURN)), source="group", target=MATE),
        "all": g.add("rename", (f,), FLOAT.with_axes((ALL,)), source="batch", target=ALL),
        "all_x": g.add("rename", (x,), FLOAT.with_axes((ALL, STEP)), source="batch", target=ALL),
        "copy": g.add("rename", (x,), FLOAT.with_axes((OTHER,)), source="step", target=OTHER),
    }
    made["pairs"] = g.add("sub", (x, made["copy"]), FLOAT.with_axes((STEP, OTHER)))
    made["leads"] = g.add("sub", (f, made["mates"]), FLOAT.with_axes((MATE,)))
    for name, axis in (("pairs", OTHER), ("leads", MATE), ("mates_v", MATE), ("all_x", ALL), ("placed", TURN)):
        node = made[name]
        axes = tuple(other for other in node.type.axes if other != axis)
        for op in ("sum", "max", "count"):
            args, roles = ((node,), ("x",)) if op != "count" else ((g.add("valid", (node,), Type(Kind.BOOL, node.type.axes)),), ("where",))
            made[f"{op}_{name}"] = g.add(op, args, FLOAT.with_axes(axes), roles=roles, over=(axis,), window=None)
    made["by_turn"] = g.add("place", (v, j), FLOAT.with_axes((STEP,)), over=(TURN,), onto=STEP)
    return g, made


@pytest.mark.parametrize("seed", range(40))
def test_moved_values_agree_with_the_reference(seed):
    rng = random.Random(seed)
    rows, missing = rng.randint(1, 5), rng.choice([0, 0, 0.15])
    columns = {"x": [], "v": [], "i": [], "j": [], "f": [], "p": []}

    def entry(value):
        return None if rng.random() < missing else value

    for _ in range(rows):
        steps, turns = rng.randint(0, 4), rng.randint(0, 3)
        columns["x"].append([entry(rng.randint(-4, 4)) for _ in range(steps)])
        columns["v"].append([entry(rng.randint(-4, 4)) for _ in range(turns)])
        columns["i"].append([entry(rng.randint(0, 3)) if rng.random() < 0.9 else -1 for _ in range(steps)])
        columns["j"].append([entry(rng.randint(0, max(steps - 1, 0))) for _ in range(turns)])
        columns["f"].append(entry(rng.randint(-4, 4)))
        columns["p"].append(rng.choice("ab"))
    graph, made = moved()
    spec = spec_of(graph, made)
    out, wanted = compile_spec(spec)(columns), reference(spec, columns, rows)
    for name in made:
        assert agrees(out.to_lists(name), wanted[name]), (name, columns, out.to_lists(name), wanted[name])
