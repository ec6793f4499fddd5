"""`objective`: from its expression to values of a policy, each made of what is measured on rollouts."""

from collections.abc import Mapping

from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.constants import constant
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.hoa_files import is_file, omega_of_file
from rewardlang.elaborate.infer import as_number, expect_kind
from rewardlang.elaborate.returns import returned, reward_node
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import PER_KEY, Measure, ObjectiveInfo
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span

KINDS = ("maximize", "minimize", "lexicographic", "pareto")
#: Whose distribution stands beside the policy's in a KL: a fixed one, or one that moves while training goes on.
BESIDE = ("reference", "old", "refreshed")
_OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow"}
_COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_FUNCTIONS = {name for name, row in OPERATORS.items() if row.family is Family.POINTWISE and row.symbol is None}
_PAIRED = {"min": "minimum", "max": "maximum"}
_ONE_OF = ("E[…], P[…], average(…), CVaR(…, 0.1), quantile(…, 0.5), Var(…), entropy(policy), KL(policy, reference), "
           "functional(policy) or norm(parameters)")


def objective(cx: Context, declaration: tree.Objective) -> None:
    """Enter what is to be maximised, and under which constraints."""
    kind, span = declaration.kind, declaration.span
    if kind not in KINDS:
        raise cx.fail("RW360", span, problem=f"`{kind}` is none of {', '.join(KINDS)}{near(kind, KINDS)}")
    several = kind in ("lexicographic", "pareto")
    if several != (len(declaration.values) > 1):
        problem = f"`{kind}` orders two values or more" if several else \
            f"`{kind}` takes one value: join several by `min`, a weighted sum, `lexicographic` or `pareto`"
        raise cx.fail("RW360", span, problem=problem)
    cx.session.measuring, inside = True, _with_return(cx)
    try:
        values, constraints = _each(inside, declaration.values), _each(inside, declaration.constraints)
    finally:
        cx.session.measuring = False
    for written, constraint in zip(declaration.constraints, constraints, strict=True):
        if constraint.op != "apply" or constraint.value not in _COMPARISONS.values():
            raise cx.fail("RW360", written.span, problem="a constraint compares, for example `E[cost] <= 1`")
    value = Measure(kind, span, values) if several else values[0]
    text = " ".join(format_expr(each) for each in declaration.values)
    cx.spec.objective = ObjectiveInfo("maximize" if several else kind, value, constraints, span, text)


def _with_return(cx: Context) -> Context:
    """The place in which `return` is the sum of the reward."""
    if "return" in cx.module.values:
        return cx
    if not any(info.role == "reward" for info in cx.spec.outputs.values()):
        if "reward" in cx.module.values:
            cx.module.broken.add("return")     # what is wrong with the reward is said there
        return cx
    reward = reward_node(cx, None)
    return cx.with_locals({"return": Value(returned(cx, reward, None, cx.spec.graph.origins[reward]))})


def _each(cx: Context, exprs: tuple[tree.Expr, ...]) -> tuple[Measure, ...]:
    found, failed = [], False
    for expr in exprs:
        try:
            found.append(measure(cx, expr))
        except Failed:
            failed = True
    if failed:
        raise Failed
    return tuple(found)


def measure(cx: Context, expr: tree.Expr) -> Measure:
    """The value of a policy that an expression stands for."""
    match expr:
        case tree.Number() | tree.Name(name="pi"):
            return Measure("const", expr.span, value=constant(cx, expr, "a number"))
        case tree.Index(value=tree.Name(name="E" | "P" as sign), item=tree.Argument(key=None, value=inner)):
            return _expected(cx, inner, expr.span) if sign == "E" else _likely(cx, inner, expr.span)
        case tree.Unary(op="-", operand=operand):
            return Measure("apply", expr.span, (measure(cx, operand),), value="neg")
        case tree.Binary(op=op, left=left, right=right) if op in _OPERATORS:
            return Measure("apply", expr.span, _each(cx, (left, right)), value=_OPERATORS[op])
        case tree.Compare(operands=(left, right), ops=(op,)):
            return Measure("apply", expr.span, _each(cx, (left, right)), value=_COMPARISONS[op])
        case tree.Call():
            return _call(cx, expr)
        case tree.Name():
            return _param(cx, expr)
    raise _outside(cx, expr)


def _outside(cx: Context, expr: tree.Expr) -> Failed:
    problem = f"an objective is made of values of a policy: `{format_expr(expr)}` is none. Write {_ONE_OF}"
    return cx.fail("RW360", expr.span, problem=problem)


def _param(cx: Context, expr: tree.Name) -> Measure:
    """A param, or a name for a plain number."""
    if expr.name == "return" or expr.name not in cx.module.values:
        raise _outside(cx, expr)
    node = cx.node(expr)
    if node.op == "const" and node.type.kind.numeric and not node.type.axes:
        return Measure("const", expr.span, value=node["value"])
    if any(part.op == "input" or part.op == "call" for part in reachable([node])) or node.type.axes:
        raise _outside(cx, expr)
    return Measure("param", expr.span, node=as_number(cx, node, expr.span))


# --- what is measured on a rollout --------------------------------------------------------------------------------


def _expected(cx: Context, expr: tree.Expr, span: Span) -> Measure:
    return Measure("expectation", span, node=_summed(cx, expr))


def _summed(cx: Context, expr: tree.Expr) -> Node:
    """A number of a rollout; of what runs along an ordered axis, the sum with the discount of the setting is meant."""
    return as_number(cx, expect_kind(cx, cx.node(expr), "number", expr.span, "what an objective measures"), expr.span)


def _likely(cx: Context, expr: tree.Expr, span: Span) -> Measure:
    if is_file(expr):
        node, automaton = omega_of_file(cx, expr)
        return Measure("probability", span, node=node, value=automaton)
    return Measure("probability", span, node=decision(cx, expr, "`P[…]`"))


def _average(cx: Context, call: tree.Call, given: Mapping[str, tree.Expr]) -> Measure:
    node = cx.node(given["x"])
    if not any(axis.ordered for axis in node.type.axes):
        raise cx.fail("RW360", call.span, problem="`average` is the limit of a mean over steps: give it what each step pays")
    return Measure("average", call.span, node=expect_kind(cx, node, "number", call.span, "average"))


def _of_law(op: str):
    def build(cx: Context, call: tree.Call, given: Mapping[str, tree.Expr]) -> Measure:
        level = constant(cx, given["level"], "the level") if "level" in given else None
        if level is not None and (isinstance(level, (bool, str)) or not 0 < level < 1):
            raise cx.fail("RW121", given["level"].span, what="the level", value=level, domain="(0, 1)")
        return Measure(op, call.span, node=_summed(cx, given["x"]), value=level)
    return build


# --- what depends on the policy otherwise -------------------------------------------------------------------------


def _divergence(cx: Context, call: tree.Call, given: Mapping[str, tree.Expr]) -> Measure:
    names = tuple(expr.name if isinstance(expr, tree.Name) else "" for expr in given.values())
    if "policy" not in names or not set(names) & set(BESIDE):
        problem = f"`KL` compares `policy` with one of {', '.join(BESIDE)}, in either order"
        raise cx.fail("RW360", call.span, problem=problem)
    return Measure("kl", call.span, value=names)


def _of_name(op: str, wanted: str):
    def build(cx: Context, call: tree.Call, given: Mapping[str, tree.Expr]) -> Measure:
        (expr,) = given.values()
        if not isinstance(expr, tree.Name) or expr.name != wanted:
            raise cx.fail("RW360", call.span, problem=f"write `{call.function}({wanted})`")
        return Measure(op, call.span)
    return build


def _detached(cx: Context, call: tree.Call, given: Mapping[str, tree.Expr]) -> Measure:
    return Measure("detach", call.span, (measure(cx, given["x"]),))


_CALLS = {
    "average": (("x",), _average), "CVaR": (("x", "level"), _of_law("cvar")),
    "quantile": (("x", "level"), _of_law("quantile")), "Var": (("x",), _of_law("variance")),
    "entropy": (("of",), _of_name("entropy", "policy")),
    "KL": (("of", "from"), _divergence), "functional": (("of",), _of_name("functional", "policy")),
    "norm": (("of",), _of_name("norm", "parameters")), "detach": (("x",), _detached),
}


def _call(cx: Context, call: tree.Call) -> Measure:
    if call.over is not None and call.function in PER_KEY:
        return _per_key(cx, call)
    if call.function in ("lexicographic", "pareto") and len(call.arguments) > 1:
        return Measure(call.function, call.span, _each(cx, tuple(argument.value for argument in call.arguments)))
    if call.function in _PAIRED and len(call.arguments) > 1:
        return Measure("apply", call.span, _each(cx, tuple(argument.value for argument in call.arguments)),
                       value=_PAIRED[call.function])
    if call.function in _CALLS:
        names, build = _CALLS[call.function]
        return build(cx, call, _arguments(cx, call, names))
    if call.function in _FUNCTIONS:
        names = tuple(argument.name for argument in OPERATORS[call.function].arguments)
        return Measure("apply", call.span, _each(cx, tuple(_arguments(cx, call, names).values())), value=call.function)
    raise _outside(cx, call)


def _arguments(cx: Context, call: tree.Call, names: tuple[str, ...]) -> dict[str, tree.Expr]:
    from_position = [argument.value for argument in call.arguments if argument.key is None]
    given = dict(zip(names, from_position)) | {argument.key: argument.value for argument in call.arguments if argument.key}
    if set(given) != set(names) or len(call.arguments) != len(names):
        raise cx.fail("RW107", call.span, name=call.function, problem=f"takes ({', '.join(names)})")
    return {name: given[name] for name in names}


def _per_key(cx: Context, call: tree.Call) -> Measure:
    """`sum(log(E[return]) over prompt_id)`: each key with an expectation of its own."""
    key = call.over.axes[0] if len(call.over.axes) == 1 else ""
    if key not in cx.spec.inputs or len(call.arguments) != 1:
        problem = f"`{call.function}` in an objective goes over the values of an input, each with an expectation of its own"
        raise cx.fail("RW360", call.span, problem=problem)
    return Measure(call.function, call.span, (measure(cx, call.arguments[0].value),), node=cx.spec.inputs[key].node)
