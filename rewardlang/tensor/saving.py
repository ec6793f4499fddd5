"""Pickles of typed programs: nodes as rows of a table, so that a graph of any depth fits."""

import io
import pickle
from collections.abc import Iterable

from rewardlang.ir.node import Graph, Node
from rewardlang.ir.spec import Spec


def save(spec: Spec, *others: object) -> bytes:
    """A spec, and other things that speak of its nodes."""
    rows = [(node.op, tuple(arg.number for arg in node.args), node.type, node.attrs) for node in spec.graph.nodes]
    buffer = io.BytesIO()
    pickle.dump(rows, buffer, pickle.HIGHEST_PROTOCOL)
    _Saver(buffer, pickle.HIGHEST_PROTOCOL).dump((spec, *others))
    return buffer.getvalue()


def restore(content: bytes) -> tuple:
    """What `save` was given."""
    buffer = io.BytesIO(content)
    graph = Graph()
    for op, args, type_, attrs in pickle.load(buffer):
        graph.add(op, (graph.nodes[number] for number in args), type_, **dict(attrs))
    return _Restorer(buffer, graph).load()


class _Saver(pickle.Pickler):
    """Writes a node as its number, and the graph as the places of its nodes in the text."""

    def persistent_id(self, thing: object) -> object:
        return thing.number if isinstance(thing, Node) else None

    def reducer_override(self, thing: object) -> object:
        if isinstance(thing, Graph):
            return _with_origins, (list(thing.origins.items()),)
        return NotImplemented


class _Restorer(pickle.Unpickler):
    """Reads a node from the table by its number."""

    def __init__(self, buffer: io.BytesIO, graph: Graph):
        super().__init__(buffer)
        self.graph = graph

    def persistent_load(self, number: int) -> Node:
        return self.graph.nodes[number]

    def load(self) -> tuple:
        spec, *others = super().load()
        origins = spec.graph.origins
        spec.graph = self.graph
        spec.graph.origins.update(origins)
        return spec, *others


def _with_origins(origins: Iterable) -> Graph:
    return Graph(origins=dict(origins))
