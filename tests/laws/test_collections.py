"""Reductions, scans and placements: ranges of collections hold what the float kernel makes of lists."""

import random
from fractions import Fraction
from math import inf, nextafter

import pytest

from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.intervals import FALSE, KERNEL, TRUE, UNKNOWN, Elements, IntervalKernel, bound, domain
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS, of_family
from rewardlang.values.interval import Interval

FLOATS = FloatKernel()
OPTIONS = {
    "var": [{"ddof": 0}, {"ddof": 1}, {"ddof": 2}],
    "std": [{"ddof": 0}, {"ddof": 1}],
    "quantile": [{"q": 0}, {"q": Fraction(1, 3)}, {"q": 1}],
    "norm": [{"p": 1}, {"p": 2}, {"p": 3}, {"p": inf}],
    "rank": [{"ties": ties} for ties in ("order", "average", "min", "max", "dense")],
}
CASES = [(row, options) for row in (*of_family(Family.REDUCTION), *of_family(Family.SCAN))
         for options in OPTIONS.get(row.name, [{}])]


def _name(case) -> str:
    row, options = case
    return "-".join([row.name, *(f"{name}={value}" for name, value in options.items())])


def a_value(rng: random.Random, truth: bool) -> Interval:
    if truth:
        return rng.choice([FALSE, TRUE, UNKNOWN])
    low, high = sorted(Fraction(rng.choice([-40, -8, -3, 0, 2, 5, 30]), rng.choice([1, 4])) for _ in range(2))
    return Interval.of(low, high if rng.random() < 0.8 else low)


def an_entry(rng: random.Random, value: Interval, truth: bool):
    if truth:
        return rng.choice([bool(value.lo), bool(value.hi)])
    inside = value.lo + (value.hi - value.lo) * Fraction(rng.randint(0, 8), 8)
    return Fraction(rng.choice([value.lo, value.hi, inside, inside]))


def counterexample(row: Operator, options: dict, kernel: IntervalKernel = KERNEL) -> str | None:
    """A list within the ranges whose result is not."""
    rng, truth = random.Random(_name((row, options))), row.arguments[0].kinds == "bool"
    for _ in range(400):
        low, high = sorted((rng.randint(0, 6), rng.randint(0, 6)))
        length = rng.randint(low, high)
        value = a_value(rng, truth)
        elements = Elements(value, Interval(low, high) if rng.random() < 0.8 else Interval(low, inf))
        starts = [a_value(rng, truth) for argument in row.arguments[1:] if not argument.option]
        reach = (row.bounds or row.meaning)(kernel, elements, *starts, **options)
        reach = reach.value if isinstance(reach, Elements) else reach
        inside = domain(row, elements, *starts, **options)
        xs = [an_entry(rng, value, truth) for _ in range(length)]
        result = call(FLOATS, row, xs, *(an_entry(rng, start, truth) for start in starts), **options)
        shown = f"{row.name} of {[float(x) for x in xs]} is {result}; {elements} -> {reach}, domain {inside}"
        if result is None and inside == TRUE or result is not None and inside == FALSE:
            return shown
        for entry in result if isinstance(result, list) else [result]:
            if entry is not None and not _holds(reach, entry):
                return shown
    return None


def _holds(reach: Interval, value) -> bool:
    """Exactly for exact values; a double may be rounded a few times."""
    if not isinstance(value, float):
        return reach.contains(value)
    slack = max(abs(value) * 1e-14, nextafter(0.0, 1.0))
    return reach.lo <= value + slack and value - slack <= reach.hi


@pytest.mark.parametrize(("row", "options"), CASES, ids=map(_name, CASES))
def test_the_range_holds_the_result_for_every_list(row: Operator, options: dict):
    assert counterexample(row, options) is None


class _Wrong(IntervalKernel):
    """Rules that are easy to get wrong."""

    def sum(self, xs):
        return Interval(xs.count.lo, xs.count.lo) * xs.value

    def prod(self, xs):
        return Interval(xs.value.lo, xs.value.hi)

    def cumsum(self, xs):
        return Elements(xs.count * xs.value, xs.count)

    def any(self, xs):
        return xs.value

    def prev(self, xs, start):
        return xs


@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "any", "prev"])
def test_a_wrong_rule_is_found(name: str):
    assert counterexample(OPERATORS[name], {}, _Wrong()) is not None


TIGHT = [
    ("sum", Interval(-1, 2), Interval(3, 5), {}, Interval(-5, 10)),
    ("mean", Interval(-1, 2), Interval(3, inf), {}, Interval(-1, 2)),
    ("prod", Interval(0, 1), Interval(0, inf), {}, Interval(0, 1)),
    ("prod", Interval(-1, 1), Interval(0, inf), {}, Interval(-1, 1)),
    ("prod", Interval(2, 3), Interval(2, 3), {}, Interval(4, 27)),
    ("var", Interval(0, 1), Interval(1, inf), {"ddof": 0}, Interval(0, Fraction(1, 4))),
    ("var", Interval(0, 1), Interval(2, inf), {"ddof": 1}, Interval(0, Fraction(1, 2))),
    ("std", Interval(0, 1), Interval(1, inf), {"ddof": 0}, Interval(0, Fraction(1, 2))),
    ("norm", Interval(-3, 3), Interval(4, 4), {"p": 2}, Interval(0, 6)),
    ("norm", Interval(3, 4), Interval(1, 2), {"p": inf}, Interval(3, 4)),
    ("argmax", Interval(0, 1), Interval(1, 4), {}, Interval(0, 3)),
    ("any", UNKNOWN, Interval(0, 0), {}, FALSE),
    ("all", FALSE, Interval(1, 2), {}, FALSE),
    ("rank", UNKNOWN, Interval(2, 8), {"ties": "order"}, Interval(1, 8)),
    ("cumcount", UNKNOWN, Interval(2, 8), {}, Interval(1, 8)),
]


@pytest.mark.parametrize(("name", "value", "count", "options", "wanted"), TIGHT, ids=[case[0] for case in TIGHT])
def test_the_range_is_no_wider_than_it_need_be(name, value, count, options, wanted):
    assert bound(OPERATORS[name], Elements(value, count), **options) == wanted


@pytest.mark.parametrize("count", [2, 3, 6])
def test_the_range_of_a_softmax_is_reached(count: int):
    reach = bound(OPERATORS["softmax"], Elements(Interval(0, 1), Interval(count, count)))
    least = call(FLOATS, OPERATORS["softmax"], [0] + [1] * (count - 1))[0]
    greatest = call(FLOATS, OPERATORS["softmax"], [1] + [0] * (count - 1))[0]
    assert reach.lo <= least <= reach.lo + 1e-12 and reach.hi - 1e-12 <= greatest <= reach.hi


RANKS = [("order", [2, 1, 3, 4]), ("average", [3.0, 1.0, 3.0, 3.0]), ("min", [2, 1, 2, 2]), ("max", [4, 1, 4, 4]),
         ("dense", [2, 1, 2, 2])]


@pytest.mark.parametrize(("ties", "wanted"), RANKS)
def test_how_equal_entries_rank(ties: str, wanted: list):
    assert call(FLOATS, OPERATORS["rank"], [5, 9, 5, 5], ties=ties) == wanted
    assert call(FLOATS, OPERATORS["rank"], [5, 5, 1], ties=ties)[2] == (2 if ties == "dense" else 3)


def test_placements_stay_within_their_ranges():
    rng = random.Random(0)
    for _ in range(300):
        value, length = a_value(rng, False), rng.randint(1, 4)
        size = Interval(length, length)
        xs = [an_entry(rng, value, False) for _ in range(3)]
        at = [rng.randrange(length) for _ in xs]
        entries, indices = Elements(value, Interval(3, 3)), Elements(Interval(0, length - 1), Interval(3, 3))
        found = {
            "at_first": ((xs[0],), {"length": length}, (value,), {"length": size}),
            "at_last": ((xs[0],), {"length": length}, (value,), {"length": size}),
            "every": ((xs[0],), {"length": length}, (value,), {"length": size}),
            "place": ((xs, at), {"length": length}, (entries, indices), {"length": size}),
            "spread": ((xs, at), {}, (entries, indices), {}),
            "rename": ((xs,), {}, (entries,), {}),
            "vector": (xs, {}, [value] * 3, {}),
            "index": ((), {"length": length}, (), {"length": size}),
        }
        for name, (args, options, ranges, range_options) in found.items():
            reach = bound(OPERATORS[name], *ranges, **range_options)
            for entry in call(FLOATS, OPERATORS[name], *args, **options):
                assert entry is None or reach.contains(entry), (name, args, options, str(reach))


def test_a_place_out_of_range_makes_all_invalid_and_a_spread_only_its_own_entry():
    assert call(FLOATS, OPERATORS["place"], [1, 2], [0, 3], length=2) == [None, None]
    assert call(FLOATS, OPERATORS["spread"], [5, 6], [1, -1, 2]) == [6, None, None]


@pytest.mark.parametrize("name", [row.name for row in of_family(Family.REDUCTION)])
def test_what_no_entries_give(name: str):
    options = OPTIONS.get(name, [{}])[0]
    known = {"sum": 0, "prod": 1, "any": False, "all": True, "count": 0}
    assert call(FLOATS, OPERATORS[name], [], **options) == known.get(name)


STRICT = [row.name for row in of_family(Family.REDUCTION) if row.name not in ("any", "all", "count")]


@pytest.mark.parametrize("name", STRICT)
def test_an_invalid_entry_makes_a_reduction_invalid(name: str):
    assert call(FLOATS, OPERATORS[name], [1, None, 2], **OPTIONS.get(name, [{}])[0]) is None
