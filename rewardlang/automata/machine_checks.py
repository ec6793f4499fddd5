"""What is wrong with a machine, each with a witness: guards that overlap, cases without an edge, places that are no use."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from rewardlang.automata.alphabet import proposition
from rewardlang.automata.diagram import FALSE, TRUE
from rewardlang.automata.formula import Formula, atom, conjunction, disjunction, negation
from rewardlang.automata.machine import Counter, Machine, Test, Update
from rewardlang.automata.unfold import Choices, Unfolded, reachable


class Overlap(NamedTuple):
    """Two edges (by number) of a state that one letter satisfies; tests of counters stand in it like propositions."""

    state: int
    one: int
    other: int
    letter: frozenset[str]


class Missing(NamedTuple):
    """A state and a letter that no edge of it takes."""

    state: int
    letter: frozenset[str]


def counter_laws(machine: Machine) -> tuple[Formula, ...]:
    """What the tests of each counter can be together, given its range."""
    laws = []
    for number, counter in enumerate(machine.counters):
        tests = {name: test for name, test in machine.tests.items() if test.counter == number}
        cases = {frozenset(name for name, test in tests.items() if test._replace(counter=0).holds((value,)))
                 for value in _telling(counter, tests.values())}
        if tests:
            laws.append(_one_of(tuple(tests), cases))
    return tuple(laws)


def _one_of(names: Sequence[str], cases: Iterable[frozenset[str]]) -> Formula:
    """The law that the true ones among the names are those of one of the cases."""
    return disjunction(conjunction(atom(name) if name in case else negation(atom(name)) for name in names)
                       for case in sorted(cases, key=sorted))


def values_of(machine: Machine, letter: frozenset[str]) -> dict[str, int]:
    """By name a value of each counter that tests ask, such that these and no others of its tests hold as a letter says."""
    found = {}
    for number, counter in enumerate(machine.counters):
        tests = {name: test for name, test in machine.tests.items() if test.counter == number}
        fitting = [value for value in _telling(counter, tests.values())
                   if all(test._replace(counter=0).holds((value,)) == (name in letter) for name, test in tests.items())]
        if tests and fitting:
            found[counter.name] = min(fitting, key=abs)
    return found


def _telling(counter: Counter, tests: Iterable[Test]) -> set[int]:
    """Values that stand for all of a counter's, as far as tests can tell."""
    near = {counter.low, counter.high} | {test.value + step for test in tests for step in (-1, 0, 1)}
    return {value for value in near if counter.low <= value <= counter.high}


def overlaps(choices: Choices) -> Iterator[Overlap]:
    """Pairs of edges that can hold together, each pair once, with the first state that shows it."""
    machine, both, seen = choices.machine, choices.store.junction(FALSE, TRUE), set()
    for state, numbers in enumerate(machine.leaving):
        written = [number for number in numbers if not machine.edges[number].otherwise]
        for one, other in combinations(written, 2):
            together = both(choices.guards[one], choices.guards[other])
            if together != FALSE and (one, other) not in seen:
                seen.add((one, other))
                yield Overlap(state, one, other, choices.letter(together, ~TRUE))


def missing(choices: Choices) -> Iterator[Missing]:
    """States that are not final and have no edge for some letter."""
    for state, root in enumerate(choices.roots):
        if state not in choices.machine.finals and choices.none in choices.store.leaves(root):
            yield Missing(state, choices.letter(root, choices.none))


def never_taken(choices: Choices) -> list[int]:
    """Edges that no letter and no value of the counters takes from any state."""
    taken = {leaf for root in choices.roots for leaf in choices.store.leaves(root)}
    return [number for number in range(len(choices.machine.edges)) if number not in taken]


def unreached(unfolded: Unfolded) -> list[int]:
    """States that no run comes to."""
    come_to = {place.state for place in unfolded.places}
    return [state for state in range(len(unfolded.machine.states)) if state not in come_to]


def stuck(unfolded: Unfolded) -> list[int]:
    """States that a run can come to and from which no final state is in reach, whatever the counters; none without finals."""
    before: list[list[int]] = [[] for _ in unfolded.places]
    for own in unfolded.arrows:
        for arrow in own:
            before[arrow.target].append(arrow.source)
    ends = [number for number in range(len(unfolded.places)) if unfolded.is_final(number)]
    if not ends:
        return []
    free = {unfolded.places[number].state for number in reachable(before, ends)}
    return sorted({place.state for place in unfolded.places} - free)


def clamps(unfolded: Unfolded) -> dict[int, int]:
    """The counters (by number) that an edge would carry out of their range, and one edge that does."""
    machine, found = unfolded.machine, {}
    for own in unfolded.arrows:
        for arrow in own:
            counts = unfolded.places[arrow.source].counts
            for update in machine.edges[arrow.edge].updates:
                counter, value = machine.counters[update.counter], update.of(counts[update.counter])
                if counter.clamped(value) != value:
                    found.setdefault(update.counter, arrow.edge)
    return found


def may_clamp(choices: Choices) -> dict[int, int]:
    """The same where places are not listed: by what guards say of the counter alone, whatever run leads there.

    A counter that changes by what the machine does not know may always leave its range.
    """
    found = {}
    for number, edge in enumerate(choices.machine.edges):
        for update in edge.updates:
            if update.counter not in found and any(_leaves(choices, number, update, value) for value in _near_ends(choices, update)):
                found[update.counter] = number
    return found


def _near_ends(choices: Choices, update: Update) -> list[int | None]:
    """Values of the counter that stand for all from which the update may leave the range; None: any."""
    counter = choices.machine.counters[update.counter]
    if isinstance(update.value, str):
        return [None]
    if update.op == "=":
        return [None] if counter.clamped(update.value) != update.value else []
    asked = {test.value + step for test in choices.machine.tests.values() if test.counter == update.counter for step in (-1, 0, 1)}
    return [value for value in {counter.low, counter.high} | asked if counter.low <= value <= counter.high
            and counter.clamped(update.of(value)) != update.of(value)]


def _leaves(choices: Choices, number: int, update: Update, value: int | None) -> bool:
    """Whether an edge can be taken where the counter of an update has a value (None: any)."""
    machine, both = choices.machine, choices.store.junction(FALSE, TRUE)
    tests = [(name, test) for name, test in machine.tests.items() if test.counter == update.counter and value is not None]
    here = conjunction(atom(name) if test._replace(counter=0).holds((value,)) else negation(atom(name)) for name, test in tests)
    asked = proposition(here, choices.store, choices.alphabet.literals(choices.store).__getitem__)
    taken = (choices.store.mapped(root, lambda end: TRUE if end == ~number else FALSE, {}) for root in choices.roots)
    return any(both(each, asked) != FALSE for each in taken)
