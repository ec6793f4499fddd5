"""Rewards that pay for doing nothing, for failing, or for being wrong."""

from collections.abc import Iterator
from math import inf

from rewardlang.facts.contracts.witness import name_of, word
from rewardlang.facts.failures import failures
from rewardlang.facts.lint.names import is_unwanted
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import is_verdict, verdicts, way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.search.boxes import centre
from rewardlang.facts.search.prove import bounds
from rewardlang.facts.terms import decides
from rewardlang.ir.node import Node, reachable
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.endpoint import show
from rewardlang.values.types import Kind

#: Boxes for one side of a gate.
_BOXES = 40

_CONNECTIVES = frozenset({"and", "or", "not", "valid"})


def sides(ranges, places: Places) -> Iterator[Diagnostic]:
    """A gate of one turn, the reward or a term of it, whose other side can pay more than the side that is wanted."""
    spec = ranges.spec
    if spec.setting.kind != "single_turn":
        return
    for output in rewards(spec):
        whole = output.node
        gates = [(output.name, whole)] if whole.op == "gate" else [*output.terms]
        for label, node in gates:
            if node.op != "gate" or node.type.axes or not _is_judged(spec, node.args[0]) or _is_claimed(spec, whole, node.args[0]):
                continue
            found = (_side_that_pays(ranges, places, output, label, *reading) for reading in _readings(spec, node))
            found = [each for each in found if each is not None]
            if node is whole or found and found[0].code == "RW515" and _can_gain(ranges, node):
                yield from found[:1]


def _can_gain(ranges, node: Node) -> bool:
    """Whether a term's open side can pay at all: the price of something that is open gains nothing."""
    whole = ranges.of(node)
    return whole is not None and whole.hi > max((side.hi for side in map(ranges.of, node.args[1:]) if side and side.is_point), default=0)


def _side_that_pays(ranges, places: Places, output, label: str, condition: Node, truth: bool, opened: Node,
                    closed: Node) -> Diagnostic | None:
    """The finding about a gate read in one way: `opened` counts where the condition has the given truth."""
    spec = ranges.spec
    best, worst = _end(ranges, closed, condition, not truth, True), _end(ranges, opened, condition, truth, False)
    if best is None or worst is None or best <= worst or verdicts(spec, closed):
        return None
    if (most := _end(ranges, opened, condition, truth, True)) is not None and most < best:
        return None         # what is open pays less at its best: the condition is of something unwanted
    said = places.text(condition)
    values = {"condition": said if truth else f"not {said}", "other": show(best), "worst": show(worst)}
    witness = {"closed": float(best), "open": float(worst)}
    span = places.span(closed, output.span)
    fallback = best if ranges.of(closed).is_point else None
    if fallback is not None and (decides(spec, opened) or truth and best >= _middle(ranges, opened, condition)):
        return Diagnostic("RW515", span, values, (), label, witness)
    if truth and fallback is None and not verdicts(spec, opened):
        return Diagnostic("RW526", span, values, (), label, witness)
    return None


def _readings(spec, node: Node) -> list[tuple[Node, bool, Node, Node]]:
    """A gate's condition, its truth, and the sides; `gate not c { … }` also as `gate c { … }`.

    What pays a constant where something unnamed as harm is true, and is judged where it is not, is an attempt when it is not.
    """
    condition, opened, closed = node.args
    found = [(condition, True, opened, closed)]
    while condition.op == "not":
        condition, opened, closed = condition.args[0], closed, opened
        found.append((condition, True, opened, closed))
    harm = any(is_unwanted(name_of(spec, part)) for part in verdicts(spec, condition))
    if not harm and not verdicts(spec, opened) and verdicts(spec, closed):
        found.append((condition, False, closed, opened))
    return found


def _middle(ranges, opened: Node, condition: Node):
    """Half way between the ends of what trying gives: a fallback below it is the poorer bet."""
    context = ranges.assume(condition, True)
    found = ranges.fact(opened, context).range
    return centre(found) if found.is_finite else inf


def _is_judged(spec, condition: Node) -> bool:
    """Whether a condition is made of verdicts alone."""
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.op in _CONNECTIVES or node.op == "coalesce":
            stack += node.args
        elif node.op != "const" and not is_verdict(spec, node):
            return False
    return condition.op != "const"


def _is_claimed(spec, node: Node, condition: Node) -> bool:
    """Whether an `ensure` compares the reward on the two sides already: its verdict says it better."""
    sought = {condition}
    while condition.op == "not":
        condition = condition.args[0]
        sought.add(condition)
    for info in spec.ensures:
        if info.kind == "compare" and [claim.node for claim in info.claims] == [node, node]:
            if any(claim.condition in sought for claim in info.claims):
                return True
    return False


def _end(ranges, node: Node, condition: Node, truth: bool, upward: bool):
    """The certified far end of a side where it counts, if a point of it is known; None if it has no bound."""
    context = ranges.assume(condition, truth)
    fact = context and ranges.fact(node, context).range
    found = bounds(ranges, node, boxes=_BOXES) if fact else None
    if found is None or found.inner is None:
        return None
    reached = found.inner.hi if upward else found.inner.lo
    return min(reached, fact.hi) if upward else max(reached, fact.lo)


def fallbacks(ranges, places: Places) -> Iterator[Diagnostic]:
    """A `??` that gives a failed call, or a missing verdict, the best there is, or more than a verdict against it."""
    for output in rewards(ranges.spec):
        for node in reachable([output.node]):
            if node.op != "coalesce" or node.args[1].op != "const" or node.type.kind.value == "text":
                continue
            calls = [cause for cause, _ in failures(ranges, node.args[0]) if cause.op == "call"]
            calls = calls or [cause for cause in node.args[:1] if cause.op == "input" and cause.type.kind.numeric]
            tried, given = ranges.of(node.args[0]), ranges.of(node.args[1])
            if not calls or tried is None or given is None or tried.is_point:
                continue
            best = {1: tried.hi <= given.lo, -1: given.hi <= tried.lo}
            rising = way(ranges, output.node, node)
            more = rising == 1 and given.lo > tried.lo and decides(ranges.spec, node.args[0])
            if calls[0].op == "input" and calls[0].type.kind is not Kind.BOOL and rising != 1:
                continue        # no price is known, so none is charged
            if rising and (best[rising] or more):
                name = ranges.spec.externals[calls[0]["callee"]].name if calls[0].op == "call" else calls[0]["name"]
                values = {"name": name, "value": show(given.lo), "range": str(tried)}
                reason = None if best[rising] else "idle-incentive"
                yield Diagnostic("RW516", places.span(node, output.span), values, (), name, {name: "fails"}, None, reason)


def defaults(ranges, places: Places) -> Iterator[Diagnostic]:
    """An input whose default is the best there is: where the column is missing everything is right."""
    for output in rewards(ranges.spec):
        under = set(reachable([output.node]))
        for name, info in ranges.spec.inputs.items():
            whole = ranges.of(info.node) if info.node in under else None
            if not info.has_default or whole is None or whole.is_point or isinstance(info.default, list | tuple | dict | str):
                continue
            if info.default is None or info.type.axes or info.type.kind.value not in ("bool", "float", "int"):
                continue
            best = {1: whole.hi, -1: whole.lo}.get(way(ranges, output.node, info.node))
            if best is not None and info.default == best and info.type.kind.value == "bool" and info.default is True:
                values = {"name": name, "value": word(info.default)}
                yield Diagnostic("RW528", info.span, values, (), name, {name: "missing"})
