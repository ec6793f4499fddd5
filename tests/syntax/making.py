"""Syntax trees without a text, for comparing with what the parser builds: places take no part in equality."""

from fractions import Fraction
from typing import Any

from rewardlang.syntax import tree
from rewardlang.text.source import Source, Span

NOWHERE = Span(Source("nowhere", ""), 0, 0)


class _Maker:
    """`make.Name("x")` is `tree.Name("x", span=NOWHERE)`, and so for every class of the tree."""

    def __getattr__(self, name: str) -> Any:
        cls = getattr(tree, name)
        return lambda *values, **named: cls(*values, span=NOWHERE, **named)


make = _Maker()


def num(value) -> tree.Number:
    """A number; integers are integers, texts are decimals."""
    return make.Number(Fraction(value), isinstance(value, int))


def name(word: str) -> tree.Name:
    """A name."""
    return make.Name(word)


def names(words: str) -> tuple[tree.Name, ...]:
    """Several names."""
    return tuple(name(word) for word in words.split())


def args(*values: tree.Expr, **keyed: tree.Expr) -> tuple[tree.Argument, ...]:
    """Arguments of a call."""
    return tuple(make.Argument(value) for value in values) + tuple(make.Argument(v, k) for k, v in keyed.items())


def binary_sum(word: str, value: int) -> tree.Binary:
    """`word + value`."""
    return make.Binary("+", name(word), num(value))
