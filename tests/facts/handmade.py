"""Small graphs made by hand, so that facts can be tested without the text of a program."""

from rewardlang.ir.node import Graph, Node
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.text.source import Source, Span
from rewardlang.values.axes import join
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, FLOAT, INT, Type

SOURCE = Source("hand.rwd", "x")
SPAN = Span(SOURCE, 0, 1)

_TRUTH = frozenset({"and", "or", "not", "implies", "iff", "eq", "ne", "lt", "le", "gt", "ge", "valid", "any", "all"})


class Hand:
    """Makes nodes of one graph: leaves by their range, operators by name, numbers turned to constants."""

    def __init__(self):
        self.spec = Spec(SOURCE, Graph())
        self.graph = self.spec.graph

    def leaf(self, name: str, low=None, high=None, type: Type = FLOAT, op: str = "input") -> Node:
        """An input or param in a range (None: the whole kind)."""
        node = self.graph.add(op, (), type, name=name)
        if low is not None:
            self.spec.domains[node] = Interval.of(low, high)
        return node

    def const(self, value) -> Node:
        """A constant."""
        kind = BOOL if isinstance(value, bool) else INT if isinstance(value, int) else FLOAT
        return self.graph.add("const", (), kind.as_optional(value is None), value=value)

    def op(self, name: str, *args, type: Type | None = None, **attrs) -> Node:
        """An operator's node; its type from the arguments unless given."""
        nodes = [arg if isinstance(arg, Node) else self.const(arg) for arg in args]
        if type is None:
            axes = join(*(node.type.axes for node in nodes))
            type = (BOOL if name in _TRUTH else FLOAT).with_axes(axes)
        return self.graph.add(name, nodes, type, **attrs)

    def output(self, node: Node, name: str = "reward") -> Spec:
        """The program with this output added."""
        role = "reward" if name == "reward" else "output"
        self.spec.outputs[name] = OutputInfo(name, role, node, (), SPAN)
        return self.spec
