"""What the edges of a machine say: guards as formulas over propositions and tests of counters, updates, rewards."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from rewardlang.automata.formula import TRUE, Formula, atom, conjunction, disjunction
from rewardlang.automata.machine import Counter, Counts, Edge, Test, Update
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.constants import show
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.folding import with_constants
from rewardlang.elaborate.infer import apply, article, as_number, demand_dimensionless, expect_kind
from rewardlang.elaborate.states import STEPWISE
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.formulas import read
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.phrases import phrase
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.syntax.format import format_expr
from rewardlang.syntax.walk import children, free_names
from rewardlang.text.near import hint as near
from rewardlang.values.axes import Axis
from rewardlang.values.types import INT, Kind

EXAMPLE = "`machine {word} over {axis} {{ … }}`"
_SYMBOLS = {"eq": "==", "ne": "!=", "ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_TURNED = {"==": "==", "!=": "!=", ">=": "<=", ">": "<", "<=": ">=", "<": ">"}
#: An expression of counters that is no plain comparison is read once for each of their values, if these are not too many.
_MOST_CASES = 64
_WITHIN_A_STEP = (Family.POINTWISE, Family.CONTROL)


class Reader:
    """Reads the edges of one machine. `propositions`, `amounts` and `changes` (of counters) are nodes by the names that
    formulas and edges use.

    At first counters are leaves whose values a table tells apart; `beyond` says that an edge asks for more than that, and
    `rested` on what. With `states` they are these nodes, and everything that can be said of a node may be said of them.
    """

    def __init__(self, cx: Context, declaration: tree.Machine, counters: tuple[Counter, ...], states: Sequence[Node] = (),
                 ends: Mapping[str, tuple[Node, Node]] | None = None):
        self.declaration, self.counters, self.failed = declaration, counters, False
        self.tests: dict[str, Test] = {}
        self.propositions: dict[str, Node] = {}
        self.amounts: dict[object, Node] = {}
        self.changes: dict[str, Node] = {}
        self.beyond, self.rested, self._ends = False, [], ends or {}
        self.axis: Axis | None = None    # known beforehand where a formula says it
        self._names: dict[Node, str] = {}
        self._counted: dict[object, Node] = {}
        self._paid: dict[tuple, object] = {}
        self._are_states, type_ = bool(states), INT
        if not states and _looked_along(declaration):
            self.beyond, axis = True, ordered_axis(cx, [], declaration.over, declaration.span, declaration.name, EXAMPLE)
            type_ = INT.with_axes((axis,))
        nodes = states or [cx.spec.graph.add("counter", (), type_, declaration.span, counter=counter.name,
                                             machine=cx.module.qualified(declaration.name)) for counter in counters]
        self._leaves = {node: number for number, node in enumerate(nodes)}
        self.cx = cx.with_locals({counter.name: Value(node) for counter, node in zip(counters, self._leaves)})

    # --- guards ---

    def guard(self, edge: tree.Edge) -> Formula:
        """The guard over names of propositions and tests; true where nothing is written."""
        if edge.guard is None:
            return TRUE
        try:
            node = decision(self.cx, edge.guard, "the guard of an edge")
            return read(node, None, self._leaf)
        except Failed:
            self.failed = True
            return TRUE

    def _leaf(self, node: Node) -> Formula:
        asked = self._asked(node)
        if not asked:
            return self._proposition(node)
        test = self._test(node)
        if test is not None:
            return self._atom_of(test)
        if self._are_states:
            return self._proposition(node)
        if self.beyond or not self._can_be_listed(node, asked):
            self.beyond = True
            self.rested.append(node)
            return TRUE
        cases = []
        for counts in self._cases(asked):
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

    def _can_be_listed(self, node: Node, asked: Sequence[int]) -> bool:
        """Whether a node can be read once for each value of its counters: these are few, and no other step is looked at."""
        return prod(len(self.counters[number].values) for number in asked) <= _MOST_CASES and self._stays_within(node)

    def _stays_within(self, node: Node) -> bool:
        """Whether no part that rests on counters looks at another step."""
        resting = set(self._leaves)
        for part in reachable([node]):
            if not resting.isdisjoint(part.args):
                resting.add(part)
                row = OPERATORS.get(part.op)
                if row is None or row.family not in _WITHIN_A_STEP:
                    return False
        return True

    def _cases(self, asked: Sequence[int]) -> list[dict[int, int]]:
        return [dict(zip(asked, values)) for values in product(*(self.counters[number].values for number in asked))]

    def _at(self, node: Node, counts: dict[int, int]) -> Node:
        leaves = {number: leaf for leaf, number in self._leaves.items()}
        return with_constants(self.cx, node, {leaves[number]: value for number, value in counts.items()})

    # --- updates and rewards ---

    def updates(self, edge: tree.Edge) -> tuple[Update, ...]:
        """What the edge does to counters."""
        found, now = [], {counter.name: node for counter, node in zip(self.counters, self._leaves)}
        known = list(now)
        for update in edge.updates:
            try:
                if update.counter not in known:
                    raise self.cx.fail("RW323", update.span, name=update.counter, subject=self.declaration.name,
                                       problem=f"is no counter of this machine{near(update.counter, known)}")
                if update.counter in self._ends:
                    now[update.counter] = self._kept(update, now[update.counter])
                    continue
                found.append(Update(known.index(update.counter), update.op, self._change(update)))
            except Failed:
                self.failed = True
        for counter in dict.fromkeys(update.counter for update in edge.updates if update.counter in self._ends):
            name = ", ".join(update.span.text for update in edge.updates if update.counter == counter)
            self._unknown(name, now[counter])
            found.append(Update(known.index(counter), "=", name))
        return tuple(found)

    def _kept(self, update: tree.Update, before: Node) -> Node:
        """What an update makes of a counter whose range rests on params."""
        value = self._by(update)
        if update.op != "=":
            value = apply(self.cx, "add" if update.op == "+=" else "sub", [before, value], update.span)
        return apply(self.cx, "clamp", [value, *self._ends[update.counter]], update.span)

    def _unknown(self, name: str, node: Node) -> None:
        """A change that is known at the step only."""
        self.beyond = True
        self.rested.append(node)
        self.changes[name] = node

    def _by(self, update: tree.Update) -> Node:
        """The whole number that an update names."""
        node = as_number(self.cx, self.cx.node(update.value, INT), update.span)
        node = with_constants(self.cx, node, {})
        if node.type.kind is not Kind.INT or node.op == "const" and not isinstance(node["value"], int):
            found = show(node["value"]) if node.op == "const" else article(node.type)
            raise self.cx.fail("RW323", update.span, name=update.counter, subject=self.declaration.name,
                               problem=f"changes by whole numbers, and {found} is none")
        demand_dimensionless(self.cx, node, update.span, "the change of a counter")
        return node

    def _change(self, update: tree.Update) -> int | str:
        """By what a counter changes: a whole constant, or the name of what is known at the step only."""
        node = self._by(update)
        if node.op == "const":
            return node["value"]
        name = format_expr(update.value)
        self._unknown(name, node)
        return name

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
        asked = self._asked(node)
        if asked and not self._are_states:
            self.beyond = self.beyond or not self._stays_within(node)
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


def _looked_along(declaration: tree.Machine) -> bool:
    """Whether an edge looks at counters of other steps by a word that asks for their axis."""
    counters, stack = {counter.name for counter in declaration.counters}, list(declaration.edges)
    while stack:
        node = stack.pop()
        if isinstance(node, tree.Call) and node.function in STEPWISE and not counters.isdisjoint(free_names(node)):
            return True
        stack += children(node)
    return False


def is_number(value: object) -> bool:
    """Whether a reward is a constant."""
    return isinstance(value, (int, float, Fraction))
