"""Where an invalid value comes from: the operators and sources that can fail and that nothing on the way hides."""

from collections.abc import Iterator

from rewardlang.facts.backward import TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.needs import guarded_by, needs
from rewardlang.facts.transfer import may_fail_itself
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.intervals import domain
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval

#: Digits of single precision; of all digits so many are not trusted in a computed argument.
_SINGLE, _LOST = 24, 6


def failures(ranges, root: Node, context: Context | None = None, seen: set | None = None) -> list[tuple[Node, Context]]:
    """The nodes that can themselves be why `root` is invalid, each with a context in which it is used.

    `seen` carries what earlier roots have reached, which is then left out.
    """
    stack, found = [(root, context or ranges.root)], {}
    seen = set() if seen is None else seen
    while stack:
        need = node, inside = stack.pop()
        if need in seen or not ranges.fact(node, inside).fails:
            continue
        seen.add(need)
        if may_fail_itself(ranges, node, inside):
            found.setdefault(node, inside)
        stack += _visible(ranges, node, inside)
    return sorted(found.items(), key=lambda pair: pair[0].number)


def _visible(ranges, node: Node, context: Context) -> list[tuple[Node, Context]]:
    """The arguments whose failure the node does not hide, where it uses them."""
    used = list(needs(ranges, node, context))
    if node.op == "coalesce":
        return used[1:]
    if node.op in ("and", "or", "implies") and guarded_by(ranges, node, context) is not None:
        return used[2:]
    if node.get("window"):
        return [(arg, inside) for arg, inside in used if arg is not _entry(node)]
    return used


def _entry(node: Node) -> Node | None:
    args = dict(zip(node["roles"], node.args))
    return args.get("x")


def domain_errors(ranges, root: Node, needed: set, visited: set[Node]) -> list[tuple[Node, Context]]:
    """The partial operators under a root that may leave their domain with nothing to guard them.

    `needed` and `visited` carry what earlier roots have reached, which is then left out: outputs share most of a graph.
    Those under a window count too: a rollout that is silently left out of its population is lost all the same.
    """
    found = dict(failures(ranges, root, None, needed))
    for node in _unguarded(root, visited):
        if node.get("window") and _entry(node) is not None:
            inside = [context for arg, context in needs(ranges, node, ranges.root) if arg is _entry(node)]
            for context in inside:
                found.update(failures(ranges, _entry(node), context, needed))
    return [(node, context) for node, context in found.items() if is_partial(node)]


def _unguarded(root: Node, seen: set[Node]) -> Iterator[Node]:
    """The nodes under a root that are not `seen` yet, those left of a `??` excepted."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack += node.args[1:] if node.op == "coalesce" else node.args


def is_partial(node: Node) -> bool:
    """Whether a node is an operator on entries that is not defined everywhere."""
    row = OPERATORS.get(node.op)
    return row is not None and row.family is Family.POINTWISE and row.domain is not None


def total(ranges, roots: list[Node], digits: int = _SINGLE) -> frozenset[Node]:
    """The partial operators that are defined on every row, demanded or not, even after rounding to so many binary digits."""
    slack = Interval.of(2.0 ** (_LOST - digits))
    return frozenset(node for node in reachable(roots) if is_partial(node) and _always_defined(ranges, node, slack))


def _always_defined(ranges, node: Node, slack: Interval) -> bool:
    facts = [ranges.fact(arg) for arg in node.args]
    if any(fact.fails or fact.range is None for fact in facts):
        return False
    args = [fact.range if not arg.args else _widened(fact.range, slack) for arg, fact in zip(node.args, facts)]
    return domain(OPERATORS[node.op], *args) == TRUE


def _widened(interval: Interval, slack: Interval) -> Interval:
    """A range with room for how far a computed value may be off its real one, relative to the greatest in it."""
    off = (abs(interval) * slack).hi
    return Interval(interval.lo - off, interval.hi + off)
