"""Binding the arguments of a call: by position or by key, kinds converted, axis names of a signature resolved."""

from collections.abc import Sequence

from rewardlang.elaborate.context import Context
from rewardlang.elaborate.infer import article, as_number
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind, Type


def arguments(cx: Context, expr: tree.Call, names: Sequence[str], required: int | Sequence[str]) -> dict[str, tree.Expr]:
    """The written arguments by parameter name, in the order of `names`; those `required` (or so many) must be there."""
    for clause, found in (("over", expr.over), ("where", expr.where), ("by", expr.by), ("onto", expr.onto)):
        if found is not None:
            raise cx.fail("RW107", expr.span, name=expr.function, problem=f"takes no `{clause}`")
    positional = [argument for argument in expr.arguments if argument.key is None]
    if len(positional) > len(names):
        raise cx.fail("RW107", expr.span, name=expr.function, problem=f"takes {_count(len(names))}, not {len(positional)}")
    given = {name: argument.value for name, argument in zip(names, positional)}
    for argument in expr.arguments:
        if argument.key is not None:
            _keyed(cx, expr, argument, names, given)
    for name in names[:required] if isinstance(required, int) else required:
        if name not in given:
            raise cx.fail("RW107", expr.span, name=expr.function, problem=f"needs `{name}`: it takes ({', '.join(names)})")
    return {name: given[name] for name in names if name in given}


def _keyed(cx: Context, expr: tree.Call, argument: tree.Argument, names: Sequence[str], given: dict) -> None:
    if argument.key not in names:
        problem = f"has no argument `{argument.key}`{near(argument.key, names)}"
        raise cx.fail("RW107", argument.span, name=expr.function, problem=problem)
    if argument.key in given:
        raise cx.fail("RW107", argument.span, name=expr.function, problem=f"is given `{argument.key}` twice")
    given[argument.key] = argument.value


def _count(number: int) -> str:
    return f"{number} argument{'' if number == 1 else 's'}"


def fitted(cx: Context, node: Node, wanted: Type, span, what: str) -> Node:
    """The node as a parameter takes it: numbers among numbers, texts as texts, and so on."""
    kind = node.type.kind
    if wanted.kind in (Kind.INT, Kind.FLOAT) and kind.numeric:
        return as_number(cx, node, span)
    if kind is wanted.kind or {kind, wanted.kind} == {Kind.TEXT, Kind.ID}:
        return node
    raise cx.fail("RW108", span, what=what, wanted=article(wanted.entry()), found=article(node.type))


def bind_axes(cx: Context, wanted: Type, node: Node, span, bound: dict[str, Axis]) -> dict[str, Axis]:
    """Which axis of the argument each axis name of a signature stands for: its namesake, else the innermost free one."""
    found: dict[str, Axis] = {}
    free = list(node.type.axes)
    for axis in reversed(wanted.axes):
        known = bound.get(axis.name)
        match = next((a for a in free if a == known), None) or next((a for a in free if a.name == axis.name), None)
        if match is None and free and (known is None):
            match = free[-1]
        if match is None:
            listed = ", ".join(a.name for a in node.type.axes) or "none"
            raise cx.fail("RW109", span, what="this argument", axis=axis.name, axes=listed, hint="")
        free.remove(match)
        found[axis.name] = match
    return found
