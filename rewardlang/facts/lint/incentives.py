"""Rewards that pay for something else than they seem to: failures that pay, exact comparisons, no bound, no slope."""

from collections.abc import Iterator
from math import inf
from numbers import Real

from rewardlang.facts.contracts.witness import name_of, word
from rewardlang.facts.failures import failures
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import alone, way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.relations.gathered import count_of
from rewardlang.facts.search.boxes import centre
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo
from rewardlang.ops.table import OPERATORS
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.endpoint import exact, show
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_EXACTLY = {
    "eq": "a measured value is hardly ever equal to another",
    "ne": "a value that just happens to be equal is left out",
}

#: Cells into which a source's range is cut to see where the reward is flat, and the share of them that is too much.
_CELLS = 64
_FLAT = 0.5
#: Of the whole range: what moves less than this in a cell stands still.
_STILL = 1e-6


_UNIT = Interval(0, 1)


def fails_open(ranges, places: Places) -> Iterator[Diagnostic]:
    """Verifiers that count as passed when they fail, where the reward rises with them."""
    for output in rewards(ranges.spec):
        for node in reachable([output.node]):
            external = ranges.spec.externals.get(node["callee"]) if node.op == "call" else None
            if external is None or not isinstance(external.on_error, Real):
                continue
            turn = way(ranges, output.node, node)
            if turn and _pays(ranges.of(node), external.on_error, turn):
                values = {"name": external.name, "value": word(external.on_error), "direction": "rises" if turn > 0 else "falls"}
                witness = {external.name: "raises or runs out of time"}
                yield Diagnostic("RW508", external.span, values, (), external.name, witness)


def _pays(whole: Interval | None, on_error: Real, turn: int) -> bool:
    """Whether a failure counts as the best there is, or as more than what is neutral."""
    if whole is None or whole.is_point:
        return False
    best = whole.hi if turn > 0 else whole.lo
    return on_error == best or turn > 0 and on_error > max(centre(whole) if whole.is_finite else 0, 0)


def float_equality(ranges, places: Places) -> Iterator[Diagnostic]:
    """Measured numbers compared exactly, unless to keep a divisor from being 0."""
    nodes = reachable(output.node for output in ranges.spec.outputs.values())
    divisors = {node.args[1] for node in nodes if node.op == "div"}
    for node in nodes:
        if node.op not in ("eq", "ne") or any(arg.type.kind is not Kind.FLOAT and arg.op != "const" for arg in node.args):
            continue
        measured = [arg for arg in node.args if arg.op != "const"]
        span = places.span(node)
        if node in ranges.spec.graph.calls or any(arg in divisors for arg in measured):
            continue
        set_by_hand = all(leaf.op in ("param", "const") for leaf in reachable(measured) if not leaf.args)
        if all(arg.type.kind is Kind.FLOAT for arg in measured) and not set_by_hand:
            operator = OPERATORS[node.op].symbol
            yield Diagnostic("RW509", span, {"operator": operator, "what": _EXACTLY[node.op]}, (), places.subject(node),
                             {"compares": places.text(node)})


def small_groups(ranges, places: Places) -> Iterator[Diagnostic]:
    """Spreads over a population that may be too small for their ddof."""
    for output in (each for each in ranges.spec.outputs.values() if each.role in ("reward", "advantage")):
        for node, context in failures(ranges, output.node):
            if not node.get("window") or not node.get("ddof"):
                continue
            count = count_of(ranges, node, context, dict(zip(node["roles"], node.args)))
            if count.lo <= node["ddof"]:
                values = {"operator": node.op, "ddof": node["ddof"], "size": show(max(count.lo, 1))}
                yield Diagnostic("RW510", places.span(node, output.span), values, (), output.name, {"population": 1})


def unbounded(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward without a bound since a model, verifier or input in it declares no range."""
    for output in rewards(ranges.spec):
        natural = ranges.of(output.node)
        if natural is None or natural.is_finite:
            continue
        for node in dict.fromkeys(_without_range(ranges, output)):
            name = name_of(ranges.spec, node)
            if node.op == "input" and (natural.hi < inf or ranges.spec.setting.kind != "single_turn"):
                continue        # a price without a bound is a matter of taste, and so is what an environment measures
            cause = f"`{name}` declares no range for its result" if node.op == "call" else f"`{name}` has no range that bounds it"
            label, term = alone(output, node)
            span = output.span if term is output.node else places.term(term, output.span)
            yield Diagnostic("RW511", span, {"subject": f"`{output.name}`", "cause": cause}, (), label, {name: 1e6})


def _without_range(ranges, output: OutputInfo) -> Iterator[Node]:
    """The calls and inputs that would have to be bounded for the reward to be; none where that would not do."""
    nodes = reachable([output.node])
    loose = [node for node in nodes if _is_loose(ranges, node)]
    every = ranges.inside(_as_units(ranges, nodes, loose))
    if not every or not _is_bounded(ranges.fact(output.node, every).range):
        return
    for node in loose:
        others = ranges.inside(_as_units(ranges, nodes, [other for other in loose if other is not node]))
        if not (others and _is_bounded(ranges.fact(output.node, others).range)):
            yield node


def _is_loose(ranges, node: Node) -> bool:
    """Whether a source has no bound that its author could have declared; log-probabilities have none by nature."""
    if node.op == "call":
        return node["callee"] in ranges.spec.externals and not _is_bounded(ranges.of(node))
    return node.op == "input" and ranges.spec.inputs[node["name"]].role is None and not _is_bounded(ranges.of(node))


def _as_units(ranges, nodes: list[Node], loose: list[Node]) -> dict[Node, Interval]:
    """Sources as if each lay in [0, 1], and what populations say of them alike."""
    found = dict.fromkeys(loose, _UNIT)
    for node in nodes:
        if node.args and node.get("window") and not _is_bounded(ranges.of(node)) and node.args[0] in found:
            found[node] = _UNIT
    return found


def _is_bounded(interval: Interval | None) -> bool:
    return interval is None or interval.is_finite


def saturation(ranges, places: Places) -> Iterator[Diagnostic]:
    """A smooth-looking reward, or the weightiest term of one, of one measured source, flat on most of the source's range."""
    for output in rewards(ranges.spec):
        label, node = _weightiest(ranges, output)
        nodes = reachable([node])
        measured = [part for part in nodes if part.op in ("input", "call")]
        if len(measured) != 1 or any(part.type.kind is Kind.BOOL or part.get("roles") for part in nodes):
            continue
        source, whole = measured[0], ranges.of(measured[0])
        if whole is None or not whole.is_finite or whole.is_point:
            continue
        jumps = any(part.op == "gate" or part.type.kind is not Kind.FLOAT and part is not source and part.args for part in nodes)
        flat, value = _flat_share(ranges, node, source, whole, 1 if jumps or len(output.terms) > 1 else 2)
        if _FLAT < flat < 1:      # all of it: a constant reward, which has a finding of its own
            values = {"subject": f"`{label}`", "value": show(value), "share": f"{flat * 100:.0f} %",
                      "source": source.get("name", source.op)}
            witness = {"flat": flat, "value": float(value)}
            yield Diagnostic("RW512", places.span(node, output.span), values, (), label, witness)


def _weightiest(ranges, output: OutputInfo) -> tuple[str, Node]:
    """The term that pays more than all others together, if its sources are its own; else the whole reward."""
    known = [(label, node, ranges.of(node)) for label, node in output.terms]
    if len(known) == 1:
        return known[0][:2]
    if any(found is None or not found.is_finite for _, _, found in known):
        return output.name, output.node
    for label, node, found in known:
        others = [other for other in known if other[1] is not node]
        own = set(reachable([node])) & set(reachable([other[1] for other in others]))
        if found.hi > 0 and found.width > sum(other[2].width for other in others) and not any(p.op in ("input", "call") for p in own):
            return label, node
    return output.name, output.node


def _flat_share(ranges, node: Node, source: Node, whole: Interval, ends: int):
    """The share of a source's range on which the node has one single value (one at each of two `ends`), and that value."""
    step = Interval.of(whole.width) / Interval(_CELLS, _CELLS)
    reached = ranges.of(node)
    still, counts = float(reached.width) * _STILL if reached is not None and reached.is_finite else 0.0, {}
    for cell in range(_CELLS):
        part = Interval(whole.lo + step.lo * cell, whole.lo + step.lo * (cell + 1))
        inner = ranges.inside({source: part})
        found = inner and ranges.fact(node, inner).range
        if found and found.is_finite and (found.is_point or found.width < still):
            key = found.lo if found.is_point else exact(round(float(found.lo) / (10 * still)) * 10 * still)
            counts[key] = counts.get(key, 0) + 1
    value = max(counts, key=counts.get, default=0)
    return sum(sorted(counts.values())[-ends:]) / _CELLS, value
