"""Elementary functions of intervals against mpmath: values of sixty digits, and its own interval arithmetic."""

import random
from collections.abc import Callable
from fractions import Fraction
from math import inf, nextafter

import mpmath
import pytest

from rewardlang.values import elementary
from rewardlang.values.interval import PI, REAL, Interval

DIGITS = 60

UNARY: dict[str, Callable] = {
    "exp": mpmath.exp, "log": mpmath.log, "log1p": mpmath.log1p, "sqrt": mpmath.sqrt, "tanh": mpmath.tanh, "cos": mpmath.cos,
    "sin": mpmath.sin, "tan": mpmath.tan, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}
LEAST = {"log": 0, "log1p": -1, "sqrt": 0}
GROWING = ("exp", "softplus")


@pytest.fixture(autouse=True)
def sixty_digits():
    with mpmath.workdps(DIGITS):
        yield


def number(x) -> mpmath.mpf:
    x = Fraction(x)
    return mpmath.mpf(x.numerator) / x.denominator


def holds(interval: Interval, value: mpmath.mpf) -> bool:
    """Up to the rounding of the oracle itself."""
    slack = abs(value) * mpmath.mpf(10) ** (5 - DIGITS)
    low = interval.lo == -inf or number(interval.lo) <= value + slack
    return low and (interval.hi == inf or value - slack <= number(interval.hi))


def an_end(rng: random.Random) -> Fraction:
    scale = rng.choice([1, 1, 1, Fraction(1, 10**20), 10**5])
    return Fraction(rng.randint(-10**6, 10**6), rng.choice([1, 3, 7, 1000, 10**6, 10**9])) * scale


def a_range(rng: random.Random) -> tuple[Fraction, Fraction]:
    low, high = sorted((an_end(rng), an_end(rng)))
    return (low, low + abs(an_end(rng)) / 10**6) if rng.random() < 0.4 else (low, high)


def inside(name: str, x: Fraction) -> bool:
    if name in LEAST and (x < LEAST[name] or x == LEAST[name] and name != "sqrt"):
        return False
    return name not in GROWING or x < 10**4


@pytest.mark.parametrize("name", UNARY)
def test_every_value_lies_in_the_range(name: str):
    rng, function = random.Random(name), getattr(elementary, name)
    for _ in range(600):
        low, high = a_range(rng)
        reach = function(Interval.of(low, high))
        assert reach.lo <= reach.hi
        for share in (0, 1, Fraction(rng.random())):
            x = low + (high - low) * share
            if inside(name, x):
                assert holds(reach, UNARY[name](number(x))), (float(low), float(high), float(x), str(reach))


@pytest.mark.parametrize("name", [name for name in UNARY if name not in ("sin", "cos", "tan")])
def test_the_ends_are_reached_within_sixteen_units_in_the_last_place(name: str):
    rng, function = random.Random(name), getattr(elementary, name)
    for _ in range(300):
        low, high = sorted(Fraction(rng.uniform(-30, 30)) for _ in range(2))
        reach = function(Interval.of(low, high))
        for x, end in ((low, reach.lo), (high, reach.hi)):
            if inside(name, x):
                value = UNARY[name](number(x))
                assert abs(number(end) - value) <= 16 * mpmath.mpf(2) ** -52 * abs(value)


@pytest.mark.parametrize("name", ["exp", "cos", "sin"])
def test_it_agrees_with_another_interval_arithmetic(name: str):
    rng = random.Random(name)
    for _ in range(300):
        low, high = sorted(rng.uniform(-20, 20) for _ in range(2))
        ours = getattr(elementary, name)(Interval.of(low, high))
        theirs = getattr(mpmath.iv, name)(mpmath.iv.mpf([low, high]))
        for end, other in ((ours.lo, theirs.a.a), (ours.hi, theirs.b.b)):
            assert abs(number(end) - mpmath.mpf(other)) <= 1e-13 * (1 + abs(mpmath.mpf(other)))


EXACT = [
    ("exp", Interval(0, 0), Interval(1, 1)), ("log", Interval(1, 1), Interval(0, 0)),
    ("sqrt", Interval(4, 9), Interval(2, 3)),
    ("sqrt", Interval.of(Fraction(1, 4), Fraction(9, 16)), Interval(Fraction(1, 2), Fraction(3, 4))),
    ("tanh", REAL, Interval(-1, 1)), ("sigmoid", REAL, Interval(0, 1)),
    ("sigmoid", Interval(0, 0), Interval.of(Fraction(1, 2))),
    ("exp", REAL, Interval(0, inf)), ("softplus", REAL, Interval(0, inf)), ("log", Interval(0, 1), Interval(-inf, 0)),
    ("log", Interval(-3, -1), REAL), ("sqrt", Interval(-4, 4), Interval(0, 2)), ("sqrt", Interval(-4, -1), REAL),
    ("cos", REAL, Interval(-1, 1)), ("cos", Interval(0, 0), Interval(1, 1)), ("sin", Interval(0, 0), Interval(0, 0)),
    ("cos", Interval(10**40, 10**40), Interval(-1, 1)), ("tan", Interval(1, 2), REAL),
    ("tan", Interval(0, 0), Interval(0, 0)),
    ("tanh", Interval(-1000, 1000), Interval(-1, 1)), ("log1p", Interval(0, 0), Interval(0, 0)),
]


@pytest.mark.parametrize(("name", "x", "wanted"), EXACT, ids=[f"{name} {x}" for name, x, _ in EXACT])
def test_known_values_are_exact(name: str, x: Interval, wanted: Interval):
    assert getattr(elementary, name)(x) == wanted


@pytest.mark.parametrize("half_turn", [PI, Interval(PI.lo, PI.lo)], ids=["enclosed", "double"])
def test_the_cosine_schedule_has_its_range(half_turn: Interval):
    angle = half_turn * Interval(0, 4096) / Interval(4096, 4096)
    assert elementary.cos(angle) == Interval(-1, 1)
    assert elementary.cos(half_turn * Interval(0, 2048) / Interval(4096, 4096)).lo > -1e-15
    assert elementary.sin(angle).hi == 1 and elementary.sin(angle).lo > -1e-15


def test_overflows_are_bounded_by_the_last_double():
    assert elementary.exp(Interval(1000, 2000)) == Interval(int(nextafter(inf, 0)), inf)
    assert elementary.exp(Interval(-2000, -1000)).lo == 0 < elementary.exp(Interval(-2000, -1000)).hi < 1e-300


def test_angles_of_points():
    rng = random.Random(0)
    for _ in range(1500):
        (low, high), (left, right) = a_range(rng), a_range(rng)
        reach = elementary.atan2(Interval.of(low, high), Interval.of(left, right))
        for _ in range(3):
            y = low + (high - low) * rng.choice([0, 1, Fraction(rng.random())])
            x = left + (right - left) * rng.choice([0, 1, Fraction(rng.random())])
            assert holds(reach, mpmath.atan2(number(y), number(x))), (low, high, left, right, y, x, str(reach))
    quarter = elementary.atan2(Interval(0, 1), Interval(0, 1))
    assert quarter.lo == 0 and 1.5707 < quarter.hi < 1.5708


def a_power_range(rng: random.Random) -> tuple[Fraction, Fraction]:
    low, high = sorted(Fraction(rng.randint(-40, 40), rng.choice([1, 2, 3, 7])) for _ in range(2))
    return low, rng.choice([low, high])


def test_powers_hold_every_value():
    rng = random.Random(0)
    for _ in range(3000):
        (low, high), (least, most) = a_power_range(rng), a_power_range(rng)
        if rng.random() < 0.4:
            least = most = Fraction(rng.randint(-6, 6))
        reach = elementary.power(Interval.of(low, high), Interval.of(least, most))
        for _ in range(3):
            x = rng.choice([low, high, low + (high - low) * Fraction(rng.random())])
            y = rng.choice([least, most, Fraction(round((least + most) / 2))])
            real = x > 0 or y.denominator == 1 and (x != 0 or y >= 0) or x == 0 and y >= 0
            if least <= y <= most and real:
                assert holds(reach, mpmath.power(number(x), number(y))), (low, high, least, most, x, y, str(reach))


POWERS = [
    (Interval(-2, 3), 2, Interval(0, 9)), (Interval(-2, 3), 3, Interval(-8, 27)), (Interval(-2, 3), 0, Interval(1, 1)),
    (Interval(2, 4), -1, Interval.of(0.25, 0.5)), (Interval(-1, 1), -2, Interval(1, inf)),
    (Interval(0, 1), Fraction(1, 2), Interval(0, 1)),
    (REAL, 2, Interval(0, inf)), (REAL, 3, REAL), (Interval(-2, -1), Fraction(1, 2), REAL),
    (Interval.of(Fraction(1, 3)), 3, Interval.of(Fraction(1, 27))),
]


@pytest.mark.parametrize(("x", "n", "wanted"), POWERS, ids=[f"{x} ** {n}" for x, n, _ in POWERS])
def test_known_powers_are_exact(x: Interval, n, wanted: Interval):
    assert elementary.power(x, Interval.of(n)) == wanted


def test_a_huge_power_is_bounded_quickly():
    reach = elementary.power(Interval(2, 3), Interval.of(10**6))
    assert reach.hi == inf and reach.lo == int(nextafter(inf, 0))
    small = elementary.power(Interval.of(Fraction(999999, 10**6)), Interval.of(10**6))
    assert holds(small, mpmath.power(mpmath.mpf(999999) / 10**6, 10**6)) and small.width < 1e-9
