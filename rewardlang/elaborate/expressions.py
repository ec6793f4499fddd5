"""Names, literals, arithmetic, comparisons and members."""

import contextlib
import math
from dataclasses import replace

from rewardlang.elaborate import terms as attribution
from rewardlang.elaborate.constants import plain
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.infer import apply, article, expect_kind, joined, same_unit
from rewardlang.elaborate.scope import Module, value_name
from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.values.axes import Axis, without
from rewardlang.values.types import BOOL, FLOAT, INT, TEXT, Kind, Type

_SYMBOLS = {row.symbol: name for name, row in OPERATORS.items() if row.symbol and len(row.arguments) == 2}
_SYMBOLS["??"] = "coalesce"
_NAMED = {"pi": math.pi, "inf": math.inf}
_COMPARED_AS_CODES = (Kind.TEXT, Kind.ID)


def number(cx: Context, expr: tree.Number, hint: Type | None) -> Value:
    """A number written out."""
    return Value(cx.const(plain(expr.value), INT if expr.integer else FLOAT, expr.span))


def text(cx: Context, expr: tree.Text, hint: Type | None) -> Value:
    """A text written out."""
    return Value(cx.const(expr.value, TEXT, expr.span))


def boolean(cx: Context, expr: tree.Bool, hint: Type | None) -> Value:
    """`true` or `false`."""
    return Value(cx.const(expr.value, BOOL, expr.span))


def invalid(cx: Context, expr: tree.Invalid, hint: Type | None) -> Value:
    """`invalid`, of the type that it meets."""
    type_ = hint.entry() if hint else FLOAT
    return Value(cx.const(None, type_.as_optional(), expr.span))


def duration(cx: Context, expr: tree.Duration, hint: Type | None) -> Value:
    """A time; only clauses take it."""
    raise cx.fail("RW108", expr.span, what="a value", wanted="a number", found="a duration: declare a unit instead")


# --- names ------------------------------------------------------------------------------------------------------


def name(cx: Context, expr: tree.Name, hint: Type | None) -> Value:
    """A local name, a declared value, a label of the enum that it meets, or a named number."""
    if expr.name in cx.locals:
        return cx.locals[expr.name]
    found = find(cx.module, expr.name)
    if hint is not None and hint.kind is Kind.ENUM:
        return label(cx, expr, hint, found)
    if found is not None:
        return declared(cx, *found)
    if expr.name in _NAMED:
        return Value(cx.const(_NAMED[expr.name], FLOAT, expr.span))
    if expr.name in cx.module.broken:
        raise Failed
    raise cx.fail("RW101", expr.span, name=expr.name, hint=_suggest(cx, expr.name))


def find(module: Module, word: str) -> tuple[Module, tree.Declaration] | None:
    """The declaration of a value in the file, or of one that it uses from another."""
    if word in module.values:
        return module, module.values[word]
    return module.imported.get(word)


def declared(cx: Context, module: Module, declaration: tree.Declaration) -> Value:
    """The value of a declaration, elaborated once; silent where it has failed already."""
    session, key = cx.session, (module.key, value_name(declaration))
    if key not in session.values:
        session.values[key] = None
        outside = Context(session, module)
        with contextlib.suppress(Failed):
            session.values[key] = session.rules[type(declaration)](outside, declaration)
    found = session.values[key]
    if found is None:
        raise Failed
    return found


def label(cx: Context, expr: tree.Name, enum: Type, found: object) -> Value:
    """The position of a label among those of its enum."""
    if expr.name in enum.labels:
        if found is not None:
            raise cx.fail("RW117", expr.span, name=expr.name, type=enum.entry())
        code = enum.labels.index(expr.name)
        return Value(cx.const(code, Type(Kind.ENUM, labels=enum.labels), expr.span))
    if found is not None:
        return declared(cx, *found)
    raise cx.fail("RW116", expr.span, name=expr.name, type=enum.entry(), hint=near(expr.name, enum.labels))


def _suggest(cx: Context, word: str) -> str:
    if word in cx.module.functions or word in OPERATORS:
        return ": it is a function, and needs its arguments in parentheses"
    if word in cx.module.axes or word in cx.axes:
        return ": it is an axis, not a value"
    return near(word, [*cx.locals, *cx.module.values, *cx.module.imported, *_NAMED])


# --- operators --------------------------------------------------------------------------------------------------


def unary(cx: Context, expr: tree.Unary, hint: Type | None) -> Value:
    """`-x`, `not x`."""
    operand = cx.value(expr.operand)
    if expr.op == "not":
        return Value(apply(cx, "not", [operand.node], expr.span))
    if operand.node.op == "const" and operand.node.type.kind in (Kind.INT, Kind.FLOAT):
        return Value(cx.const(-operand.node["value"], operand.node.type, expr.span))
    return attribution.negated(cx, operand, apply(cx, "neg", [operand.node], expr.span))


def binary(cx: Context, expr: tree.Binary, hint: Type | None) -> Value:
    """Arithmetic, logic and `??`; labelled terms survive sums and scaling."""
    left, right = _both(cx, expr.left, expr.right)
    if expr.op == "??":
        return coalesced(cx, left.node, right.node, expr)
    node = apply(cx, _SYMBOLS[expr.op], [left.node, right.node], expr.span)
    return attribution.combined(cx, expr.op, left, right, node)


def coalesced(cx: Context, left: Node, right: Node, expr: tree.Expr) -> Value:
    """`x ?? y`: invalid only where both are."""
    left, right = same_kind(cx, left, right, expr, "the sides of `??`")
    unit = same_unit(cx, (left, right), expr.span)
    type_ = left.type.with_axes(joined(cx, (left, right), expr.span)).as_optional(right.type.optional).with_unit(unit)
    if right.type.kind is Kind.FLOAT and left.type.kind is Kind.INT:
        type_ = Type(Kind.FLOAT, type_.axes, type_.optional, type_.unit)
    return Value(cx.spec.graph.add("coalesce", (left, right), type_, expr.span))


def same_kind(cx: Context, left: Node, right: Node, expr: tree.Expr, what: str) -> tuple[Node, Node]:
    """Both as one kind: numbers among each other, anything else only with its like."""
    one, other = left.type, right.type
    if one.kind is other.kind and (one.labels, one.name) == (other.labels, other.name):
        return left, right
    if one.kind.numeric and other.kind.numeric:
        return expect_kind(cx, left, "number", expr.span, what), expect_kind(cx, right, "number", expr.span, what)
    if {one.kind, other.kind} <= set(_COMPARED_AS_CODES):
        return left, right
    raise cx.fail("RW108", expr.span, what=what, wanted="of one kind", found=f"{article(one)} beside {article(other)}")


def _both(cx: Context, left: tree.Expr, right: tree.Expr, hint: Type | None = None) -> tuple[Value, Value]:
    """Two operands; one that is only a literal or a label takes the type of the other. Failures in both are reported."""
    if _takes_hint(cx, left) and not _takes_hint(cx, right):
        second, first = _ordered(cx, right, left, hint)
        return first, second
    return _ordered(cx, left, right, hint)


def _ordered(cx: Context, first: tree.Expr, second: tree.Expr, hint: Type | None) -> tuple[Value, Value]:
    try:
        one = cx.value(first, hint)
    except Failed:
        if not _takes_hint(cx, second):
            cx.value(second, hint)
        raise
    return one, cx.value(second, one.node.type)


def _takes_hint(cx: Context, expr: tree.Expr) -> bool:
    if isinstance(expr, tree.Name):
        return expr.name not in cx.locals and find(cx.module, expr.name) is None
    return isinstance(expr, (tree.Vector, tree.Invalid, tree.Number))


def compare(cx: Context, expr: tree.Compare, hint: Type | None) -> Value:
    """A chain of comparisons: the conjunction of its links."""
    links = []
    for position, op in enumerate(expr.ops):
        left, right = _both(cx, expr.operands[position], expr.operands[position + 1])
        links.append(compared(cx, op, left.node, right.node, expr))
    return Value(conjunction(cx, links, expr))


def conjunction(cx: Context, nodes: list[Node], expr: tree.Expr, op: str = "and") -> Node:
    """All of them (or, with `or`, one of them)."""
    found = nodes[0]
    for node in nodes[1:]:
        found = apply(cx, op, [found, node], expr.span)
    return found


def compared(cx: Context, op: str, left: Node, right: Node, expr: tree.Expr) -> Node:
    """One comparison; texts and ids only for equality, and by code."""
    left, right = same_kind(cx, left, right, expr, f"the sides of `{op}`")
    if left.type.kind in _COMPARED_AS_CODES and op in ("==", "!="):
        left, right = codes(cx, left, expr), codes(cx, right, expr)
    elif left.type.kind is Kind.BOOL and op not in ("==", "!="):
        left, right = expect_kind(cx, left, "number", expr.span, op), expect_kind(cx, right, "number", expr.span, op)
    elif left.type.kind.on_host:
        wanted = "a number, bool, enum, text or id" if op in ("==", "!=") else "a number"
        raise cx.fail("RW108", expr.span, what=f"what `{op}` compares", wanted=wanted, found=article(left.type))
    if left.type.kind is Kind.ENUM and op not in ("==", "!="):
        raise cx.fail("RW108", expr.span, what=f"what `{op}` compares", wanted="a number", found=article(left.type))
    return apply(cx, _SYMBOLS[op], [left, right], expr.span)


def codes(cx: Context, node: Node, expr: tree.Expr) -> Node:
    """A text or id as an int, equal for equal entries; ints and enums as they are."""
    if node.type.kind not in _COMPARED_AS_CODES:
        return node
    return cx.spec.graph.add("codes", (node,), Type(Kind.INT, node.type.axes, node.type.optional), expr.span)


def in_range(cx: Context, expr: tree.InRange, hint: Type | None) -> Value:
    """`x in [low, high]`."""
    value = cx.value(expr.value)
    low, high = cx.each((expr.low, expr.high), value.node.type)
    inside = conjunction(cx, [compared(cx, ">=", value.node, low, expr), compared(cx, "<=", value.node, high, expr)], expr)
    return Value(apply(cx, "not", [inside], expr.span) if expr.negated else inside)


def in_set(cx: Context, expr: tree.InSet, hint: Type | None) -> Value:
    """`x in {a, b}`."""
    value = cx.value(expr.value)
    items = cx.each(expr.items, value.node.type)
    inside = conjunction(cx, [compared(cx, "==", value.node, item, expr) for item in items], expr, "or")
    return Value(apply(cx, "not", [inside], expr.span) if expr.negated else inside)


# --- members, positions, vectors ----------------------------------------------------------------------------------


def member(cx: Context, expr: tree.Member, hint: Type | None) -> Value:
    """A record's field, a labelled position of an axis, or a labelled term of a block."""
    value = cx.value(expr.value)
    if value.machine is not None:
        return _of_machine(cx, value, expr)
    type_ = value.node.type
    if type_.kind is Kind.RECORD and expr.name in type_.field_types:
        return Value(field(cx, value.node, expr))
    for axis in type_.axes:
        if expr.name in axis.labels:
            return Value(pick(cx, value.node, axis, axis.labels.index(expr.name), expr))
    if value.terms and expr.name in value.terms:
        return Value(value.terms[expr.name])
    known = [*type_.field_types, *(label for axis in type_.axes for label in axis.labels), *(value.terms or ())]
    raise cx.fail("RW122", expr.span, what=article(type_), name=expr.name, hint=near(expr.name, known))


def _of_machine(cx: Context, value: Value, expr: tree.Member) -> Value:
    members = value.machine.members
    if expr.name not in members:
        raise cx.fail("RW122", expr.span, what=f"the machine `{value.machine.name}`", name=expr.name,
                      hint=near(expr.name, members))
    return Value(members[expr.name])


def field(cx: Context, record: Node, expr: tree.Member) -> Node:
    """One field of a record, along the record's axes."""
    entry = record.type.field_types[expr.name]
    type_ = entry.with_axes((*record.type.axes, *entry.axes)).as_optional(entry.optional or record.type.optional)
    return cx.spec.graph.add("field", (record,), type_, expr.span, name=expr.name)


def pick(cx: Context, node: Node, axis: Axis, index: int, expr: tree.Expr) -> Node:
    """One position of an axis; past the end of a ragged one it is invalid."""
    type_ = node.type.with_axes(without(node.type.axes, [axis])).as_optional(node.type.optional or axis.size is None)
    return cx.spec.graph.add("pick", (node,), type_, expr.span, axis=axis, index=index)


def index(cx: Context, expr: tree.Index, hint: Type | None) -> Value:
    """`x[2]` along the only axis, `x[member = 2]` along a named one."""
    node = cx.node(expr.value)
    axes = [axis for axis in node.type.axes if expr.item.key in (None, axis.name)]
    if not node.type.axes:
        raise cx.fail("RW108", expr.span, what="what is indexed", wanted="a value with an axis", found=article(node.type))
    if len(axes) > 1:
        raise cx.fail("RW107", expr.span, name="[…]",
                      problem=f"does not say along which axis: write `x[{axes[0].name} = 2]`")
    if not axes:
        raise cx.fail("RW109", expr.span, what="this value", axis=expr.item.key, axes=_names(node), hint="")
    position = expr.item.value
    if isinstance(position, tree.Name) and position.name in axes[0].labels:
        return Value(pick(cx, node, axes[0], axes[0].labels.index(position.name), expr))
    if not isinstance(position, tree.Number) or not position.integer:
        raise cx.fail("RW120", position.span, what="a position")
    if axes[0].size is not None and not 0 <= position.value < axes[0].size:
        raise cx.fail("RW121", position.span, what="the position", value=position.value, domain=f"[0, {axes[0].size - 1}]")
    return Value(pick(cx, node, axes[0], int(position.value), expr))


def _names(node: Node) -> str:
    return ", ".join(axis.name for axis in node.type.axes) or "none"


def rename(cx: Context, expr: tree.Rename, hint: Type | None) -> Value:
    """`f[batch -> rival]`: the value along a copy of an axis."""
    node = cx.node(expr.value)
    target = cx.module.axes.get(expr.target)
    if target is None or target.like != expr.source:
        raise cx.fail("RW105", expr.span, name=expr.target, hint=f": declare `axis {expr.target} like {expr.source}`")
    if expr.source in ("batch", "group"):
        axes = (target, *node.type.axes)
        args = (node, group_codes(cx, expr)) if expr.source == "group" else (node,)
    else:
        source = next((axis for axis in node.type.axes if axis.name == expr.source), None)
        if source is None:
            raise cx.fail("RW109", expr.span, what="this value", axis=expr.source, axes=_names(node), hint="")
        target = replace(target, within=source.within)
        axes = tuple(target if axis == source else axis for axis in node.type.axes)
        args = (node,)
    return Value(cx.spec.graph.add("rename", args, node.type.with_axes(axes), expr.span, source=expr.source, target=target))


def group_codes(cx: Context, expr: tree.Expr) -> Node:
    """The key of the group that each rollout belongs to, as an int."""
    key = cx.spec.group_key
    if key is None and cx.definition:
        return cx.const(0, INT, expr.span)
    if key is None and cx.session.group_is_broken:
        raise Failed
    if key is None:
        raise cx.fail("RW123", expr.span)
    return codes(cx, cx.spec.inputs[key].node, expr)


def vector(cx: Context, expr: tree.Vector, hint: Type | None) -> Value:
    """`[a, b]` along the axis of the type that it meets; by label where keys are given."""
    axes = tuple(axis for axis in hint.axes if not axis.ordered)[-_depth(expr):] if hint else ()
    items = cx.each([item.value for item in expr.items], hint.with_axes(axes[1:]) if hint else None)
    axis = _vector_axis(cx, expr, axes[0] if axes else None)
    if expr.items and expr.items[0].key is not None:
        items = [items[[item.key for item in expr.items].index(wanted)] for wanted in axis.labels]
    kinds = {node.type.kind for node in items}
    kind = kinds.pop() if len(kinds) == 1 else Kind.FLOAT
    type_ = Type(kind, (axis, *joined(cx, items, expr.span)), any(node.type.optional for node in items))
    if all(node.op == "const" for node in items) and not any(node.type.axes for node in items):
        return Value(cx.const(tuple(node["value"] for node in items), type_, expr.span))
    return Value(cx.spec.graph.add("vector", items, type_, expr.span, axis=axis))


def _depth(expr: tree.Expr) -> int:
    """How many axes a literal spells out: 2 of `[[a, b], [c, d]]`."""
    if not isinstance(expr, tree.Vector):
        return 0
    return 1 + max((_depth(item.value) for item in expr.items), default=0)


def _vector_axis(cx: Context, expr: tree.Vector, axis: Axis | None) -> Axis:
    keys, size = [item.key for item in expr.items if item.key], len(expr.items)
    if axis is None or axis.ragged:
        return Axis(axis.name if axis else "item", size=size, maker=f"vector of {size}")
    if keys and sorted(keys) != sorted(axis.labels) or axis.size not in (None, size):
        wanted = ", ".join(axis.labels) or f"{axis.size} entries"
        raise cx.fail("RW108", expr.span, what=f"a vector along `{axis.name}`", wanted=f"made of {wanted}",
                      found=f"{size} entries")
    return axis


RULES = {tree.Number: number, tree.Text: text, tree.Bool: boolean, tree.Invalid: invalid, tree.Duration: duration,
         tree.Name: name, tree.Unary: unary, tree.Binary: binary, tree.Compare: compare, tree.InRange: in_range,
         tree.InSet: in_set, tree.Member: member, tree.Index: index, tree.Rename: rename, tree.Vector: vector}
