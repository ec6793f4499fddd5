"""A machine as a graph of places: states with the values of their counters, and what each letter does there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rewardlang.automata.alphabet import Alphabet, proposition
from rewardlang.automata.diagram import Diagrams, boolean_choice
from rewardlang.automata.formula import Formula
from rewardlang.automata.graph import Graph
from rewardlang.automata.machine import Counts, Edge, Machine
from rewardlang.automata.trace import Letter

MOST_PLACES = 4096


class Place(NamedTuple):
    """A state and the values of the counters."""

    state: int
    counts: Counts = ()


class Arrow(NamedTuple):
    """From one place to another by an edge (its number), and what it pays; places by number."""

    source: int
    target: int
    edge: int
    reward: object


class TooManyPlaces(ValueError):
    """States and counters together make more places than are looked at one by one."""

    def __init__(self, most: int):
        super().__init__(f"states and counters together make more than {most} places, too many to be looked at one by one")


class Choices:
    """What each state does with a letter, as decision diagrams: leaves are numbers of edges, `none` where no edge applies.

    Tests of counters are the atoms at the top, before the propositions. Functions that agree on all letters which break
    no law are one diagram.
    """

    def __init__(self, machine: Machine, laws: Sequence[Formula] = ()):
        self.machine = machine
        self.tests = tuple(machine.tests)
        spoken = dict.fromkeys((*self.tests, *machine.atoms))
        self.alphabet = Alphabet(tuple(spoken), tuple(laws))
        self.store = Diagrams(1 << 40)
        literals = self.alphabet.literals(self.store)
        known: dict[Formula, int] = {}
        for edge in machine.edges:
            if edge.guard not in known:
                known[edge.guard] = proposition(edge.guard, self.store, literals.__getitem__)
        self.guards = [known[edge.guard] for edge in machine.edges]
        self.none = len(machine.edges)

    @cached_property
    def roots(self) -> list[int]:
        """The diagram of each state."""
        memo: dict = {}
        found = []
        for numbers in self.machine.leaving:
            root = ~self.none
            for number in reversed(numbers):
                root = self.store.chosen(self.guards[number], ~number, root, boolean_choice, memo)
            found.append(root)
        return found

    def at(self, place: Place) -> int:
        """The diagram of a place, over propositions only."""
        return self.under(self.roots[place.state], place)

    def under(self, root: int, place: Place) -> int:
        """What is left of a diagram where the counters have the values of a place."""
        store = self.store
        while root >= 0 and store.level[root] < len(self.tests):
            test = self.machine.tests[self.tests[store.level[root]]]
            root = store.high[root] if test.holds(place.counts) else store.low[root]
        return root

    def letter(self, root: int, value: int) -> frozenset[str]:
        """A letter with few true atoms, breaking no law, on which a diagram has that value."""
        levels = self.store.fewest(root, ~value)
        return self.alphabet.nearest({self.alphabet.atoms[level] for level in levels})


@dataclass(frozen=True, eq=False)
class Unfolded:
    """The places that a machine can be in (`places[0]` at first), the arrows between them by source, and the diagrams.

    A final place has no arrows. Where no edge applies the machine stays and pays nothing.
    """

    machine: Machine
    choices: Choices
    places: tuple[Place, ...]
    roots: tuple[int, ...]
    arrows: tuple[tuple[Arrow, ...], ...]

    def is_final(self, place: int) -> bool:
        """Whether the machine is done there."""
        return self.places[place].state in self.machine.finals

    def letter(self, arrow: Arrow) -> frozenset[str]:
        """A letter with few true atoms that takes an arrow."""
        told = self.choices.letter(self.roots[arrow.source], arrow.edge)
        return frozenset(name for name in told if name not in self.machine.tests)

    def reading(self, place: int, letter: Letter) -> Arrow | None:
        """The arrow that a letter takes; None where no edge applies or the place is final."""
        store, root = self.choices.store, self.roots[place]
        while root >= 0:
            root = store.high[root] if self.choices.alphabet.atoms[store.level[root]] in letter else store.low[root]
        return next((arrow for arrow in self.arrows[place] if arrow.edge == ~root), None)


def unfold(machine: Machine, laws: Sequence[Formula] = (), most: float = MOST_PLACES,
           pays: Callable[[int, Edge, Counts], object] | None = None) -> Unfolded:
    """All places that letters breaking no law lead to. TooManyPlaces: there are more than `most`.

    ValueError: a counter changes by what the machine does not know.

    `pays` names what an edge (its number comes first) pays at those counters, if that is not its `reward` everywhere.
    """
    choices = Choices(machine, laws)
    places = [Place(*machine.begin)]
    numbers = {places[0]: 0}
    roots, arrows = [], []
    for number, place in enumerate(places):  # grows while it is walked
        final = place.state in machine.finals
        roots.append(~choices.none if final else choices.at(place))
        own = []
        for leaf in choices.store.leaves(roots[-1]):
            if leaf == choices.none:
                continue
            edge = machine.edges[leaf]
            target = Place(*machine.after(edge, *place))
            if target not in numbers:
                numbers[target] = len(places)
                places.append(target)
                if len(places) > most:
                    raise TooManyPlaces(most)
            reward = edge.reward if pays is None else pays(leaf, edge, place.counts)
            own.append(Arrow(number, numbers[target], leaf, reward))
        arrows.append(tuple(own))
    return Unfolded(machine, choices, tuple(places), tuple(roots), tuple(arrows))


class Arrival(NamedTuple):
    """A place and what was paid on the way into it: what a run's state says about its last step."""

    place: int
    reward: object


@dataclass(frozen=True, eq=False)
class Walk:
    """A machine as an automaton whose state after each letter tells place and pay; 0 is the start, with nothing paid.

    `graph` takes letters over `atoms` (bit k of a packed letter is atom k) to arrivals; it accepts where the machine is done.
    """

    unfolded: Unfolded
    arrivals: tuple[Arrival, ...]
    graph: Graph
    atoms: tuple[str, ...]

    def entries(self, of: Callable[[Place, object], object]) -> tuple:
        """What `of` says of each arrival, by number."""
        return tuple(of(self.unfolded.places[arrival.place], arrival.reward) for arrival in self.arrivals)


def walk(unfolded: Unfolded) -> Walk:
    """The automaton of a machine: as many states as there are places and different payments on the way into them."""
    arrivals = [Arrival(0, 0)]
    numbers = {arrivals[0]: 0}
    by_edge = [{arrow.edge: arrow for arrow in own} for own in unfolded.arrows]
    shift, source, store = len(unfolded.choices.tests), unfolded.choices.store, Diagrams(1 << 40)
    roots: list[int] = []
    done: dict[int, int] = {}

    def number(arrival: Arrival) -> int:
        if arrival not in numbers:
            numbers[arrival] = len(arrivals)
            arrivals.append(arrival)
        return ~numbers[arrival]

    def copied(node: int, place: int, memo: dict[int, int]) -> int:
        if node not in memo:
            if node < 0:
                arrow = by_edge[place].get(~node)
                memo[node] = number(Arrival(place, 0) if arrow is None else Arrival(arrow.target, arrow.reward))
            else:
                low, high = (copied(child, place, memo) for child in (source.low[node], source.high[node]))
                memo[node] = store.node(source.level[node] - shift, low, high)
        return memo[node]

    for arrival in arrivals:  # grows while it is walked
        if arrival.place not in done:
            done[arrival.place] = copied(unfolded.roots[arrival.place], arrival.place, {})
        roots.append(done[arrival.place])
    accepting = [unfolded.is_final(arrival.place) for arrival in arrivals]
    return Walk(unfolded, tuple(arrivals), Graph(store, roots, accepting), unfolded.machine.atoms)


def reachable(successors: Sequence[Iterable[int]], start: Iterable[int]) -> set[int]:
    """Everything that can be come to, the starts included."""
    seen = set(start)
    stack = list(seen)
    while stack:
        for target in successors[stack.pop()]:
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen
