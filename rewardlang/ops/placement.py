"""Rows that move values between axes."""

from rewardlang.ops.build import anything, family, numbers, option, primitive
from rewardlang.ops.row import Argument, Family

row = family(Family.PLACEMENT)

LENGTH = option("length")  # the number of positions of the axis that the result gets: the evaluator gives it

PLACEMENT = (
    row("at_last", (*numbers("x"), LENGTH), "arithmetic", "first", primitive("at_last"),
        "`x` at the last position of an axis, 0 elsewhere.", ("at_last(5, step)", [0, 0, 5]), monotone="+", smooth=True),
    row("at_first", (*numbers("x"), LENGTH), "arithmetic", "first", primitive("at_first"),
        "`x` at the first position of an axis, 0 elsewhere.", ("at_first(5, step)", [5, 0, 0]), monotone="+", smooth=True),
    row("every", (*anything("x"), LENGTH), "first", "first", primitive("every"),
        "`x` at every position of an axis.", ("every(5, step)", [5, 5, 5]), monotone="+", smooth=True),
    row("place", (*numbers("x", "at"), LENGTH), "arithmetic", "first", primitive("place"),
        "Each entry of `x` at the position `at` of another axis, 0 elsewhere; entries of one position add up; a position "
        "out of range makes the result invalid.", ("place([1, 2, 4] over segment, at = [0, 2, 0], onto step)", [5, 0, 2]),
        monotone="+?", smooth=True),
    row("spread", (*anything("x"), *numbers("by")), "first", "first", primitive("spread"),
        "`x` at the position `by`, for each entry of `by`; invalid where that is out of range.",
        ("spread([10, 20] over turn, by = [0, 1, 1])", [10, 20, 20]), monotone="+?", smooth=True),
    row("rename", anything("x"), "first", "first", primitive("rename"),
        "The same values along a copy of the axis; of `batch` or `group`, the values of all rollouts of the population.",
        ("[1, 2][batch -> rival]", [1, 2]), monotone="+", smooth=True),
    row("pick", (*anything("x"), option("index")), "first", "first", primitive("pick"),
        "The entry at one position; invalid past the end of a ragged axis.", ("[4, 5, 6][2]", 6), monotone="+", smooth=True),
    row("vector", (Argument("items", "any"),), "arithmetic", "same", primitive("vector"),
        "Values side by side along an axis of their own.", ("[4, 5]", [4, 5]), monotone="+", smooth=True),
    row("index", (LENGTH,), "int", "drop", primitive("index"),
        "The position along an axis, from 0.", ("index(step)", [0, 1, 2])),
    row("length", (LENGTH,), "int", "drop", primitive("length"),
        "The number of positions of an axis.", ("length(step)", 3)),
)
