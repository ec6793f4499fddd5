"""What is never read, never decided, or always the same."""

from collections.abc import Iterator
from fractions import Fraction

from rewardlang.facts.contracts.witness import word
from rewardlang.facts.lint.places import Places
from rewardlang.facts.search.prove import bounds
from rewardlang.facts.terms import always
from rewardlang.ir.node import Node, consumers, reachable
from rewardlang.ir.objective import nodes_of
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Span
from rewardlang.values.axes import ordered_axes
from rewardlang.values.interval import Interval

#: Conditions of more parts are not looked at case by case, nor more cases than these.
_MOST_PARTS, _CASES = 40, 16


def dead_gates(ranges, places: Places) -> Iterator[Diagnostic]:
    """Gates written in this file whose condition is decided for every input."""
    spec = ranges.spec
    for node in reachable(output.node for output in spec.outputs.values()):
        span = places.span(node)
        if node.op != "gate" or span.source is not spec.source or (decided := _decided(ranges, node.args[0])) is None:
            continue
        condition = places.text(node.args[0])
        state, what = ("open", "its `else` never counts") if decided else ("closed", "its body never counts")
        witness = {"condition": condition, "always": decided}
        yield Diagnostic("RW501", span, {"gate": condition, "state": state, "what": what}, (), places.subject(node), witness)


def _decided(ranges, condition: Node) -> bool | None:
    """Whether a condition always holds, by the ranges of its parts or in each case of its truths."""
    known = always(ranges, condition)
    if known is not None or condition.op not in ("and", "or", "implies", "not", "iff", "eq"):
        return known
    parts = reachable([condition])
    if len(parts) > _MOST_PARTS or not any(len(found) > 1 for found in consumers(parts).values()):
        return None
    found = bounds(ranges, condition, boxes=_CASES)
    return bool(found.outer.lo) if found is not None and found.outer.is_point else None


def constant_reward(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward that has one value only (for one a step: the value 0, since any other still counts the steps)."""
    for output in rewards(ranges.spec):
        found = bounds(ranges, output.node, boxes=8)
        if found is None or not found.outer.is_point:
            continue
        if not ordered_axes(output.node.type.axes) or found.outer.lo == 0:
            value = word(float(found.outer.lo))
            yield Diagnostic("RW502", output.span, {"subject": f"`{output.name}`", "value": value}, (), output.name,
                             {"always": float(found.outer.lo)})


def rewards(spec: Spec) -> list[OutputInfo]:
    """The output that is learned from, if there is one."""
    return [output for output in spec.outputs.values() if output.role == "reward"]


def unused(ranges, places: Places) -> Iterator[Diagnostic]:
    """Declarations on which nothing rests that is computed, claimed, assumed or expected; not of a mere library."""
    spec = ranges.spec
    if not spec.outputs and spec.objective is None:
        return
    live = _live(spec)
    callees = {node["callee"] for node in live if node.op == "call"}
    for name, info in spec.inputs.items():
        if info.node not in live and name != spec.group_key:
            yield Diagnostic("RW503", info.span, {"name": name}, (), name, {"input": name})
    for name, info in spec.params.items():
        if info.node not in live:
            yield _unused(info.span, "param", name)
    for key, info in spec.externals.items():
        if key not in callees and info.span.source is spec.source:
            yield _unused(info.span, info.kind, info.name)
    knots = {node["key"] for node in live if node.op == "state"}
    for name, node in spec.names.items():
        if node not in live and node.get("key") not in knots:
            yield _unused(spec.name_spans[name], "value", name)


def _live(spec: Spec) -> set[Node]:
    """All that something rests on; what has the lengths of an axis that is only counted counts too."""
    live = set(reachable(live_roots(spec)))
    counted = {node["axis"] for node in live if node.op in ("index", "length")}
    counted.update(axis for node in live if node.op in ("count", "cumcount") for axis in node["over"])
    if not counted:
        return live
    givers = [node for node in spec.graph.nodes if node.op in ("input", "call") and counted.intersection(node.type.axes)]
    return live | set(reachable(givers))


def _unused(span: Span, what: str, name: str) -> Diagnostic:
    return Diagnostic("RW504", span, {"what": what, "name": name}, (), name)


def live_roots(spec: Spec) -> list[Node]:
    """What the program is asked for: outputs, claims, assumptions and expectations."""
    found = [output.node for output in spec.outputs.values()] + list(spec.assumptions)
    found += nodes_of(spec.objective) if spec.objective is not None else []
    for ensure in spec.ensures:
        found += [node for claim in ensure.claims for node in (claim.node, claim.condition) if node is not None]
        found += [node for node in (ensure.condition, ensure.along) if node is not None]
    return found + [expect.node for example in spec.examples for expect in example.expects]


#: Reductions whose value over nothing, or that of the `??` around them, may be the best there is.
_OVER_NOTHING = frozenset({"all", "any", "prod", "mean", "min", "max"})


def vacuous(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward that is at its greatest where a list is empty, for nothing but what a reduction, or its `??`, is then."""
    for output in rewards(ranges.spec):
        nodes = reachable([output.node])
        natural = ranges.of(output.node)
        for node in nodes:
            axes = [axis for axis in node.get("over") or () if axis.ragged] if node.op in _OVER_NOTHING else []
            if not axes or node.get("window") or "by" in node["roles"] or natural is None or natural.is_point:
                continue
            empty = _of_nothing(nodes, set(axes))
            inner = ranges.inside(empty) if _measured(node, nodes) in empty else None
            found = inner and ranges.fact(output.node, inner).range
            charges = natural.hi <= 0 and node.op in ("mean", "min", "max")     # nothing to charge for
            if found and found.is_point and found.lo == natural.hi and not charges:
                values = {"axis": axes[0].name, "word": node.op, "subject": f"`{output.name}`", "value": word(float(found.lo))}
                yield Diagnostic("RW513", places.span(node, output.span), values, (), output.name,
                                 {axes[0].name: [], "reward": float(found.lo)})
                break


def _measured(node: Node, nodes: list[Node]) -> Node:
    """A reduction, or the `??` that says what it is over nothing."""
    return next((other for other in nodes if other.op == "coalesce" and node in reachable(other.args[:1])), node)


_EMPTY = {"sum": 0, "any": 0, "all": 1, "count": 0, "prod": 1}


def _of_nothing(nodes: list[Node], axes: set) -> dict[Node, Interval]:
    """The values of reductions over the given axes where these have no positions, and of `??` where they have none."""
    found = {}
    for node in nodes:
        if _is_over(node, axes) and node.op in _EMPTY:
            found[node] = Interval(_EMPTY[node.op], _EMPTY[node.op])
        if node.op == "length" and node["axis"] in axes:
            found[node] = Interval(0, 0)
        if node.op == "coalesce" and isinstance(node.args[1].get("value"), int | Fraction) and _is_missing(node.args[0], axes):
            found[node] = Interval(node.args[1]["value"], node.args[1]["value"])
    return found


def _is_over(node: Node, axes: set) -> bool:
    return bool(axes & set(node.get("over") or ())) and not node.get("window") and "by" not in node["roles"]


def _is_missing(node: Node, axes: set) -> bool:
    """Whether a value is invalid where axes have no positions: a mean or extreme, alone or under arithmetic."""
    if _is_over(node, axes):
        return node.op in ("mean", "min", "max")
    return node.op in ("number", "neg", "mul", "add", "sub", "div") and any(_is_missing(arg, axes) for arg in node.args)
