"""Tables walk as they are written, and the range of a state holds every state that is walked to."""

import itertools
import random

import pytest

from rewardlang.automata.table import Table
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.intervals import KERNEL, Elements
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import UNIT, Interval

FLOATS = FloatKernel()
WALK, ENTRY = OPERATORS["walk"], OPERATORS["entry"]
COUNTER = Table.of_rows([[0, 1, 0, 0], [1, 2, 0, 0], [2, 2, 0, 0]])  # p counts up to 2, q sets back to 0


def test_a_walk_by_hand():
    p, q = [True, True, False, True, False], [False, False, False, False, True]
    assert call(FLOATS, WALK, p, q, table=COUNTER) == [1, 2, 2, 2, 0]
    assert call(FLOATS, WALK, [True, None, True], [False] * 3, table=COUNTER) == [1, None, None]
    assert call(FLOATS, WALK, [], [], table=COUNTER) == []


@pytest.mark.parametrize("known", list(itertools.product((True, False, None), repeat=2)))
def test_the_range_holds_the_states_of_every_trace(known):
    rng = random.Random(str(known))
    for _ in range(40):
        states = rng.randint(1, 6)
        table = Table.of_rows([[rng.randrange(states) for _ in range(4)] for _ in range(states)], rng.randrange(states))
        ranges = [UNIT if value is None else Interval(int(value), int(value)) for value in known]
        walked = WALK.meaning(KERNEL, *map(Elements, ranges), table=table).value
        seen = set()
        for _ in range(60):
            trace = [[rng.random() < 0.5 if value is None else value for _ in range(8)] for value in known]
            seen |= set(call(FLOATS, WALK, *trace, table=table))
        assert seen == table.reached(known), "60 traces of 8 steps come to every state that is to be reached"
        assert (min(seen), max(seen)) == (walked.lo, walked.hi)
        values = tuple(rng.randint(-5, 5) for _ in range(states))
        reach = ENTRY.meaning(KERNEL, walked, values=values)
        assert all(reach.contains(values[state]) for state in seen)


def test_entries_of_some_states_only():
    assert ENTRY.meaning(KERNEL, Interval(1, 2), values=(9, -1, 0, 7)) == Interval(-1, 0)
    assert ENTRY.meaning(KERNEL, Interval(0, 0), values=(False, True)) == Interval(0, 0)


@pytest.mark.parametrize("rows, start", [([], 0), ([[0, 0, 0]], 0), ([[0, 0], [0]], 0), ([[0, 2]], 0), ([[0, 0]], 1)])
def test_rows_that_are_no_table(rows, start):
    with pytest.raises(ValueError, match="a row for each state"):
        Table.of_rows(rows, start)


def test_equal_tables_are_one():
    same = Table.of_rows([list(row) for row in ([0, 1, 0, 0], [1, 2, 0, 0], [2, 2, 0, 0])])
    assert same == COUNTER and hash(same) == hash(COUNTER) and len({same, COUNTER}) == 1
