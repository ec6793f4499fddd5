"""Margins that are infinite on ordinary traces, since a truth without a margin or the end of the trace decides."""

from collections.abc import Iterator
from math import inf

from rewardlang.facts.infinite import infinite_ends
from rewardlang.facts.lint.places import Places
from rewardlang.ir.node import Node, reachable
from rewardlang.text.diagnostic import Diagnostic


def infinite_margins(ranges, places: Places) -> Iterator[Diagnostic]:
    """Outputs that may be infinite though the trace has steps, with the first part that makes them so."""
    nodes = reachable(output.node for output in ranges.spec.outputs.values())
    if not any(map(_is_margin, nodes)):
        return
    ends = infinite_ends(nodes, False)
    for output in ranges.spec.outputs.values():
        if not any(ends[output.node]) or not any(map(_is_margin, reachable([output.node]))):
            continue
        source = _source(output.node, ends)
        bare = _is_bare(source) or source.op == "const"
        what = "true or false, without a margin" if bare else "decided by the end of the trace"
        text = places.text(source.args[0] if _is_bare(source) else source)
        values = {"subject": f"`{output.name}`", "source": text, "what": what}
        high, low = ends[output.node]
        yield Diagnostic("RW302", output.span, values, (), output.name,
                         {"infinite": [word for word, there in (("-inf", low), ("inf", high)) if there]})


def _is_margin(node: Node) -> bool:
    return bool(node.get("margin")) or _is_bare(node)


def _is_bare(node: Node) -> bool:
    """Whether it is the margin of a truth that has none, or none where it is invalid: inf where it holds, else -inf."""
    if node.op == "coalesce":
        return node.args[1].get("value") in (inf, -inf)
    return node.op == "gate" and [arg.get("value") for arg in node.args[1:]] == [inf, -inf]


def _source(node: Node, ends: dict) -> Node:
    """The part that makes a node infinite, though what it is made of is finite."""
    while not _is_bare(node):
        inner = next((arg for arg in node.args if any(ends[arg])), None)
        if inner is None:
            return node
        node = inner
    return node
