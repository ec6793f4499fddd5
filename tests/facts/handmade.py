"""Small graphs made by hand, so that facts can be tested without the text of a program."""

import random
from fractions import Fraction

from rewardlang.ir.node import Graph, Node, reachable
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.ops.reference import evaluate
from rewardlang.text.source import Source, Span
from rewardlang.values.axes import Axis, join
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

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


STEP = Axis("step", ragged=True, ordered=True)


class RandomGraph:
    """A random graph of numbers and truth values, plain and along `step`, with gates, partial operators and windows."""

    def __init__(self, seed: int, size: int = 24):
        self.random = random.Random(seed)
        self.hand = Hand()
        self.pools: dict[tuple[bool, bool], list[Node]] = {(truth, step): [] for truth in (0, 1) for step in (0, 1)}
        self.leaves: list[Node] = []
        self._leaves()
        for _ in range(size):
            self._grow()
        last = self.pools[False, False][-1]
        self.spec = self.hand.output(last)
        for number, node in enumerate(self.nodes()):
            self.hand.output(node, f"extra{number}")

    def nodes(self) -> list[Node]:
        """All nodes that were made, leaves included."""
        return [node for pool in self.pools.values() for node in pool]

    def rollouts(self, count: int, longest: int = 3) -> tuple[list[dict[Node, object]], list[int]]:
        """Random values of the leaves for some rollouts, and the rollouts' lengths."""
        lengths = [self.random.randrange(longest + 1) for _ in range(count)]
        return [{leaf: self._value(leaf, length) for leaf in self.leaves} for length in lengths], lengths

    def _value(self, leaf: Node, length: int):
        if leaf.type.axes:
            return [self._entry(leaf) for _ in range(length)]
        return self._entry(leaf)

    def _entry(self, leaf: Node):
        if leaf.type.optional and self.random.random() < 0.2:
            return None
        if leaf.type.kind is Kind.BOOL:
            return self.random.random() < 0.5
        domain = self.hand.spec.domains[leaf]
        low, high = int(domain.lo), int(domain.hi)
        if leaf.type.kind is Kind.INT:
            return self.random.randint(low, high)
        special = [float(low), float(high), 0.0 if low <= 0 <= high else float(low)]
        return self.random.choice([*special, self.random.uniform(low, high)])

    def _leaves(self):
        for number in range(3):
            for step in (False, True):
                axes = (STEP,) if step else ()
                low = self.random.choice([-3, -1, 0, 0, 1])
                kind = self.random.choice([FLOAT, FLOAT, INT]).with_axes(axes).as_optional(number == 2)
                self._keep(self.hand.leaf(f"x{number}{step}", low, low + self.random.choice([1, 2, 6]), kind), leaf=True)
                self._keep(self.hand.leaf(f"b{number}{step}", type=BOOL.with_axes(axes).as_optional(number == 2)), leaf=True)

    def _keep(self, node: Node, leaf: bool = False):
        self.pools[node.type.kind is Kind.BOOL, bool(node.type.axes)].append(node)
        if leaf:
            self.leaves.append(node)

    def _pick(self, truth: bool, step: bool | None = None) -> Node:
        step = self.random.random() < 0.4 if step is None else step
        if not truth and self.random.random() < 0.2:
            return self.hand.const(self.random.choice([0, 1, 2, -1, Fraction(1, 2), Fraction(-3, 10)]))
        pool = self.pools[truth, step]
        return self.random.choice(pool[-6:] if self.random.random() < 0.7 else pool)

    def _grow(self):
        make = self.random.choice([self._arithmetic, self._arithmetic, self._partial, self._comparison, self._choice,
                                   self._choice, self._connective, self._reduction, self._scan, self._narrowed, self._short])
        self._keep(make())

    def _arithmetic(self) -> Node:
        name = self.random.choice(["add", "sub", "mul", "minimum", "maximum", "neg", "abs", "relu", "tanh", "clamp",
                                   "number"])
        if name == "number":
            return self.hand.op(name, self._pick(True))
        count = {"clamp": 3, "neg": 1, "abs": 1, "relu": 1, "tanh": 1}.get(name, 2)
        return self.hand.op(name, *(self._pick(False) for _ in range(count)))

    def _partial(self) -> Node:
        name = self.random.choice(["div", "div", "sqrt", "log"])
        x = self._pick(False)
        value = self.hand.op(name, self._pick(False), x) if name == "div" else self.hand.op(name, x)
        guard = self.random.random()
        if guard < 0.4:
            return self.hand.op("gate", self.hand.op(self.random.choice(["gt", "ne"]), x, 0), value, self._pick(False))
        return self.hand.op("coalesce", value, self._pick(False)) if guard < 0.6 else value

    def _comparison(self) -> Node:
        name = self.random.choice(["lt", "le", "gt", "ge", "eq", "ne", "valid"])
        args = [self._pick(False)] + ([] if name == "valid" else [self._pick(False)])
        return self.hand.op(name, *args)

    def _choice(self) -> Node:
        truth = self.random.random() < 0.2
        args = (self._pick(truth), self._pick(truth))
        if self.random.random() < 0.3:
            return self.hand.op("coalesce", *args, type=self._type(truth, args))
        condition = self._pick(True)
        return self.hand.op("gate", condition, *args, type=self._type(truth, (condition, *args)))

    def _type(self, truth: bool, args) -> Type:
        return (BOOL if truth else FLOAT).with_axes(join(*(arg.type.axes for arg in args)))

    def _connective(self) -> Node:
        name = self.random.choice(["and", "or", "not", "implies", "iff"])
        return self.hand.op(name, *(self._pick(True) for _ in range(1 if name == "not" else 2)))

    def _reduction(self) -> Node:
        name = self.random.choice(["sum", "mean", "min", "max", "any", "all", "count", "std", "first"])
        truth = name in ("any", "all")
        window = "batch" if self.random.random() < 0.4 and not truth else None
        args = {"x": self._entry_of(truth, step=window is None)}
        if self.random.random() < 0.3:
            args["where"] = self._entry_of(True, step=window is None)
        return self.hand.op(name, *args.values(), type=BOOL if truth else INT if name == "count" else FLOAT,
                            roles=tuple(args), over=() if window else (STEP,), window=window, group=False,
                            **({"ddof": self.random.choice([0, 1])} if name == "std" else {}))

    def _entry_of(self, truth: bool, step: bool) -> Node:
        return self.random.choice(self.pools[truth, step])

    def _narrowed(self) -> Node:
        """A gate on a value whose body looks at that value in other positions or rollouts."""
        window = self.random.choice([None, "batch"])
        x = self.random.choice([leaf for leaf in self.leaves if leaf.type.kind is not Kind.BOOL
                                and bool(leaf.type.axes) == (window is None)])
        condition = self.hand.op(self.random.choice(["gt", "lt", "eq"]), x, self.random.choice([0, 1, 2]))
        seen = self.hand.op(self.random.choice(["min", "max", "mean", "sum"]), x, type=FLOAT, roles=("x",), window=window,
                            over=() if window else (STEP,), group=False)
        body = seen if self.random.random() < 0.5 else self.hand.op("sub", x, seen)
        return self.hand.op("gate", condition, body, x)

    def _short(self) -> Node:
        """A connective of two comparisons that fail at the same numbers."""
        x = self._pick(False, False)
        parts = [self.hand.op("gt", self.hand.op(name, x), self.random.choice([-1, 0, 1]))
                 for name in (self.random.choice(["sqrt", "log"]), self.random.choice(["sqrt", "log", "abs"]))]
        return self.hand.op(self.random.choice(["and", "or", "implies"]), *parts)

    def _scan(self) -> Node:
        name = self.random.choice(["cumsum", "cummax", "prev", "ahead", "delta"])
        args = {"x": self._entry_of(False, True)}
        if name in ("prev", "ahead", "delta"):
            args["start"] = self.hand.const(self.random.choice([0, 1]))
        return self.hand.op(name, *args.values(), type=FLOAT.with_axes((STEP,)), roles=tuple(args), over=(STEP,),
                            window=None, group=False)


def reference(spec: Spec, nodes, rollouts: list[dict[Node, object]], lengths: list[int]) -> dict[Node, list]:
    """The values of nodes for given leaves, by the reference interpreter."""
    return evaluate(reachable(nodes), len(rollouts), lambda node, i, *_: rollouts[i][node], lambda axis, i: lengths[i])
