"""States: lets that use their own earlier (or later) values, from the text to `carried` and `state` nodes."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from rewardlang.elaborate.binding import fitted
from rewardlang.elaborate.constants import interval, show
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.expressions import declared
from rewardlang.elaborate.infer import as_number
from rewardlang.elaborate.knots import Knot
from rewardlang.elaborate.scope import POPULATIONS, Module
from rewardlang.elaborate.types import type_of
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Claim, EnsureInfo, Spec
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.interval import Interval
from rewardlang.values.types import FLOAT, INT, Kind, Type

_KINDS = (Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.ENUM)


@dataclass(eq=False)
class Pending:
    """A state whose update is being entered: its declared type and range, and the nodes of its other step's entry."""

    name: str
    key: str
    type: Type
    domain: Interval | None
    span: Span
    carried: list[Node] = field(default_factory=list)


def knot(cx: Context, module: Module, tied: Knot) -> None:
    """Enter all lets of a knot: first with the other step's entries as unknowns in their ranges, then with their values."""
    cx, key = replace(cx, module=module), f"{module.key}:{min(tied.carried)}"
    pending = cx.session.pending
    names = [(module.key, let.name) for let in tied.declarations]
    try:
        for let in tied.declarations:
            if let.name in tied.carried:
                pending[module.key, let.name] = _pending(cx, let, key)
        for let in tied.declarations:
            declared(cx, module, let)
        _tie(cx, module, tied, [pending[name] for name in names if name in pending])
    except Failed:
        cx.session.values.update(dict.fromkeys(names))
    finally:
        for name in names:
            pending.pop(name, None)


def _pending(cx: Context, let: tree.Let, key: str) -> Pending:
    if let.type is None:
        raise cx.fail("RW342", let.span, name=let.name, subject=let.name,
                      problem=f"needs a type and a range: write `let {let.name} : int[step] in [0, 9] = …`")
    type_ = type_of(cx, let.type, let.unit)
    domain = interval(cx, let.domain, f"the range of `{let.name}`")
    if type_.kind not in _KINDS:
        raise cx.fail("RW342", let.type.span, name=let.name, subject=let.name,
                      problem=f"is a number, a bool or an enum, not {type_.entry()}")
    if not ordered_axes(type_.axes):
        raise cx.fail("RW342", let.type.span, name=let.name, subject=let.name,
                      problem=f"runs along an ordered axis: write `{type_.kind.value}[step]`")
    if type_.kind in (Kind.INT, Kind.FLOAT) and domain is None:
        raise cx.fail("RW342", let.span, name=let.name, subject=let.name,
                      problem=f"needs a range that every step keeps: write `let {let.name} : {let.type.span.text} in [low, high] = …`")
    return Pending(let.name, key, type_, domain, let.span)


def pending(cx: Context, expr: tree.Expr) -> Pending | None:
    """The state that a name stands for while its own knot is entered."""
    if not isinstance(expr, tree.Name) or expr.name in cx.locals:
        return None
    return cx.session.pending.get((cx.module.key, expr.name))


def carried(cx: Context, call: tree.Call, state: Pending, start: tree.Expr | None) -> Value:
    """`prev(far, 0)` within the definition of `far`: a node of any earlier entry in the declared range."""
    axis = _axis(cx, call, state)
    if start is None or call.where is not None or call.by is not None:
        problem = f"is carried as `{call.function}({state.name}, start)`, without `where` and `by`"
        raise cx.fail("RW342", call.span, name=state.name, problem=problem, subject=state.name)
    met = state.type.with_axes(tuple(other for other in state.type.axes if other != axis))
    first = fitted(cx, cx.node(start, met), state.type, start.span, f"the first `{state.name}`")
    if set(first.type.axes) - set(state.type.axes):
        raise cx.fail("RW342", start.span, name=state.name, subject=state.name,
                      problem=f"is {state.type}, and its first value {first.type} has another axis")
    if state.type.kind is Kind.INT and first.type.kind is Kind.FLOAT:
        raise cx.fail("RW342", start.span, name=state.name, subject=state.name,
                      problem="is whole, and its first value is a float")
    value = first.get("value")
    if state.domain is not None and isinstance(value, int | float | Fraction) and not state.domain.contains(value):
        raise cx.fail("RW121", start.span, what=f"the first `{state.name}`", value=show(value), domain=state.domain)
    node = cx.spec.graph.add("carried", (first,), state.type, call.span, key=state.key, name=state.name, axis=axis,
                             backward=call.function == "ahead")
    if node not in state.carried:
        state.carried.append(node)
        if state.domain is not None:
            cx.spec.domains[node] = state.domain
        if state.domain is not None and not isinstance(value, int | float | Fraction):     # a number was looked at above
            _promise(cx, state, first, start.span)
    return Value(node)


def _axis(cx: Context, call: tree.Call, state: Pending) -> Axis:
    ordered = ordered_axes(state.type.axes)
    if call.over is not None:
        ordered = tuple(axis for axis in ordered if call.over.axes == (axis.name,))
    if len(ordered) != 1:
        raise cx.fail("RW342", call.span, name=state.name, subject=state.name,
                      problem=f"is carried along one ordered axis: write `{call.function}({state.name} over step, start)`")
    return ordered[0]


def _tie(cx: Context, module: Module, tied: Knot, states: list[Pending]) -> None:
    """Replace the unknowns by what the states are; their ranges stay as promises about one update."""
    nodes = [node for state in states for node in state.carried]
    values = {let.name: cx.session.values[module.key, let.name].node for let in tied.declarations}
    directions = {(node["axis"], node["backward"]) for node in nodes}
    if len(directions) > 1:
        raise cx.fail("RW342", states[0].span, name=states[0].name, subject=states[0].name,
                      problem="is carried in more than one direction, and no step could be the first")
    updates = [_update(cx, state, values[state.name]) for state in states for _ in state.carried]
    check(cx, states[0].name, nodes, updates, states[0].span)
    made = states_of(cx, nodes, updates, states[0].span)
    results: dict[str, Node] = {}
    for node, found in zip(nodes, made, strict=True):
        results.setdefault(node["name"], found)
    image = {node: beside(cx, node, found) for node, found in zip(nodes, made, strict=True)}
    names = [*results, *(name for name in values if name not in results)]
    for name in names:
        found = results[name] if name in results else substituted(cx.spec, values[name], image)
        cx.session.values[module.key, name] = Value(found)
        if not module.key:
            cx.spec.names[name] = found
    for name, gate in cx.spec.gates.items():
        cx.spec.gates[name] = substituted(cx.spec, gate, image)


def states_of(cx: Context, nodes: list[Node], updates: list[Node], span: Span) -> list[Node]:
    """The states of carried nodes that belong together, each with its update."""
    made = [cx.spec.graph.add("state", (*nodes, *updates), node.type, span, key=node["key"], name=node["name"], slot=slot,
                              over=(node["axis"],), backward=node["backward"]) for slot, node in enumerate(nodes)]
    for node, found in zip(nodes, made, strict=True):
        if node in cx.spec.domains:
            cx.spec.domains[found] = cx.spec.domains[node]
    return made


def _update(cx: Context, state: Pending, node: Node) -> Node:
    wanted = state.type
    if wanted.kind.numeric and wanted.kind is not Kind.BOOL:
        node = as_number(cx, node, state.span)
    if node.type.kind is Kind.FLOAT and wanted.kind is Kind.INT:
        raise cx.fail("RW342", state.span, name=state.name, subject=state.name,
                      problem="is whole, and its update is a float: round it, for example with `floor`")
    if set(node.type.axes) != set(wanted.axes):
        raise cx.fail("RW342", state.span, name=state.name, subject=state.name,
                      problem=f"is {wanted}, and its update is {node.type}")
    return node


def check(cx: Context, name: str, nodes: list[Node], updates: list[Node], at: Span) -> None:
    """No step of an update may look past its own entry, or be left to Python."""
    axis, backward, resting = nodes[0]["axis"], nodes[0]["backward"], set(nodes)
    for node in reachable(updates):
        if node in nodes or resting.isdisjoint(node.args):
            continue
        resting.add(node)
        problem = _obstacle(node, axis, backward)
        if problem is not None:
            raise cx.fail("RW342", cx.spec.graph.origins.get(node, at), name=name, problem=problem, subject=name)


def _obstacle(node: Node, axis: Axis, backward: bool) -> str | None:
    if node.op in ("call", "codes", "lookup", "field"):
        return "decides what a model, verifier or table is asked, which would run once for each step"
    if node.get("window") or any(other.like in POPULATIONS for other in node.type.axes):
        return "is compared with other rollouts within its own update"
    along = axis in (node.get("axis"), node.get("onto"), *(node.get("over") or ()))
    if along and (backward or node.op not in STEPWISE):
        return f"is looked at by `{node.op}` along `{axis.name}` within its own update: only `prev` and `ahead` may carry it"
    if along and "by" in node.get("roles", ()):
        return f"is looked at by key in a `{node.op}` within its own update: without `by` it may be"
    return None


#: What may look along the axis of a state within its update: words that look at no later step.
STEPWISE = frozenset("prev delta cumsum cumprod cummax cummin cummean cumcount previous weak_previous once historically "
                     "since triggers state walk".split())


def beside(cx: Context, node: Node, made: Node) -> Node:
    """The state's entry at the step before or after, as everything else sees it."""
    return cx.spec.graph.add("ahead" if node["backward"] else "prev", (made, node.args[0]), node.type,
                             cx.spec.graph.origins.get(node), roles=("x", "start"), over=(node["axis"],), window=None,
                             group=False)


def substituted(spec: Spec, root: Node, image: dict[Node, Node]) -> Node:
    """A node with some of those it rests on replaced; `image` remembers what was rebuilt."""
    for node in reachable([root]):
        if node in image or not any(image.get(arg, arg) is not arg for arg in node.args):
            continue
        args = [image.get(arg, arg) for arg in node.args]
        image[node] = spec.graph.add(node.op, args, node.type, spec.graph.origins.get(node), **dict(node.attrs))
        if node in spec.domains:
            spec.domains[image[node]] = spec.domains[node]
    return image.get(root, root)


def _promise(cx: Context, state: Pending, node: Node, span: Span) -> None:
    """The range, as a promise about a first value; `let` makes the one about the update."""
    ends = (state.domain.lo, state.domain.hi)
    low, high = (cx.const(end, FLOAT if isinstance(end, float) else INT, span) for end in ends)
    claims = (Claim(low), Claim(as_number(cx, node, span)), Claim(high))
    text = f"{state.name} in {state.domain}"
    cx.spec.ensures.append(EnsureInfo("compare", claims, ("<=", "<="), span, text, state=state.name))
