"""What is decided already where it is asked again: conditions inside gates, and truths that are paid for inside their own gate."""

from collections.abc import Iterator

from rewardlang.facts.context import Context
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import alone, verdicts
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.needs import needs
from rewardlang.facts.terms import always
from rewardlang.ir.node import Node, reachable
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.types import Kind

#: Uses of nodes that are looked at; what comes after is passed over, so that `check` stays quick.
_MOST = 2_000


def asked_again(ranges, places: Places) -> Iterator[Diagnostic]:
    """Gates inside gates whose condition the outer ones decide, and truths that count as numbers where they are known."""
    spec = ranges.spec
    for output in rewards(spec):
        for node, truth in _decided(ranges, output.node).items():
            span = places.span(node, output.span)
            if span.source is not spec.source:
                continue
            if node.op == "gate":
                if not any(part.op == "gate" and places.holds(part, node) for part in reachable([output.node])):
                    continue        # a value with a name of its own is guarded wherever it stands
                condition = places.text(node.args[0])
                state, what = ("open", "its `else` never counts") if truth else ("closed", "its body never counts")
                yield Diagnostic("RW501", span, {"gate": condition, "state": f"{state} inside the gates around it", "what": what}, (),
                                 places.subject(node), {"condition": condition, "always": truth})
            elif truth:
                label, term = alone(output, node)
                condition = places.text(node.args[0])
                values = {"terms": f"the gate on `{condition}` and the term `{label}`", "what": "paid whenever the gate is open"}
                yield Diagnostic("RW520", places.term(term, output.span), values, (), label, {"terms": [condition, label]})


def _decided(ranges, root: Node) -> dict[Node, bool]:
    """The gates and verdicts as numbers that are decided in each context that uses them, and not everywhere."""
    nodes = reachable([root])
    if sum(node.op == "gate" for node in nodes) < 2 and not any(_is_paid(ranges, node) for node in nodes):
        return {}
    found: dict[Node, set] = {}
    for node, context in _uses(ranges, root):
        asked = node.args[0] if node.op == "gate" or _is_paid(ranges, node) else None
        if asked is not None and always(ranges, asked) is None:
            fact = ranges.fact(asked, context).range
            found.setdefault(node, set()).add(bool(fact.lo) if fact is not None and fact.is_point else None)
    return {node: truths.pop() for node, truths in found.items() if len(truths) == 1 and truths != {None}}


def _is_paid(ranges, node: Node) -> bool:
    """Whether a verdict becomes a number."""
    return node.op == "number" and node.args[0].type.kind is Kind.BOOL and node.args[0] in verdicts(ranges.spec, node)


def _uses(ranges, root: Node) -> Iterator[tuple[Node, Context]]:
    """Each node with each context that uses it; nothing at all where those are too many."""
    stack, seen = [(root, ranges.root)], set()
    while stack and len(seen) <= _MOST:
        use = node, context = stack.pop()
        if use not in seen:
            seen.add(use)
            ranges.fact(node, context)
            stack += needs(ranges, node, context)
    return iter(seen if len(seen) <= _MOST else ())
