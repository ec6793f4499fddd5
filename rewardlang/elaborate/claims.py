"""`ensure` and `assume`: what is to be proved, and what may be used."""

from dataclasses import replace

from rewardlang.elaborate.automata import discount_of
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.expressions import same_kind
from rewardlang.elaborate.infer import as_number, expect_kind, joined, same_unit
from rewardlang.elaborate.machine_values import of_machine
from rewardlang.elaborate.returns import reward_node
from rewardlang.ir.node import Node, leaves
from rewardlang.ir.spec import Claim, EnsureInfo
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.values.classes import FORMALISMS
from rewardlang.values.types import FLOAT, Type

LEVELS = ("step", "next_step", "episode", "group", "batch", "run")
_KNOWN = ("availability", "class", "farmable", "potential_based")
_DECLARED = {"full_support": ("policy",), "antisymmetric": None}
_SUMS = ("return", "discounted")


def ensure(cx: Context, declaration: tree.Ensure) -> None:
    """Enter the claim; a conjunction becomes one claim for each part."""
    condition = decision(cx, declaration.condition, "the condition of an `ensure`") if declaration.condition else None
    if declaration.direction:
        _monotone(cx, declaration, condition)
        return
    for claim in _conjuncts(declaration.claim):
        info = _claim(cx, claim, declaration)
        if info is not None:
            cx.spec.ensures.append(replace(info, condition=condition))


def _conjuncts(expr: tree.Expr) -> list[tree.Expr]:
    if isinstance(expr, tree.Binary) and expr.op == "and":
        return [*_conjuncts(expr.left), *_conjuncts(expr.right)]
    return [expr]


def _claim(cx: Context, expr: tree.Expr, declaration: tree.Ensure) -> EnsureInfo | None:
    text, span = format_expr(expr), declaration.span
    later = _named_call(expr)
    if later == "availability":
        return _availability(cx, expr, declaration, text)
    if later == "farmable":
        return _farmable(cx, expr, declaration, text)
    if later == "class":
        return _class(cx, expr, declaration, text)
    if later == "potential_based":
        return _potential_based(cx, expr, declaration, text)
    if isinstance(expr, tree.InRange) and not expr.negated:
        operands, ops = (expr.low, expr.value, expr.high), ("<=", "<=")
    elif isinstance(expr, tree.Compare):
        operands, ops = expr.operands, expr.ops
    else:
        holds = expect_kind(cx, cx.node(expr), "bool", expr.span, "an `ensure`")
        one = cx.const(1, FLOAT, expr.span)
        return EnsureInfo("compare", (Claim(as_number(cx, holds, expr.span)), Claim(one)), (">=",), span, text)
    return EnsureInfo("compare", _chain(cx, operands, expr), tuple(ops), span, text)


def _named_call(expr: tree.Expr) -> str | None:
    if isinstance(expr, tree.Unary) and expr.op == "not":
        expr = expr.operand
    if isinstance(expr, (tree.Compare, tree.InRange)):
        expr = expr.operands[0] if isinstance(expr, tree.Compare) else expr.value
    name = expr.function if isinstance(expr, tree.Call) else None
    return name if name in _KNOWN else None


def _chain(cx: Context, operands: tuple[tree.Expr, ...], expr: tree.Expr) -> tuple[Claim, ...]:
    """The operands, literals and labels after the others, so that they take their type."""
    literal = [isinstance(operand, (tree.Number, tree.Unary, tree.Vector)) for operand in operands]
    found: dict[int, Claim] = {}
    hint: Type | None = None
    for position in sorted(range(len(operands)), key=lambda k: literal[k]):
        found[position] = _side(cx, operands[position], hint)
        hint = hint or found[position].node.type
    nodes = [found[position].node for position in range(len(operands))]
    for left, right in zip(nodes, nodes[1:]):
        same_kind(cx, left, right, expr, "what an `ensure` compares")
    if all(claim.condition is None and claim.of is None for claim in found.values()):
        joined(cx, nodes, expr.span)
    same_unit(cx, nodes, expr.span)
    return tuple(replace(found[position], node=as_number(cx, node, expr.span)) for position, node in enumerate(nodes))


def _side(cx: Context, expr: tree.Expr, hint: Type | None) -> Claim:
    if isinstance(expr, tree.When):
        condition = decision(cx, expr.condition, "`when`")
        return replace(_side(cx, expr.value, hint), condition=condition)
    if isinstance(expr, tree.Name) and expr.name in _SUMS and expr.name not in cx.module.values:
        return Claim(reward_node(cx, expr), of=expr.name)
    return Claim(cx.node(expr, hint))


def _monotone(cx: Context, declaration: tree.Ensure, condition: Node | None) -> None:
    claim = cx.node(declaration.claim)
    along = _called_once(cx, declaration.along) or cx.node(declaration.along)
    sides = tuple(expect_kind(cx, node, "number", declaration.span, "an `ensure`") for node in (claim, along))
    word = f"{'strictly ' if declaration.strictly else ''}{declaration.direction}"
    text = f"{format_expr(declaration.claim)} {word} in {format_expr(declaration.along)}"
    cx.spec.ensures.append(EnsureInfo("monotone", (Claim(sides[0]),), (), declaration.span, text, condition,
                                      declaration.direction, declaration.strictly, along))


def _called_once(cx: Context, expr: tree.Expr) -> Node | None:
    """The one call of the model or verifier that a bare name stands for."""
    if not isinstance(expr, tree.Name) or expr.name in cx.module.values:
        return None
    _, declaration = cx.module.functions.get(expr.name, (None, None))
    if not isinstance(declaration, tree.External):
        return None
    calls = [node for node in leaves(cx.spec.graph.nodes, "call") if node["callee"] == expr.name]
    if len(calls) != 1:
        problem = f"is called {len(calls)} times here: give the call that you mean a name with `let`"
        raise cx.fail("RW107", expr.span, name=expr.name, problem=problem)
    return calls[0]


def _availability(cx: Context, expr: tree.Expr, declaration: tree.Ensure, text: str) -> EnsureInfo:
    shape = isinstance(expr, tree.Compare) and expr.ops == ("<=",) and isinstance(expr.operands[1], tree.Name)
    if not shape or expr.operands[1].name not in LEVELS or len(expr.operands[0].arguments) != 1:
        raise cx.fail("RW107", expr.span, name="availability",
                      problem=f"is compared by `<=` with one of {', '.join(LEVELS)}")
    node = cx.node(expr.operands[0].arguments[0].value)
    return EnsureInfo("availability", (Claim(node),), ("<=",), declaration.span, text, level=expr.operands[1].name)


def _farmable(cx: Context, expr: tree.Expr, declaration: tree.Ensure, text: str) -> EnsureInfo:
    call = expr.operand if isinstance(expr, tree.Unary) else None
    if not isinstance(call, tree.Call) or len(call.arguments) != 1:
        raise cx.fail("RW107", expr.span, name="farmable", problem="is claimed of a machine: `ensure not farmable(m)`")
    info = of_machine(cx, call.arguments[0].value, "what `farmable` takes")
    return EnsureInfo("farmable", (Claim(info.reward),), (), declaration.span, text)


def _class(cx: Context, expr: tree.Expr, declaration: tree.Ensure, text: str) -> EnsureInfo:
    """`class(reward) <= RM`: of the reward it is the objective's, of another value that of its expected sum."""
    shape = isinstance(expr, tree.Compare) and expr.ops == ("<=",) and isinstance(expr.operands[1], tree.Name)
    if not shape or expr.operands[1].name not in FORMALISMS or len(expr.operands[0].arguments) != 1:
        raise cx.fail("RW107", expr.span, name="class", problem=f"is compared by `<=` with one of {', '.join(FORMALISMS)}")
    written = expr.operands[0].arguments[0].value
    node = expect_kind(cx, cx.node(written), "number", expr.span, "class")
    return EnsureInfo("class", (Claim(node),), ("<=",), declaration.span, text, level=expr.operands[1].name)


def _potential_based(cx: Context, expr: tree.Expr, declaration: tree.Ensure, text: str) -> EnsureInfo:
    keyed = {argument.key: argument.value for argument in getattr(expr, "arguments", ()) if argument.key is not None}
    if not isinstance(expr, tree.Call) or len(expr.arguments) != 1 + len(keyed) or keyed.keys() - {"discount"}:
        raise cx.fail("RW107", expr.span, name="potential_based",
                      problem="is claimed of a term: `ensure potential_based(reward.shaping, discount = 0.99)`")
    node = as_number(cx, cx.node(expr.arguments[0].value), expr.span)
    discount = discount_of(cx, keyed.get("discount"))
    return EnsureInfo("potential_based", (Claim(node),), (), declaration.span, text, discount=discount)


def assume(cx: Context, declaration: tree.Assume) -> None:
    """A fact that is checked on the data and used in proofs, or one about the policy or a model that is taken as said."""
    fact = declaration.fact
    if isinstance(fact, tree.Call) and fact.function in _DECLARED and fact.function not in cx.module.functions:
        cx.spec.declared |= {_declared(cx, fact)}
        return
    cx.spec.assumptions.append(expect_kind(cx, cx.node(fact), "bool", declaration.span, "`assume`"))


def _declared(cx: Context, fact: tree.Call) -> tuple[str, str]:
    """`full_support(policy)`; `antisymmetric(beats)`: beats(a, b) lies as far above the middle as beats(b, a) below."""
    known = _DECLARED[fact.function]
    known = tuple(cx.module.functions) if known is None else known
    name = fact.arguments[0].value if len(fact.arguments) == 1 else None
    if not isinstance(name, tree.Name) or name.name not in known:
        raise cx.fail("RW107", fact.span, name=fact.function, problem=f"is said of {' or '.join(known) or 'a model'}")
    return fact.function, name.name
