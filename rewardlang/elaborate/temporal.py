"""Temporal words and the readings `holds`, `margins` and `robustness`."""

from math import inf

from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.constants import constant, show
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.infer import apply, article, joined
from rewardlang.elaborate.margins import formula_parts, margin
from rewardlang.elaborate.scope import POPULATIONS
from rewardlang.elaborate.states import Pending, pending
from rewardlang.elaborate.types import axis_named
from rewardlang.elaborate.uses import SAYING_BESIDE, says_beside
from rewardlang.elaborate.windows import window
from rewardlang.ir.formulas import folded
from rewardlang.ir.node import Node
from rewardlang.ir.spec import FormulaInfo
from rewardlang.ops.temporal import ON_NOTHING
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis, join, ordered_axes, without
from rewardlang.values.types import BOOL, FLOAT, Kind

_OPTIONS = {"margins": "smooth", "robustness": "smooth", "progress": "discount"}
_EXAMPLES = {1: "`{word} over {axis} p`", 2: "`p {word} over {axis} q`"}


def temporal(cx: Context, expr: tree.Temporal, hint) -> Value:
    """`always[0, 20] p`, `p until q`: a truth at each step of one ordered axis."""
    state = pending(cx, expr.operands[0]) if says_beside(expr) else None
    if state is not None:
        return cx.value(_beside(cx, expr, state))
    operands, failed = [], False
    for operand in expr.operands:
        try:
            operands.append(decision(cx, operand, f"what `{expr.op}` takes"))
        except Failed:
            failed = True
    ends = window(cx, expr)
    if failed:
        raise Failed
    example = _EXAMPLES[len(operands)]
    axis = ordered_axis(cx, operands, expr.over, expr.span, expr.op, example)
    roles = ("x",) if len(operands) == 1 else ("p", "q")
    type_ = BOOL.with_axes(join(*(node.type.axes for node in operands), (axis,)))
    return Value(cx.spec.graph.add(expr.op, (*operands, *ends.values()), type_, expr.span,
                                   roles=(*roles, *ends), over=(axis,), margin=False))


def _beside(cx: Context, expr: tree.Temporal, state: Pending) -> tree.Call:
    """`previous alarmed`, where `alarmed` is the state that is being defined, as `prev(alarmed, false)`."""
    if state.type.kind is not Kind.BOOL:
        raise cx.fail("RW108", expr.operands[0].span, what=f"what `{expr.op}` takes", wanted="a bool", found=article(state.type))
    word, start = SAYING_BESIDE[expr.op]
    values = (expr.operands[0], tree.Bool(start, span=expr.span))
    over = None if expr.over is None else tree.Over((expr.over,), span=expr.span)
    return tree.Call(word, tuple(tree.Argument(value, span=value.span) for value in values), over, span=expr.span)


def ordered_axis(cx: Context, nodes: list[Node], written: str | None, span: Span, word: str, example: str) -> Axis:
    """The axis named, or the only ordered one of the operands, or without any, of the file's data."""
    axes = joined(cx, nodes, span)
    if written is not None:
        axis = _named(cx, written, span, axes, word)
    else:
        found = ordered_axes(axes) or _of_data(cx, axes)
        if len(found) != 1:
            shown = example.format(word=word, axis=found[0].name if found else "step")
            raise cx.fail("RW107", span, name=word, problem=f"does not say along which ordered axis: {shown}")
        axis = found[0]
    inner = next((other for other in axes if axis.name in other.within), None)
    if inner is not None:
        raise cx.fail("RW110", span, inner=inner.name, outer=axis.name)
    return axis


def _named(cx: Context, written: str, span: Span, axes: tuple[Axis, ...], word: str) -> Axis:
    known = (*axes, *(axis for info in cx.spec.inputs.values() for axis in info.type.axes))
    axis = None if written in POPULATIONS else axis_named(cx, written, span, known)
    if axis is None or not axis.ordered and not cx.definition:
        raise cx.fail("RW107", span, name=word, problem=f"runs along an ordered axis, and `{written}` has no order")
    return axis


def _of_data(cx: Context, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The ordered axes of the inputs; while a function is checked by itself, whichever its parameters have."""
    if cx.definition:
        return axes[:1] or (Axis("step", ragged=True, ordered=True),)
    found = dict.fromkeys(axis for info in cx.spec.inputs.values() for axis in ordered_axes(info.type.axes))
    return tuple(axis for axis in found if not axis.within)


# --- readings ---------------------------------------------------------------------------------------------------------


def reading(cx: Context, expr: tree.Call) -> Value:
    """`holds(f)`, `margins(f)`, `robustness(f, smooth = 0.1)`, each with `over axis` where the formula does not say."""
    node, axis, keyed = read_argument(cx, expr)
    value = _read(cx, node, axis, _temperature(cx, keyed["smooth"]) if keyed else None, expr)
    note_formula(cx, expr.function, node, axis, value, expr.span)
    return Value(value)


def _read(cx: Context, node: Node, axis: Axis, smooth: Node | None, expr: tree.Call) -> Node:
    if expr.function == "margins":
        return margin(cx, node, smooth, expr)
    nothing = on_nothing(cx, node, axis, expr.span)
    if axis not in node.type.axes:
        node = cx.spec.graph.add("every", (node,), node.type.with_axes(join(node.type.axes, (axis,))), expr.span, axis=axis)
    truth = opening(cx, node, nothing, axis, expr.span)
    return truth if expr.function == "holds" else margin(cx, truth, smooth, expr)


def read_argument(cx: Context, expr: tree.Call) -> tuple[Node, Axis, dict[str, tree.Expr]]:
    """The formula that a reading takes, the axis along which it reads it, and what is written by key."""
    formula, keyed = _arguments(cx, expr)
    node = decision(cx, formula, f"what `{expr.function}` takes")
    over = expr.over.axes[0] if expr.over else None
    return node, ordered_axis(cx, [node], over, expr.span, expr.function, "`{word}(f over {axis})`"), keyed


def note_formula(cx: Context, word: str, node: Node, axis: Axis, value: Node | None, span: Span) -> None:
    """Notes that a formula is read and what is made of it, for those who look at formulas as such."""
    found = FormulaInfo(word, node, axis, value, span)
    if not cx.definition and found not in cx.spec.formulas:
        cx.spec.formulas.append(found)


def _arguments(cx: Context, expr: tree.Call) -> tuple[tree.Expr, dict[str, tree.Expr]]:
    positional = [argument.value for argument in expr.arguments if argument.key is None]
    keyed = {argument.key: argument.value for argument in expr.arguments if argument.key is not None}
    option = _OPTIONS.get(expr.function)
    odd = expr.where or expr.by or expr.onto or expr.over and len(expr.over.axes) > 1
    if len(positional) != 1 or keyed.keys() - {option} or odd:
        more = f", and perhaps `{option} = 0.1`" if option else ""
        raise cx.fail("RW107", expr.span, name=expr.function, problem=f"takes one formula{more}")
    return positional[0], keyed


def _temperature(cx: Context, written: tree.Expr) -> Node:
    steps = constant(cx, written, "`smooth`")
    if isinstance(steps, (str, bool, tuple, dict, type(None))) or not 0 < steps < inf:
        raise cx.fail("RW121", written.span, what="`smooth`", value=show(steps), domain="the numbers above 0")
    return cx.const(steps, FLOAT, written.span)


def opening(cx: Context, node: Node, nothing: Node, axis: Axis, span: Span) -> Node:
    """The entry at the first step, or `nothing` where there is no step."""
    axes = without(joined(cx, [node, nothing], span), [axis])
    return cx.spec.graph.add("opening", (node, nothing), node.type.with_axes(axes), span, roles=("x", "start"), over=(axis,),
                             margin=False)


def on_nothing(cx: Context, formula: Node, axis: Axis, span: Span) -> Node:
    """The truth of a formula on the trace without steps, where no proposition holds."""
    def parts(node: Node) -> tuple[Node, ...]:
        return () if _is_settled(node, axis) else formula_parts(node)

    def build(node: Node, values: list[Node]) -> Node:
        if _is_settled(node, axis):
            return cx.const(ON_NOTHING[node.op], BOOL, span) if node.op in ON_NOTHING else node
        if not values or node.get("over"):
            return cx.const(False, BOOL, span)
        return apply(cx, node.op, values, span)
    return folded(formula, parts, build)


def _is_settled(node: Node, axis: Axis) -> bool:
    return node.op in ON_NOTHING and node["over"] == (axis,) or axis not in node.type.axes
