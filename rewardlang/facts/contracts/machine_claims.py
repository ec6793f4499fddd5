"""Claims about machines: that no loop of one pays for ever."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from math import inf

from rewardlang.automata.gains import Lasso
from rewardlang.automata.unfold import Arrow, Place
from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED, Verdict
from rewardlang.facts.machines import MachineFacts, machine_facts, machine_of
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import EnsureInfo
from rewardlang.values.axes import ordered_axes
from rewardlang.values.interval import Interval

#: Turns of a loop that are followed to see whether it comes back to the same counters.
_MOST_TURNS = 10_000
#: Params that are tried at all combinations of their ends.
_MOST_SHARED = 6


def not_farmable(ranges, info: EnsureInfo) -> Verdict:
    """`not farmable(m)`: no loop of the machine, staying in a state included, earns more than 0 a round."""
    facts = machine_facts(ranges, machine_of(ranges.spec, info.claims[0].node))
    found = facts.paying_loop
    if found is None:
        return Verdict(info, PROVED)
    if not runs(facts, found):
        known = f"{turn(facts, found)} earns {found.gain:g} a round, and whether its counters let it go on for ever is open"
        return Verdict(info, UNPROVED, known=known, reason="farming")
    gain = together(facts, found, lambda paid: paid.hi)
    if gain <= 0:
        known = f"{turn(facts, found)} earns {found.gain:g} a round at most, if what its edges share could suit each of them"
        return Verdict(info, UNPROVED, known=known, reason="farming")
    witness = lasso(facts, replace(found, gain=gain))
    return Verdict(info, REFUTED, witness, f"{turn(facts, found)} earns {gain:g} a round", reason="farming")


def together(facts: MachineFacts, found: Lasso, weight: Callable[[Interval], float]) -> float:
    """What a turn earns where params, and whatever else is the same at all steps, have one value for all of its edges.

    They are tried at the ends of their ranges; -inf where they are too many, or no such numbers.
    """
    ranges, amounts = facts.ranges, [facts.info.amounts.get(arrow.reward) for arrow in found.loop]
    below = [set(_lasting(amount)) for amount in dict.fromkeys(amounts) if amount is not None]
    shared = sorted({node for one, other in combinations(below, 2) for node in one & other}, key=lambda node: node.number)
    if not shared:
        return found.gain
    known = [ranges.of(node) for node in shared]
    if len(shared) > _MOST_SHARED or any(each is None or not each.is_finite for each in known):
        return -inf
    gains = []
    for values in product(*((each.lo, each.hi) for each in known)):
        context = ranges.inside({node: Interval.of(value) for node, value in zip(shared, values, strict=True)})
        if context is not None:
            paid = [facts.pay(arrow) if amount is None else ranges.fact(amount, context).range or Interval(-inf, inf)
                    for arrow, amount in zip(found.loop, amounts, strict=True)]
            gains.append(float(sum(weight(each) for each in paid)))
    return max(gains, default=-inf)


def _lasting(amount: Node) -> Iterator[Node]:
    """What an amount rests on that is the same at each step."""
    return (node for node in reachable([amount]) if node.op in ("param", "input") and not ordered_axes(node.type.axes))


def runs(facts: MachineFacts, found: Lasso) -> bool:
    """Whether a lasso is a run of the machine; where its counters are not listed, they are followed for some turns."""
    machine = facts.info.machine
    if facts.info.lists_places:
        return True
    counters = {facts.info.members[counter.name] for counter in machine.counters}
    if not counters.isdisjoint(reachable(facts.info.propositions.values())):
        return False    # a guard asks for more than tests of counters
    asked = sorted({test.counter for test in machine.tests.values()})
    place, seen = taken(facts, Place(*machine.begin), found.stem), set()
    for _ in range(_MOST_TURNS):
        if place is None or (now := tuple(place.counts[number] for number in asked)) in seen:
            return place is not None
        seen.add(now)
        place = taken(facts, place, found.loop)
    return False


def taken(facts: MachineFacts, place: Place, way: Sequence[Arrow]) -> Place | None:
    """Where a way leads from a place; None where the counters do not let it be taken, or are not known."""
    choices = facts.choices
    for arrow in way:
        edge = facts.info.machine.edges[arrow.edge]
        unknown = any(isinstance(update.value, str) for update in edge.updates)
        if unknown or arrow.edge not in choices.store.leaves(choices.at(place)):
            return None
        place = Place(*facts.info.machine.after(edge, *place))
    return place


def turn(facts: MachineFacts, found: Lasso) -> str:
    """The states of a loop in words."""
    states, places = facts.info.machine.states, facts.unfolded.places
    names = [states[places[arrow.source].state] for arrow in (*found.loop, found.loop[0])]
    return " -> ".join(f"`{name}`" for name in names)


def lasso(facts: MachineFacts, found: Lasso) -> dict:
    """A lasso as data: how to get in, the loop, and the gain a turn."""
    return {"stem": [step(facts, arrow) for arrow in found.stem], "loop": [step(facts, arrow) for arrow in found.loop],
            "gain": found.gain}


def step(facts: MachineFacts, arrow: Arrow) -> dict:
    """An arrow as data."""
    machine, places = facts.info.machine, facts.unfolded.places
    counts = dict(zip((counter.name for counter in machine.counters), places[arrow.source].counts))
    return {"state": machine.states[places[arrow.source].state], "to": machine.states[places[arrow.target].state],
            "label": sorted(facts.unfolded.letter(arrow)), **({"counters": counts} if counts else {})}
