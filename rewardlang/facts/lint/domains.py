"""Operators that may leave their domain with nothing to guard them."""

from collections.abc import Iterator

from rewardlang.facts.context import Context
from rewardlang.facts.contracts.verdict import detached
from rewardlang.facts.contracts.witness import entries, sentence, shown, values_at
from rewardlang.facts.failures import domain_errors
from rewardlang.facts.lint.places import Places
from rewardlang.facts.search.boxes import centre, sources
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.table import OPERATORS
from rewardlang.text.diagnostic import Diagnostic, Note
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, FLOAT

#: For each partial operator: the argument at fault, how it is compared, with what, and in words.
_OUTSIDE = {
    "div": (1, "eq", 0, "is 0"),
    "log": (0, "le", 0, "is not above 0"),
    "log1p": (0, "le", -1, "is not above -1"),
    "sqrt": (0, "lt", 0, "is below 0"),
    "pow": (0, "le", 0, "is not above 0"),
}

_SPREADS = frozenset({"std", "var"})
_MIDDLES = frozenset({"mean", "min", "max", "quantile"})
_KEEPS_ZERO = frozenset({"sqrt", "abs", "pow", "mean", "max", "sum", "number"})


def domains(ranges, places: Places) -> Iterator[Diagnostic]:
    """One error for each operator."""
    seen: set[Node] = set()
    needed, visited = set(), set()
    for output in ranges.spec.outputs.values():
        for node, context in domain_errors(ranges, output.node, needed, visited):
            if node not in seen:
                seen.add(node)
                yield _finding(ranges, places, node, context, output)


def _finding(ranges, places: Places, node: Node, context: Context, output) -> Diagnostic:
    position, op, end, words = _OUTSIDE.get(node.op, (0, "le", 0, "is outside the domain"))
    argument = node.args[position]
    found = ranges.fact(argument, context).range
    written = places.text(argument)
    row = OPERATORS[node.op]
    point = _witness(ranges, node, argument, op, end, context)
    values = {"operator": row.symbol or row.name, "problem": f"`{written}` {words}", "what": f"`{written}` lies in {found}"}
    notes = (*((Note(f"undefined with {sentence(point)}"),) if point else ()), *places.inside(node))
    reason, shows = _of_population(argument) if node.op == "div" else (None, None)
    span, subject = places.span(node, output.span), places.subject(node)
    return Diagnostic("RW201", span, values, notes, subject, shows or point or None, None, reason)


def _of_population(node: Node) -> tuple[str | None, dict | None]:
    """The reason and a witness of a divisor that is 0 for what a population or list is: its spread, its ends, its size."""
    if _is_spread(node):
        return "zero-spread-group", {"population": "all alike"}
    counts = [part for part in reachable([node]) if part.op == "count"]
    if node.op == "sub" and {arg.op for arg in node.args} == {"max", "min"} and node.args[0].args[0] is node.args[1].args[0]:
        return ("zero-spread-group" if node.args[0].get("window") else None), {"all alike": _population(node)}
    if not counts:
        return None, None
    if counts[0].get("window"):
        return "small-group-normalisation", {"population": 1}
    return None, {counts[0]["over"][0].name: []}


def _is_spread(node: Node) -> bool:
    """Whether a value is 0 wherever all of a population are alike: its deviation, a mean of deviations, a root of that."""
    if node.op in _SPREADS and node.get("window"):
        return True
    if node.op == "sub":
        one, other = node.args
        return other.op in _MIDDLES and bool(other.get("window")) and other.args[0] is one
    return node.op in _KEEPS_ZERO and _is_spread(node.args[0])


def _population(node: Node) -> str:
    """What a maximum and minimum are taken over."""
    inner = node.args[0]
    return inner.get("window") or inner["over"][0].name


def _witness(ranges, node: Node, argument: Node, op: str, end: int, context: Context) -> dict | None:
    """An assignment at which the reference interpreter finds the operator undefined."""
    bad = detached(op, argument, detached("const", type=FLOAT, value=end), type=BOOL.with_axes(argument.type.axes))
    inner = ranges.assume(bad, True, context)
    if inner is None:
        return None
    for pick in (centre, lambda part: part.lo, lambda part: part.hi):
        point = {source: Interval(pick(part), pick(part)) for source, part in sources(ranges, [node], inner)}
        point.update({source: part for source, part in inner.known.items() if part.is_point and not source.args})
        values = values_at(ranges.spec, [node, *node.args], [point])
        if values is not None and _fails_there(values, node):
            return shown(ranges.spec, point, [node])
    return None


def _fails_there(values: dict[Node, list], node: Node) -> bool:
    missing = any(entry is None for entry in entries(values[node][0]))
    return missing and all(entry is not None for arg in node.args for entry in entries(values[arg][0]))
