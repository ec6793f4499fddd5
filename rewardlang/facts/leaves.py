"""Facts of the leaves: what declarations, constants and axes say by themselves."""

from math import inf
from typing import NamedTuple

from rewardlang.facts.context import Context
from rewardlang.facts.needs import needs
from rewardlang.ir.node import Node
from rewardlang.values.interval import REAL, UNIT, Interval
from rewardlang.values.types import Kind


class Fact(NamedTuple):
    """Of one entry: the range of its valid values (None: no number, or never valid), and whether it may be invalid."""

    range: Interval | None
    fails: bool


#: The entries that a declaration gives where nothing else is said.
BY_KIND = {Kind.BOOL: UNIT, Kind.INT: REAL, Kind.FLOAT: REAL}


def constant(node: Node) -> Fact:
    value = node["value"]
    if value is None:
        return Fact(None, True)
    return Fact(ofconstant(value), False)


def ofconstant(value: object) -> Interval | None:
    """The range of a constant's entries; None for texts."""
    if isinstance(value, tuple):
        parts = [ofconstant(item) for item in value]
        found = None
        for part in parts:
            found = part if found is None else found if part is None else found.hull(part)
        return found
    return None if isinstance(value, str) else Interval.of(value)


def declared(spec, node: Node) -> Interval | None:
    """What is declared of a node's entries, by range or by kind; None if they are no numbers."""
    kind = node.type.kind
    if kind is Kind.ENUM:
        return Interval(0, max(len(node.type.labels) - 1, 0))
    by_kind = BY_KIND.get(kind)
    if by_kind is None:
        return None
    found = spec.domains.get(node) or _of_external(spec, node)
    return by_kind if found is None else found.meet(by_kind)


def _of_external(spec, node: Node) -> Interval | None:
    """The range that a model or verifier declares of its result, or of one field of it."""
    call = node.args[0] if node.op == "field" else node
    external = spec.externals.get(call["callee"]) if call.op == "call" else None
    if external is None:
        return None
    return dict(external.field_domains).get(node["name"]) if node.op == "field" else external.domain


def source(ranges, node: Node, context: Context) -> Fact:
    if node.op in ("index", "length"):
        most = positions(ranges, node["axis"], context).hi
        return Fact(Interval(0, max(most - 1, 0) if node.op == "index" else most), False)
    fails = node.type.optional
    if node.op == "call":
        external = ranges.spec.externals.get(node["callee"])
        fails = node.type.optional or external is None or external.can_fail
        fails = fails or any(ranges.known(*need).fails for need in needs(ranges, node, context))
    if node.op == "field":
        fails = fails or ranges.known(node.args[0], context).fails
    return Fact(declared(ranges.spec, node), fails)


def positions(ranges, axis, context: Context) -> Interval:
    """How many positions an axis has in one rollout (in one entry of what it lies within)."""
    size = ranges.spec.size_of(axis)
    if size is not None:
        return Interval(size, size)
    node = ranges.length_of(axis)
    if node is not None and node in context.known:
        return context.known[node]
    setting = ranges.spec.setting
    if setting.horizon is not None and axis.name == (setting.axis or "step") and not axis.within:
        return Interval(0, setting.horizon[1])
    return Interval(0, inf)
