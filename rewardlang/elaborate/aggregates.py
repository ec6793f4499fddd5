"""Reductions, scans and windows over populations."""

from dataclasses import dataclass

from rewardlang.elaborate import terms as attribution
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.constants import constant, show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.expressions import codes, group_codes
from rewardlang.elaborate.infer import expect_kind, joined, result_kind, result_unit
from rewardlang.elaborate.scope import POPULATIONS
from rewardlang.elaborate.states import carried, pending
from rewardlang.elaborate.types import axis_named
from rewardlang.elaborate.uses import BESIDE
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.values.axes import Axis, ordered_axes, without
from rewardlang.values.types import Kind, Type

AGGREGATES = {name: row for name, row in OPERATORS.items() if row.family in (Family.REDUCTION, Family.SCAN)}
_WITH_START = ("prev", "ahead", "delta")
_COUNTS = ("count", "cumcount")
_TIES = ("order", "average", "min", "max", "dense")
_CHOICES = {"ties": _TIES}


@dataclass(frozen=True)
class Window:
    """Along which axes, or over which population."""

    over: tuple[Axis, ...]
    population: str | None = None


def aggregate(cx: Context, call: tree.Call, row: Operator) -> Value:
    """`mean(x over claim where checked)`, `prev(x, 0)`, `std(r over group, ddof = 0)`."""
    positional = [argument.value for argument in call.arguments if argument.key is None]
    state = pending(cx, positional[0]) if positional and row.name in BESIDE else None
    if state is not None:
        starts = [*positional[1:2], *(argument.value for argument in call.arguments if argument.key in ("start", "end"))]
        return carried(cx, call, state, starts[0] if len(starts) == 1 else None)
    taken = 2 if row.name in _WITH_START else 1
    options = _options(cx, call, row, positional[taken:])
    value = cx.value(positional[0]) if positional else None
    where = decision(cx, call.where, "`where`") if call.where else None
    window = _window(cx, call, row, value.node if value else where)
    parts = {"x": _subject(cx, call, row, value), "start": _start(cx, call, row, positional, value),
             "where": where, "by": _keys(cx, call, window)}
    return _built(cx, call, row, window, {role: node for role, node in parts.items() if node is not None}, options, value)


def _subject(cx: Context, call: tree.Call, row: Operator, value: Value | None) -> Node | None:
    if value is None:
        if row.name in _COUNTS:
            return None
        raise cx.fail("RW107", call.span, name=row.name, problem="needs a value, for example `mean(x over step)`")
    if row.name in _COUNTS:
        problem = f"counts positions: write `{row.name}(over … where m)`, or `sum` to count what is true"
        raise cx.fail("RW107", call.span, name=row.name, problem=problem)
    return expect_kind(cx, value.node, row.arguments[0].kinds, call.arguments[0].span, row.name)


def _start(cx: Context, call: tree.Call, row: Operator, positional: list, value: Value | None) -> Node | None:
    if row.name not in _WITH_START:
        return None
    keyed = [argument.value for argument in call.arguments if argument.key in ("start", "end")]
    given = positional[1:2] or keyed
    if not given:
        problem = f"needs the value where there is none before or after: `{row.name}(x, 0)`"
        raise cx.fail("RW107", call.span, name=row.name, problem=problem)
    return expect_kind(cx, cx.node(given[0], value.node.type), row.arguments[0].kinds, given[0].span, row.name)


def _window(cx: Context, call: tree.Call, row: Operator, subject: Node | None) -> Window:
    axes = subject.type.axes if subject else ()
    known = (*axes, *(axis for info in cx.spec.inputs.values() for axis in info.type.axes))
    if call.over is None:
        ordered = ordered_axes(axes)
        if row.family is Family.SCAN and len(ordered) == 1:
            return Window(ordered)
        example = f"`{row.name}(x over {axes[0].name if axes else 'step'})`"
        raise cx.fail("RW107", call.span, name=row.name, problem=f"does not say over which axis: {example}")
    population = next((name for name in call.over.axes if name in POPULATIONS), None)
    if population is None:
        among = axes if row.name not in _COUNTS else known     # what is counted may have no axis of its own
        return Window(tuple(axis_named(cx, name, call.over.span, among) for name in call.over.axes))
    if population == "run":
        _check_kept(cx, call, row, subject)
    if len(call.over.axes) > 1:
        raise cx.fail("RW107", call.span, name=row.name, problem=f"cannot join `{population}` with another axis")
    ragged = [axis.name for axis in axes if axis.ragged]
    if ragged and population != "group":    # the samples of one prompt may share positions, as tokens of one reference
        problem = f"compares rollouts, whose `{ragged[0]}` may differ in length: reduce `{ragged[0]}` first"
        raise cx.fail("RW107", call.span, name=row.name, problem=problem)
    return Window((), population)


def _check_kept(cx: Context, call: tree.Call, row: Operator, subject: Node | None) -> None:
    """Whether a few numbers are enough to know it of all that was seen."""
    if not row.memory:
        raise cx.fail("RW350", call.span, name=row.name, problem="would have to keep every value that was seen")
    if subject is not None and subject.type.kind.on_host:
        raise cx.fail("RW350", call.span, name=row.name, problem=f"keeps numbers, truths and labels, not a {subject.type.kind.value}")


def _keys(cx: Context, call: tree.Call, window: Window) -> Node | None:
    if window.population == "group":
        if call.by is not None:
            raise cx.fail("RW107", call.by.span, name=call.function, problem="has its keys from `group by` already")
        return group_codes(cx, call)
    if call.by is None:
        return None
    keys = cx.node(call.by)
    if window.population != "run" or keys.type.kind not in (Kind.TEXT, Kind.ID):     # codes mean something in one batch only
        keys = codes(cx, keys, call.by)
    if keys.type.kind not in (Kind.INT, Kind.ENUM, Kind.BOOL, Kind.TEXT, Kind.ID):
        raise cx.fail("RW108", call.by.span, what="a key", wanted="an int, text, id, enum or bool", found=str(keys.type))
    return keys


def _options(cx: Context, call: tree.Call, row: Operator, extra: list[tree.Expr]) -> dict[str, object]:
    known = {argument.name: argument for argument in row.arguments if argument.option}
    given = dict(zip(known, extra))
    if len(extra) > len(known):
        raise cx.fail("RW107", call.span, name=row.name, problem="has too many arguments")
    for argument in call.arguments:
        if argument.key in known:
            given[argument.key] = argument.value
        elif argument.key not in (None, "start", "end"):
            raise cx.fail("RW107", argument.span, name=row.name, problem=f"has no option `{argument.key}`")
    found = {name: _option(cx, name, expr) for name, expr in given.items()}
    for name, argument in known.items():
        if name not in found and argument.default is None:
            raise cx.fail("RW107", call.span, name=row.name, problem=f"needs `{name}`: {_example(row.name, name)}")
        found.setdefault(name, argument.default)
    return found


def _example(name: str, option: str) -> str:
    texts = {"ddof": "`ddof = 0` divides by the count, `ddof = 1` by one less", "q": "`q = 0.5` is the median"}
    return texts.get(option, f"`{name}(x over step, {option} = …)`")


def _option(cx: Context, name: str, expr: tree.Expr) -> object:
    if name in _CHOICES:
        if isinstance(expr, tree.Name) and expr.name in _CHOICES[name]:
            return expr.name
        raise cx.fail("RW107", expr.span, name=name, problem=f"is one of {', '.join(_CHOICES[name])}")
    value = constant(cx, expr, f"`{name}`")
    if isinstance(value, (bool, str, tuple, dict)) or value is None:
        raise cx.fail("RW121", expr.span, what=f"`{name}`", value=show(value), domain="the numbers")
    return value


def _built(cx: Context, call: tree.Call, row: Operator, window: Window, parts: dict[str, Node], options: dict,
           value: Value | None) -> Value:
    nodes = list(parts.values())
    axes = joined(cx, nodes, call.span)
    if "x" not in parts:
        axes = (*axes, *(axis for axis in window.over if axis not in axes))
    _check_axes(cx, call, axes, window)
    keeps = row.family is Family.SCAN or "by" in parts or window.population is not None
    values = [parts[role] for role in ("x", "start") if role in parts]
    unit = result_unit(cx, row, values, call.span) if values else None
    kind = _kind(row, values, options)
    first = row.result == "first" and bool(values)
    type_ = Type(kind, axes if keeps else without(axes, window.over), _optional(cx, row, window, parts, options), unit,
                 values[0].type.labels if first else ())
    def build(x: Node | None) -> Node:
        args = tuple(x if role == "x" else node for role, node in parts.items())
        return cx.spec.graph.add(row.name, args, type_, call.span, roles=tuple(parts), over=window.over,
                                 window="batch" if window.population == "group" else window.population,
                                 group=window.population == "group", **options)
    node = build(parts.get("x"))
    if row.name == "sum" and value is not None and window.population is None:
        return attribution.mapped(value, node, build)
    return Value(node)


def _kind(row: Operator, values: list[Node], options: dict) -> Kind:
    """The kind of the result: positions without a value are counted, and only averaged ranks are no whole numbers."""
    whole = not values or row.name == "rank" and options["ties"] != "average"
    return Kind.INT if whole else result_kind(row, values)


def _check_axes(cx: Context, call: tree.Call, axes: tuple[Axis, ...], window: Window) -> None:
    names = {axis.name for axis in window.over}
    for axis in window.over:
        if axis not in axes:
            listed = ", ".join(a.name for a in axes) or "none"
            raise cx.fail("RW109", call.span, what=f"what `{call.function}` takes", axis=axis.name, axes=listed, hint="")
    for axis in axes:
        inside = names & set(axis.within)
        if inside and axis not in window.over and call.function in AGGREGATES:
            raise cx.fail("RW110", call.span, inner=axis.name, outer=sorted(inside)[0])


def _optional(cx: Context, row: Operator, window: Window, parts: dict[str, Node], options: dict) -> bool:
    """Whether the result may be invalid by type: an invalid entry, or an empty collection where that has no value."""
    if window.population is not None:
        left_out = any(parts[role].type.optional for role in ("x", "where") if role in parts) or "where" in parts
        alike = window.population == "group" and not any(axis.ragged for node in parts.values() for axis in node.type.axes)
        enough = (cx.spec.group_size or (1, 1))[0] if alike else 1
        return row.domain is not None and (left_out or enough <= options.get("ddof", 0))
    if any(node.type.optional for node in parts.values()):
        return True
    if row.domain is None or "by" in parts and options.get("ddof", 0) == 0:
        return row.family is Family.SCAN and "where" in parts and row.name in ("softmax", "rank")
    fixed = all(axis.size is not None and axis.size > options.get("ddof", 0) for axis in window.over)
    return "where" in parts or not fixed
