"""Progress that is paid and never taken back."""

from collections.abc import Iterator

from rewardlang.facts.lint.names import words
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.relations.linear import form
from rewardlang.ir.node import Node, reachable
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.interval import Interval

#: Scans that never fall: what they gained is not lost again.
_RISING = frozenset({"cummax", "cummin", "cumcount"})
_SHAPING = frozenset({"shaping", "shape", "potential"})
_ZERO = Interval(0, 0)


def one_way(ranges, places: Places) -> Iterator[Diagnostic]:
    """The positive part of a difference of neighbours: forth and back by 1 pays 1 and 0, a gain in each round.

    Policy invariance under reward transformations (ICML 1999): shaping must pay back what it paid on every loop.
    """
    spec = ranges.spec
    for output in rewards(spec):
        for label, term in output.terms or ((output.name, output.node),):
            found = next((part for part in reachable([term]) if _is_clipped(ranges, part) and way(ranges, term, part) == 1), None)
            if found is None:
                continue
            shaping = (words(label) | _names(spec, found)) & _SHAPING
            span = places.span(found, output.span)
            yield Diagnostic("RW535", span, {"term": label}, (), label, {"loop": ["forth: +1", "back: 0"], "gain": 1}, None,
                             "shaping-not-invariant" if shaping else None)


def _names(spec, node: Node) -> frozenset[str]:
    """The words of the names under which a value, or the whole that scales it, is declared."""
    return frozenset().union(*(words(name) for name, named in spec.names.items() if named is node))


def _is_clipped(ranges, node: Node) -> bool:
    """Whether it is max(d, 0), relu(d), a limit of d at 0 or `gate d > 0 { d }`, for a difference d of neighbours."""
    found = ranges.of(node)
    if found is None or found.lo != 0:
        return False
    if node.op in ("relu", "clamp"):
        return _is_difference(ranges, node.args[0])
    if node.op == "maximum":
        sides = [(node.args[0], node.args[1]), (node.args[1], node.args[0])]
        return any(ranges.of(floor) == _ZERO and _is_difference(ranges, inner) for inner, floor in sides)
    if node.op == "gate" and node.args[2].get("value") == 0 and node.args[0].op in ("gt", "ge", "lt", "le"):
        return _is_difference(ranges, node.args[1])
    return False


def _is_difference(ranges, node: Node) -> bool:
    """Whether a value is a multiple of x now less x at the step before or after, for an x that can fall again."""
    if node.op == "delta":
        return _may_fall(node.args[0])
    found = form(ranges, node).terms
    if len(found) == 1:
        (inner,) = found
        return inner is not node and inner.op == "delta" and _may_fall(inner.args[0])
    for one, weight in found.items():
        if one.op in ("prev", "ahead") and len(found) == 2:
            (other,) = set(found) - {one}
            if other is one.args[0] and weight * found[other] < 0:
                return _may_fall(other)
    return False


def _may_fall(node: Node) -> bool:
    return node.op not in _RISING
