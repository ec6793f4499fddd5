"""What is known of a machine in its program: which letters occur, what its edges pay, what its runs add up to."""

from collections.abc import Iterator
from functools import cached_property
from math import inf

from rewardlang.automata.formula import Formula, atom, make, negation
from rewardlang.automata.gains import Lasso, most, paying_loop
from rewardlang.automata.machine import COMPARE
from rewardlang.automata.machine_checks import counter_laws, one_of
from rewardlang.automata.unfold import Arrow, Choices, Unfolded, unfold
from rewardlang.ir.node import Node
from rewardlang.ir.propositions import propositional
from rewardlang.ir.spec import MachineInfo
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_SYMBOLS = {"eq": "==", "ne": "!=", "ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_TURNED = {"==": "==", "!=": "!=", ">=": "<=", ">": "<", "<=": ">=", "<": ">"}


class MachineFacts:
    """The facts of one machine; what costs more is found when it is first asked for."""

    def __init__(self, ranges, info: MachineInfo):
        self.ranges, self.info = ranges, info

    @cached_property
    def laws(self) -> tuple[Formula, ...]:
        """What propositions and tests of counters can be together, by their ranges and by what the file assumes."""
        return (*counter_laws(self.info.machine), *laws(self.ranges, self.info.propositions))

    @cached_property
    def choices(self) -> Choices:
        """The guards as diagrams, under the laws."""
        return Choices(self.info.machine, self.laws)

    @cached_property
    def unfolded(self) -> Unfolded:
        """The places that letters which can occur lead to."""
        return unfold(self.info.machine, self.laws, pays=self.info.pays)

    def pay(self, arrow: Arrow) -> Interval:
        """The range of what an arrow pays."""
        amount = self.info.amounts.get(arrow.reward)
        if amount is None:
            return Interval.of(arrow.reward)
        return self.ranges.of(amount) or Interval(-inf, inf)

    def returns(self, steps: Interval, discount: float = 1) -> Interval | None:
        """The range of the sum of rewards over all runs of so many steps; None where it was not found with bounded work."""
        count = (steps.lo, steps.hi)
        high = most(self.unfolded, lambda arrow: self.pay(arrow).hi, count, discount)
        low = most(self.unfolded, lambda arrow: -self.pay(arrow).lo, count, discount)
        return None if high is None or low is None else Interval(-low, high)

    @cached_property
    def paying_loop(self) -> Lasso | None:
        """A loop that pays for ever, staying in a state included."""
        return paying_loop(self.unfolded, lambda arrow: self.pay(arrow).hi, still=True)


def machine_facts(ranges, info: MachineInfo) -> MachineFacts:
    """The facts of a machine, each machine's found once for one analysis."""
    known = ranges.machines
    if info.name not in known:
        known[info.name] = MachineFacts(ranges, info)
    return known[info.name]


def machine_of(spec, node: Node) -> MachineInfo | None:
    """The machine whose `reward` a node is."""
    return next((info for info in spec.machines.values() if info.reward is node), None)


def laws(ranges, propositions: dict[str, Node]) -> Iterator[Formula]:
    """Laws of the truths by name: constants by their range, comparisons of one value, past words, what is assumed."""
    names = {node: name for name, node in propositions.items()}

    def read(node: Node) -> Formula:
        return atom(names.get(node, f"%{node.number}"))

    for name, node in propositions.items():
        known = ranges.of(node)
        if known is not None and known.is_point:
            yield atom(name) if known.lo else negation(atom(name))
        if node.op in ("once", "historically") and len(node.args) == 1:
            inner = propositional(node.args[0], read)
            yield make("implies", *((inner, atom(name)) if node.op == "once" else (atom(name), inner)))
    yield from _comparisons(ranges, names)
    for fact in ranges.spec.assumptions:
        yield propositional(fact, read)


def _comparisons(ranges, names: dict[Node, str]) -> Iterator[Formula]:
    """For each value that is compared with constants, the cases that some value of it gives."""
    groups: dict[Node, dict[str, tuple[str, object]]] = {}
    for node, name in names.items():
        if node.op not in _SYMBOLS:
            continue
        symbol = _SYMBOLS[node.op]
        for value, other, op in ((*node.args, symbol), (*node.args[::-1], _TURNED[symbol])):
            if _constant(other) is not None and _constant(value) is None:
                groups.setdefault(value, {})[name] = op, _constant(other)
                break
    for value, comparisons in groups.items():
        cases = {frozenset(name for name, (op, constant) in comparisons.items() if COMPARE[op](sample, constant))
                 for sample in _samples(ranges, value, {constant for _, constant in comparisons.values()})}
        if cases:
            yield one_of(tuple(comparisons), cases)


def _constant(node: Node):
    if node.op == "codes" and node.args[0].op == "const":
        return node.args[0]["value"]
    return node["value"] if node.op == "const" else None


def _samples(ranges, value: Node, constants: set) -> list:
    """A value of each kind that matters to the comparisons: the constants, and what lies between and beyond."""
    if value.type.kind is Kind.ENUM:
        return list(range(len(value.type.labels)))
    if any(isinstance(constant, (str, bool)) for constant in constants) or value.op == "codes":
        return [*constants, object()] if all(isinstance(constant, str) for constant in constants) else []
    known = ranges.of(value)
    if known is None:
        return []
    ordered = sorted({*constants, *(end for end in (known.lo, known.hi) if abs(end) != inf)})
    if value.type.kind is Kind.INT:
        near = {int(constant // 1) + step for constant in ordered for step in (-1, 0, 1, 2)}
        return [sample for sample in near if known.contains(sample)]
    between = [(low + high) / 2 for low, high in zip(ordered, ordered[1:])]
    beyond = [ordered[0] - abs(ordered[0]) - 1, ordered[-1] + abs(ordered[-1]) + 1]
    return [sample for sample in (*ordered, *between, *beyond) if known.contains(sample)]
