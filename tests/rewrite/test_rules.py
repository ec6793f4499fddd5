"""Each rewrite rule, before and after, and where it must keep its hands off."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from handmade import STEP, Hand

from rewardlang.facts.ranges import Ranges
from rewardlang.ir.node import Node
from rewardlang.ir.spec import OutputInfo
from rewardlang.rewrite.passes import optimise
from rewardlang.values.types import BOOL, FLOAT, INT


def shown(node: Node) -> str:
    """A node as a nested call: `add(x, 1)`."""
    if node.op == "const":
        return str(node["value"])
    if not node.args:
        return node["name"]
    return f"{node.op}({', '.join(shown(arg) for arg in node.args)})"


def rewritten(make) -> str:
    """What `make(op, leaves)` becomes."""
    hand = Hand()
    leaves = SimpleNamespace(
        x=hand.leaf("x", 0, 1), y=hand.leaf("y", 2, 3), n=hand.leaf("n", 0, 9, INT), wide=hand.leaf("wide"),
        b=hand.leaf("b", type=BOOL), c=hand.leaf("c", type=BOOL),
        maybe=hand.leaf("maybe", 0, 1, FLOAT.as_optional()), unsure=hand.leaf("unsure", type=BOOL.as_optional()),
        xs=hand.leaf("xs", 0, 1, FLOAT.with_axes((STEP,))),
        p=hand.leaf("p", 0, 1, op="param"), q=hand.leaf("q", 2, 3, op="param"), on=hand.leaf("on", type=BOOL, op="param"),
    )
    spec = hand.output(make(hand.op, leaves))
    return shown(optimise(spec, SimpleNamespace(ranges=Ranges(spec))).outputs["reward"].node)


CASES = {
    "fold exactly": (lambda op, v: op("add", v.x, op("mul", Fraction(1, 10), op("add", Fraction(1, 10), Fraction(1, 5)))),
                     "add(x, 3/100)"),
    "fold a function": (lambda op, v: op("mul", v.x, op("sqrt", 4)), "mul(x, 2)"),
    "fold no failure": (lambda op, v: op("coalesce", op("div", 1, 0), v.x), "coalesce(div(1, 0), x)"),
    "weights": (lambda op, v: op("mul", Fraction(1, 2), op("mul", v.x, 3)), "mul(3/2, x)"),
    "x + 0": (lambda op, v: op("add", v.x, 0), "x"),
    "0 + x": (lambda op, v: op("add", 0, v.x), "x"),
    "x - 0": (lambda op, v: op("sub", v.x, 0), "x"),
    "0 - x is no identity": (lambda op, v: op("sub", 0, v.x), "sub(0, x)"),
    "x * 1": (lambda op, v: op("mul", v.x, 1), "x"),
    "x / 1": (lambda op, v: op("div", v.x, 1), "x"),
    "1 / y is no identity": (lambda op, v: op("div", 1, v.y), "div(1, y)"),
    "p * 0": (lambda op, v: op("add", v.y, op("mul", v.p, 0)), "y"),
    "x * 0 may be null": (lambda op, v: op("mul", v.x, 0), "mul(x, 0)"),
    "maybe * 0 may fail": (lambda op, v: op("mul", v.maybe, 0), "mul(maybe, 0)"),
    "wide * 0 may be no number": (lambda op, v: op("mul", v.wide, 0), "mul(wide, 0)"),
    "p - p": (lambda op, v: op("add", v.y, op("sub", v.p, v.p)), "y"),
    "x - x may be null": (lambda op, v: op("sub", v.x, v.x), "sub(x, x)"),
    "maybe - maybe may fail": (lambda op, v: op("sub", v.maybe, v.maybe), "sub(maybe, maybe)"),
    "-(-x)": (lambda op, v: op("neg", op("neg", v.x)), "x"),
    "not not": (lambda op, v: op("gate", op("not", op("not", v.b)), v.x, v.y), "gate(b, x, y)"),
    "min(x, x)": (lambda op, v: op("minimum", v.wide, v.wide), "wide"),
    "b and true": (lambda op, v: op("gate", op("and", v.b, True), v.x, v.y), "gate(b, x, y)"),
    "on or true": (lambda op, v: op("gate", op("or", v.on, True), v.x, v.y), "x"),
    "unsure and false is false": (lambda op, v: op("gate", op("and", v.unsure, False), v.x, v.y), "y"),
    "gate true": (lambda op, v: op("gate", True, v.x, v.y), "x"),
    "gate by range": (lambda op, v: op("gate", op("lt", v.p, v.q), v.x, v.wide), "x"),
    "gate on what may be null": (lambda op, v: op("gate", op("lt", v.x, v.y), v.x, v.wide), "gate(lt(x, y), x, wide)"),
    "gate that may fail": (lambda op, v: op("gate", op("lt", v.maybe, v.y), v.x, v.wide), "gate(lt(maybe, y), x, wide)"),
    "gate along steps keeps its axis": (lambda op, v: op("gate", op("lt", v.xs, 5), v.x, v.y), "gate(lt(xs, 5), x, y)"),
    "equal sides": (lambda op, v: op("gate", v.on, v.x, v.x), "x"),
    "equal sides, null": (lambda op, v: op("gate", v.b, v.x, v.x), "gate(b, x, x)"),
    "equal sides, unsure": (lambda op, v: op("gate", v.unsure, v.x, v.x), "gate(unsure, x, x)"),
    "nested gate": (lambda op, v: op("gate", v.b, op("gate", v.b, v.x, v.y), v.wide), "gate(b, x, wide)"),
    "nested else": (lambda op, v: op("gate", v.b, v.wide, op("gate", v.b, v.x, v.y)), "gate(b, wide, y)"),
    "sure value": (lambda op, v: op("coalesce", Fraction(1, 2), v.y), "1/2"),
    "a value that the data may lack": (lambda op, v: op("coalesce", v.x, v.y), "coalesce(x, y)"),
    "unsure value": (lambda op, v: op("coalesce", v.maybe, v.y), "coalesce(maybe, y)"),
    "valid": (lambda op, v: op("gate", op("valid", op("add", 1, 2)), v.x, v.y), "x"),
    "valid where the data may lack it": (lambda op, v: op("gate", op("valid", v.x), v.x, v.y), "gate(valid(x), x, y)"),
    "min by range": (lambda op, v: op("minimum", v.x, v.q), "x"),
    "max by range": (lambda op, v: op("maximum", v.p, v.y), "y"),
    "min with what may be null": (lambda op, v: op("minimum", v.x, v.y), "minimum(x, y)"),
    "min that fails as its least": (lambda op, v: op("minimum", v.q, v.maybe), "maybe"),
    "max that may fail": (lambda op, v: op("maximum", v.y, v.maybe), "maximum(y, maybe)"),
    "clamp that never clamps": (lambda op, v: op("clamp", v.x, 0, 1), "x"),
    "clamp that can": (lambda op, v: op("clamp", v.x, 0, Fraction(1, 2)), "clamp(x, 0, 1/2)"),
    "clamp against rounding stays": (lambda op, v: op("clamp", op("add", op("mul", v.x, v.x), v.y), 2, 4),
                                     "clamp(add(mul(x, x), y), 2, 4)"),
    "abs of what is not negative": (lambda op, v: op("abs", v.x), "x"),
    "relu of what can be negative": (lambda op, v: op("relu", op("sub", v.x, v.y)), "relu(sub(x, y))"),
}


@pytest.mark.parametrize("name", CASES)
def test_before_and_after(name):
    make, after = CASES[name]
    assert rewritten(make) == after


def test_terms_gates_and_origins_survive():
    hand = Hand()
    x, b = hand.leaf("x", 0, 1), hand.leaf("b", type=BOOL)
    term = hand.op("mul", hand.op("gate", b, x, 0), 1)
    spec = hand.output(hand.op("add", term, 0))
    spec.outputs["reward"] = OutputInfo(
        "reward", "reward", spec.outputs["reward"].node, (("style", term),), spec.outputs["reward"].span)
    spec.gates["b"] = b
    after = optimise(spec, SimpleNamespace(ranges=Ranges(spec)))
    assert [label for label, _ in after.outputs["reward"].terms] == ["style"]
    assert shown(after.outputs["reward"].terms[0][1]) == "gate(b, x, 0)"
    assert after.gates == {"b": b}
    assert shown(spec.outputs["reward"].node) == "add(mul(gate(b, x, 0), 1), 0)", "the program itself is left as it was"


def test_assumptions_are_kept_as_they_are_checked_on_the_data():
    hand = Hand()
    x = hand.leaf("x", -1, 1, op="param")
    assumed = hand.op("ge", x, 0)
    hand.spec.assumptions.append(assumed)
    spec = hand.output(hand.op("gate", hand.op("ge", x, 0), x, -1))
    after = optimise(spec, SimpleNamespace(ranges=Ranges(spec)))
    assert shown(after.outputs["reward"].node) == "x"
    assert after.assumptions == [assumed]
