"""Declarations that make values: inputs, params, lets and outputs."""

from fractions import Fraction

from rewardlang.elaborate.binding import fitted
from rewardlang.elaborate.constants import constant, data, interval, show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.infer import article, as_number, demand_dimensionless, is_bare
from rewardlang.elaborate.machines import machine
from rewardlang.elaborate.scope import output_name
from rewardlang.elaborate.types import type_of
from rewardlang.ir.node import Node
from rewardlang.ir.spec import Claim, EnsureInfo, InputInfo, OutputInfo, ParamInfo
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

#: Whose value an input may be. `clock` tells the time, or what is left of it.
ROLES = ("policy", "reference", "old", "refreshed", "frozen", "trainer", "clock")
_ROLES_WITHOUT_UNIT = ("reward", "advantage", "weight")


def input_(cx: Context, declaration: tree.Input) -> Value:
    """`input name : type in domain from … = default`."""
    type_ = type_of(cx, declaration.type, declaration.unit)
    node = cx.spec.graph.add("input", (), type_, declaration.span, name=declaration.name)
    domain = _domain(cx, declaration.domain, type_, declaration.name)
    default = None
    if declaration.default is not None:
        default = _default(cx, declaration.default, type_, domain, declaration.name)
    origin = declaration.origin
    cx.spec.inputs[declaration.name] = InputInfo(
        declaration.name, type_, domain, (origin.column if origin else None) or declaration.name,
        _role(cx, origin), bool(origin and origin.of_given), default, declaration.default is not None,
        node, declaration.span, bool(origin and origin.of_state))
    if domain is not None:
        cx.spec.domains[node] = domain
    return Value(node)


def _role(cx: Context, origin: tree.Origin | None) -> str | None:
    """Whose value an input is; None where nothing is said of it."""
    if origin is not None and origin.role is not None and origin.role not in ROLES:
        known = f"`from`, which is followed by a column's name or by one of {', '.join(ROLES)}"
        cx.session.report("RW116", origin.span, name=origin.role, type=known, hint=near(origin.role, ROLES))
    return origin.role if origin else None


def param(cx: Context, declaration: tree.Param) -> Value:
    """`param name : type in domain = default learnable`."""
    type_ = type_of(cx, declaration.type, declaration.unit) if declaration.type else _untyped(cx, declaration)
    node = cx.spec.graph.add("param", (), type_, declaration.span, name=declaration.name)
    domain = _domain(cx, declaration.domain, type_, declaration.name)
    required = declaration.default is None
    default = None if required else _default(cx, declaration.default, type_, domain, declaration.name)
    cx.spec.params[declaration.name] = ParamInfo(declaration.name, type_, domain, default, required,
                                                 declaration.learnable, node, declaration.span)
    if domain is not None:
        cx.spec.domains[node] = domain
    return Value(node)


def _untyped(cx: Context, declaration: tree.Param) -> Type:
    """A param without a type is a float, or what its default is if that is no number."""
    if isinstance(declaration.default, tree.Bool):
        return BOOL
    if isinstance(declaration.default, tree.Text):
        return Type(Kind.TEXT)
    return type_of(cx, tree.TypeExpr("float", span=declaration.span), declaration.unit)


def _domain(cx: Context, written: tree.Domain | None, type_: Type, name: str) -> Interval | None:
    found = interval(cx, written, f"the range of `{name}`")
    if found is not None and type_.kind not in (Kind.INT, Kind.FLOAT):
        raise cx.fail("RW108", written.span, what="what has a range", wanted="a number", found=article(type_.entry()))
    return found


def _default(cx: Context, written: tree.Expr, type_: Type, domain: Interval | None, name: str) -> object:
    if isinstance(written, tree.InRange) and domain is None and type_.kind is not Kind.BOOL:
        raise cx.fail("RW027", written.span, clause="in […]", order="`name : type in [low, high] = default`")
    if type_.kind is Kind.ENUM:
        return _labels(cx, written, type_)
    value = constant(cx, written, f"the default of `{name}`")
    _check_entries(cx, value, type_, domain, name, written.span)
    return value


def _labels(cx: Context, written: tree.Expr, type_: Type) -> object:
    """A label, or a vector of them."""
    if isinstance(written, tree.Vector):
        return tuple(_labels(cx, item.value, type_) for item in written.items)
    label = data(cx, written)
    if label not in type_.labels:
        raise cx.fail("RW116", written.span, name=label, type=type_.entry(), hint=near(str(label), type_.labels))
    return label


def _check_entries(cx: Context, value: object, type_: Type, domain: Interval | None, name: str, span: Span) -> None:
    if isinstance(value, tuple):
        for item in value:
            _check_entries(cx, item, type_, domain, name, span)
        return
    kinds = {Kind.BOOL: bool, Kind.INT: int, Kind.FLOAT: (int, float, Fraction), Kind.TEXT: str, Kind.ID: (str, int),
             Kind.TABLE: dict}
    wanted = kinds.get(type_.kind, object)
    is_bool = isinstance(value, bool) and type_.kind in (Kind.INT, Kind.FLOAT)
    if value is not None and (not isinstance(value, wanted) or is_bool):
        raise cx.fail("RW108", span, what=f"the default of `{name}`", wanted=article(type_.entry()),
                      found=f"`{show(value)}`")
    if domain is not None and isinstance(value, (int, float, Fraction)) and not domain.contains(value):
        raise cx.fail("RW121", span, what=f"the default of `{name}`", value=show(value), domain=domain)


def let(cx: Context, declaration: tree.Let) -> Value:
    """`let name : type in domain = value`; a declared range is a promise to prove."""
    if declaration.type is None:
        value = cx.value(declaration.value)
    else:
        value = _typed(cx, declaration)
    domain = interval(cx, declaration.domain, f"the range of `{declaration.name}`")
    if domain is not None:
        ends = (domain.lo, domain.hi)
        low, high = (cx.const(end, FLOAT if isinstance(end, float) else INT, declaration.span) for end in ends)
        text = f"{declaration.name} in {domain}"
        claims = (Claim(low), Claim(as_number(cx, value.node, declaration.span)), Claim(high))
        state = declaration.name if (cx.module.key, declaration.name) in cx.session.pending else None
        cx.spec.ensures.append(EnsureInfo("compare", claims, ("<=", "<="), declaration.span, text, state=state))
    if not cx.module.key:
        cx.spec.names[declaration.name] = value.node
        cx.spec.name_spans[declaration.name] = declaration.span
    return value


def _typed(cx: Context, declaration: tree.Let) -> Value:
    hint = type_of(cx, declaration.type, declaration.unit, variables=True)
    value = cx.value(declaration.value, hint)
    cx.module.made.update((axis.name, axis) for axis in value.node.type.axes if axis.maker)
    fitted(cx, value.node, hint.entry(), declaration.value.span, f"`{declaration.name}`")
    wanted, found = [axis.name for axis in hint.axes], [axis.name for axis in value.node.type.axes]
    if sorted(wanted) != sorted(found):
        raise cx.fail("RW108", declaration.value.span, what=f"`{declaration.name}`", wanted=str(hint),
                      found=article(value.node.type))
    if value.node.type.optional and not hint.optional:
        raise cx.fail("RW108", declaration.value.span, what=f"`{declaration.name}`", wanted=f"a definite {hint}",
                      found=f"{article(value.node.type)}, which may be invalid")
    found_unit = value.node.type.unit
    if hint.unit is not None and found_unit is not None and found_unit != hint.unit and not is_bare(value.node):
        raise cx.fail("RW230", declaration.span, left=f"`{declaration.name}`", right="its value",
                      what=f"{hint.unit} beside {found_unit}")
    return value


def output(cx: Context, declaration: tree.Output) -> Value:
    """`reward = …`, `output name = …` and the other roles; what is found on the way is said of the output."""
    cx.session.output = output_name(declaration)
    try:
        return _output(cx, declaration)
    finally:
        cx.session.output = None


def _output(cx: Context, declaration: tree.Output) -> Value:
    value = cx.value(declaration.value)
    node, name = value.node, output_name(declaration)
    _check_axes(cx, declaration, node.type.axes)
    if declaration.role in ("keep", "done") and node.type.kind is not Kind.BOOL:
        raise cx.fail("RW108", declaration.value.span, what=f"`{declaration.role}`", wanted="a bool", found=article(node.type))
    if declaration.role == "preference":
        _check_pairs(cx, declaration, node.type)
    if declaration.role in _ROLES_WITHOUT_UNIT:
        fitted(cx, node, FLOAT, declaration.value.span, f"the {declaration.role}")
        for label, term in (value.terms or {"": node}).items():
            what = f"the term `{label}`" if label else f"a term of the {declaration.role}"
            demand_dimensionless(cx, term, _place(cx, term, declaration.value.span), what)
        node = as_number(cx, node, declaration.span)
    if not cx.module.key:
        terms = tuple((value.terms or {}).items())
        cx.spec.outputs[name] = OutputInfo(name, declaration.role, node, terms, declaration.span)
    return Value(node, value.terms)


def _place(cx: Context, term: Node, around: Span) -> Span:
    """Where a term of a declaration is written, if it stands in the declaration itself."""
    found = cx.spec.graph.origins.get(term, around)
    return found if found.source is around.source and around.start <= found.start and found.end <= around.end else around


def _check_axes(cx: Context, declaration: tree.Output, axes: tuple[Axis, ...]) -> None:
    loose = [axis for axis in axes if axis.ragged and not axis.ordered]
    if declaration.role == "reward" and loose:
        text = format_expr(declaration.value)
        raise cx.fail("RW119", declaration.value.span, role=declaration.role, axis=loose[0].name,
                      text=text if len(text) < 40 else "…")


def _check_pairs(cx: Context, declaration: tree.Output, type_: Type) -> None:
    """A preference is a margin, or a truth, of each rollout over each other; or of each row, where rows are pairs."""
    copies = [axis for axis in type_.axes if axis.like in ("group", "batch")]
    if not type_.kind.numeric or len(type_.axes) > 1 or len(copies) != len(type_.axes):
        raise cx.fail("RW351", declaration.value.span, found=article(type_))


RULES = {tree.Input: input_, tree.Param: param, tree.Let: let, tree.Output: output, tree.Machine: machine}
