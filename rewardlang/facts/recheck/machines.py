"""A second opinion on machines: their moves by the definition, letter by letter, and their returns by certificates in exact fractions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from rewardlang.automata.certificate import Certificate, fault, lasso_fault
from rewardlang.automata.machine import Counts, NoEdge
from rewardlang.automata.trace import holds
from rewardlang.facts.machines import MachineFacts
from rewardlang.facts.recheck.ranges import CONTRADICTED, HOLDS, OPEN
from rewardlang.values.interval import Interval

#: Letters read at places, all together.
MOST_READ = 20_000


@dataclass(frozen=True)
class MachineRecheck:
    """`holds`, `open` (nothing could be checked) or `contradicted` with the `fault` in words.

    So many `inequalities` were checked, and `moves` played.
    """

    status: str
    inequalities: int
    moves: int
    fault: str | None = None


def recheck_machine(facts: MachineFacts, steps: Interval, discount: float | None) -> MachineRecheck:
    """Whether the arrows between places are the machine's, and its returns, plain and discounted, lie within what is said."""
    said, checked = [_loop_fault(facts)], 0
    for certificate in certificates(facts, steps, discount):
        checked += len(certificate.arrows) * (len(certificate.optional) + len(certificate.forced))
        said.append(fault(certificate))
    moves = list(_moves(facts)) if facts.info.lists_places else []
    said += [_move_fault(facts, *move) for move in moves]
    wrong = next((each for each in said if each is not None), None)
    status = CONTRADICTED if wrong else HOLDS if moves and checked or facts.paying_loop else OPEN
    return MachineRecheck(status, checked, len(moves), wrong)


def certificates(facts: MachineFacts, steps: Interval, discount: float | None) -> Iterator[Certificate]:
    """The certificates of the machine's own reward, and of what outputs make of its values; none of what has no bound."""
    made = [paid for (name, _), paid in facts.ranges.payments.items() if name == facts.info.name and paid is not None]
    for rate in (1, discount) if discount not in (None, 1) else (1,):
        for paid, parts in ((facts.paid, False), *((each, parts) for each in made for parts in (False, True))):
            yield from (each for each in paid.certificates(steps, rate, parts) if each is not None)


def _loop_fault(facts: MachineFacts) -> str | None:
    """What is wrong with the loop that is said to pay."""
    found = facts.paying_loop
    if found is None:
        return None
    way = [(arrow.source, arrow.target, facts.pay(arrow).hi) for arrow in (*found.stem, *found.loop)]
    return lasso_fault(way, len(found.stem), found.gain)


def _moves(facts: MachineFacts) -> Iterator[tuple[tuple[int, Counts], tuple[int, Counts], int]]:
    """Each place that is come to, where a letter that keeps all laws leads from there, and the number of the edge."""
    machine = facts.info.machine
    letters = [frozenset(chosen) for count in range(len(machine.atoms) + 1) for chosen in combinations(machine.atoms, count)] \
        if len(machine.atoms) <= 10 else []
    seen, queue, read = {machine.begin}, [machine.begin], 0
    for place in queue:     # grows while it is walked
        for letter in letters:
            read += 1
            told = letter | {name for name, test in machine.tests.items() if test.holds(place[1])}
            if read > MOST_READ or not all(holds(law, [told]) for law in facts.laws):
                continue
            try:
                step = machine.step(*place, letter)
            except NoEdge:
                continue
            if step.edge is None:
                continue
            target = (step.state, step.counts)
            yield place, target, step.edge
            if target not in seen:
                seen.add(target)
                queue.append(target)


def _move_fault(facts: MachineFacts, place: tuple[int, Counts], target: tuple[int, Counts], edge: int) -> str | None:
    """What is wrong with the arrows, of which one must be this move and pay what its edge does."""
    places, states = facts.unfolded.places, facts.info.machine.states
    number = places.index(place) if place in places else None
    own = facts.unfolded.arrows[number] if number is not None else ()
    arrow = next((each for each in own if each.edge == edge and places[each.target] == target), None)
    if arrow is None:
        return f"no arrow leads from `{states[place[0]]}` to `{states[target[0]]}`, as the machine does"
    amount = facts.info.machine.edges[edge].reward
    pays = facts.pay(arrow)
    constant = isinstance(amount, int | float) or hasattr(amount, "numerator")
    return None if not constant or pays.contains(amount) else f"the edge to `{states[target[0]]}` pays {amount}, and not {pays}"
