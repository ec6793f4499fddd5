"""What is known of an output's terms: the range of each, and how much of the total it can move."""

from dataclasses import dataclass

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.search.prove import bounds
from rewardlang.ir.node import Node
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.values.interval import Endpoint, Interval
from rewardlang.values.types import Kind

#: Boxes looked at for one term; a swing need not be tight.
_BOXES = 40


@dataclass(frozen=True)
class TermFact:
    """A term's range and its swing (the range's width; inf if it has no bound). `decides`: a verifier or truth value."""

    label: str
    node: Node
    range: Interval
    swing: Endpoint
    decides: bool


def term_facts(ranges, output: OutputInfo) -> list[TermFact]:
    """The facts of an output's labelled terms, those that are never valid left out."""
    found = []
    for label, node in output.terms:
        reached = bounds(ranges, node, boxes=_BOXES)
        if reached is not None:
            found.append(TermFact(label, node, reached.outer, reached.outer.width, decides(ranges.spec, node)))
    return found


def decides(spec: Spec, node: Node) -> bool:
    """Whether a term is made of nothing but truth values and verdicts: a scaled bool, a gate between constants."""
    stack, found = [node], False
    while stack:
        part = stack.pop()
        verdict = part.type.kind is Kind.BOOL or _is_verdict(spec, part)
        found = found or verdict
        if verdict or part.op in ("const", "param"):
            continue
        if part.op not in _CARRIERS:
            return False
        found = found or part.op == "gate"
        stack += part.args[1:] if part.op == "gate" else part.args
    return found


def _is_verdict(spec: Spec, node: Node) -> bool:
    call = node.args[0] if node.op == "field" else node
    external = spec.externals.get(call["callee"]) if call.op == "call" else None
    return external is not None and external.kind == "verifier"


#: What keeps a verdict one: scaling, placing, choosing between verdicts.
_CARRIERS = frozenset({
    "number", "gate", "mul", "neg", "add", "sub", "div", "at_last", "at_first", "every", "coalesce",
})


def always(ranges, condition: Node) -> bool | None:
    """True of a condition that always holds, False of one that never does, None where it depends."""
    found = ranges.of(condition)
    return True if found == TRUE else False if found == FALSE else None
