"""Comparisons of a rollout with another one of the same policy: antisymmetric ones have one expectation for all policies."""

from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec

_POPULATIONS = ("batch", "group")
_THROUGH = frozenset("neg number coalesce mean sum".split())
_ODD = frozenset("neg tanh sign mean sum".split())
_COMPARISONS = frozenset("sub gt ge lt le".split())


def is_antisymmetric(spec: Spec, node: Node) -> bool:
    """Whether a value of two rollouts changes into a constant minus itself when the two are exchanged.

    Read off its form: a difference or comparison of one value of both, odd functions of a difference, its sigmoid and the
    share `a / (a + b)` (the constant is then 1), means over the other rollouts, calls of what is declared antisymmetric.
    `le` and `gt` count, as ties do not depend on who is who.
    """
    while node.op in _THROUGH or _is_scaled(node, ("mul", "add", "sub")) or node.op == "div" and node.args[1].op == "const":
        node = _varying(node)
    if node.op in _COMPARISONS:
        return _is_exchanged(node.args[0], node.args[1])
    if node.op == "call" and ("antisymmetric", node["callee"]) in spec.declared:
        first, second, *others = node.args
        return _is_exchanged(first, second) and all(_key(arg, False) == _key(arg, True) for arg in others)
    if node.op == "div" and node.args[1].op == "add":
        return _is_share(*node.args)
    return _is_odd(node.args[0] if node.op == "sigmoid" else node)


def _is_share(part: Node, whole: Node) -> bool:
    """`a / (a + b)` of one value of both rollouts, or `1 / (1 + exp(a - b))`."""
    if part.op == "const":
        rest = [arg for arg in whole.args if arg.op != "const"]
        ones = [arg for arg in whole.args if arg.op == "const" and arg["value"] == 1]
        return len(rest) == len(ones) == 1 and rest[0].op == "exp" and _is_odd(rest[0].args[0])
    others = [arg for arg in whole.args if arg is not part]
    return len(others) == 1 and _is_exchanged(part, others[0])


def _is_odd(node: Node) -> bool:
    """Whether a value of two rollouts changes its sign when they are exchanged."""
    while node.op in _ODD or _is_scaled(node, ("mul", "div")):
        node = _varying(node)
    return node.op == "sub" and _is_exchanged(*node.args)


def _varying(node: Node) -> Node:
    return next((arg for arg in node.args if arg.op != "const"), node.args[0])


def _is_exchanged(one: Node, other: Node) -> bool:
    return _key(one, False) == _key(other, True)


def _is_scaled(node: Node, ops: tuple[str, ...]) -> bool:
    return node.op in ops and sum(arg.op == "const" for arg in node.args) == 1


def _key(node: Node, exchanged: bool, other: bool = False) -> tuple:
    """The form of a node, leaves told apart by whose rollout they are of; with `exchanged`, the two change places."""
    if node.op == "rename" and node["source"] in _POPULATIONS:
        return _key(node.args[0], exchanged, True)
    if node.op in ("input", "call") and not node.args:
        return (node.number, other != exchanged)
    attrs = tuple((name, value) for name, value in node.attrs if name != "lifted")
    return (node.op, attrs, *(_key(arg, exchanged, other) for arg in node.args))
