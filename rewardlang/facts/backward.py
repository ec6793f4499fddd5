"""What follows for an operator's arguments when its value is known to lie in a range: one rule an operator."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import inf

from rewardlang.ir.node import Node
from rewardlang.values.endpoint import Endpoint, above, exact
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

#: A conclusion: this node's value lies in this range (None: is valid, no range is known).
Conclusion = tuple[Node, Interval | None]
Look = Callable[[Node], Interval | None]

TRUE, FALSE = Interval(1, 1), Interval(0, 0)
TINY = Fraction(1, 2**1074)
INTEGRAL = frozenset({Kind.INT, Kind.BOOL, Kind.ENUM})


def is_integral(node: Node) -> bool:
    """Whether the entries of a node are whole numbers by type."""
    return node.type.kind in INTEGRAL


def truth(value: bool) -> Interval:
    """The range of a truth value that is known."""
    return TRUE if value else FALSE


def beyond(x: Endpoint, whole: bool) -> Endpoint:
    """What every number strictly above `x` reaches: the next whole number, else `x` and the least positive double.

    No double lies between. So little more keeps `x - 1` above 0 where x is above 1, and is gone once it is rounded.
    """
    return above(x, integral=True) if whole else exact(x + TINY) if type(x) is not float else x


def short_of(x: Endpoint, whole: bool) -> Endpoint:
    """What every number strictly below `x` stays within."""
    return -beyond(-x, whole)


def conclusions(node: Node, want: Interval, look: Look) -> Iterator[Conclusion]:
    """What must hold of the arguments of `node` where its value is valid and lies in `want`.

    `look` gives the range known of a node, None where it is no number. All conclusions are about the same entry
    (position and rollout) as `want`, so only operators that work entry by entry have a rule.
    """
    rule = _RULES.get(node.op)
    if rule is not None:
        yield from rule(node.args, want, look)


def _and(args, want, look):
    a, b = args
    if want == TRUE:
        yield a, TRUE
        yield b, TRUE
    elif want == FALSE:
        if look(a) == TRUE:
            yield b, FALSE
        if look(b) == TRUE:
            yield a, FALSE


def _or(args, want, look):
    a, b = args
    if want == FALSE:
        yield a, FALSE
        yield b, FALSE
    elif want == TRUE:
        if look(a) == FALSE:
            yield b, TRUE
        if look(b) == FALSE:
            yield a, TRUE


def _implies(args, want, look):
    a, b = args
    if want == FALSE:
        yield a, TRUE
        yield b, FALSE
    elif want == TRUE:
        if look(a) == TRUE:
            yield b, TRUE
        if look(b) == FALSE:
            yield a, FALSE


def _not(args, want, look):
    yield args[0], Interval(1 - want.hi, 1 - want.lo)


def _iff(args, want, look):
    a, b = args
    for one, other in ((a, b), (b, a)):
        known = look(one)
        if want.is_point and known is not None and known.is_point:
            yield other, truth((known.lo == 1) == (want.lo == 1))


def _equal(args, want, look):
    yield from _same(args, look) if want == TRUE else _different(args, look) if want == FALSE else ()


def _unequal(args, want, look):
    yield from _same(args, look) if want == FALSE else _different(args, look) if want == TRUE else ()


def _same(args, look):
    a, b = args
    yield a, look(b)
    yield b, look(a)


def _different(args, look):
    for one, other in (args, args[::-1]):
        here, there = look(one), look(other)
        if here is None or there is None or not there.is_point or type(there.lo) is float:
            continue
        if here.lo == there.lo:
            yield one, Interval(beyond(here.lo, is_integral(one)), inf)
        if here.hi == there.hi:
            yield one, Interval(-inf, short_of(here.hi, is_integral(one)))


def _less(strict: bool, flip: bool):
    """The rule of `<` (strict) or `<=`; `flip` swaps the sides, for `>` and `>=`."""

    def rule(args, want, look):
        small, large = args[::-1] if flip else args
        if want == TRUE:
            yield from _ordered(small, large, strict, look)
        elif want == FALSE:
            yield from _ordered(large, small, not strict, look)

    return rule


def _ordered(small, large, strict, look):
    """`small < large` (or `<=`): each side bounds the other."""
    low, high = look(small), look(large)
    whole = is_integral(small) and is_integral(large)
    if high is not None:
        yield small, Interval(-inf, short_of(high.hi, whole) if strict else high.hi)
    if low is not None:
        yield large, Interval(beyond(low.lo, whole) if strict else low.lo, inf)


def _add(args, want, look):
    a, b = args
    if look(a) is not None and look(b) is not None:
        yield a, want - look(b)
        yield b, want - look(a)


def _sub(args, want, look):
    a, b = args
    if look(a) is not None and look(b) is not None:
        yield a, want + look(b)
        yield b, look(a) - want


def _neg(args, want, look):
    yield args[0], -want


def _mul(args, want, look):
    for one, other in (args, args[::-1]):
        factor = look(other)
        if factor is not None and not factor.contains(0):
            yield one, _signed(want / factor, want, factor)


def _signed(quotient: Interval, above: Interval, below: Interval) -> Interval:
    """A quotient with its sign kept where it was rounded to 0: a positive one is at least the least positive double."""
    if above.lo > 0 and below.lo > 0 and quotient.lo <= 0:
        return Interval(TINY, quotient.hi)
    return quotient


def _div(args, want, look):
    a, b = args
    if look(b) is not None:
        yield a, want * look(b)
    if look(a) is not None and not want.contains(0):
        yield b, look(a) / want


def _abs(args, want, look):
    inside = look(args[0])
    yield args[0], Interval(-want.hi, want.hi)
    if inside is not None and want.lo > 0:
        if inside.lo > -want.lo:
            yield args[0], Interval(want.lo, inf)
        if inside.hi < want.lo:
            yield args[0], Interval(-inf, -want.lo)


def _minimum(args, want, look):
    for one, other in (args, args[::-1]):
        yield one, Interval(want.lo, inf)
        if (there := look(other)) is not None and there.lo > want.hi:
            yield one, want


def _maximum(args, want, look):
    for one, other in (args, args[::-1]):
        yield one, Interval(-inf, want.hi)
        if (there := look(other)) is not None and there.hi < want.lo:
            yield one, want


def _clamp(args, want, look):
    x, low, high = args
    bottom, top = look(low), look(high)
    if bottom is not None and want.lo > bottom.hi:
        yield x, Interval(want.lo, inf)
    if top is not None and want.hi < top.lo:
        yield x, Interval(-inf, want.hi)


def _relu(args, want, look):
    yield args[0], Interval(want.lo if want.lo > 0 else -inf, want.hi)


def _sqrt(args, want, look):
    if want.hi >= 0:
        root = Interval(max(want.lo, 0), want.hi)
        yield args[0], root * root


def _number(args, want, look):
    yield args[0], want


def _gate(args, want, look):
    condition, a, b = args
    decided = look(condition)
    if decided == TRUE:
        yield a, want
    elif decided == FALSE:
        yield b, want
    elif _apart(look(a), want):
        yield condition, FALSE
        yield b, want
    elif _apart(look(b), want):
        yield condition, TRUE
        yield a, want


def _coalesce(args, want, look):
    x, fallback = args
    if _apart(look(fallback), want):
        yield x, want


def _valid(args, want, look):
    if want == TRUE:
        yield args[0], None


def _apart(one: Interval | None, other: Interval) -> bool:
    return one is not None and one.meet(other) is None


_RULES = {
    "and": _and, "or": _or, "not": _not, "implies": _implies, "iff": _iff,
    "eq": _equal, "ne": _unequal,
    "lt": _less(True, False), "le": _less(False, False), "gt": _less(True, True), "ge": _less(False, True),
    "add": _add, "sub": _sub, "neg": _neg, "mul": _mul, "div": _div, "abs": _abs, "sqrt": _sqrt, "relu": _relu,
    "minimum": _minimum, "maximum": _maximum, "clamp": _clamp, "number": _number,
    "gate": _gate, "coalesce": _coalesce, "valid": _valid,
}
