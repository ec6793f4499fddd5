"""Rows that take many entries to one: over axes of a rollout, or over a population of rollouts."""

from rewardlang.ops.build import anything, bools, family, nonempty, numbers, option, primitive
from rewardlang.ops.row import Family

row = family(Family.REDUCTION)


def _mean(k, xs):
    return k.div(k.sum(xs), k.count(xs))


def _std(k, xs, ddof):
    return k.sqrt(k.var(xs, ddof=ddof))


def _more_than_ddof(k, xs, ddof):
    return k.lt(k.constant(ddof), k.count(xs))


REDUCTIONS = (
    row("sum", numbers("x"), "arithmetic", "first", primitive("sum"),
        "Sum of the entries; 0 if there are none.", ("sum([1, 2, 4] over step)", 7), monotone="+", smooth=True,
        memory=("total",)),
    row("prod", numbers("x"), "arithmetic", "none", primitive("prod"),
        "Product of the entries; 1 if there are none.", ("prod([2, 3] over step)", 6), smooth=True, memory=("product",)),
    row("mean", numbers("x"), "float", "first", _mean,
        "Sum of the entries divided by their count; invalid if there are none.", ("mean([1, 2, 6] over step)", 3.0),
        domain=nonempty, bounds=lambda k, xs: k.first(xs), monotone="+", smooth=True, memory=("count", "total")),
    row("min", numbers("x"), "arithmetic", "first", primitive("min"),
        "The least entry; invalid if there are none.", ("min([3, 1, 2] over step)", 1), domain=nonempty, monotone="+",
        memory=("count", "least")),
    row("max", numbers("x"), "arithmetic", "first", primitive("max"),
        "The greatest entry; invalid if there are none.", ("max([3, 1, 2] over step)", 3), domain=nonempty, monotone="+",
        memory=("count", "greatest")),
    row("var", (*numbers("x"), option("ddof")), "float", "square", primitive("var"),
        "Squared distances from the mean, added and divided by count - ddof; invalid unless the count is greater than "
        "`ddof`, which is always stated.", ("var([1, 3] over group, ddof = 0)", 1.0), domain=_more_than_ddof, smooth=True,
        memory=("count", "mean", "spread")),
    row("std", (*numbers("x"), option("ddof")), "float", "first", _std,
        "Square root of `var`; invalid where that is.", ("std([1, 3] over group, ddof = 0)", 1.0), domain=_more_than_ddof,
        memory=("count", "mean", "spread")),
    row("any", bools("x"), "bool", "none", primitive("any"),
        "Whether an entry is true; false if there are none. An invalid entry matters only where no other is true.",
        ("any([false, invalid, true] over step)", True), monotone="+", memory=("greatest",)),
    row("all", bools("x"), "bool", "none", primitive("all"),
        "Whether every entry is true; true if there are none. An invalid entry matters only where no other is false.",
        ("all([true, invalid, false] over step)", False), monotone="+", memory=("least",)),
    row("count", anything("x"), "int", "drop", primitive("count"),
        "The number of positions, of those with `where` that it admits: `count(over claim where m)`; "
        "`sum(b over claim)` counts trues too.", ("count(over step)", 3), memory=("count",)),
    row("first", anything("x"), "first", "first", primitive("first"),
        "The first entry; invalid if there are none.", ("first([4, 5, 6] over turn)", 4), domain=nonempty, monotone="+",
        smooth=True, memory=("count", "first")),
    row("last", anything("x"), "first", "first", primitive("last"),
        "The last entry; invalid if there are none.", ("last([4, 5, 6] over turn)", 6), domain=nonempty, monotone="+",
        smooth=True, memory=("count", "last")),
    row("argmax", numbers("x"), "int", "drop", primitive("argmax"),
        "The position, from 0, of the greatest entry, the first of equal ones; invalid if there are none.",
        ("argmax([1, 5, 5] over step)", 1), domain=nonempty),
    row("argmin", numbers("x"), "int", "drop", primitive("argmin"),
        "The position, from 0, of the least entry, the first of equal ones; invalid if there are none.",
        ("argmin([2, 1, 1] over step)", 1), domain=nonempty),
    row("quantile", (*numbers("x"), option("q")), "float", "first", primitive("quantile"),
        "Linear between the sorted entries: q = 0 is the least, q = 1 the greatest, q = 0.5 the median; "
        "invalid if there are none.", ("quantile([1, 2, 4] over step, q = 0.75)", 3.0), domain=nonempty, monotone="+"),
    row("norm", (*numbers("x"), option("p", 2)), "float", "first", primitive("norm"),
        "(sum of |x|^p)^(1/p), the greatest |x| for p = inf; invalid if there are no entries.",
        ("norm([3, -4] over xyz)", 5.0), domain=nonempty),
)
