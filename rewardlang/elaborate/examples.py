"""`example` blocks: columns of plain data, and what is expected of them."""

from rewardlang.elaborate.constants import data
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.infer import expect_kind
from rewardlang.ir.spec import ExampleInfo, ExpectInfo
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.near import hint as near
from rewardlang.values.types import Kind

_LITERAL = (tree.Number, tree.Vector, tree.Invalid, tree.Text, tree.Bool)
_DEFAULT_TOLERANCE = 1e-9


def example(cx: Context, declaration: tree.Example) -> None:
    """Enter the example: one entry a sample in every column; a given before the samples holds for each of them."""
    samples = len(declaration.samples) or 1
    columns: dict[str, list] = {}
    params: dict[str, object] = {}
    for given in declaration.givens:
        _known(cx, given)
        if given.name in cx.spec.params:
            params[given.name] = data(cx, given.value)
        else:
            columns[given.name] = [data(cx, given.value)] * samples
    for position, sample in enumerate(declaration.samples):
        for given in sample.givens:
            _known(cx, given)
            columns.setdefault(given.name, [None] * samples)[position] = data(cx, given.value)
    expects = tuple(_expect(cx, expect, samples) for expect in declaration.expects)
    cx.spec.examples.append(ExampleInfo(declaration.title, columns, params, samples, expects, declaration.span))


def _known(cx: Context, given: tree.Given) -> None:
    names = [*cx.spec.inputs, *cx.spec.externals, *cx.spec.params]
    if given.name not in names:
        raise cx.fail("RW128", given.span, problem=f"`{given.name}` is no input, param, model or verifier{near(given.name, names)}")


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
        raise cx.fail("RW128", expect.span, problem="`+-` belongs after a comparison with a number: `expect reward == 0.8 +- 1e-6`")
    node = expect_kind(cx, cx.node(claim), "bool", claim.span, "`expect`")
    return ExpectInfo(node, None, True, tolerance, expect.span, text)


def _is_literal(expr: tree.Expr) -> bool:
    if isinstance(expr, tree.Unary):
        return _is_literal(expr.operand)
    return isinstance(expr, _LITERAL)


def _wanted(cx: Context, expr: tree.Expr, node, samples: int) -> object:
    found = data(cx, expr)
    if samples > 1 and isinstance(expr, tree.Vector) and len(found) != samples:
        raise cx.fail("RW128", expr.span, problem=f"there are {samples} samples, and {len(found)} values are expected")
    return found
