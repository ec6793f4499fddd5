"""Partial operators that are safe over the real numbers, and fail where tensors round."""

from collections.abc import Iterator

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.contracts.witness import sentence, shown
from rewardlang.facts.failures import domain_errors, total
from rewardlang.facts.lint.places import Places
from rewardlang.facts.rounded import Precision, RoundedRanges
from rewardlang.facts.search.boxes import centre, sources
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import domain
from rewardlang.ops.table import OPERATORS
from rewardlang.text.diagnostic import Diagnostic, Note
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval

_ARGUMENT = {"div": 1}


def precision(ranges, places: Places, kind: Precision) -> Iterator[Diagnostic]:
    """One warning for each operator that surely fails at some point in a float type, and nowhere over the real numbers."""
    spec = ranges.spec
    needed, visited = set(), set()
    real = {node for output in spec.outputs.values() for node, _ in domain_errors(ranges, output.node, needed, visited)}
    safe = total(ranges, [output.node for output in spec.outputs.values()], kind.digits)
    partial = [node for node in spec.graph.nodes if _may_round(ranges, node) and node not in safe and node not in real]
    if not partial:
        return
    rounded = RoundedRanges(spec, kind)
    needed, visited, seen = set(), set(), set()
    for output in spec.outputs.values():
        for node, context in domain_errors(rounded, output.node, needed, visited):
            if node in partial and node not in seen and (point := _witness(ranges, rounded, node, context)) is not None:
                seen.add(node)
                yield _finding(rounded, places, node, point, output)


def _may_round(ranges, node: Node) -> bool:
    row = OPERATORS.get(node.op)
    return row is not None and row.domain is not None and node.op in ("div", "log", "log1p", "sqrt", "pow") and node in ranges.root.facts


def _witness(ranges, rounded, node: Node, context: Context) -> dict[Node, Interval] | None:
    """Values of the sources at which the rounded arguments lie outside the domain, and the conditions around hold."""
    free = [(source, part.meet(ranges.of(source)) or part) for source, part in sources(rounded, [node], context)]
    for pick in (lambda part: part.hi, lambda part: part.lo, centre):
        ends = {source: pick(part) for source, part in free}
        if any(type(end) is float for end in ends.values()):
            continue
        point = {source: Interval(end, end) for source, end in ends.items()}
        inner = rounded.inside(point, valid=True)
        if inner is not None and _holds(rounded, context, inner) and _domain(rounded, node, inner) == FALSE:
            return point
    return None


def _holds(rounded, context: Context, inner: Context) -> bool:
    facts = [(rounded.fact(node, inner).range, want) for node, want in context.known.items()]
    return all(found is not None and want.contains(found) for found, want in facts)


def _domain(rounded, node: Node, context: Context) -> Interval:
    args = [rounded.fact(arg, context).range for arg in node.args]
    return TRUE if None in args else domain(OPERATORS[node.op], *args)


def _finding(rounded, places: Places, node: Node, point: dict[Node, Interval], output) -> Diagnostic:
    argument = node.args[_ARGUMENT.get(node.op, 0)]
    there = rounded.fact(argument, rounded.inside(point, valid=True)).range
    row, assignment = OPERATORS[node.op], shown(rounded.spec, point, [node])
    values = {"operator": row.symbol or row.name, "dtype": rounded.precision.name,
              "problem": f"`{places.text(argument)}` is rounded to {show(there.lo)}"}
    notes = (*((Note(f"with {sentence(assignment)}"),) if assignment else ()), *places.inside(node))
    return Diagnostic("RW529", places.span(node, output.span), values, notes, places.subject(node), assignment or None)
