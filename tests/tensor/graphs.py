"""Random typed graphs and data for them, over every family of operators that tensors compute."""

import random
from contextlib import suppress
from fractions import Fraction

from rewardlang.automata.table import Stage, Table
from rewardlang.ir.node import Graph, Node, reachable
from rewardlang.ir.spec import InputInfo, OutputInfo, Spec
from rewardlang.ops.reference import evaluate
from rewardlang.text.source import Source, Span
from rewardlang.values.axes import Axis, join, without
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, FLOAT, Kind, Type

STEP = Axis("step", ragged=True, ordered=True)
JOINT = Axis("joint", size=3)
TURN = Axis("turn", ragged=True, ordered=True)
TOKEN = Axis("token", ragged=True, ordered=True, within=("turn",))
SOURCE = Source("<test>", "")
SPAN = Span(SOURCE, 0, 0)
RANGE = Interval.of(-4, 4)

COLUMNS = {
    "a": FLOAT, "b": FLOAT, "c": BOOL, "d": BOOL, "g": Type(Kind.ID),
    "x": FLOAT.with_axes((STEP,)), "y": BOOL.with_axes((STEP,)), "v": FLOAT.with_axes((JOINT,)),
    "w": FLOAT.with_axes((STEP, JOINT)), "t": FLOAT.with_axes((TURN, TOKEN)), "u": FLOAT.with_axes((TURN,)),
}


def spec_of(graph: Graph, outputs: dict[str, Node], role: str = "output") -> Spec:
    """A spec with the inputs that a graph has and some outputs."""
    inputs = {
        node["name"]: InputInfo(node["name"], node.type, RANGE if node.type.kind is Kind.FLOAT else None, node["name"],
                                None, False, None, False, node, SPAN)
        for node in graph.nodes if node.op == "input"
    }
    infos = {name: OutputInfo(name, role, node, (), SPAN) for name, node in outputs.items()}
    return Spec(SOURCE, graph, inputs=inputs, outputs=infos)


def in_two_stages(table: Table) -> Table:
    """The same walk, which reads the first proposition, and then the others."""
    (stage,) = table.stages
    first = Stage(0, 1, tuple(range(2 * table.states)))
    rest = tuple(stage.entries[state << stage.width | letter << 1 | bit]
                 for state in range(table.states) for bit in (0, 1) for letter in range(1 << stage.width - 1))
    return Table((first, Stage(1, stage.width - 1, rest)), table.states, table.start)


class Maker:
    """Grows a random graph. Values are kept apart by kind; `exact` are those on which a rounding error cannot fall."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.graph = Graph()
        self.numbers: list[Node] = []
        self.bools: list[Node] = []
        self.exact: set[Node] = set()
        for name, type_ in COLUMNS.items():
            node = self.graph.add("input", (), type_, name=name)
            self.exact.add(node)
            if type_.kind is not Kind.ID:
                (self.bools if type_.kind is Kind.BOOL else self.numbers).append(node)
        self.key = self.graph.add("codes", (self.graph.nodes[4],), Type(Kind.INT))
        for x in (0, 1, -2, Fraction(1, 2), None):
            node = self.graph.add("const", (), FLOAT, value=x)
            self.numbers.append(node)
            self.exact.add(node)

    def number(self, exact: bool = False, axis: Axis | None = None) -> Node:
        """A number made before; one that has an axis if asked."""
        fits = [node for node in self.numbers if not exact or node in self.exact]
        return self.random.choice([node for node in fits if axis is None or axis in node.type.axes])

    def truth(self, axes: tuple[Axis, ...] | None = None) -> Node:
        """A truth value; one without other axes than these if asked."""
        return self.random.choice([node for node in self.bools if axes is None or set(node.type.axes) <= set(axes)])

    def add(self, op: str, args: tuple[Node, ...], axes: tuple[Axis, ...], truth: bool = False, exact: bool = True, **attrs):
        """Put one node into the graph."""
        known = len(self.graph.nodes)
        node = self.graph.add(op, args, (BOOL if truth else FLOAT).with_axes(axes), **attrs)
        if len(self.graph.nodes) > known:
            (self.bools if truth else self.numbers).append(node)
            if exact and all(arg in self.exact or arg is self.key for arg in args):
                self.exact.add(node)
        return node

    def grow(self, count: int) -> None:
        """Add so many random nodes."""
        kinds = [self.arithmetic, self.arithmetic, self.function, self.comparison, self.logic, self.control,
                 self.reduction, self.reduction, self.window, self.scan, self.placement, self.memory]
        for _ in range(count):
            with suppress(IndexError):  # nothing that fits to choose from
                self.random.choice(kinds)()

    def arithmetic(self) -> None:
        """add, sub, mul, minimum, maximum, number."""
        if self.random.random() < 0.2:
            b = self.truth()
            self.add("number", (b,), b.type.axes)
            return
        op = self.random.choice(["add", "sub", "mul", "minimum", "maximum", "div", "clamp"])
        args = tuple(self.number() for _ in range(3 if op == "clamp" else 2))
        value = self.add(op, args, join(*(arg.type.axes for arg in args)), exact=op != "div")
        self.held(value)

    def held(self, x: Node) -> Node:
        """The same within small bounds, so that nothing overflows."""
        low, high = (self.graph.add("const", (), FLOAT, value=n) for n in (-8, 8))
        self.exact |= {low, high}
        self.numbers.remove(x) if x in self.numbers else None
        return self.add("clamp", (x, low, high), x.type.axes)

    def function(self) -> None:
        """Functions of one argument, partial ones included."""
        op = self.random.choice(["sqrt", "log", "exp", "tanh", "sigmoid", "softplus", "relu", "abs", "neg", "log1p", "sin"])
        x = self.number()
        self.held(self.add(op, (x,), x.type.axes, exact=op in ("relu", "abs", "neg")))

    def comparison(self) -> None:
        """Truth values from exact numbers."""
        args = (self.number(exact=True), self.number(exact=True))
        op = self.random.choice(["lt", "le", "eq", "ne", "gt", "ge"])
        self.add(op, args, join(*(arg.type.axes for arg in args)), truth=True)

    def logic(self) -> None:
        """Three-valued logic."""
        op = self.random.choice(["and", "or", "not", "implies", "iff"])
        args = tuple(self.truth() for _ in range(1 if op == "not" else 2))
        self.add(op, args, join(*(arg.type.axes for arg in args)), truth=True)

    def control(self) -> None:
        """gate, coalesce and valid."""
        a, b, c = self.number(), self.number(), self.truth()
        op = self.random.choice(["gate", "gate", "coalesce", "valid"])
        args = {"gate": (c, a, b), "coalesce": (a, b), "valid": (a,)}[op]
        self.add(op, args, join(*(arg.type.axes for arg in args)), truth=op == "valid")

    def reduction(self) -> None:
        """Over axes of the rollout, with and without `where` and `by`."""
        over = self.random.choice([(STEP,), (JOINT,), (TOKEN,), (TURN, TOKEN), (STEP, JOINT)])
        op = self.random.choice(["sum", "mean", "min", "max", "var", "std", "any", "all", "count", "first", "last", "prod",
                                 "argmax", "argmin", "quantile", "norm"])
        self.aggregate(op, over, None)

    def window(self) -> None:
        """Over the rollouts of the batch or group."""
        op = self.random.choice(["sum", "mean", "min", "max", "std", "any", "count", "first", "cumsum", "rank", "prev",
                                 "softmax"])
        self.aggregate(op, (), "batch")

    def scan(self) -> None:
        """Along one axis."""
        op = self.random.choice(["cumsum", "cummax", "cummin", "cummean", "cumcount", "prev", "ahead", "delta", "softmax",
                                 "rank", "cumprod"])
        self.aggregate(op, (self.random.choice([STEP, JOINT, TOKEN]),), None)

    def aggregate(self, op: str, over: tuple[Axis, ...], window: str | None) -> None:
        """One reduction or scan."""
        exact = op in ("argmax", "argmin", "rank", "min", "max")
        fits = [n for n in (self.bools if op in ("any", "all") else self.numbers) if not exact or n in self.exact]
        if over:
            fits = [n for n in fits if over[-1] in n.type.axes]
        x = self.random.choice(fits)
        roles, args = ["x"], [x]
        edge = op in ("prev", "ahead", "delta")
        if edge:
            roles.append("start")
            args.append(self.random.choice([n for n in self.numbers if not n.type.axes]))
        if self.random.random() < 0.4:
            roles.append("where")
            args.append(self.truth(join(x.type.axes, over)))
        if window and self.random.random() < 0.7:
            roles.append("by")
            args.append(self.key)
        elif not window and over == (STEP,) and x.type.axes == (STEP,) and self.random.random() < 0.3:
            roles.append("by")
            args.append(next(n for n in self.numbers if n.type.axes == (STEP,) and n in self.exact))
        axes = join(*(arg.type.axes for arg in args), over)
        scan = edge or op in ("softmax", "rank") or op.startswith("cum")
        if not scan and not (window or "by" in roles):
            axes = without(axes, over)
        options = {"var": {"ddof": 1}, "std": {"ddof": 0}, "quantile": {"q": Fraction(1, 4)}, "norm": {"p": 2},
                   "rank": {"ties": self.random.choice(["order", "average", "min", "max", "dense"])}}.get(op, {})
        node = self.add(op, tuple(args), axes, truth=op in ("any", "all"), roles=tuple(roles), over=over, window=window,
                        exact=op not in ("mean", "var", "std", "quantile", "norm", "cummean", "softmax"), **options)
        if op not in ("any", "all"):
            self.held(node)

    def memory(self) -> None:
        """A walk of a random table, in one stage or two, what its states stand for, and where an axis ends."""
        axis = self.random.choice([STEP, STEP, TOKEN, JOINT])
        given = tuple(self.truth() for _ in range(self.random.randint(1, 3)))
        states, letters = self.random.randint(1, 5), 1 << len(given)
        table = Table.of_rows([[self.random.randrange(states) for _ in range(letters)] for _ in range(states)],
                              self.random.randrange(states))
        if len(given) > 1 and self.random.random() < 0.5:
            table = in_two_stages(table)
        axes = join(*(arg.type.axes for arg in given), (axis,) if axis is not TOKEN else (TURN, TOKEN))
        roles = tuple(f"p{k}" for k in range(len(given)))
        walk = self.add("walk", given, axes, roles=roles, over=(axis,), table=table)
        before = self.add("prev", (walk, self.graph.add("const", (), FLOAT, value=table.start)), axes, exact=False,
                          roles=("x", "start"), over=(axis,), window=None)
        values = tuple(self.random.choice([-1, 0, Fraction(1, 2), 3]) for _ in range(states))
        self.add("entry", (self.random.choice([walk, before]),), axes, values=values)
        self.add("entry", (walk,), axes, truth=True, values=tuple(self.random.random() < 0.5 for _ in range(states)))
        end = self.random.choice([STEP, JOINT, TURN])
        self.add("ending", (), (end,), truth=True, axis=end)

    def placement(self) -> None:
        """Values moved between axes."""
        op = self.random.choice(["at_last", "at_first", "every", "pick", "index", "length", "vector"])
        if op in ("index", "length"):
            axis = self.random.choice([STEP, JOINT, TURN])
            self.add(op, (), (axis,) if op == "index" else (), axis=axis)
        elif op == "vector":
            items = tuple(self.random.choice([n for n in self.numbers if JOINT not in n.type.axes]) for _ in range(3))
            self.add(op, items, join(*(item.type.axes for item in items), (JOINT,)), axis=JOINT)
        elif op == "pick":
            axis = self.random.choice([STEP, JOINT])
            x = self.number(axis=axis)
            self.add(op, (x,), without(x.type.axes, (axis,)), axis=axis, index=self.random.randrange(3))
        else:
            x = self.random.choice([n for n in self.numbers if STEP not in n.type.axes])
            self.add(op, (x,), join(x.type.axes, (STEP,)), axis=STEP)


def random_columns(seed: int, rows: int, missing: float) -> dict[str, list]:
    """Columns for all inputs: numbers that are exact, lists of unequal lengths, None with some probability."""
    rng = random.Random(seed)

    def entry(type_: Type, rest: tuple[Axis, ...], sizes: dict) -> object:
        if rest:
            size = rest[0].size if rest[0].size is not None else sizes[rest[0]]
            if rest[0] is TURN:
                return [entry(type_, rest[1:], {**sizes, TOKEN: sizes["tokens"][i]}) for i in range(size)]
            return [entry(type_, rest[1:], sizes) for _ in range(size)]
        if rng.random() < missing:
            return None
        if type_.kind is Kind.ID:
            return rng.choice("pqr")
        return rng.random() < 0.5 if type_.kind is Kind.BOOL else rng.randint(-8, 8) / 2

    found: dict[str, list] = {name: [] for name in COLUMNS}
    for _ in range(rows):
        turns = rng.randint(0, 3)
        sizes = {STEP: rng.randint(0, 4), TURN: turns, "tokens": [rng.randint(0, 3) for _ in range(turns)]}
        for name, type_ in COLUMNS.items():
            found[name].append(entry(type_, type_.axes, sizes))
    return found


def reference(spec: Spec, columns: dict[str, list], rows: int) -> dict[str, list]:
    """What the reference interpreter makes of the outputs."""
    inputs = [info.node for info in spec.inputs.values()]
    nodes = sorted({*reachable([info.node for info in spec.outputs.values()]), *inputs}, key=lambda node: node.number)
    values = evaluate(nodes, rows, lambda node, rollout: columns[node["name"]][rollout])
    return {name: values[info.node] for name, info in spec.outputs.items()}
