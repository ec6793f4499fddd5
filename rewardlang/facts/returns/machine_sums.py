"""What a step reward made of a machine's values and of others adds up to: longest paths, each edge with the range it has there.

On an edge the state after the step is known, and so is what the guard says; under both the reward's range is found once more.
"""

from dataclasses import replace
from functools import reduce
from itertools import combinations

from rewardlang.automata.unfold import Arrow, Place, Unfolded
from rewardlang.facts.context import Context
from rewardlang.facts.learn import STRICT
from rewardlang.facts.machines import MachineFacts, Paid
from rewardlang.facts.returns.present import always_valid
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.intervals import bound
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import Interval

#: Machines with more edges between places, or more propositions, are not looked at edge by edge.
MOST_ARROWS, _MOST_ATOMS = 64, 6

#: The number of an arrow that no edge is: a machine that is done stays, and one whose guard is null is lost.
_NO_EDGE = -1

#: Strict, and no condition about another step.
_PLAIN = STRICT | {"entry"}


def paid(facts: MachineFacts, node: Node) -> Paid | None:
    """What a reward can be on each arrow of a machine; None where the machine is too large, or has nothing to do with it."""
    states, ranges = facts.info.states, facts.ranges
    if not facts.info.lists_places or states not in reachable([node]) or sum(map(len, facts.unfolded.arrows)) > MOST_ARROWS:
        return None
    arrivals = _arrivals(facts)
    told = _told(facts)
    amounts: dict[Arrow, Interval] = {}
    for own in _with_stays(facts.unfolded):
        for arrow in own:
            arrival = arrivals.get((facts.unfolded.places[arrow.target], arrow.reward))
            found = ranges.of(node)
            if arrival is not None:
                context = _on(ranges, facts, arrival, told.get((arrow.source, arrow.edge), {}))
                found = None if context is None else ranges.fact(node, context).range
            if found is not None:
                amounts[arrow] = found
    lost = None if always_valid(ranges, states, facts.info.axis) else _without(ranges, node, states)
    if lost is not None:
        amounts.update({Arrow(place, len(facts.unfolded.places), _NO_EDGE, 0): lost for place in range(len(facts.unfolded.places) + 1)})
    places = (*facts.unfolded.places, *([Place(-1)] if lost is not None else []))
    arrows = tuple(tuple(arrow for arrow in amounts if arrow.source == place) for place in range(len(places)))
    return Paid(replace(facts.unfolded, places=places, arrows=arrows), amounts)


def _arrivals(facts: MachineFacts) -> dict[tuple[Place, object], int]:
    """The states of the machine's walk, by place and what was paid on the way into it."""
    walk = facts.info.walk
    return {(walk.unfolded.places[arrival.place], arrival.reward): number for number, arrival in enumerate(walk.arrivals)}


def _with_stays(unfolded: Unfolded) -> list[tuple[Arrow, ...]]:
    """The arrows by source; where no edge applies, or the machine is done, it stays and pays nothing."""
    none, store = unfolded.choices.none, unfolded.choices.store
    return [(*own, Arrow(place, place, _NO_EDGE, 0)) if unfolded.is_final(place) or none in set(store.leaves(unfolded.roots[place]))
            else own for place, own in enumerate(unfolded.arrows)]


def _told(facts: MachineFacts) -> dict[tuple[int, int], dict[Node, bool]]:
    """For each place and edge the propositions that are the same on all letters which take it."""
    atoms = facts.info.machine.atoms
    if len(atoms) > _MOST_ATOMS:
        return {}
    letters = [frozenset(chosen) for count in range(len(atoms) + 1) for chosen in combinations(atoms, count)]
    found: dict[tuple[int, int], dict[str, bool]] = {}
    for place in range(len(facts.unfolded.places)):
        for letter in letters:
            arrow = facts.unfolded.reading(place, letter)
            truths = {name: name in letter for name in atoms}
            if arrow is not None:
                known = found.setdefault((place, arrow.edge), truths)
                found[place, arrow.edge] = {name: truth for name, truth in known.items() if truths[name] == truth}
    return {key: {facts.info.propositions[name]: truth for name, truth in truths.items()} for key, truths in found.items()}


def _on(ranges, facts: MachineFacts, arrival: int, truths: dict[Node, bool]) -> Context | None:
    """The context of a step that arrives there on a letter with these truths; None if there is no such step."""
    context = ranges.inside({facts.info.states: Interval(arrival, arrival)})
    for proposition, truth in truths.items():
        context = context and ranges.assume(proposition, truth, context)
    return context


def _without(ranges, node: Node, missing: Node) -> Interval | None:
    """The range of a node at steps at which another is invalid; None if it is then invalid too."""
    lost: set[Node] = {missing}
    found: dict[Node, Interval | None] = {}
    for part in reachable([node]):
        if part is missing:
            continue
        if part.op in ("gate", "coalesce") and (part.op == "coalesce" or part.args[0] not in lost):
            sides = [side for side in part.args[-2:] if side not in lost]
            found[part] = _hull([found[side] for side in sides])
            lost |= set() if sides else {part}
        elif part.op == "gate" or part.op in _PLAIN and any(arg in lost for arg in part.args):
            lost.add(part)
        else:
            given = [found[arg] for arg in part.args] if part.op in _PLAIN and part.op != "entry" else [None]
            found[part] = ranges.of(part)
            if None not in given and found[part] is not None:
                found[part] = found[part].meet(bound(OPERATORS[part.op], *given)) or found[part]
    return None if node in lost else found[node]


def _hull(sides: list[Interval | None]) -> Interval | None:
    return None if None in sides or not sides else reduce(Interval.hull, sides)
