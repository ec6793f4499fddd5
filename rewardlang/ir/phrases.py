"""A truth value in few words: how an atom is called where automata, guards and witnesses are shown."""

import re
from collections.abc import Mapping
from fractions import Fraction

from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.text.source import Span
from rewardlang.values.endpoint import show
from rewardlang.values.types import Kind

_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_LONGEST = 120


def phrase(node: Node, origins: Mapping[Node, Span]) -> str:
    """`p`, `x >= 0.5`, `task == "book"`; else the words of the program from which it arose, in brackets where they need."""
    if node.op in _COMPARISONS:
        left, right = node.args
        sides = _side(left, right, origins), _side(right, left, origins)
        if all(sides):
            return f"{sides[0]} {OPERATORS[node.op].symbol} {sides[1]}"
    words = _words(node, origins)
    return words if node.op == "input" or _stands_alone(words) else f"({words})"


def _stands_alone(words: str) -> bool:
    """Whether words are a name, or end where their first bracket closes: `all(x > 0 over joint)`, `(a ?? false)`."""
    head = re.match(r"[\w.]*", words).end()
    depth = 0
    for position in range(head, len(words)):
        depth += {"(": 1, ")": -1}.get(words[position], 0)
        if depth == 0:
            return position == len(words) - 1 and words[position] == ")"
    return head == len(words)


def _side(node: Node, other: Node, origins: Mapping[Node, Span]) -> str:
    if node.op == "codes":
        return _side(node.args[0], node.args[0], origins)
    if node.op == "const":
        return _constant(node["value"], other)
    words = _words(node, origins)
    return "" if re.search(r"[=<>!]|\b(and|or|not|implies|iff|in)\b", words) else words


def _constant(value: object, other: Node) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    labels = other.type.labels
    if other.type.kind is Kind.ENUM and isinstance(value, int) and value < len(labels):
        return labels[value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return show(value) if isinstance(value, (int, Fraction)) else ""


def _words(node: Node, origins: Mapping[Node, Span]) -> str:
    if node.op in ("input", "param"):
        return node["name"]
    place = origins.get(node)
    words = " ".join(place.text.split()) if place is not None else f"{node.op} {node.number}"
    return words if len(words) <= _LONGEST else words[:_LONGEST - 1] + "…"
