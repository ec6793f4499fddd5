"""The reference interpreter against values worked out by hand: axes, populations, invalid entries, placement."""

from fractions import Fraction

import pytest

from rewardlang.ir.node import Graph
from rewardlang.ops.reference import evaluate
from rewardlang.values.axes import Axis, join, without
from rewardlang.values.types import BOOL, FLOAT, INT, TEXT, Kind, Type

TURN = Axis("turn", ragged=True, ordered=True)
STEP = Axis("step", ragged=True, ordered=True)
TOKEN = Axis("token", ragged=True, ordered=True, within=("turn",))
JOINT = Axis("joint", size=2, labels=("hip", "knee"))
RIVAL = Axis("rival", like="batch")


class World:
    """A graph under construction, and the data of its inputs, one value a rollout."""

    def __init__(self, rollouts: int):
        self.graph, self.data, self.rollouts = Graph(), {}, rollouts

    def input(self, name: str, axes: tuple, *values, type: Type = FLOAT):
        self.data[name] = values
        return self.graph.add("input", type=type.with_axes(axes), name=name)

    def const(self, value, type: Type = FLOAT):
        return self.graph.add("const", type=type, value=value)

    def op(self, op: str, /, *args, axes=None, type: Type = FLOAT, **attrs):
        axes = join(*(arg.type.axes for arg in args)) if axes is None else axes
        return self.graph.add(op, args, type.with_axes(axes), **attrs)

    def fold(self, name: str, x, over=(), *, window=None, where=None, by=None, start=None, keeps=False, **options):
        """A reduction or scan."""
        parts = {"x": x, "start": start, "where": where, "by": by}
        parts = {role: node for role, node in parts.items() if node is not None}
        axes = join(*(node.type.axes for node in parts.values()))
        axes = axes if keeps or by is not None or window else without(axes, over)
        return self.op(name, *parts.values(), axes=axes, roles=tuple(parts), over=tuple(over), window=window, **options)

    def run(self, node, **options) -> list:
        def leaf(node, rollout: int):
            return self.data[node["name"]][rollout]

        return evaluate(self.graph.nodes, self.rollouts, leaf, **options)[node]


def test_broadcast_by_name_and_strict_arithmetic():
    w = World(2)
    x = w.input("x", (TURN,), [1, 2], [3])
    y = w.input("y", (JOINT,), [10, 20], [30, None])
    assert w.run(w.op("add", x, y)) == [[[11, 21], [12, 22]], [[33, None]]]


def test_fractions_become_doubles_and_what_has_no_value_is_invalid():
    w = World(1)
    tenth, zero = w.const(Fraction(1, 10)), w.const(0, INT)
    assert w.run(w.op("div", tenth, zero)) == [None]
    assert w.run(w.op("add", tenth, w.const(Fraction(1, 5)))) == [0.1 + 0.2]


def test_reductions_of_ragged_axes_pooled_nested_and_empty():
    w = World(3)
    x = w.input("x", (TURN, TOKEN), [[1, 2], [6]], [[], [4]], [])
    assert w.run(w.fold("sum", x, (TURN, TOKEN))) == [9, 4, 0]
    assert w.run(w.fold("mean", x, (TURN, TOKEN))) == [3.0, 4.0, None]
    inner = w.fold("mean", x, (TOKEN,))
    assert w.run(inner) == [[1.5, 6.0], [None, 4.0], []]
    assert w.run(w.fold("mean", inner, (TURN,))) == [3.75, None, None]
    assert w.run(w.fold("max", x, (TURN, TOKEN))) == [6, 4, None]


def test_where_narrows_and_hides_invalid_entries_but_must_be_valid():
    w = World(3)
    x = w.input("x", (TURN,), [1, None, 5], [1, None], [1, 2])
    m = w.input("m", (TURN,), [True, False, True], [True, True], [True, None], type=BOOL)
    assert w.run(w.fold("sum", x, (TURN,), where=m)) == [6, None, None]
    assert w.run(w.fold("count", None, (TURN,), where=m)) == [2, 2, None]
    assert w.run(w.fold("argmax", x, (TURN,), where=m)) == [2, None, None]


def test_by_keeps_the_place_of_every_position():
    w = World(1)
    amount = w.input("amount", (TURN,), [1, 2, 4])
    shop = w.input("shop", (TURN,), ["a", "b", "a"], type=TEXT)
    codes = w.op("codes", shop, type=INT)
    assert w.run(w.fold("sum", amount, (TURN,), by=codes)) == [[5, 2, 5]]
    assert w.run(w.fold("cumsum", amount, (TURN,), by=codes)) == [[1, 2, 5]]
    assert w.run(w.fold("prev", amount, (TURN,), by=codes, start=w.const(0, INT))) == [[0, 0, 1]]


def test_any_and_all_are_three_valued_on_own_axes():
    w = World(3)
    b = w.input("b", (TURN,), [True, None], [False, None], [], type=BOOL)
    assert w.run(w.fold("any", b, (TURN,))) == [True, None, False]
    assert w.run(w.fold("all", b, (TURN,))) == [None, False, True]


def test_windows_leave_invalid_rollouts_out_and_still_give_them_the_population():
    w = World(5)
    x = w.input("x", (), 1, None, 3, 10, 20)
    key = w.op("codes", w.input("key", (), "p", "p", "p", "q", None, type=Type(Kind.ID)), type=INT)
    assert w.run(w.fold("mean", x, window="batch")) == [8.5] * 5
    assert w.run(w.fold("mean", x, window="batch", by=key, group=True)) == [2.0, 2.0, 2.0, 10.0, None]
    assert w.run(w.fold("std", x, window="batch", by=key, group=True, ddof=1)) == [2.0**0.5] * 3 + [None, None]
    assert w.run(w.fold("rank", x, window="batch", by=key, group=True, ties="order")) == [2, None, 1, 1, None]
    assert w.run(w.fold("cumsum", x, window="batch")) == [1, 1, 4, 14, 34]
    assert w.run(w.fold("prev", x, window="batch", start=w.const(0, INT))) == [0, 1, 1, 3, 10]
    assert w.run(w.fold("delta", x, window="batch", start=w.const(0, INT))) == [1, None, 2, 7, 10]


def test_windows_with_where_and_along_own_positions():
    w = World(3)
    x = w.input("x", (TURN,), [1, 2], [3], [5, 6, 7])
    m = w.input("m", (), True, True, False, type=BOOL)
    assert w.run(w.fold("sum", x, window="batch")) == [[9, 8], [9], [9, 8, 7]]
    assert w.run(w.fold("sum", x, window="batch", where=m)) == [[4, 2], [4], [4, 2, 0]]
    assert w.run(w.fold("count", None, window="batch", where=m)) == [2, 2, 2]


def test_scans_and_their_invalid_entries():
    w = World(2)
    x = w.input("x", (STEP,), [2, None, 3], [])
    zero = w.const(0, INT)
    assert w.run(w.fold("cumsum", x, (STEP,), keeps=True)) == [[2, None, None], []]
    assert w.run(w.fold("prev", x, (STEP,), keeps=True, start=zero)) == [[0, 2, None], []]
    assert w.run(w.fold("ahead", x, (STEP,), keeps=True, start=zero)) == [[None, 3, 0], []]
    assert w.run(w.fold("delta", x, (STEP,), keeps=True, start=zero)) == [[2, None, None], []]
    assert w.run(w.fold("softmax", x, (STEP,), keeps=True)) == [[None] * 3, []]


def test_scans_under_where():
    w = World(1)
    x = w.input("x", (STEP,), [5, 2, 7, 3])
    m = w.input("m", (STEP,), [False, True, False, True], type=BOOL)
    zero = w.const(0, INT)
    assert w.run(w.fold("cumsum", x, (STEP,), keeps=True, where=m)) == [[0, 2, 2, 5]]
    assert w.run(w.fold("cummax", x, (STEP,), keeps=True, where=m)) == [[None, 2, 2, 3]]
    assert w.run(w.fold("cumcount", None, (STEP,), keeps=True, where=m)) == [[0, 1, 1, 2]]
    assert w.run(w.fold("cummean", x, (STEP,), keeps=True, where=m)) == [[None, 2.0, 2.0, 2.5]]
    assert w.run(w.fold("prev", x, (STEP,), keeps=True, where=m, start=zero)) == [[0, 0, 2, 2]]
    assert w.run(w.fold("ahead", x, (STEP,), keeps=True, where=m, start=zero)) == [[2, 3, 3, 0]]
    assert w.run(w.fold("rank", x, (STEP,), keeps=True, where=m, ties="order")) == [[None, 2, None, 1]]
    assert w.run(w.fold("softmax", w.op("mul", x, zero), (STEP,), keeps=True, where=m)) == [[None, 0.5, None, 0.5]]


def test_gates_hide_and_coalesce_replaces():
    w = World(3)
    c = w.input("c", (), True, False, None, type=BOOL)
    x = w.input("x", (), 1, None, 1)
    gate = w.op("gate", c, x, w.const(0, INT))
    assert w.run(gate) == [1, 0, None]
    assert w.run(w.op("coalesce", gate, w.const(9, INT))) == [1, 0, 9]
    assert w.run(w.op("valid", x, type=BOOL)) == [True, False, True]


def test_placement():
    w = World(2)
    outcome = w.input("outcome", (), 1, None)
    x = w.input("x", (TURN,), [1, 2, 4], [8])
    at = w.input("at", (TURN,), [0, 1, 0], [5], type=INT)
    steps = w.input("steps", (STEP,), [0, 0], [0, 0])
    assert w.run(w.op("at_last", outcome, axes=(STEP,), axis=STEP)) == [[0, 1], [0, None]]
    assert w.run(w.op("at_first", outcome, axes=(STEP,), axis=STEP)) == [[1, 0], [None, 0]]
    assert w.run(w.op("every", outcome, axes=(STEP,), axis=STEP)) == [[1, 1], [None, None]]
    assert w.run(w.op("place", x, at, axes=(STEP,), over=(TURN,), onto=STEP)) == [[5, 2], [None, None]]
    by = w.op("index", axes=(STEP,), axis=STEP, type=INT)
    assert w.run(by) == [[0, 1]] * 2 and steps.type.axes == (STEP,)
    assert w.run(w.op("spread", x, by, axes=(STEP,), over=(TURN,))) == [[1, 2], [8, None]]
    assert w.run(w.op("length", axes=(), axis=TURN, type=INT)) == [3, 1]
    assert w.run(w.op("pick", x, axes=(), axis=TURN, index=1)) == [2, None]
    assert w.run(w.op("vector", outcome, w.const(7, INT), axes=(JOINT,), axis=JOINT)) == [[1, 7], [None, 7]]


def test_the_length_of_an_inner_axis_depends_on_the_outer_position():
    w = World(1)
    w.input("x", (TURN, TOKEN), [[1, 2], [6], []])
    assert w.run(w.op("length", axes=(TURN,), axis=TOKEN, type=INT)) == [[2, 1, 0]]
    assert w.run(w.op("index", axes=(TURN, TOKEN), axis=TOKEN, type=INT)) == [[[0, 1], [0], []]]


def test_copies_of_axes_and_of_populations():
    w = World(3)
    x = w.input("x", (), 1, None, 3)
    rivals = w.op("rename", x, axes=(RIVAL,), source="batch", target=RIVAL)
    assert w.run(rivals) == [[1, None, 3]] * 3
    assert w.run(w.op("sub", x, rivals)) == [[0, None, -2], [None, None, None], [2, None, 0]]
    mates = Axis("mate", like="group")
    key = w.input("key", (), 0, 0, 1, type=INT)
    assert w.run(w.op("rename", x, key, axes=(mates,), source="group", target=mates)) == [[1, None], [1, None], [3]]
    other = Axis("other", ragged=True, like="turn")
    y = w.input("y", (TURN,), [1, 2], [3], [])
    copy = w.op("rename", y, axes=(other,), source="turn", target=other)
    assert w.run(w.op("sub", y, copy)) == [[[0, -1], [1, 0]], [[0]], []]


def test_texts_tables_and_records():
    w = World(3)
    text = w.input("text", (), "a", "b", None, type=TEXT)
    same = w.op("eq", w.op("codes", text, type=INT), w.op("codes", w.const("b", TEXT), type=INT), type=BOOL)
    assert w.run(same) == [False, True, None]
    table = w.const((("a", Fraction(1, 2)), ("c", 3)), Type(Kind.TABLE, value=FLOAT))
    assert w.run(w.op("lookup", table, text)) == [0.5, None, None]
    scored = Type(Kind.RECORD, fields=(("score", INT),))
    record = w.input("record", (TURN,), [{"score": 1}, None], [], [{"score": 3}], type=scored)
    assert w.run(w.op("field", record, name="score")) == [[1, None], [], [3]]


def test_a_call_is_looked_up_with_the_values_of_its_arguments():
    graph = Graph()
    text = graph.add("input", type=TEXT, name="text")
    call = graph.add("call", (text,), INT, callee="size", lifted=())
    leaf = {"input": lambda rollout: ["a", "abc"][rollout], "call": lambda rollout, text: len(text)}
    values = evaluate(graph.nodes, 2, lambda node, rollout, *args: leaf[node.op](rollout, *args))
    assert values[call] == [1, 3]


def test_lengths_that_no_leaf_has_are_asked_for_and_disagreements_are_told():
    w = World(1)
    index = w.op("index", axes=(STEP,), axis=STEP, type=INT)
    assert w.run(index) == [None]
    assert w.run(index, lengths=lambda axis, rollout: 2) == [[0, 1]]
    w.input("x", (STEP,), [1])
    w.input("y", (STEP,), [1, 2])
    with pytest.raises(ValueError, match="different lengths along `step`"):
        w.run(index)
