"""Models and verifiers: their declarations, and calls of them."""

from rewardlang.elaborate.alignment import aligned_to
from rewardlang.elaborate.asking import asking
from rewardlang.elaborate.binding import arguments, bind_axes, fitted
from rewardlang.elaborate.constants import constant, interval, show
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.infer import joined
from rewardlang.elaborate.scope import Module
from rewardlang.elaborate.types import field_domains, type_of
from rewardlang.ir.node import Node
from rewardlang.ir.spec import ArgumentInfo, ExternalInfo
from rewardlang.syntax import tree
from rewardlang.values.axes import Axis, join, without
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

#: Verifiers of our own: they cannot fail on definite arguments unless their declaration says how.
_OWN = "rewardlang.verifiers."


def external(cx: Context, module: Module, declaration: tree.External) -> ExternalInfo:
    """What a declaration says, entered in the spec under its qualified name."""
    key = module.qualified(declaration.name)
    known = cx.spec.externals.get(key)
    if known is not None:
        return known
    inside = Context(cx.session, module)
    result = type_of(inside, declaration.result, declaration.unit, variables=True)
    target = _target(inside, declaration.origin) if declaration.origin else None
    domain = interval(inside, declaration.domain, f"the range of `{declaration.name}`")
    info = ExternalInfo(
        key, declaration.kind, tuple(_argument(inside, parameter) for parameter in declaration.parameters), result, domain,
        field_domains(inside, declaration.result), target,
        float(declaration.timeout.seconds) if declaration.timeout else None,
        _fallback(inside, declaration.on_error, "`on_error`", result, domain), declaration.span,
        bool(target) and target.startswith(_OWN), declaration.mode,
        asking(inside, declaration, target, result, lambda expr, what: _fallback(inside, expr, what, result, domain)))
    cx.spec.externals[key] = info
    return info


def _target(cx: Context, origin: tree.Origin) -> str:
    """What is to be called, as `kind:place`: `module:function`, `hf:folder`, `https://host`; it is not looked for here."""
    before, _, after = (origin.column or "").partition(":")
    if not before or not after:
        raise cx.fail("RW401", origin.span, source=origin.span.text)
    return origin.column


def _argument(cx: Context, parameter: tree.Parameter) -> ArgumentInfo:
    what = f"the default of `{parameter.name}`"
    default = constant(cx, parameter.default, what) if parameter.default else None
    return ArgumentInfo(parameter.name, type_of(cx, parameter.type, parameter.unit, variables=True),
                        interval(cx, parameter.domain, f"the range of `{parameter.name}`"), default,
                        parameter.default is not None)


def _fallback(cx: Context, expr: tree.Expr | None, what: str, result: Type, domain: Interval | None) -> object | None:
    """The value that a failure counts as, an enum's label as its code; None for `invalid`."""
    if expr is None:
        return None
    if isinstance(expr, tree.Name) and expr.name in result.labels:
        return result.labels.index(expr.name)
    value = constant(cx, expr, what)
    fits = {Kind.BOOL: bool, Kind.TEXT: str}.get(result.kind)
    numeric = result.kind in (Kind.INT, Kind.FLOAT) and not isinstance(value, (bool, str))
    if value is not None and not numeric and not (fits and isinstance(value, fits)):
        raise cx.fail("RW108", expr.span, what=what, wanted=f"`invalid` or a {result.entry()}", found=f"`{expr.span.text}`")
    if domain is not None and numeric and value is not None and not domain.contains(value):
        raise cx.fail("RW121", expr.span, what=what, value=show(value), domain=domain)
    return value


def external_call(cx: Context, expr: tree.Call, module: Module, declaration: tree.External, hint: Type | None) -> Node:
    """One call: its arguments fitted, mapped over every axis that its parameters do not mention."""
    info = external(cx, module, declaration)
    names = [argument.name for argument in info.arguments]
    given = arguments(cx, expr, names, [argument.name for argument in info.arguments if not argument.has_default])
    nodes, lifted, bound = [], (), {}
    for argument in info.arguments:
        if argument.name in given:
            span = given[argument.name].span
            node = fitted(cx, cx.node(given[argument.name], argument.type), argument.type, span, f"`{argument.name}`")
            node = aligned_to(cx, node, {axis.name: bound[axis.name] for axis in argument.type.axes if axis.name in bound}, span)
        else:
            node = cx.const(argument.default, argument.type, expr.span)
        found = bind_axes(cx, argument.type, node, expr.span, bound)
        bound.update(found)
        lifted = join(lifted, without(node.type.axes, found.values()))
        nodes.append(node)
    joined(cx, nodes, expr.span)
    outer = tuple(axis.name for axis in lifted if axis.ragged)
    own = tuple(_own_axis(cx, info, axis, bound, hint, nodes, outer) for axis in info.result.axes)
    optional = info.result.optional or info.can_fail or any(node.type.optional for node in nodes)
    type_ = info.result.with_axes((*lifted, *own)).as_optional(optional)
    node = cx.spec.graph.add("call", nodes, type_, expr.span, callee=info.name, lifted=lifted)
    if info.domain is not None:
        cx.spec.domains[node] = info.domain
    return node


def _own_axis(cx: Context, info: ExternalInfo, axis: Axis, bound: dict[str, Axis], hint: Type | None, nodes: list[Node],
              outer: tuple[str, ...]) -> Axis:
    """An axis of the result: a parameter's, a declared one of fixed size, or a list's own, named where it is bound.

    A list that is made at each position of ragged axes (`outer`) has a length of its own at each.
    """
    if axis.name in bound:
        return bound[axis.name]
    if axis.size is not None:
        return axis
    maker = f"{info.name}({', '.join(str(node.number) for node in nodes)})"
    name = hint.axes[-1].name if hint and hint.axes else axis.name
    declared = cx.module.axes.get(name)
    return Axis(name, True, declared.ordered if declared else False, within=outer, maker=maker)
