"""Intervals: decided exactly, sound against exact rationals, tight where the answer is known."""

from fractions import Fraction
from math import inf, nan, nextafter, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.values.endpoint import MAX_BITS, above, below, double_down, double_up, round_down, round_up
from rewardlang.values.interval import PI, REAL, UNIT, Interval

FINITE = st.one_of(st.integers(-20, 20), st.fractions(-10, 10, max_denominator=50))
ENDS = st.one_of(FINITE, st.floats(allow_nan=False, allow_infinity=False), st.just(inf), st.just(-inf))


def exactly(text: str) -> Interval:
    return Interval.of(Fraction(text))


@st.composite
def intervals(draw, ends=ENDS):
    return Interval.of(*sorted((draw(ends), draw(ends))))


@st.composite
def with_points(draw):
    """An interval of finite ends and a point in it."""
    interval = draw(intervals(FINITE))
    share = draw(st.fractions(0, 1, max_denominator=40))
    return interval, interval.lo + (interval.hi - interval.lo) * share


def test_decimals_are_decided_exactly():
    total = exactly("0.1") + exactly("0.2")
    assert Interval.of(0, Fraction("0.3")).contains(total)
    assert Interval.of(0, Fraction("6.2")).contains(exactly("0.3") / exactly("0.1") + exactly("3.2"))
    assert not Interval.of(0, 0.3).contains(exactly("0.3")), "the double 0.3 lies below three tenths"


def test_conversion_is_exact_and_tidy():
    assert Interval.of(0.5, 2.0) == Interval(Fraction(1, 2), 2)
    assert all(type(Interval.of(x).lo) is int for x in (2.0, Fraction(4, 2), True))
    assert Interval.of(0.1).lo == Fraction(3602879701896397, 36028797018963968)
    with pytest.raises(ValueError, match="empty"):
        Interval.of(1, 0)
    with pytest.raises(ValueError, match="not a number"):
        Interval.of(nan)


def test_meet_hull_width_and_points():
    a, b = Interval(0, 2), Interval(1, 5)
    assert a.meet(b) == Interval(1, 2) and a.hull(b) == Interval(0, 5) and a.width == 2
    assert a.meet(Interval(3, 4)) is None and a.meet(Interval(2, 4)) == Interval(2, 2)
    assert Interval(2, 2).is_point and not a.is_point and REAL.width == inf and Interval(inf, inf).width == 0
    assert a.is_finite and not Interval(0, inf).is_finite
    assert not a.contains(nan) and REAL.contains(inf) and a.contains(Interval(0, 1)) and not a.contains(b)


SHOWN = [(Interval.of(-1, Fraction("1.3")), "[-1, 1.3]", [-1, 1.3]), (Interval(0, inf), "[0, inf]", [0, "inf"]),
         (REAL, "[-inf, inf]", ["-inf", "inf"]), (Interval.of(Fraction(1, 3)), "[0.333333, 0.333334]", [1 / 3, nextafter(1 / 3, 1)]),
         (Interval.of(1e-9, 10**20), "[1e-09, 1e+20]", [1e-9, 10**20])]


@pytest.mark.parametrize(("interval", "text", "data"), SHOWN, ids=[case[1] for case in SHOWN])
def test_how_it_is_written(interval, text, data):
    assert str(interval) == text and interval.to_json() == data


@given(with_points(), with_points())
def test_arithmetic_holds_every_point(one, other):
    (a, x), (b, y) = one, other
    assert (a + b).contains(x + y) and (a - b).contains(x - y) and (a * b).contains(x * y) and (-a).contains(-x)
    assert abs(a).contains(abs(x)) and a.minimum(b).contains(min(x, y)) and a.maximum(b).contains(max(x, y))
    assert a.floor().contains(x // 1) and a.ceil().contains(-(-x // 1)) and a.round().contains(round(x))
    if y:
        assert (a / b).contains(Fraction(x) / y)


@given(with_points(), with_points())
def test_finite_arithmetic_is_exact_at_the_ends(one, other):
    (a, _), (b, _) = one, other
    products = [x * y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    assert a + b == Interval(a.lo + b.lo, a.hi + b.hi) and a - b == Interval(a.lo - b.hi, a.hi - b.lo)
    assert a * b == Interval(min(products), max(products))
    if b.lo > 0 or b.hi < 0:
        quotients = [Fraction(x) / y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
        assert a / b == Interval(min(quotients), max(quotients))


@given(intervals(), intervals())
def test_results_are_intervals_whatever_the_ends(a, b):
    rounded = (a.floor(), a.ceil(), a.round())
    for result in (a + b, a - b, a * b, a / b, -a, abs(a), a.minimum(b), a.maximum(b), a.hull(b), *rounded):
        assert result.lo <= result.hi
        assert all(type(end) in (int, Fraction) or end in (inf, -inf) for end in (result.lo, result.hi))
        assert all(type(end) is not Fraction or end.denominator > 1 for end in (result.lo, result.hi))


@given(intervals(FINITE), intervals(FINITE), intervals(FINITE))
def test_wider_arguments_give_wider_results(a, b, c):
    wide = a.hull(c)
    for f in (Interval.__add__, Interval.__sub__, Interval.__mul__, Interval.__truediv__):
        assert f(wide, b).contains(f(a, b))


def test_infinite_ends():
    assert Interval(0, 0) * REAL == Interval(0, 0) and UNIT * Interval(0, inf) == Interval(0, inf)
    assert Interval(inf, inf) - Interval(inf, inf) == REAL
    assert Interval(1, 1) / Interval(2, inf) == Interval(0, Fraction(1, 2))
    assert UNIT / Interval(0, 1) == Interval(0, inf) and UNIT / Interval(-1, 1) == REAL == UNIT / Interval(0, 0)


@given(st.fractions(), st.integers(1, 40))
def test_long_rationals_are_rounded_outward(x, n):
    power = (x + Fraction(1, 3)) ** n
    low, high = round_down(power), round_up(power)
    assert low <= power <= high
    assert power.numerator.bit_length() + power.denominator.bit_length() > MAX_BITS or low == power == high
    assert double_down(power) <= power <= double_up(power) and nextafter(double_down(power), inf) >= double_up(power)


def test_what_is_beyond_all_doubles_is_rounded_to_the_last_or_to_infinity():
    large = 10**400
    assert round_up(large) == inf and round_down(large) == int(nextafter(inf, 0)) and round_down(-large) == -inf
    assert round_down(Fraction(1, large)) == 0 and round_up(Fraction(1, large)) == Fraction(nextafter(0, 1))


@given(st.one_of(st.integers(-20, 20), st.fractions(-5, 5), st.floats(-100, 100)))
def test_the_next_endpoint(x):
    x = Interval.of(x).lo
    assert above(x, True) > x >= above(x, True) - 1 and type(above(x, True)) is int
    assert below(x, True) < x <= below(x, True) + 1
    assert above(x, False) == Fraction(nextafter(double_down(x), inf)) > x
    assert below(x, False) == Fraction(nextafter(double_up(x), -inf)) < x


def test_pi_is_enclosed_by_neighbouring_doubles():
    digits = Fraction("3.14159265358979323846264338327950288")
    assert PI.lo < digits < PI.hi and float(PI.lo) == pi and float(PI.hi) == nextafter(pi, 4)
