"""Random programs of values that are gathered over a group or a list, compared, assumed to be in order; and random data for them."""

import random

import rewardlang as rl
from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate

HEAD = """setting single_turn
group by prompt size [{least}, {most}]
axis item ragged
input prompt : id
input r : float{mark} in [{low}, {high}]
input s : float in [{low}, {high}]
input k : int in [0, 3]
input b : bool
input v : float[item] in [{low}, {high}]
input w : float[item] in [0, 2]
"""
GATHERED = ("sum", "mean", "min", "max", "std0", "std1", "softmax", "rank", "count", "quantile")


class Gathering:
    """A program of a few lets, each over what came before; `item` values stand along a list, the others are of a rollout."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.low, self.high = self.random.choice([(0, 1), (-1, 1), (0, 10), (1, 4), (-3, 0)])
        self.size = self.random.choice([(1, 4), (2, 3), (4, 4)])
        self.missing = self.random.random() < 0.3
        self.ordered = self.random.random() < 0.5
        self.pools = {"group": ["r", "s", "k", "r", "s"], "item": ["v", "w"]}
        self.lines = ["assume s <= k * 10 + 20", "assume r <= s"][not self.ordered:] if self.ordered else []
        for number in range(self.random.randint(3, 9)):
            over = self.random.choice(["group", "group", "item"])
            shape = self.random.randint(0, 13)
            self.lines.append(f"let n{number} = {self.expression(over, shape)}")
            self.pools["group" if shape > 10 else over].append(f"n{number}")

    def text(self) -> str:
        """The program; all lets are outputs, so that none is dropped."""
        head = HEAD.format(low=self.low, high=self.high, least=self.size[0], most=self.size[1], mark="?" if self.missing else "")
        lines = "\n".join(self.lines).replace("let ", "output ")
        return f"{head}{lines}\nreward = s\n"

    def pick(self, over: str) -> str:
        """A value that stands along `over`, a late one more often."""
        pool = self.pools[over]
        return self.random.choice(pool[-3:] if self.random.random() < 0.5 else pool)

    def expression(self, over: str, shape: int) -> str:
        """One more value; from shape 11 on it is one for the whole population."""
        a, b, c = self.pick(over), self.pick(over), self.pick(over if shape > 9 else self.random.choice([over, "group"]))
        if shape == 0:
            return f"{self.random.choice(['2', '0.5', '-1'])} * {a} + {b}"
        if shape == 1:
            return f"{a} - {b}"
        if shape == 2:
            return f"{a} * {b}"
        if shape == 3:
            return f"gate ({a} <= {b}) ?? false {{ {self.random.choice([f'{b} - {a}', f'({a} / {b}) ?? 0', c])} }} else {{ {c} }}"
        if shape == 4:
            return f"{self.random.choice(['min', 'max'])}({a}, {b})"
        if shape == 5:
            return f"clamp({a}, 0, 1)"
        if shape < 8:
            return f"{a} - {self.gathered('mean', a, over)}"
        if shape == 8:
            raised = self.random.choice(["({0} + 0.001)", "max({0}, 0.01)"]).format(self.gathered(self.random.choice(["std0", "std1"]), a, over))
            return f"({a} - {self.gathered('mean', a, over)}) / {raised}"
        if shape == 9:
            return f"({a} / {self.gathered('sum', a, over)}) ?? 0"
        if shape == 10:
            return f"({self.gathered('sum', a, over)} - {a}) / max({self.gathered('count', a, over)} - 1, 1)"
        if shape == 11:
            return f"({self.gathered('sum', f'({a}) * ({b})', over)} / {self.gathered('sum', a, over)}) ?? 0"
        if shape == 12:
            weight = self.random.choice([f"softmax({a} over {over})", f"(({a} / {self.gathered('sum', a, over)}) ?? 0)"])
            return self.gathered("sum", f"{weight} * {b}", over)
        one, other = (self.gathered(self.random.choice(GATHERED), x, over) for x in (a, self.random.choice([a, b])))
        return f"{one} - {other}" if self.random.random() < 0.5 else f"({one} / {other}) ?? 0"

    def gathered(self, name: str, x: str, over: str) -> str:
        """A reduction or scan of a value; sometimes of some of the entries."""
        where = " where b" if self.random.random() < 0.15 else ""
        rest = f" over {over}{where}"
        if name == "count":
            return f"count({rest.strip()})"
        if name.startswith("std"):
            return f"(std({x}{rest}, ddof = {name[-1]}) ?? 0)"
        if name == "quantile":
            return f"(quantile({x}{rest}, q = 0.5) ?? 0)"
        if name in ("mean", "min", "max", "rank", "softmax"):
            return f"({name}({x}{rest}) ?? 0)" if where or self.random.random() < 0.5 else f"{name}({x}{rest})"
        return f"{name}({x}{rest})"

    def rows(self) -> list[dict]:
        """A batch of two groups; values at the ends, in the middle and between."""
        found = []
        for prompt in range(2):
            for _ in range(self.random.randint(*self.size)):
                r, s = self.value(), self.value()
                r, s = (min(r, s), max(r, s)) if self.ordered else (r, s)
                length = self.random.randint(0, 3)
                found.append({"prompt": f"p{prompt}", "r": r, "s": s, "k": self.random.randint(0, 3), "b": self.random.random() < 0.7,
                              "v": [self.value() for _ in range(length)], "w": [self.random.choice([0.0, 0.0, 1.0, 2.0, self.random.uniform(0, 2)]) for _ in range(length)]})
                if self.missing and not self.ordered and self.random.random() < 0.3:
                    found[-1]["r"] = None
        return found

    def value(self) -> float:
        """A number of the declared range."""
        return float(self.random.choice([self.low, self.low, self.high, self.high, (self.low + self.high) / 2, self.random.uniform(self.low, self.high)]))


def entries(value):
    """All numbers of nested lists."""
    if isinstance(value, list):
        for item in value:
            yield from entries(item)
    elif value is not None:
        yield float(value)


def outside(seed: int, batches: int) -> tuple[int, list[str]]:
    """How many values of a random program were looked at, and those that lie outside the range of their node."""
    made = Gathering(seed)
    try:
        program = rl.load(text=made.text())
    except rl.SpecError:
        return 0, []
    ranges = program.facts.ranges
    nodes = reachable([output.node for output in program.spec.outputs.values()])
    if any(node.op == "div" and ranges.of(node) is None for node in nodes):      # by a sum that is 0 but for its rounding
        return 0, []
    numbers = [node for node in nodes if node.type.kind.numeric and node.op not in ("input", "const")]
    looked, found = 0, []
    for _ in range(batches):
        rows = made.rows()
        values = evaluate(nodes, len(rows), lambda leaf, i: rows[i][leaf["name"]], lambda axis, i: len(rows[i]["v"]))
        for node in numbers:
            fact = ranges.fact(node)
            for value in entries(values[node]):
                looked += 1
                slack = 1e-9 * max(1.0, abs(value))
                if fact.range is None or not fact.range.lo - slack <= value <= fact.range.hi + slack:
                    found.append(f"{seed}: {node} is {value}, outside {fact.range}")
    return looked, found

