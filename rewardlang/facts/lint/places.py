"""Where a finding stands: the text of a node, and the term, gate or output at fault."""

from rewardlang.facts.witness import name_of
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.text.source import Span


class Places:
    """The spans and subjects of one program's nodes."""

    def __init__(self, spec: Spec):
        self.spec = spec
        self._under: list[tuple[str, frozenset[Node]]] = []
        for output in sorted(spec.outputs.values(), key=lambda output: output.role != "reward"):
            parts = output.terms or ((output.name, output.node),)
            self._under += [(label, frozenset(reachable([node]))) for label, node in parts]
            self._under.append((output.name, frozenset(reachable([output.node]))))

    def span(self, node: Node, fallback: Span | None = None) -> Span:
        """The text that a node arose from, or the nearest of its arguments'."""
        stack = [node]
        while stack:
            part = stack.pop(0)
            if part in self.spec.graph.origins:
                return self.spec.graph.origins[part]
            stack += part.args
        return fallback or self._anywhere()

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
        return next((label for label, nodes in self._under if node in nodes), None)
