"""Random expressions over sources in random ranges, with what the reference, numpy and the language's own text make of them."""

import random
from fractions import Fraction
from itertools import product

import numpy as np
from handmade import Hand

from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate

UNARY = ["neg", "abs", "sqrt", "exp", "log", "log1p", "tanh", "sigmoid", "softplus", "log_sigmoid", "relu", "sin", "cos",
         "floor", "sign"]
BINARY = ["add", "add", "sub", "sub", "mul", "mul", "div", "minimum", "maximum", "pow"]


class Expression:
    """A random expression of up to `most` operators over one to three sources in random ranges."""

    def __init__(self, seed: int, most: int):
        self.random = random.Random(seed)
        self.hand = Hand()
        self.domains = []
        self.leaves = []
        for number in range(self.random.randint(1, 3)):
            low = self.random.choice([-3.0, -1.0, 0.0, 0.1, 1.0])
            high = low + self.random.choice([0.5, 1.0, 4.0])
            self.domains.append((low, high))
            self.leaves.append(self.hand.leaf(f"x{number}", low, high))
        self.pool = list(self.leaves)
        for _ in range(self.random.randint(2, most)):
            self.pool.append(self.operator())
        self.spec = self.hand.output(self.pool[-1])

    def pick(self):
        """A node, a recent one more often; now and then a constant."""
        if self.random.random() < 0.15:
            return self.hand.const(self.random.choice([0, 1, 2, 0.5, -0.3, 3]))
        return self.random.choice(self.pool[-5:] if self.random.random() < 0.6 else self.pool)

    def operator(self):
        """One more operator on what there is."""
        shape = self.random.random()
        if shape < 0.35:
            return self.hand.op(self.random.choice(UNARY), self.pick())
        if shape < 0.85:
            name = self.random.choice(BINARY)
            return self.hand.op(name, self.pick(), self.random.choice([2, 3, 0.5, -1]) if name == "pow" else self.pick())
        if shape < 0.92:
            return self.hand.op("clamp", self.pick(), -1, self.random.choice([0, 1, 2]))
        test = self.hand.op(self.random.choice(["lt", "le", "gt", "ge", "eq"]), self.pick(), self.pick())
        return self.hand.op("gate", test, self.pick(), self.pick())

    def points(self, count: int):
        """Corners, middles and random points."""
        found = list(product(*(((low, high, (low + high) / 2)) for low, high in self.domains)))
        return found + [tuple(self.random.uniform(low, high) for low, high in self.domains) for _ in range(count)]

    def values(self, points) -> list:
        """The reference's values of the last node, None where it has none."""
        place = {leaf: i for i, leaf in enumerate(self.leaves)}
        node = self.spec.outputs["reward"].node
        return evaluate(reachable([node]), len(points), lambda leaf, i, *_: points[i][place[leaf]], lambda axis, i: 1)[node]

    def columns(self, count: int) -> list[np.ndarray]:
        """The same points and as many random ones as are wanted, a column for each source."""
        draw = np.random.default_rng(len(self.pool))
        whole = np.array(self.points(0)).T
        return [np.concatenate([first, draw.uniform(low, high, count - len(first))]) for first, (low, high) in zip(whole, self.domains)]

    def in_numpy(self, columns: list[np.ndarray]) -> np.ndarray:
        """The values of the last node by numpy, NaN where an operator is undefined."""
        found: dict = dict(zip(self.leaves, columns))
        root = self.spec.outputs["reward"].node
        with np.errstate(all="ignore"):
            for node in reachable([root]):
                if node.op == "const":
                    found[node] = np.full_like(columns[0], float(node["value"]))
                elif node not in found:
                    found[node] = _NUMPY[node.op](*(found[arg] for arg in node.args))
        return found[root]

    def text(self) -> str:
        """The expression as a program."""
        lines = [f"input x{number} : float in [{low}, {high}]" for number, (low, high) in enumerate(self.domains)]
        names: dict = {leaf: f"x{number}" for number, leaf in enumerate(self.leaves)}
        root = self.spec.outputs["reward"].node
        for node in reachable([root]):
            if node.op == "const":
                value = node["value"]
                names[node] = f"({float(value) if isinstance(value, Fraction) else value})"
            elif node not in names:
                names[node] = f"n{len(lines)}"
                given = [names[arg] for arg in node.args]
                written = _WRITTEN.get(node.op, f"{_NAMES.get(node.op, node.op)}({', '.join(given)})").format(*given)
                lines.append(f"let {names[node]} = {written}")
        return "\n".join([*lines, f"reward = 1 * {names[root]}"])


_WRITTEN = {"add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}", "pow": "{0} ** {1}", "neg": "-{0}",
            "lt": "{0} < {1}", "le": "{0} <= {1}", "gt": "{0} > {1}", "ge": "{0} >= {1}", "eq": "{0} == {1}",
            "gate": "gate {0} {{ {1} }} else {{ {2} }}"}
_NAMES = {"minimum": "min", "maximum": "max"}


def _defined(f, domain):
    return lambda x: np.where(domain(x), f(x), np.nan)


def _quotient(a, b):
    return np.where(b != 0, a / b, np.nan)


def _gate(condition, opened, closed):
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, opened, closed))


def _compared(f):
    return lambda a, b: np.where(np.isnan(a) | np.isnan(b), np.nan, f(a, b).astype(a.dtype))


_NUMPY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": _quotient, "neg": np.negative, "abs": np.abs, "exp": np.exp,
    "pow": lambda a, b: np.where((a == 0) & (b < 0), np.nan, np.power(a, b)), "sqrt": _defined(np.sqrt, lambda x: x >= 0), "log": _defined(np.log, lambda x: x > 0),
    "log1p": _defined(np.log1p, lambda x: x > -1), "tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x), "log_sigmoid": lambda x: -np.logaddexp(0, -x), "relu": lambda x: np.maximum(x, 0),
    "sin": np.sin, "cos": np.cos, "floor": np.floor, "sign": np.sign, "minimum": np.minimum, "maximum": np.maximum,
    "clamp": lambda x, low, high: np.minimum(np.maximum(x, low), high), "gate": _gate, "number": lambda x: x,
    "lt": _compared(np.less), "le": _compared(np.less_equal), "gt": _compared(np.greater), "ge": _compared(np.greater_equal),
    "eq": _compared(np.equal),
}
