"""Lists of tokens that models make of one text: each call has a list of its own, and two of them are laid along the first."""

from collections.abc import Mapping, Sequence

from rewardlang.elaborate.context import Context
from rewardlang.ir.node import Node
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis
from rewardlang.values.types import BOOL, INT, Kind


def aligned(cx: Context, nodes: Sequence[Node], span: Span) -> list[Node]:
    """The nodes, those along tokens of a text laid along the tokens of the first that has them.

    Two models (or one in two contexts) make lists of one text, the last argument of both calls. Where their lengths differ
    the result is invalid; that both cut texts alike is held to when the models are loaded.
    """
    first: dict[str, Axis] = {}
    found = []
    for node in nodes:
        for axis in node.type.axes:
            other = first.setdefault(axis.name, axis)
            node = _laid(cx, node, axis, other, span)
        found.append(node)
    return found


def aligned_to(cx: Context, node: Node, known: Mapping[str, Axis], span: Span) -> Node:
    """An argument laid along the axes that arguments before it have for names of a signature (`known`), as `aligned` does."""
    for other in known.values():
        for axis in node.type.axes:
            if axis.name == other.name:
                node = _laid(cx, node, axis, other, span)
    return node


def _laid(cx: Context, node: Node, axis: Axis, other: Axis, span: Span) -> Node:
    if axis == other or not axis.maker or not other.maker or not _of_one_text(cx, axis, other):
        return node
    return _along(cx, node, axis, other, span)


def _of_one_text(cx: Context, one: Axis, other: Axis) -> bool:
    calls = [_maker(cx, axis) for axis in (one, other)]
    if None in calls or one.within or other.within or calls[0].args[-1] is not calls[1].args[-1]:
        return False
    externals = [cx.spec.externals[call["callee"]] for call in calls]
    if any(external.kind != "model" or external.result.kind is not Kind.FLOAT for external in externals):
        return False
    names = frozenset(external.name for external in externals)
    if len(names) == 2:
        cx.spec.compared.add(names)
    return True


def _maker(cx: Context, axis: Axis) -> Node | None:
    """The call that makes a list of texts' tokens."""
    return next((node for node in reversed(cx.spec.graph.nodes) if node.op == "call" and node.args and node.type.axes == (axis,)
                 and node.args[-1].type.kind is Kind.TEXT and not node.args[-1].type.axes), None)


def _along(cx: Context, node: Node, axis: Axis, other: Axis, span: Span) -> Node:
    """A value along `axis` as one along `other`, invalid where the two have different lengths."""
    graph = cx.spec.graph
    sizes = [graph.add("length", (), INT, span, axis=each) for each in (axis, other)]
    place = graph.add("index", (), INT.with_axes((other,)), span, axis=other)
    type_ = node.type.with_axes(tuple(other if each == axis else each for each in node.type.axes)).as_optional()
    moved = graph.add("spread", (node, place), type_, span, over=(axis,))
    equal = graph.add("eq", sizes, BOOL, span)
    nothing = cx.const(None, type_.with_axes(()), span)
    return graph.add("gate", (equal, moved, nothing), type_, span)
