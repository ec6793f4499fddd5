"""Comparisons of a rollout with another one of the same policy: antisymmetric ones have one expectation for all policies."""

from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec

_POPULATIONS = ("batch", "group")
_ODD = frozenset("neg number tanh sign sigmoid coalesce mean sum".split())
_COMPARISONS = frozenset("sub gt ge lt le".split())


def is_antisymmetric(spec: Spec, node: Node) -> bool:
    """Whether a value of two rollouts changes into a constant minus itself when the two are exchanged.

    Read off its form: a difference or comparison of one value of both, odd functions of such, the sigmoid of one (the
    constant is then 1), means over the other rollouts, and calls of what is declared antisymmetric. `le` and `gt` count, as
    ties do not depend on who is who.
    """
    while node.op in _ODD or _is_scaled(node):
        node = next(arg for arg in node.args if arg.op != "const")
    if node.op in _COMPARISONS:
        return _key(node.args[0], False) == _key(node.args[1], True)
    if node.op == "call" and ("antisymmetric", node["callee"]) in spec.declared:
        first, second, *others = node.args
        return _key(first, False) == _key(second, True) and all(_key(arg, False) == _key(arg, True) for arg in others)
    return False


def _is_scaled(node: Node) -> bool:
    return node.op in ("mul", "add", "sub", "div") and sum(arg.op == "const" for arg in node.args) == 1


def _key(node: Node, exchanged: bool, other: bool = False) -> tuple:
    """The form of a node, leaves told apart by whose rollout they are of; with `exchanged`, the two change places."""
    if node.op == "rename" and node["source"] in _POPULATIONS:
        return _key(node.args[0], exchanged, True)
    if node.op in ("input", "call") and not node.args:
        return (node.number, other != exchanged)
    attrs = tuple((name, value) for name, value in node.attrs if name != "lifted")
    return (node.op, attrs, *(_key(arg, exchanged, other) for arg in node.args))
