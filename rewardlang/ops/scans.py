"""Rows whose result keeps the axis and whose positions see others."""

from rewardlang.ops.build import anything, family, numbers, option, primitive
from rewardlang.ops.row import Family

row = family(Family.SCAN)


def _delta(k, xs, start):
    return k.each(k.sub, xs, k.prev(xs, start))


def _cummean(k, xs):
    return k.each(k.div, k.cumsum(xs), k.cumcount(xs))


#: Each position holds the reduction of the entries up to and with its own.
RUNNING = (
    row("cumsum", numbers("x"), "arithmetic", "first", primitive("cumsum"),
        "Sum of the entries so far, this one included.", ("cumsum([1, 2, 3] over step)", [1, 3, 6]),
        monotone="+", smooth=True, memory=("total",)),
    row("cumprod", numbers("x"), "arithmetic", "none", primitive("cumprod"),
        "Product of the entries so far, this one included.", ("cumprod([1, 2, 3] over step)", [1, 2, 6]), smooth=True,
        memory=("product",)),
    row("cummax", numbers("x"), "arithmetic", "first", primitive("cummax"),
        "The greatest entry so far; invalid before the first that `where` admits.",
        ("cummax([1, 3, 2] over step)", [1, 3, 3]), monotone="+", memory=("count", "greatest")),
    row("cummin", numbers("x"), "arithmetic", "first", primitive("cummin"),
        "The least entry so far; invalid before the first that `where` admits.",
        ("cummin([2, 1, 3] over step)", [2, 1, 1]), monotone="+", memory=("count", "least")),
    row("cummean", numbers("x"), "float", "first", _cummean,
        "Mean of the entries so far; invalid before the first that `where` admits.",
        ("cummean([1, 3, 2] over step)", [1.0, 2.0, 2.0]), bounds=lambda k, xs: xs, monotone="+", smooth=True,
        memory=("count", "total")),
    row("cumcount", anything("x"), "int", "drop", primitive("cumcount"),
        "The number of positions so far, this one included, of those with `where` that it admits.",
        ("cumcount(over step)", [1, 2, 3]), memory=("count",)),
)

#: Each position looks at the one next to it that `where` and `by` admit.
NEIGHBOURS = (
    row("prev", anything("x", "start"), "first", "same", primitive("prev"),
        "The entry before; `start` where there is none.", ("prev([1, 2, 3] over step, 0)", [0, 1, 2]),
        monotone="++", smooth=True, memory=("count", "last")),
    row("ahead", anything("x", "end"), "first", "same", primitive("ahead"),
        "The entry after; `end` where there is none.", ("ahead([1, 2, 3] over step, 0)", [2, 3, 0]),
        monotone="++", smooth=True),
    row("delta", numbers("x", "start"), "arithmetic", "same", _delta,
        "x - prev(x, start).", ("delta([1, 4, 6] over step, 0)", [1, 3, 2]), monotone="?-", smooth=True,
        memory=("count", "last")),
)

#: Each position is compared with all; those that `where` does not admit get no value.
WHOLE = (
    row("softmax", numbers("x"), "float", "none", primitive("softmax"),
        "exp(x) divided by the sum of exp(x), in [0, 1]; invalid where `where` does not admit the entry.",
        ("softmax([2, 2] over claim)", [0.5, 0.5]), smooth=True),
    row("rank", (*numbers("x"), option("ties", "order", "any")), "float", "drop", primitive("rank"),
        "1 for the greatest entry. Equal ones rank in their `order`, or share the `average`, `min` or `max` of their ranks, "
        "or are `dense`, without gaps; invalid where `where` does not admit the entry.",
        ("rank([5, 9, 5] over group, ties = average)", [2.5, 1.0, 2.5])),
)

SCANS = RUNNING + NEIGHBOURS + WHOLE
