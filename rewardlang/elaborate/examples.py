"""`example` blocks: columns of plain data, and what is expected of them."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from rewardlang.elaborate.constants import data, show
from rewardlang.elaborate.context import Context, Failed
from rewardlang.elaborate.infer import article, expect_kind
from rewardlang.ir.spec import ExampleInfo, ExpectInfo
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.near import hint as near
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

_LITERAL = (tree.Number, tree.Vector, tree.Invalid, tree.Text, tree.Bool)
_DEFAULT_TOLERANCE = 1e-9


def example(cx: Context, declaration: tree.Example) -> None:
    """Enter the example: one entry a sample in every column; a given before the samples holds for each of them."""
    samples = len(declaration.samples) or 1
    columns: dict[str, list] = {}
    params: dict[str, object] = {}
    for given, value in _givens(cx, declaration.givens):
        if given.name in cx.spec.params:
            params[given.name] = value
        else:
            columns[given.name] = [value] * samples
    for position, sample in enumerate(declaration.samples):
        for given, value in _givens(cx, sample.givens):
            columns.setdefault(given.name, [None] * samples)[position] = value
    expects = tuple(_each(lambda expect: _expect(cx, expect, samples), declaration.expects))
    cx.spec.examples.append(ExampleInfo(declaration.title, columns, params, samples, expects, declaration.span))


def _each(read: Callable, items: Iterable) -> Iterator:
    """What is read of each; one that fails has a finding, and does not hide the others."""
    for item in items:
        with contextlib.suppress(Failed):
            yield read(item)


def _givens(cx: Context, givens: Iterable[tree.Given]) -> Iterator[tuple[tree.Given, object]]:
    return _each(lambda given: (given, _given(cx, given)), givens)


def _given(cx: Context, given: tree.Given) -> object:
    """The value as data, which has to fit what it is given to."""
    _known(cx, given)
    value = data(cx, given.value)
    info = cx.spec.inputs.get(given.name) or cx.spec.params.get(given.name)
    if info is not None:
        _check(cx, given, value, info.type, info.domain, len(info.type.axes))
    return value


def _check(cx: Context, given: tree.Given, value: object, type_: Type, domain: Interval | None, depth: int) -> None:
    if value is None:
        return
    if depth or isinstance(value, list):
        if not depth or not isinstance(value, list):
            raise cx.fail("RW128", given.span, problem=f"`{given.name}` is {article(type_)}: one list for each of its axes")
        for item in value:
            _check(cx, given, item, type_, domain, depth - 1)
        return
    kinds = {Kind.BOOL: bool, Kind.INT: int, Kind.FLOAT: (int, float), Kind.TEXT: str, Kind.ID: (str, int)}
    wanted = kinds.get(type_.kind, object)
    is_bool = isinstance(value, bool) and type_.kind in (Kind.INT, Kind.FLOAT)
    if not isinstance(value, wanted) or is_bool or type_.kind is Kind.ENUM and value not in type_.labels:
        raise cx.fail("RW128", given.span,
                      problem=f"`{given.name}` is {article(type_.entry())}, not `{given.value.span.text}`")
    if domain is not None and not domain.contains(value):
        raise cx.fail("RW121", given.span, what=f"`{given.name}`", value=show(value), domain=domain)


def _known(cx: Context, given: tree.Given) -> None:
    names = [*cx.spec.inputs, *cx.spec.externals, *cx.spec.params]
    if given.name not in names:
        raise cx.fail("RW128", given.span,
                      problem=f"`{given.name}` is no input, param, model or verifier{near(given.name, names)}")


def _expect(cx: Context, expect: tree.Expect, samples: int) -> ExpectInfo:
    tolerance = float(data(cx, expect.tolerance)) if expect.tolerance else _DEFAULT_TOLERANCE
    text, claim = format_expr(expect.claim), expect.claim
    if isinstance(claim, tree.Compare) and len(claim.ops) == 1 and _is_literal(claim.operands[1]):
        node = cx.node(claim.operands[0])
        return ExpectInfo(node, claim.ops[0], _wanted(cx, claim.operands[1], node, samples), tolerance, expect.span, text)
    if isinstance(claim, tree.Compare) and len(claim.ops) == 1 and isinstance(claim.operands[1], tree.Name):
        node = cx.node(claim.operands[0])
        if node.type.kind is Kind.ENUM and claim.operands[1].name in node.type.labels:
            return ExpectInfo(node, claim.ops[0], claim.operands[1].name, tolerance, expect.span, text)
    if expect.tolerance is not None:
        raise cx.fail("RW128", expect.span,
                      problem="`+-` belongs after a comparison with a number: `expect reward == 0.8 +- 1e-6`")
    node = expect_kind(cx, cx.node(claim), "bool", claim.span, "`expect`")
    return ExpectInfo(node, None, True, tolerance, expect.span, text)


def _is_literal(expr: tree.Expr) -> bool:
    if isinstance(expr, tree.Unary):
        return _is_literal(expr.operand)
    if isinstance(expr, tree.Binary):
        return _is_literal(expr.left) and _is_literal(expr.right)
    return isinstance(expr, _LITERAL)


def _wanted(cx: Context, expr: tree.Expr, node, samples: int) -> object:
    found = data(cx, expr)
    if samples > 1 and isinstance(expr, tree.Vector) and len(found) != samples:
        raise cx.fail("RW128", expr.span, problem=f"there are {samples} samples, and {len(found)} values are expected")
    return found
