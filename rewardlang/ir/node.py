"""The typed graph's node: frozen, hash-consed, numbered in an order in which arguments come first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rewardlang.text.source import Span
from rewardlang.values.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value. `op` names a row of the operator table or one of `LEAVES`; equal nodes of a graph are one object.

    `attrs` holds what is fixed when the program is checked (axes, labels, a constant): hashable values by name.
    `number` counts nodes of the graph from 0 and is greater than that of every argument.
    """

    op: str
    args: tuple["Node", ...]
    type: Type
    attrs: tuple[tuple[str, object], ...]
    number: int

    def __getitem__(self, key: str):
        """An attribute by name; KeyError where there is none."""
        for name, value in self.attrs:
            if name == key:
                return value
        raise KeyError(key)

    def get(self, key: str, default=None):
        """An attribute by name, or the default."""
        return next((value for name, value in self.attrs if name == key), default)

    def __repr__(self) -> str:
        return f"%{self.number} {self.op}"


#: Nodes that are no operator: where values come from.
LEAVES = frozenset({"input", "param", "const", "call"})


@dataclass(eq=False)
class Graph:
    """All nodes of a program, each once, and the place in the text where each first arose.

    `calls` has, for what arose inside a function of another file, the place in the program that called it.
    """

    nodes: list[Node] = field(default_factory=list)
    origins: dict[Node, Span] = field(default_factory=dict)
    calls: dict[Node, Span] = field(default_factory=dict)
    _known: dict[tuple, Node] = field(default_factory=dict, repr=False)

    def add(self, op: str, args: Iterable[Node] = (), type: Type = None, span: Span | None = None, **attrs) -> Node:
        """The node with these parts: a known one if there is one, else a new one."""
        arguments, pairs = tuple(args), tuple(sorted(attrs.items()))
        key = (op, tuple(arg.number for arg in arguments), type, pairs)
        node = self._known.get(key)
        if node is None:
            node = Node(op, arguments, type, pairs, len(self.nodes))
            self.nodes.append(node)
            self._known[key] = node
            if span is not None:
                self.origins[node] = span
        return node

    def copy(self) -> "Graph":
        """A graph of the same nodes, to which others can be added."""
        return Graph(list(self.nodes), dict(self.origins), dict(self.calls), dict(self._known))


def reachable(roots: Iterable[Node]) -> list[Node]:
    """The roots and all they rest on, arguments first. No recursion: a chain of lets may be long."""
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return sorted(seen, key=lambda node: node.number)


def consumers(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """For each node, those of `nodes` that take it as an argument."""
    found: dict[Node, list[Node]] = {}
    for node in nodes:
        for arg in dict.fromkeys(node.args):
            found.setdefault(arg, []).append(node)
    return found


def leaves(nodes: Iterable[Node], op: str) -> Iterator[Node]:
    """The nodes of one kind of leaf."""
    return (node for node in nodes if node.op == op)
