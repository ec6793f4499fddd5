"""Walking the syntax tree without knowing its classes."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from rewardlang.syntax import tree


@cache
def _parts(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in ("span", "bracketed"))


def children(node: tree.Node) -> Iterator[tree.Node]:
    """The nodes directly inside, in the order of the text."""
    for name in _parts(type(node)):
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[tree.Node]:
    if isinstance(value, tree.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def free_names(node: tree.Node, bound: frozenset[str] = frozenset()) -> set[str]:
    """Names of values and functions that the construct uses and does not bind itself."""
    if isinstance(node, tree.Name):
        return set() if node.name in bound else {node.name}
    if isinstance(node, tree.Block):
        return _free_in_block(node, bound)
    if isinstance(node, tree.Def):
        bound = bound | {parameter.name for parameter in node.parameters}
    found = {node.function.partition(".")[0]} if isinstance(node, tree.Call) else set()
    for child in children(node):
        found |= free_names(child, bound)
    return found


def _free_in_block(block: tree.Block, bound: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for let in block.lets:
        found |= free_names(let.value, bound)
        bound = bound | {let.name}
    for child in (*block.terms, *([block.value] if block.value else ())):
        found |= free_names(child, bound)
    return found
