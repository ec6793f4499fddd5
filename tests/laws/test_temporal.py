"""Temporal rows: ranges hold what the float kernel makes of lists, signs are true, and known equalities hold."""

import math
import random
from fractions import Fraction

import pytest

from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.intervals import Elements, IntervalKernel, bound
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS, of_family
from rewardlang.values.interval import Interval

FLOATS = FloatKernel()
ALONG = [row for row in of_family(Family.TEMPORAL) if row.name not in ("opening", "soft_minimum", "soft_maximum")]
WINDOWED = [row for row in ALONG if any(argument.name == "low" for argument in row.arguments)]


def rows(found):
    return pytest.mark.parametrize("row", found, ids=[row.name for row in found])


def a_reading(rng: random.Random, row: Operator) -> dict:
    """Options of a row: a window or none, truth or margin, hard or smooth."""
    options = {"margin": rng.random() < 0.7}
    if options["margin"] and rng.random() < 0.5:
        options["smooth"] = rng.choice([0.1, 1.0])
    if row in WINDOWED and rng.random() < 0.7:
        options["low"] = rng.randint(0, 3)
        options["high"] = rng.choice([None, options["low"], options["low"] + 2])
    return options


def a_range(rng: random.Random, margin: bool) -> Interval:
    if not margin:
        return rng.choice([Interval(0, 0), Interval(1, 1), Interval(0, 1)])
    low, high = sorted(rng.choice([-math.inf, -3, -1, 0, 2, math.inf]) for _ in range(2))
    return Interval.of(low, high)


def an_entry(rng: random.Random, value: Interval, margin: bool):
    if not margin:
        return bool(rng.choice([value.lo, value.hi]))
    inside = [x for x in (value.lo, value.hi, -2, Fraction(1, 2), 1) if value.lo <= x <= value.hi]
    return float(rng.choice(inside))


def counterexample(row: Operator, kernel: IntervalKernel) -> str | None:
    rng = random.Random(row.name)
    for _ in range(500):
        options = a_reading(rng, row)
        length = rng.randint(1, 6)
        operands = [a_range(rng, options["margin"]) for argument in row.arguments if not argument.option]
        count = Interval(length, length) if rng.random() < 0.5 else Interval(1, math.inf)
        reach = row.meaning(kernel, *(Elements(value, count) for value in operands), **options).value
        lists = [[an_entry(rng, value, options["margin"]) for _ in range(length)] for value in operands]
        for entry in call(FLOATS, row, *lists, **options):
            if not reach.lo - 1e-9 <= entry <= reach.hi + 1e-9:
                return f"{row.name} of {lists}, {options}: {entry} is not in {reach}"
    return None


@rows(ALONG)
def test_the_range_holds_the_result_for_every_list(row: Operator):
    assert counterexample(row, IntervalKernel()) is None


class _Wrong(IntervalKernel):
    """Forgets that a window may be empty, and what a smooth maximum adds."""

    def least_within(self, xs, reading, behind):
        return xs

    def greatest_within(self, xs, reading, behind):
        return xs

    def until(self, ps, qs, reading, behind):
        return qs


@rows([OPERATORS[name] for name in ("always", "once", "until", "since", "release")])
def test_a_wrong_rule_is_found(row: Operator):
    assert counterexample(row, _Wrong()) is not None


@rows(ALONG)
def test_the_signs_are_true(row: Operator):
    rng = random.Random(row.name)
    for _ in range(300):
        options = a_reading(rng, row) | {"margin": True}
        length = rng.randint(1, 6)
        lists = [[rng.uniform(-1, 1) for _ in range(length)] for sign in row.monotone]
        raised = [[x + rng.choice([0, 0.5]) for x in xs] for xs in lists]
        below, above = call(FLOATS, row, *lists, **options), call(FLOATS, row, *raised, **options)
        assert all(low <= high + 1e-9 for low, high in zip(below, above, strict=True)), (lists, raised, options)


@rows(ALONG)
def test_a_margin_of_plain_truths_is_their_truth(row: Operator):
    rng = random.Random(row.name)
    for _ in range(200):
        options = a_reading(rng, row) | {"margin": False, "smooth": 0}
        lists = [[rng.random() < 0.5 for _ in range(6)] for sign in row.monotone]
        margins = [[math.inf if x else -math.inf for x in xs] for xs in lists]
        truths = call(FLOATS, row, *lists, **options)
        for smooth in (0, 0.5):
            found = call(FLOATS, row, *margins, **options | {"margin": True, "smooth": smooth})
            assert found == [math.inf if x else -math.inf for x in truths]


@pytest.mark.parametrize(("name", "wanted"), [
    ("soft_maximum", 1 + 0.5 * math.log(1 + math.exp(-2))), ("soft_minimum", -0.5 * math.log(1 + math.exp(-2)))])
def test_smooth_extremes(name: str, wanted: float):
    assert call(FLOATS, OPERATORS[name], 1.0, 0.0, smooth=0.5, margin=True) == pytest.approx(wanted)
    reach = bound(OPERATORS[name], Interval(1, 1), Interval(0, 0), smooth=Fraction(1, 2), margin=True)
    assert reach.lo <= wanted <= reach.hi


@pytest.mark.parametrize("name", ["always", "eventually", "until", "since", "release", "triggers"])
def test_a_window_of_no_steps_is_inverted_or_beyond_the_trace(name: str):
    row = OPERATORS[name]
    xs = [[True, False, True]] * len(row.monotone)
    strong = name in ("eventually", "until", "since")
    for low, high in ((2, 1), (3, 9)):
        assert call(FLOATS, row, *xs, low=low, high=high) == [not strong] * 3
