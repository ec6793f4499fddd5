"""Every pointwise row: ranges hold its values, domains keep failures out, signs and laws are true."""

import random
from fractions import Fraction
from math import inf, isinf, nextafter

import pytest

from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.intervals import FALSE, KERNEL, TRUE, UNKNOWN, IntervalKernel, bound, domain
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS, of_family
from rewardlang.values.interval import REAL, Interval

FLOATS = FloatKernel()
BOXES = 500
POINTS = 6

POINTWISE = of_family(Family.POINTWISE)
LOGIC = [OPERATORS[name] for name in ("gate", "coalesce", "and", "or", "not", "implies", "iff")]


def rows(found):
    return pytest.mark.parametrize("row", found, ids=[row.name for row in found])


def a_number(rng: random.Random) -> Fraction:
    """A double as an exact number: small ints, halves, any, tiny, large."""
    how = rng.randrange(6)
    if how <= 1:
        return Fraction(rng.randint(-4, 4))
    if how == 2:
        return Fraction(rng.randint(-20, 20), 4)
    return Fraction(rng.uniform(-1, 1) * (1.0, 8.0, 1e-9, 700.0, 1e6, 3.0)[rng.randrange(6)])


def a_box(rng: random.Random, kinds: str) -> Interval:
    if kinds == "bool":
        return rng.choice([FALSE, TRUE, UNKNOWN])
    low, high = sorted((a_number(rng), a_number(rng)))
    how = rng.randrange(10)
    if how == 0:
        return Interval.of(low, inf)
    if how == 1:
        return Interval.of(-inf, high)
    if how <= 4:
        high = low
    return Interval.of(low, high)


def a_point(rng: random.Random, box: Interval, kinds: str):
    if kinds == "bool":
        return rng.choice([bool(box.lo), bool(box.hi)])
    low = Fraction(box.lo if box.lo > -inf else min(box.hi, 0) - 1000)
    high = Fraction(box.hi if box.hi < inf else max(low, 0) + 1000)
    how = rng.randrange(4)
    if how == 0:
        return low
    if how == 1:
        return high
    x = Fraction(float(low + (high - low) * Fraction(rng.random())))
    if how == 3 and low <= round(x) <= high:
        return Fraction(round(x))
    return min(max(x, low), high)


def _kinds(row: Operator) -> list[str]:
    return ["number" if argument.kinds == "any" else argument.kinds for argument in row.arguments]


def counterexample(row: Operator, kernel: IntervalKernel = KERNEL, boxes: int = BOXES) -> str | None:
    """A point of a box whose value, computed on exact numbers, lies outside the range for the box."""
    rng, kinds = random.Random(row.name), _kinds(row)
    for _ in range(boxes):
        box = [a_box(rng, kind) for kind in kinds]
        reach, inside = (row.bounds or row.meaning)(kernel, *box), domain(row, *box)
        for _ in range(POINTS):
            point = [a_point(rng, interval, kind) for interval, kind in zip(box, kinds, strict=True)]
            value = call(FLOATS, row, *point)
            shown = f"{row.name}({', '.join(map(str, map(float, point)))}) = {value}; {', '.join(map(str, box))} -> {reach}"
            if value is None and inside == TRUE or value is not None and inside == FALSE:
                return f"{shown}; domain {inside}"
            if value is not None and not holds(reach, value):
                return shown
    return None


def holds(reach: Interval, value) -> bool:
    """Exactly for exact values; a double is rounded, so that the real value lies at most one step away from it."""
    if not isinstance(value, float):
        return reach.contains(value)
    return Interval.of(nextafter(value, -inf), nextafter(value, inf)).meet(reach) is not None


@rows(POINTWISE + LOGIC)
def test_the_range_of_a_box_holds_the_value_at_every_point_and_the_domain_is_sound(row: Operator):
    assert counterexample(row) is None


class _Wrong(IntervalKernel):
    """Four rules that are easy to get wrong."""

    def mul(self, a, b):
        return Interval(a.lo * b.lo, a.hi * b.hi)

    def abs(self, a):
        return Interval(abs(a.lo), abs(a.hi)) if abs(a.lo) <= abs(a.hi) else Interval(abs(a.hi), abs(a.lo))

    def sub(self, a, b):
        return Interval(a.lo - b.lo, a.hi - b.hi)

    def exp(self, a):
        point = Interval.of(nextafter(super().exp(a).hi, inf)) if a.hi < 700 else REAL
        return point if a.is_point else super().exp(a)


@pytest.mark.parametrize("name", ["mul", "abs", "sub", "exp"])
def test_a_wrong_rule_is_found(name: str):
    assert counterexample(OPERATORS[name], _Wrong()) is not None


MONOTONE = [row for row in POINTWISE + LOGIC if set(row.monotone) - {"?"}]


@rows(MONOTONE)
def test_the_signs_are_true(row: Operator):
    rng, kinds = random.Random(row.name), _kinds(row)
    for _ in range(BOXES):
        box = [a_box(rng, kind) for kind in kinds]
        point = [a_point(rng, interval, kind) for interval, kind in zip(box, kinds, strict=True)]
        for position, sign in enumerate(row.monotone):
            other = list(point)
            other[position] = a_point(rng, box[position], kinds[position])
            below, above = sorted((point, other), key=lambda p: p[position])
            low, high = call(FLOATS, row, *below), call(FLOATS, row, *above)
            if sign == "?" or low is None or high is None:
                continue
            if sign == "-":
                low, high = high, low
            assert low <= high or low <= nextafter(float(high), inf), (row.name, below, above)


@rows([row for row in MONOTONE if "?" not in row.monotone and row.name != "coalesce"])
def test_the_range_of_a_row_of_known_signs_is_what_its_corners_give(row: Operator):
    rng, kinds = random.Random(row.name), _kinds(row)
    for _ in range(BOXES):
        box = [a_box(rng, kind) for kind in kinds]
        reach = bound(row, *box)
        low = [_end(x, sign == "+", kind) for x, sign, kind in zip(box, row.monotone, kinds, strict=True)]
        high = [_end(x, sign == "-", kind) for x, sign, kind in zip(box, row.monotone, kinds, strict=True)]
        for corner, found in ((low, reach.lo), (high, reach.hi)):
            value = call(FLOATS, row, *corner) if not any(map(_infinite, corner)) else None
            if value is not None:
                assert _near(value, found), (row.name, corner, value, str(reach))


def _end(x: Interval, low: bool, kind: str):
    end = x.lo if low else x.hi
    return bool(end) if kind == "bool" else end


def _infinite(x) -> bool:
    return isinstance(x, float)


def _near(value, end) -> bool:
    if _infinite(end):
        return isinf(value)
    if isinstance(value, float):
        return isinf(value) or abs(Fraction(value) - end) <= 12 * max(abs(end) * Fraction(2) ** -52, Fraction(5e-324))
    return value == end


# --- laws -------------------------------------------------------------------------------------------------------------

_TRUTHS = [True, False, None]


def _samples(row: Operator, count: int) -> list[list]:
    rng = random.Random(row.name)
    if row.arguments[0].kinds == "bool":
        return [[rng.choice(_TRUTHS) for _ in range(3)] for _ in range(count)]
    return [[a_number(rng) for _ in range(3)] for _ in range(count)]


def _holds(row: Operator, law: str, a, b, c) -> bool:
    def f(*args):
        return call(FLOATS, row, *args)

    zero, one = (False, True) if row.arguments[0].kinds == "bool" else (0, 1)
    unary = len(row.arguments) == 1
    sides = {
        "commutative": lambda: (f(a, b), f(b, a)),
        "associative": lambda: (f(f(a, b), c), f(a, f(b, c))),
        "idempotent": lambda: (f(f(a)), f(a)) if unary else (f(a, a), a),
        "involution": lambda: (f(f(a)), a),
        "zero": lambda: (f(a, zero), a),
        "one": lambda: (f(a, one), a),
        "absorbs_zero": lambda: (f(a, zero), zero),
    }
    left, right = sides[law]()
    return left == right


LAWS = [(row, law) for row in OPERATORS.values() for law in row.laws]


@pytest.mark.parametrize(("row", "law"), LAWS, ids=[f"{row.name}-{law}" for row, law in LAWS])
def test_the_law_holds(row: Operator, law: str):
    for a, b, c in _samples(row, 200):
        assert _holds(row, law, a, b, c), (row.name, law, a, b, c)


FALSE_LAWS = [("sub", "commutative"), ("sub", "associative"), ("add", "one"), ("or", "absorbs_zero"), ("exp", "idempotent"),
              ("abs", "involution"), ("implies", "zero")]


@pytest.mark.parametrize(("name", "law"), FALSE_LAWS)
def test_a_law_that_does_not_hold_is_found(name: str, law: str):
    row = OPERATORS[name]
    assert not all(_holds(row, law, a, b, c) for a, b, c in _samples(row, 200))


# --- invalid ------------------------------------------------------------------------------------------------------------


@rows(POINTWISE)
def test_an_invalid_argument_makes_the_result_invalid(row: Operator):
    for position in range(len(row.arguments)):
        args = [1.0 if argument.kinds != "bool" else True for argument in row.arguments]
        args[position] = None
        assert call(FLOATS, row, *args) is None


def test_what_a_closed_gate_hides_has_no_effect():
    gate = OPERATORS["gate"]
    assert call(FLOATS, gate, True, 1, None) == 1
    assert call(FLOATS, gate, False, None, 2) == 2
    assert call(FLOATS, gate, None, 1, 1) is None


OUTSIDE = [("div", (1, 0)), ("log", (0,)), ("log", (-1,)), ("sqrt", (-1,)), ("log1p", (-1,)), ("pow", (-8, 0.5)),
           ("pow", (0, -1)), ("sub", (inf, inf)), ("mul", (0, inf))]


@pytest.mark.parametrize(("name", "args"), OUTSIDE)
def test_outside_the_domain_and_for_no_number_the_value_is_invalid(name: str, args: tuple):
    assert call(FLOATS, OPERATORS[name], *args) is None


LARGE = [("exp", (1000,), inf), ("pow", (10, 400), inf), ("pow", (-10, 401), -inf), ("mul", (10**200, 10**200), inf)]


@pytest.mark.parametrize(("name", "args", "value"), LARGE)
def test_an_overflow_is_an_infinity(name: str, args: tuple, value: float):
    assert call(FLOATS, OPERATORS[name], *args) == value
