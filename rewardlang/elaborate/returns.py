"""`return` and `return(x, discount = 0.9)`: the discounted sum of what each step pays, as a value of the whole rollout."""

from rewardlang.elaborate.constants import constant
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.infer import expect_kind
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.axes import ordered_axes, without
from rewardlang.values.types import FLOAT


def returned(cx: Context, node: Node, discount: float | None, span: Span) -> Node:
    """The node itself where it has no ordered axis; `discount` None is the setting's."""
    axes = ordered_axes(node.type.axes)
    if not axes:
        return node
    type_ = FLOAT.with_axes(without(node.type.axes, axes)).as_optional(node.type.optional).with_unit(node.type.unit)
    return cx.spec.graph.add("total", (node,), type_, span, over=axes, discount=discount)


def return_call(cx: Context, expr: tree.Call) -> Value:
    """`return(x)`, `return(x, discount = 0.9)`, within an objective."""
    if not cx.session.measuring:
        problem = "`return(…)` belongs in an objective; a reward adds up by `sum(x over step)`"
        raise cx.fail("RW360", expr.span, problem=problem)
    values = [argument.value for argument in expr.arguments if argument.key is None]
    rates = [argument.value for argument in expr.arguments if argument.key == "discount"]
    if len(values) != 1 or len(values) + len(rates) != len(expr.arguments):
        raise cx.fail("RW107", expr.span, name="return", problem="takes one value, and perhaps `discount = 0.9`")
    discount = float(constant(cx, rates[0], "the discount")) if rates else None
    if discount is not None and not 0 <= discount <= 1:
        raise cx.fail("RW121", rates[0].span, what="the discount", value=discount, domain="[0, 1]")
    node = expect_kind(cx, cx.node(values[0]), "number", expr.span, "return")
    return Value(returned(cx, node, discount, expr.span))


def reward_node(cx: Context, expr: tree.Expr | None) -> Node:
    """The node of `reward`; without one it is a finding at `expr`."""
    found = next((info.node for info in cx.spec.outputs.values() if info.role == "reward"), None)
    if found is None:
        if any(isinstance(d, tree.Output) and d.role == "reward" for d in cx.module.program.declarations):
            raise Failed
        raise cx.fail("RW118", expr.span, problem="`return` is the sum of the reward, and this file has no `reward = …`")
    return found
