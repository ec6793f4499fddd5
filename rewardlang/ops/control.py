"""Rows that decide which argument counts; each has its own rule for `invalid`."""

from rewardlang.ops.build import anything, bools, family, primitive
from rewardlang.ops.row import Argument, Family

row = family(Family.CONTROL)


def _implies(k, a, b):
    return k.logical_or(k.logical_not(a), b)


CONTROL = (
    row("gate", (Argument("condition", "bool"), *anything("a", "b")), "arithmetic", "same", primitive("where"),
        "`a` where the condition holds, else `b`. The closed side is not evaluated where that costs anything, and what it "
        "hides has no effect, be it invalid; an invalid condition makes the result invalid.",
        ("gate true { 1 } else invalid", 1), monotone="?++"),
    row("coalesce", anything("a", "b"), "arithmetic", "same", primitive("coalesce"),
        "`a` where it is valid, else `b`, which is evaluated only there.", ("invalid ?? 2", 2), symbol="??", monotone="++"),
    row("valid", anything("x"), "bool", "drop", primitive("valid"),
        "Whether `x` is valid; itself never invalid.", ("valid(invalid)", False)),
    row("and", bools("a", "b"), "bool", "none", primitive("logical_and"),
        "Both. False if either is false, whatever the other; else invalid if either is.", ("false and invalid", False),
        symbol="and", monotone="++", laws=("commutative", "associative", "idempotent", "one", "absorbs_zero")),
    row("or", bools("a", "b"), "bool", "none", primitive("logical_or"),
        "Either. True if either is true, whatever the other; else invalid if either is.", ("true or invalid", True),
        symbol="or", monotone="++", laws=("commutative", "associative", "idempotent", "zero")),
    row("not", bools("a"), "bool", "none", primitive("logical_not"),
        "The opposite; invalid stays invalid.", ("not true", False), symbol="not", monotone="-", laws=("involution",)),
    row("implies", bools("a", "b"), "bool", "none", _implies,
        "`(not a) or b`, three-valued.", ("false implies invalid", True), symbol="implies", monotone="-+"),
    row("iff", bools("a", "b"), "bool", "none", lambda k, a, b: k.logical_and(_implies(k, a, b), _implies(k, b, a)),
        "Whether both are equal; invalid if either is.", ("true iff false", False), symbol="iff",
        laws=("commutative", "associative")),
)
