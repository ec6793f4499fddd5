"""What the edges of a machine say: guards as formulas over propositions and tests of counters, updates, rewards."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from rewardlang.automata.formula import TRUE, Formula, atom, conjunction, disjunction
from rewardlang.automata.machine import Counter, Counts, Edge, Test, Update
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.constants import constant, show
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.folding import with_constants
from rewardlang.elaborate.infer import as_number, demand_dimensionless, expect_kind
from rewardlang.ir.formulas import read
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.phrases import phrase
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.text.near import hint as near
from rewardlang.values.axes import Axis
from rewardlang.values.types import INT

_SYMBOLS = {"eq": "==", "ne": "!=", "ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_TURNED = {"==": "==", "!=": "!=", ">=": "<=", ">": "<", "<=": ">=", "<": ">"}
#: An expression of counters that is no plain comparison is read once for each of their values, if these are not too many.
_MOST_CASES = 256


class Reader:
    """Reads the edges of one machine. `propositions` and `amounts` are nodes by the names that formulas and edges use."""

    def __init__(self, cx: Context, declaration: tree.Machine, counters: tuple[Counter, ...]):
        self.declaration, self.counters, self.failed = declaration, counters, False
        self.tests: dict[str, Test] = {}
        self.propositions: dict[str, Node] = {}
        self.amounts: dict[object, Node] = {}
        self.axis: Axis | None = None    # known beforehand where a formula says it
        self._names: dict[Node, str] = {}
        self._counted: dict[object, Node] = {}
        self._paid: dict[tuple, object] = {}
        self._leaves = {cx.spec.graph.add("counter", (), INT, declaration.span, machine=cx.module.qualified(declaration.name),
                                          counter=counter.name): number for number, counter in enumerate(counters)}
        self.cx = cx.with_locals({counter.name: Value(node) for counter, node in zip(counters, self._leaves)})

    # --- guards ---

    def guard(self, edge: tree.Edge) -> Formula:
        """The guard over names of propositions and tests; true where nothing is written."""
        if edge.guard is None:
            return TRUE
        try:
            node = decision(self.cx, edge.guard, "the guard of an edge")
            return read(node, None, lambda leaf: self._leaf(leaf, edge.guard))
        except Failed:
            self.failed = True
            return TRUE

    def _leaf(self, node: Node, written: tree.Expr) -> Formula:
        asked = self._asked(node)
        if not asked:
            return self._proposition(node)
        test = self._test(node)
        if test is not None:
            return self._atom_of(test)
        cases = []
        for counts in self._cases(asked, written):
            formula = read(self._at(node, counts), None, self._proposition)
            tests = [self._atom_of(Test(number, "==", value)) for number, value in counts.items()]
            cases.append(conjunction([*tests, formula]))
        return disjunction(cases)

    def _test(self, node: Node) -> Test | None:
        """The test that a comparison of a counter with a whole constant is."""
        if node.op not in _SYMBOLS:
            return None
        for counter, other, op in ((*node.args, _SYMBOLS[node.op]), (*node.args[::-1], _TURNED[_SYMBOLS[node.op]])):
            if counter in self._leaves and other.op == "const" and isinstance(other["value"], int):
                return Test(self._leaves[counter], op, other["value"])
        return None

    def _atom_of(self, test: Test) -> Formula:
        name = f"{self.counters[test.counter].name} {test.op} {test.value}"
        self.tests[name] = test
        return atom(name)

    def _proposition(self, node: Node) -> Formula:
        if node not in self._names:
            name = self._text(node)
            while name in self.propositions:
                name += "'"
            self._names[node] = name
            self.propositions[name] = node
        return atom(self._names[node])

    def _text(self, node: Node) -> str:
        named = next((name for name, known in self.cx.spec.names.items() if known is node), None)
        return named or phrase(node, self.cx.spec.graph.origins)

    # --- counters in expressions ---

    def _asked(self, node: Node) -> list[int]:
        return [self._leaves[part] for part in reachable([node]) if part in self._leaves]

    def _cases(self, asked: Sequence[int], written: tree.Expr) -> list[dict[int, int]]:
        ranges = [range(self.counters[number].low, self.counters[number].high + 1) for number in asked]
        count = 1
        for each in ranges:
            count *= len(each)
        if count > _MOST_CASES:
            names = ", ".join(self.counters[number].name for number in asked)
            raise self.cx.fail("RW323", written.span, name=names, subject=self.declaration.name,
                               problem=f"has more than {_MOST_CASES} values here: compare it with a whole constant")
        return [dict(zip(asked, values)) for values in product(*ranges)]

    def _at(self, node: Node, counts: dict[int, int]) -> Node:
        leaves = {number: leaf for leaf, number in self._leaves.items()}
        return with_constants(self.cx, node, {leaves[number]: value for number, value in counts.items()})

    # --- updates and rewards ---

    def updates(self, edge: tree.Edge) -> tuple[Update, ...]:
        """What the edge does to counters."""
        found = []
        known = [counter.name for counter in self.counters]
        for update in edge.updates:
            try:
                if update.counter not in known:
                    raise self.cx.fail("RW323", update.span, name=update.counter, subject=self.declaration.name,
                                       problem=f"is no counter of this machine{near(update.counter, known)}")
                value = constant(self.cx, update.value, "what is added to a counter")
                if not isinstance(value, int) or isinstance(value, bool):
                    raise self.cx.fail("RW323", update.span, name=update.counter, subject=self.declaration.name,
                                       problem=f"changes by whole numbers, and {show(value)} is none")
                found.append(Update(known.index(update.counter), update.op, value))
            except Failed:
                self.failed = True
        return tuple(found)

    def reward(self, edge: tree.Edge) -> object:
        """A number, or the name of an amount: its text."""
        return 0 if edge.reward is None else self.paid(edge.reward)

    def paid(self, written: tree.Expr) -> object:
        """What an expression pays: a number, or the name of an amount."""
        try:
            node = expect_kind(self.cx, self.cx.node(written), "number", written.span, "the reward of an edge")
            demand_dimensionless(self.cx, node, written.span, "the reward of an edge")
            node = as_number(self.cx, node, written.span)
        except Failed:
            self.failed = True
            return 0
        if self._asked(node):
            name = format_expr(written)
            self._counted[name] = node
            return name
        return self._amount(node, format_expr(written))

    def _amount(self, node: Node, name: str) -> object:
        node = with_constants(self.cx, node, {})
        if node.op == "const" and node["value"] is not None:
            return node["value"]
        while name in self.amounts and self.amounts[name] is not node:
            name += "'"
        self.amounts[name] = node
        return name

    def pays(self, number: int, edge: Edge, counts: Counts) -> object:
        """What an edge pays at these values of the counters: a number, or the name of an amount."""
        node = self._counted.get(edge.reward)
        if node is None:
            return edge.reward
        own = {asked: counts[asked] for asked in self._asked(node)}
        key = (edge.reward, *own.items())
        if key not in self._paid:
            where = ", ".join(f"{self.counters[asked].name} = {value}" for asked, value in own.items())
            self._paid[key] = self._amount(self._at(node, own), f"{edge.reward} where {where}")
        return self._paid[key]


def is_number(value: object) -> bool:
    """Whether a reward is a constant."""
    return isinstance(value, (int, float, Fraction))
