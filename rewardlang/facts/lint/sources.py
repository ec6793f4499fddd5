"""What a reward is made from, as lints see it: verdicts, lengths, and how the reward moves with them."""

from collections.abc import Iterable, Iterator

from rewardlang.facts.context import Context
from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.lint.names import is_length
from rewardlang.facts.search.signs import sign
from rewardlang.facts.search.slope import direction
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.values.types import Kind


def is_verdict(spec: Spec, node: Node) -> bool:
    """Whether a node is a truth that comes from outside: a bool of the data, what a verifier said."""
    if node.type.kind is not Kind.BOOL:
        return False
    return node.op in ("input", "call", "field")


def verdicts(spec: Spec, root: Node) -> list[Node]:
    """The verdicts under a node."""
    return [node for node in reachable([root]) if is_verdict(spec, node)]


#: What keeps a verdict, or a share of verdicts, what it is.
_CARRIERS = frozenset({"number", "mul", "neg", "add", "sub", "coalesce", "at_last", "every", "mean", "sum", "min", "max", "all", "any"})


def is_share(spec: Spec, root: Node) -> bool:
    """Whether a value is a share or count of verdicts along an axis, scaled: `mean(passed over test)`."""
    stack, reduced, found = [root], False, False
    while stack:
        node = stack.pop()
        if is_verdict(spec, node):
            found = True
        elif node.op in _CARRIERS and not node.get("window"):
            reduced = reduced or bool(node.get("over"))
            stack += node.args
        elif node.op not in ("const", "param"):
            return False
    return reduced and found


def lengths(spec: Spec, root: Node) -> Iterator[Node]:
    """What under a node counts how much was written or done."""
    for node in reachable([root]):
        if node.op == "length" and node["axis"].ragged and node["axis"].ordered:
            yield node
        elif node.op == "input" and node.type.kind is Kind.INT:
            if is_length(name_of(spec, node)) or is_length(spec.inputs[node["name"]].column):
                yield node


def way(ranges, node: Node, source: Node, context: Context | None = None) -> int | None:
    """1 where a value never falls as a source rises, -1 where it never rises, 0 where it stays; None where not known."""
    found = sign(ranges, node, source, context)
    if found is None:
        found = direction(ranges, node, source, context or ranges.root)
    return None if found is None else (found > 0) - (found < 0)


def asked_for(spec: Spec, source: Node, wanted: int) -> bool:
    """Whether an `ensure` of the file says that something is to rise (1) or fall (-1) with a source."""
    for info in spec.ensures:
        if info.kind == "monotone" and (info.direction == "increasing") == (wanted > 0) and info.along is not None:
            if source in reachable([info.along]):
                return True
    return False


def free_of(root: Node, nodes: Iterable[Node]) -> bool:
    """Whether a value rests on none of some nodes."""
    return not set(nodes) & set(reachable([root]))


def alone(output: OutputInfo, node: Node) -> tuple[str, Node]:
    """The one term that rests on a node, else the whole output."""
    found = [(label, term) for label, term in output.terms if node in reachable([term])]
    return found[0] if len(found) == 1 else (output.name, output.node)
