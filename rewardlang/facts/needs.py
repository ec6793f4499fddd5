"""Which arguments a node uses, and what may be assumed where it uses them: the one place that says what a gate hides."""

from collections.abc import Iterator

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.nulls import rests_on_data
from rewardlang.facts.positions import contexts
from rewardlang.ir.node import Node
from rewardlang.values.axes import Axis

#: What decides whether the right side counts: `a and b` needs b only where a is true.
_SHORT_CUTS = {"and": True, "or": False, "implies": True}

#: Operators that move values along one axis; the attribute names it.
_MOVES = {"rename": "source", "pick": "axis", "spread": "over", "place": "over"}

#: Axes that run over rollouts.
POPULATIONS = ("group", "batch")

Need = tuple[Node, Context]


def needs(ranges, node: Node, context: Context) -> Iterator[Need]:
    """The (argument, context) pairs on which the fact of `node` in `context` rests.

    What decides comes first; the rest is given only once the fact of what decides is known to `ranges`.
    """
    if node.op == "gate":
        return _of_gate(ranges, node, context)
    if node.op == "coalesce":
        return _of_coalesce(ranges, node, context)
    if node.op in _SHORT_CUTS:
        return _of_short_cut(ranges, node, context)
    if node.get("roles") is not None:
        return _of_reduction(ranges, node, context)
    if node.op == "call":
        lifted = node["lifted"]
        return ((arg, ranges.outside(context, [a for a in arg.type.axes if a not in lifted])) for arg in node.args)
    if node.op in ("carried", "state"):
        return iter(())     # what they are is what is declared, and proved of every step
    if node.op in _MOVES:
        return ((arg, inner) for inner in [_moved(ranges, node, context)] for arg in node.args)
    return ((arg, context) for arg in node.args)


def _of_gate(ranges, node: Node, context: Context) -> Iterator[Need]:
    condition, opened, closed = node.args
    yield condition, context
    for side, truth in ((opened, True), (closed, False)):
        inner = side_of(ranges, condition, truth, context)
        if inner is not None:
            yield side, inner


def side_of(ranges, condition: Node, truth: bool, context: Context) -> Context | None:
    """The context of a gate's side; None if the side never counts (or the condition is not known yet)."""
    decision = ranges.known(condition, context)
    if decision is None or decision.range is None or decision.range == (FALSE if truth else TRUE):
        return None
    return ranges.assume(condition, truth, context)


def _of_coalesce(ranges, node: Node, context: Context) -> Iterator[Need]:
    x, fallback = node.args
    yield x, context
    tried = ranges.known(x, context)
    if tried is not None and (tried.fails or rests_on_data(ranges.from_data, x)):
        yield fallback, context


def _of_short_cut(ranges, node: Node, context: Context) -> Iterator[Need]:
    left, right = node.args
    yield left, context
    yield right, context
    inner = guarded_by(ranges, node, context)
    if inner is not None:
        yield right, inner


def guarded_by(ranges, node: Node, context: Context) -> Context | None:
    """Where only the right side of a connective may fail: the context in which the left side lets it count.

    Where the left may fail too, nothing may be assumed: an invalid left with an invalid right is invalid.
    """
    left, right = (ranges.known(arg, context) for arg in node.args)
    if left is None or right is None or left.fails or not right.fails:
        return None
    return side_of(ranges, node.args[0], _SHORT_CUTS[node.op], context)


def _of_reduction(ranges, node: Node, context: Context) -> Iterator[Need]:
    inner = entry_context(ranges, node, context)
    args = dict(zip(node["roles"], node.args))
    for role, arg in args.items():
        if role not in ("x", "start", "end"):
            yield arg, inner
    for role in ("start", "end"):
        if role in args:
            yield args[role], context
    if "x" in args:
        admitted = admitted_context(ranges, node, context)
        if admitted is not None:
            yield args["x"], admitted
            for inner in contexts(ranges, node, admitted):
                yield args["x"], inner


def entry_context(ranges, node: Node, context: Context) -> Context:
    """What may be assumed of any one entry that a reduction, scan or window sees: a gate narrows no population."""
    if node.get("window"):
        return ranges.population(context)
    return ranges.outside(context, node["over"])


def admitted_context(ranges, node: Node, context: Context) -> Context | None:
    """The same of the entries that `where` admits; None if it admits none (or is not known yet)."""
    inner = entry_context(ranges, node, context)
    args = dict(zip(node["roles"], node.args))
    return side_of(ranges, args["where"], True, inner) if "where" in args else inner


def _moved(ranges, node: Node, context: Context) -> Context:
    axes = moved_axes(node)
    if any(is_population(axis) for axis in axes):
        return ranges.population(context)
    return ranges.outside(context, axes)


def moved_axes(node: Node) -> tuple[Axis | str, ...]:
    """The axes along which a placement moves values; for `rename` the copy too, and `batch` or `group` by name."""
    axes = node[_MOVES[node.op]]
    axes = axes if isinstance(axes, tuple) else (axes,)
    if node.op != "rename":
        return axes
    own = {axis.name: axis for axis in node.args[0].type.axes}
    return (*(own.get(axis, axis) for axis in axes), node["target"])


def is_population(axis: Axis | str) -> bool:
    """Whether an axis (or its name) stands for the rollouts themselves, or copies one that does."""
    return getattr(axis, "name", axis) in POPULATIONS or getattr(axis, "like", None) in POPULATIONS
