"""Rewards that pay for going on, or for stopping, whatever is done in between."""

from collections.abc import Iterator
from math import inf

from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import alone, asked_for, lengths, verdicts, way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.returns.sums import sum_bounds
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.axes import ordered_axes
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_LIMITS = frozenset({"minimum", "clamp"})
_NEIGHBOURS = frozenset({"ahead", "prev", "delta"})


def padding(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward of one turn that rises with a length, always or where a verdict is against it."""
    spec = ranges.spec
    if spec.setting.kind != "single_turn":
        return
    for output in rewards(spec):
        for source in dict.fromkeys((*lengths(spec, output.node), *_turning(ranges, output.node))):
            if asked_for(spec, source, 1):
                continue
            found = _rises(ranges, output.node, source)
            if found is not None:
                where = f", where `{places.text(found)}` is false" if found is not output.node else ""
                values = {"subject": f"`{output.name}`", "source": places.text(source), "where": where}
                label, term = alone(output, source)
                span = _place(places, output, found) if term is output.node else places.term(term, output.span)
                yield Diagnostic("RW517", span, values, (), label, _ends(ranges, output.node, source, found))
                break


def _turning(ranges, node: Node) -> Iterator[Node]:
    """Counts, whatever their names, of which less is better where a verdict is for the rollout, and more where it is against it."""
    for source in reachable([node]):
        if source.op == "input" and source.type.kind is Kind.INT and not source.type.axes:
            for verdict in verdicts(ranges.spec, node):
                sides = [ranges.assume(verdict, truth) for truth in (True, False)]
                if None not in sides and [way(ranges, node, source, side) for side in sides] == [-1, 1]:
                    yield source


def _rises(ranges, node: Node, source: Node) -> Node | None:
    """The verdict where the value rises with the source if it is false; the node itself where it rises always."""
    if way(ranges, node, source) == 1:
        return node
    for verdict in verdicts(ranges.spec, node):
        context = ranges.assume(verdict, False)
        if context is not None and not ranges.fact(node, context).fails and way(ranges, node, source, context) == 1:
            if (way(ranges, node, verdict) or 1) > 0:
                return verdict
    return None


def _place(places: Places, output: OutputInfo, found: Node):
    for node in reachable([output.node]):
        if node.op == "gate" and node.args[0] is found:
            return places.span(node.args[2], output.span)
    return output.span


def _ends(ranges, node: Node, source: Node, found: Node) -> dict:
    whole, name = ranges.of(source), name_of(ranges.spec, source)
    ends = {}
    for end in (whole.lo, whole.hi):
        if abs(end) < inf:
            box = {source: Interval(end, end), **({found: Interval(0, 0)} if found is not node else {})}
            inner = ranges.inside(box)
            fact = inner and ranges.fact(node, inner).range
            ends[f"{name} = {show(end)}"] = fact.to_json() if fact else None
    return ends


def every_step(ranges, places: Places) -> Iterator[Diagnostic]:
    """Terms of one turn along an ordered axis of any length of which each further position only pays, or only costs by a limit."""
    spec = ranges.spec
    if spec.setting.kind != "single_turn":
        return
    for output in rewards(spec):
        for label, node in output.terms or ((output.name, output.node),):
            axes = ordered_axes(node.type.axes)
            entry = ranges.of(node) if axes and any(axis.ragged for axis in axes) else None
            total = sum_bounds(ranges, node) if entry is not None and not entry.is_point else None
            if total is None:
                continue
            values = {"term": label, "axis": axes[-1].name, "low": show(entry.lo), "high": show(entry.hi)}
            ops = {part.op for part in reachable([node])}
            pays = entry.lo >= 0 and total.hi == inf
            if pays or (entry.hi == 0 and total.lo == -inf and ops & _LIMITS and not ops & _NEIGHBOURS):
                values["what"] = "pays, and none costs" if pays else "costs, and none pays"
                yield Diagnostic("RW518", places.term(node, output.span), values, (), label,
                                 {"each": entry.to_json(), "sum": total.to_json()})


def long_lists(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward without a bound since it adds up what is never negative over a list of any length."""
    for output in rewards(ranges.spec):
        whole = ranges.of(output.node)
        if whole is None or whole.hi != inf or ordered_axes(output.node.type.axes):
            continue
        for node in reachable([output.node]):
            if node.op != "sum" or node.get("window") or "by" in node["roles"] or not any(axis.ragged for axis in node["over"]):
                continue
            entry = ranges.of(node.args[0])
            held = ranges.inside({node: Interval(0, 1)})
            tamed = held and ranges.fact(output.node, held).range
            if entry is None or entry.lo < 0 or entry.hi == inf or not tamed or tamed.hi == inf or _is_averaged(output.node, node):
                continue
            values = {"term": places.text(node), "axis": node["over"][-1].name, "low": show(entry.lo), "high": show(entry.hi),
                      "what": "pays, and none costs"}
            if way(ranges, output.node, node) == 1:
                yield Diagnostic("RW518", places.span(node, output.span), values, (), alone(output, node)[0], {"each": entry.to_json()})


def _is_averaged(root: Node, total: Node) -> bool:
    """Whether a sum is divided by what rests on the count of its own axis."""
    for node in reachable([root]):
        if node.op == "div" and total in reachable(node.args[:1]):
            if any(set(part.get("over") or (part.get("axis"),)) & set(total["over"]) for part in reachable(node.args[1:])
                   if part.op in ("count", "length", "sum")):
                return True
    return False


def long_and_right(ranges, places: Places) -> Iterator[Diagnostic]:
    """A score less its mean over the group, which for right samples falls with their length: long right ones end below 0."""
    spec = ranges.spec
    for output in spec.outputs.values():
        if output.role not in ("reward", "advantage"):
            continue
        for node in reachable([output.node]):
            score = _centred(node)
            if score is None:
                continue
            for verdict in verdicts(spec, score):
                context = ranges.assume(verdict, True)
                longer = [source for source in lengths(spec, score) if way(ranges, score, source, context) == -1]
                if context is not None and longer and way(ranges, score, verdict) == 1:
                    values = {"score": places.text(score), "verdict": places.text(verdict), "source": places.text(longer[0])}
                    yield Diagnostic("RW524", places.span(node, output.span), values, (), output.name,
                                     {"group": "all right, one longer than the others"})
                    break


def _centred(node: Node) -> Node | None:
    """x of `x - mean(x over group)`."""
    if node.op != "sub" or node.args[1].op != "mean" or not node.args[1].get("window"):
        return None
    return node.args[0] if node.args[1].args[0] is node.args[0] else None
