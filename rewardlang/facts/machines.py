"""What is known of a machine in its program: which letters occur, what its edges pay, what its runs add up to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf

from rewardlang.automata.certificate import Certificate
from rewardlang.automata.formula import Formula, atom, make, negation
from rewardlang.automata.gains import Lasso, certified, most, paying_loop
from rewardlang.automata.machine import bare
from rewardlang.automata.machine_checks import clamps, counter_laws, may_clamp
from rewardlang.automata.unfold import Arrow, Choices, Unfolded, unfold
from rewardlang.facts.relations.linear import combined, form
from rewardlang.ir.comparisons import laws_of
from rewardlang.ir.formulas import read
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo
from rewardlang.values.interval import Interval


@dataclass(frozen=True)
class Paid:
    """A machine's places with what a step reward can be on each arrow: a graph for longest paths."""

    unfolded: Unfolded
    amounts: dict[Arrow, Interval]

    def returns(self, steps: Interval, discount: float = 1, parts: bool = False) -> Interval | None:
        """The range of the sums over all runs of so many steps, with `parts` over any of the steps of one; None: not found."""
        high, low = (most(self.unfolded, weight, count, discount) for weight, count in self._sides(steps, parts))
        return None if high is None or low is None else Interval.of(-low, high)

    def certificates(self, steps: Interval, discount: float = 1, parts: bool = False) -> tuple[Certificate | None, Certificate | None]:
        """What proves both ends: that no sum exceeds the upper one, and no negated sum the negated lower one."""
        high, low = (certified(self.unfolded, weight, count, discount) for weight, count in self._sides(steps, parts))
        return high, low

    def _sides(self, steps: Interval, parts: bool):
        count, least = (0 if parts else steps.lo, steps.hi), 0 if parts else -inf
        yield lambda arrow: max(self.amounts[arrow].hi, least), count
        yield lambda arrow: max(-self.amounts[arrow].lo, least), count


class MachineFacts:
    """The facts of one machine; what costs more is found when it is first asked for."""

    def __init__(self, ranges, info: MachineInfo):
        self.ranges, self.info = ranges, info
        #: Questions about what pays that were left open, as too long to answer; filled where they are asked.
        self.left_open: set[str] = set()

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
        """The places that letters which can occur lead to; states alone, their counters free, where those are not listed."""
        if self.info.lists_places:
            return unfold(self.info.machine, self.laws, most=inf, pays=self.info.pays)
        return unfold(bare(self.info.machine), self.laws, most=inf)

    @cached_property
    def clamped(self) -> dict[int, int]:
        """The counters (by number) that an edge would carry out of their range, or may, and one edge that does."""
        return clamps(self.unfolded) if self.info.lists_places else may_clamp(self.choices)

    def pay(self, arrow: Arrow) -> Interval:
        """The range of what an arrow pays."""
        amount = self.info.amounts.get(arrow.reward)
        if amount is None:
            return Interval.of(arrow.reward)
        return self.ranges.of(amount) or Interval(-inf, inf)

    def returns(self, steps: Interval, discount: float = 1, parts: bool = False) -> Interval | None:
        """The range of the sum of rewards over all runs of so many steps; None where it was not found with bounded work.

        With `parts` of the sums over any of the steps: each payment may be kept or not.
        """
        return self.paid.returns(steps, discount, parts)

    @cached_property
    def paid(self) -> "Paid":
        """The places with what the machine's own reward can be on each arrow."""
        return Paid(self.unfolded, {arrow: self.pay(arrow) for own in self.unfolded.arrows for arrow in own})

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

    def leaf(node: Node) -> Formula:
        return atom(names.get(node, f"%{node.number}"))

    for name, node in propositions.items():
        known = ranges.of(node)
        if known is not None and known.is_point:
            yield atom(name) if known.lo else negation(atom(name))
        if node.op in ("once", "historically") and len(node.args) == 1:
            inner = read(node.args[0], None, leaf)
            yield make("implies", *((inner, atom(name)) if node.op == "once" else (atom(name), inner)))
    yield from laws_of(propositions, ranges.of, lambda left, right: combined(form(ranges, left), form(ranges, right), -1))
    for fact in ranges.spec.assumptions:
        yield read(fact, None, leaf)
