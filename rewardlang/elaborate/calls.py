"""Calls: functions of numbers, placement, functions of the program, models and verifiers."""

from dataclasses import replace

from rewardlang.elaborate import terms as attribution
from rewardlang.elaborate.aggregates import AGGREGATES, aggregate
from rewardlang.elaborate.alignment import aligned_to
from rewardlang.elaborate.automata import progress, verdict
from rewardlang.elaborate.binding import arguments, bind_axes, fitted
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.external import external_call
from rewardlang.elaborate.infer import apply, article, as_number, expect_kind, joined
from rewardlang.elaborate.machine_values import is_in, of_machine, shaped
from rewardlang.elaborate.returns import return_call
from rewardlang.elaborate.scope import Module
from rewardlang.elaborate.temporal import reading, temporal
from rewardlang.elaborate.types import axis_named, type_of
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.syntax.modules import standard_homes
from rewardlang.text.diagnostic import Note
from rewardlang.text.near import hint as near
from rewardlang.values.axes import Axis, without
from rewardlang.values.types import INT, Kind, Type

_POINTWISE = {name: row for name, row in OPERATORS.items()
              if row.family is Family.POINTWISE and row.symbol is None and name not in ("number", "minimum", "maximum")}
_PAIRED = {"min": "minimum", "max": "maximum"}
#: Functions are written out where they are called, and those that call others twice double each time.
_MOST_EXPANSIONS = 20_000
#: Functions of other languages whose name is like none here, or like one that means something else.
_ELSEWHERE = {"median": "`quantile(x over a, q = 0.5)`", "average": "`mean(x over a)`", "avg": "`mean(x over a)`",
              "len": "`length(a)` or `count(over a)` of an axis",
              "ln": "`log(x)`", "variance": "`var(x over a, ddof = 0)`", "logsigmoid": "`log_sigmoid(x)`", "bool": "a comparison",
              "int": "`floor(x)` or `round(x)`", "float": "the value itself: ints and bools are numbers already"}
_OBJECTIVE = ("availability", "class", "potential_based", "farmable")


def call(cx: Context, expr: tree.Call, hint: Type | None) -> Value:
    """Whatever the name stands for: the program's own functions come before those of the language."""
    name = expr.function
    if name in cx.module.broken:
        raise Failed
    if name in cx.module.functions:
        return _own(cx, expr, *cx.module.functions[name], hint)
    if name in _PAIRED and expr.over is None and len(expr.arguments) > 1:
        return _paired(cx, expr)
    if name in AGGREGATES:
        return aggregate(cx, expr, AGGREGATES[name])
    if name in _POINTWISE:
        return _pointwise(cx, expr)
    if name in _BUILT_IN:
        return _BUILT_IN[name](cx, expr)
    if "." in name:
        return _member(cx, expr)
    if name == "automaton":
        raise cx.fail("RW107", expr.span, name=name, problem="makes a machine: write `machine m = automaton(…)`")
    if name in _OBJECTIVE:
        raise cx.fail("RW107", expr.span, name=name, problem="is claimed, and is no value: write it in an `ensure`")
    homes = standard_homes(name)
    cure = f": write `use {homes[0]}: {name}`" if homes else f": write {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
    cure = cure or near(name, function_names(cx.module)) or ": declare it as a `def`, a `verifier` or a `model`"
    raise cx.fail("RW106", expr.span, name=name, hint=cure)


def _member(cx: Context, expr: tree.Call) -> Value:
    """`m.in(loaded)`, the only function that something owns."""
    owner, _, word = expr.function.partition(".")
    info = of_machine(cx, tree.Name(owner, span=expr.span), f"what has a `{word}(…)`")
    if word != "in":
        raise cx.fail("RW122", expr.span, what=f"the machine `{owner}`", name=word, hint=near(word, [*info.members, "in"]))
    return is_in(cx, expr, info)


def function_names(module: Module) -> list[str]:
    """Every name that may be called, for hints."""
    return [*module.functions, *AGGREGATES, *_POINTWISE, *_BUILT_IN, "automaton", "min", "max"]


def _own(cx: Context, expr: tree.Call, module: Module, declaration: tree.Declaration, hint: Type | None) -> Value:
    for clause, found in (("over", expr.over), ("where", expr.where), ("by", expr.by), ("onto", expr.onto)):
        if found is not None:
            raise cx.fail("RW107", expr.span, name=expr.function, problem=f"takes no `{clause}`")
    if isinstance(declaration, tree.External):
        return Value(external_call(cx, expr, module, declaration, hint))
    return _expanded(cx, expr, module, declaration)


# --- functions of numbers -------------------------------------------------------------------------------------------


def _pointwise(cx: Context, expr: tree.Call) -> Value:
    names = [argument.name for argument in _POINTWISE[expr.function].arguments]
    return Value(apply(cx, expr.function, cx.each(arguments(cx, expr, names, len(names)).values()), expr.span))


def _paired(cx: Context, expr: tree.Call) -> Value:
    names = [f"x{position}" for position in range(len(expr.arguments))]
    nodes = cx.each(arguments(cx, expr, names, len(names)).values())
    found = nodes[0]
    for node in nodes[1:]:
        found = apply(cx, _PAIRED[expr.function], [found, node], expr.span)
    return Value(found)


# --- functions of the program ----------------------------------------------------------------------------------------


def _expanded(cx: Context, expr: tree.Call, module: Module, declaration: tree.Def) -> Value:
    """The body of a `def` with its parameters bound; axis names in the signature stand for the arguments' axes."""
    key = module.qualified(declaration.name)
    if key in cx.expanding:
        raise cx.fail("RW124", expr.span, name=declaration.name, path=" -> ".join((*cx.expanding, key)))
    cx.session.expansions += 1
    if cx.session.expansions > _MOST_EXPANSIONS + 1:
        raise Failed  # said already
    if cx.session.expansions > _MOST_EXPANSIONS:
        raise cx.fail("RW003", expr.span, what="program", limit=_MOST_EXPANSIONS,
                      unit="calls once its functions are written out")
    names = [parameter.name for parameter in declaration.parameters]
    required = [parameter.name for parameter in declaration.parameters if parameter.default is None]
    given = arguments(cx, expr, names, required)
    inside = Context(cx.session, module, {}, {}, (*cx.expanding, key), cx.definition)
    bound, axes = {}, {}
    for parameter in declaration.parameters:
        type_ = type_of(inside, parameter.type, parameter.unit, variables=True)
        value = cx.value(given[parameter.name], type_) if parameter.name in given else inside.value(parameter.default, type_)
        span = given.get(parameter.name, parameter).span
        node = aligned_to(cx, value.node, {axis.name: axes[axis.name] for axis in type_.axes if axis.name in axes}, span)
        bound[parameter.name] = Value(fitted(cx, node, type_, span, f"`{parameter.name}`"), value.terms)
        axes.update(bind_axes(cx, type_, node, span, axes))
    known, built = len(cx.spec.diagnostics), len(cx.spec.graph.nodes)
    try:
        value = replace(inside, locals=bound, axes=axes).value(declaration.body)
    except Failed:
        _move_to_call(cx, expr, known)
        raise
    _note_call(cx, expr, built)
    return value


def _note_call(cx: Context, expr: tree.Call, built: int) -> None:
    """Remember of the nodes that arose in another file since `built` from where they were called; outer calls come last."""
    graph = cx.spec.graph
    for node in graph.nodes[built:]:
        if node in graph.origins and graph.origins[node].source is not expr.span.source:
            graph.calls[node] = expr.span


def _move_to_call(cx: Context, expr: tree.Call, known: int) -> None:
    """What is wrong inside a function of another file is said of the call, with a note of where it arose."""
    found = cx.spec.diagnostics
    for position in range(known, len(found)):
        diagnostic = found[position]
        if diagnostic.span.source is not expr.span.source:
            cx.session.reported.discard((diagnostic.code, diagnostic.span))
            note = Note(f"inside `{expr.function}`", diagnostic.span)
            found[position] = replace(diagnostic, span=expr.span, notes=(*diagnostic.notes, note))


def check_function(cx: Context, declaration: tree.Def) -> None:
    """Elaborate the body with parameters of its own, for its errors only: nothing rests on the nodes."""
    inside = replace(cx, locals={}, axes={}, expanding=(cx.module.qualified(declaration.name),), definition=True)
    bound, axes = {}, {}
    for parameter in declaration.parameters:
        type_ = type_of(inside, parameter.type, parameter.unit, variables=True)
        name = f"{parameter.name} of {declaration.name}"
        bound[parameter.name] = Value(cx.spec.graph.add("input", (), type_, parameter.span, name=name))
        axes.update((axis.name, axis) for axis in type_.axes)
        if parameter.name in cx.module.values:
            line = cx.module.values[parameter.name].span.source.position(cx.module.values[parameter.name].span.start)[0]
            cx.session.report("RW104", parameter.span, subject=parameter.name, name=parameter.name, what="value", line=line)
    value = replace(inside, locals=bound, axes=axes).value(declaration.body)
    if declaration.result is not None:
        wanted = type_of(inside, declaration.result, variables=True)
        fitted(cx, value.node, wanted, declaration.body.span, f"the result of `{declaration.name}`")


# --- axes and placement ----------------------------------------------------------------------------------------------


def _axis_argument(cx: Context, expr: tree.Call, position: int, among=()) -> Axis:
    if len(expr.arguments) <= position or not isinstance(expr.arguments[position].value, tree.Name):
        raise cx.fail("RW107", expr.span, name=expr.function, problem="needs the name of an axis")
    written = expr.arguments[position].value
    return axis_named(cx, written.name, written.span, among)


def _known_axes(cx: Context) -> list[Axis]:
    return [axis for info in cx.spec.inputs.values() for axis in info.type.axes]


def _index(cx: Context, expr: tree.Call) -> Value:
    axis = _axis_argument(cx, expr, 0, _known_axes(cx))
    outer = tuple(a for a in _known_axes(cx) if a.name in axis.within)
    type_ = INT.with_axes((*dict.fromkeys(outer), axis))
    return Value(cx.spec.graph.add("index", (), type_, expr.span, axis=axis))


def _length(cx: Context, expr: tree.Call) -> Value:
    axis = _axis_argument(cx, expr, 0, _known_axes(cx))
    outer = tuple(dict.fromkeys(a for a in _known_axes(cx) if a.name in axis.within))
    return Value(cx.spec.graph.add("length", (), INT.with_axes(outer), expr.span, axis=axis))


def _placed(cx: Context, expr: tree.Call) -> Value:
    """`at_last(x, step)`, `at_first`, `every`."""
    value = cx.value(expr.arguments[0].value) if expr.arguments else None
    axis = _axis_argument(cx, expr, 1, _known_axes(cx))
    node = expect_kind(cx, value.node, "number", expr.span, expr.function)
    if axis in node.type.axes:
        raise cx.fail("RW126", expr.span, problem=f"this value runs along `{axis.name}` already")

    def build(x: Node) -> Node:
        x = as_number(cx, x, expr.span)
        return cx.spec.graph.add(expr.function, (x,), x.type.with_axes((*x.type.axes, axis)), expr.span, axis=axis)
    return attribution.mapped(value, build(node), build)


def _keyed(cx: Context, expr: tree.Call, key: str) -> Node:
    written = next((argument.value for argument in expr.arguments if argument.key == key), None)
    if written is None and key == "by":
        written = expr.by
    if written is None:
        raise cx.fail("RW107", expr.span, name=expr.function, problem=f"needs `{key} = …`")
    node = cx.node(written)
    if node.type.kind is not Kind.INT:
        raise cx.fail("RW108", written.span, what=f"`{key}`", wanted="an int", found=article(node.type))
    return node


def _one_axis(cx: Context, expr: tree.Call, node: Node) -> Axis:
    if expr.over is None or len(expr.over.axes) != 1:
        raise cx.fail("RW107", expr.span, name=expr.function, problem="needs the axis that it leaves: `over segment`")
    axis = axis_named(cx, expr.over.axes[0], expr.over.span, node.type.axes)
    if axis not in node.type.axes:
        listed = ", ".join(a.name for a in node.type.axes) or "none"
        raise cx.fail("RW109", expr.span, what="this value", axis=axis.name, axes=listed, hint="")
    return axis


def _place(cx: Context, expr: tree.Call) -> Value:
    """`place(x over segment, at = ends, onto token)`."""
    value = cx.value(expr.arguments[0].value)
    source, at = _one_axis(cx, expr, value.node), _keyed(cx, expr, "at")
    if expr.onto is None:
        raise cx.fail("RW107", expr.span, name="place", problem="needs the axis that it fills: `onto token`")
    target = axis_named(cx, expr.onto, expr.span, _known_axes(cx))
    def build(x: Node) -> Node:
        x = expect_kind(cx, x, "number", expr.span, "place")
        axes = (*without(joined(cx, (x, at), expr.span), [source]), target)
        type_ = x.type.with_axes(axes).as_optional()
        return cx.spec.graph.add("place", (x, at), type_, expr.span, over=(source,), onto=target)
    return attribution.mapped(value, build(value.node), build)


def _spread(cx: Context, expr: tree.Call) -> Value:
    """`spread(x over turn, by = turn_of_token)`."""
    value = cx.value(expr.arguments[0].value)
    source, by = _one_axis(cx, expr, value.node), _keyed(cx, expr, "by")
    if source in by.type.axes:
        problem = f"takes from `{source.name}` by places that lie along `{source.name}` themselves: give them an axis of their own"
        raise cx.fail("RW107", expr.span, name="spread", problem=problem)
    def build(x: Node) -> Node:
        axes = (*without(x.type.axes, [source]), *(axis for axis in by.type.axes if axis not in x.type.axes))
        return cx.spec.graph.add("spread", (x, by), x.type.with_axes(axes).as_optional(), expr.span, over=(source,))
    return attribution.mapped(value, build(value.node), build)


# --- the rest ----------------------------------------------------------------------------------------------------------


def _valid(cx: Context, expr: tree.Call) -> Value:
    node = cx.each(arguments(cx, expr, ["x"], 1).values())[0]
    return Value(cx.spec.graph.add("valid", (node,), Type(Kind.BOOL, node.type.axes), expr.span))


def _lookup(cx: Context, expr: tree.Call) -> Value:
    table, key = cx.each(arguments(cx, expr, ["table", "key"], 2).values())
    if table.type.kind is not Kind.TABLE:
        raise cx.fail("RW108", expr.arguments[0].span, what="what `lookup` reads", wanted="a table",
                      found=article(table.type))
    expect_kind(cx, key, "text", expr.span, "lookup")
    type_ = table.type.value.with_axes(key.type.axes).as_optional()
    return Value(cx.spec.graph.add("lookup", (table, key), type_, expr.span))


_BUILT_IN = {"index": _index, "length": _length, "at_last": _placed, "at_first": _placed, "every": _placed,
             "place": _place, "spread": _spread, "valid": _valid, "lookup": _lookup, "holds": reading, "margins": reading,
             "robustness": reading, "verdict": verdict, "progress": progress, "shaped": shaped, "return": return_call}


def when(cx: Context, expr: tree.When, hint: Type | None) -> Value:
    """`(x when c)` has a meaning in `ensure` only."""
    raise cx.fail("RW107", expr.span, name="when", problem="belongs in an `ensure`; elsewhere write `gate c { x } else …`")


RULES = {tree.Call: call, tree.Temporal: temporal, tree.When: when}
