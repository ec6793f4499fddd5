"""Where a finding stands: the text of a node, and the term, gate or output at fault."""

from rewardlang.facts.contracts.witness import name_of
from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec
from rewardlang.text.diagnostic import Note
from rewardlang.text.source import Span


class Places:
    """The spans and subjects of one program's nodes."""

    def __init__(self, spec: Spec):
        self.spec = spec
        self._labels: dict[Node, str] = {}
        for output in sorted(spec.outputs.values(), key=lambda output: output.role != "reward"):
            for label, node in (*output.terms, (output.name, output.node)):
                self._label(label, node)

    def _label(self, label: str, root: Node) -> None:
        """The label for what no earlier one reaches, so that each node is visited once however many outputs there are."""
        stack = [root]
        while stack:
            node = stack.pop()
            if node not in self._labels:
                self._labels[node] = label
                stack += node.args

    def span(self, node: Node, fallback: Span | None = None) -> Span:
        """The text that a node arose from, or the nearest of its arguments'."""
        stack = [node]
        while stack:
            part = stack.pop(0)
            if part in self.spec.graph.calls:
                return self.spec.graph.calls[part]
            if part in self.spec.graph.origins:
                return self.spec.graph.origins[part]
            stack += part.args
        return fallback or self._anywhere()

    def term(self, node: Node, fallback: Span | None = None) -> Span:
        """The text of a term: of one that stands in a gate's braces only what is written there, not the whole gate."""
        span, origins = self.span(node, fallback), self.spec.graph.origins
        sides = [side for side in node.args[1:] if node.op == "gate" and side.get("value") != 0]
        if len(sides) == 1 and sides[0] in origins and _lies_in(origins[sides[0]], span):
            return self.term(sides[0], span)
        return span

    def holds(self, outer: Node, inner: Node) -> bool:
        """Whether one node is written within the text of another."""
        origins = self.spec.graph.origins
        return outer in origins and inner in origins and _lies_in(origins[inner], origins[outer])

    def inside(self, node: Node) -> tuple[Note, ...]:
        """For what arose inside a function of another file, a note of where."""
        if node not in self.spec.graph.calls:
            return ()
        return (Note("inside the function that is called here", self.spec.graph.origins[node]),)

    def _anywhere(self) -> Span:
        return next((output.span for output in self.spec.outputs.values()), Span(self.spec.source, 0, 0))

    def text(self, node: Node) -> str:
        """A node as it is written, on one line; a source by its name."""
        if node.op in ("input", "param", "call", "field"):
            return name_of(self.spec, node)
        words = " ".join(self.spec.graph.origins[node].text.split()) if node in self.spec.graph.origins else node.op
        return words if len(words) <= 60 else words[:57] + "…"

    def subject(self, node: Node) -> str | None:
        """The label of the first term (or the first output) that rests on a node."""
        return self._labels.get(node)


def _lies_in(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start < inner.end <= outer.end and inner != outer
