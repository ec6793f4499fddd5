"""Reward machines as values: states, counters, edges that pay; and what a run of one is, by the definition alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from rewardlang.automata.formula import TRUE, Formula, atoms
from rewardlang.automata.trace import Letter, holds

COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b, ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b, "<": lambda a, b: a < b,
}
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Counter:
    """A whole number that edges change; it never leaves [low, high]."""

    name: str
    low: int
    high: int

    @property
    def start(self) -> int:
        """0, or what is nearest to it."""
        return self.clamped(0)

    @property
    def values(self) -> range:
        """All of them, from the least."""
        return range(self.low, self.high + 1)

    def clamped(self, value: int) -> int:
        """The nearest value of the range."""
        return min(max(value, self.low), self.high)


class Test(NamedTuple):
    """A comparison of the counter with that number; `op` is `==`, `!=`, `>=`, `>`, `<=` or `<`."""

    __test__ = False  # no test class, whatever the runner thinks of the name

    counter: int
    op: str
    value: int

    def holds(self, counts: Counts) -> bool:
        """Whether it is so of these values."""
        return COMPARE[self.op](counts[self.counter], self.value)


class Update(NamedTuple):
    """`=`, `+=` or `-=` a constant, or a name for a whole number that the machine does not know."""

    counter: int
    op: str
    value: int | str

    def of(self, value: int) -> int:
        """The new value, not yet clamped. ValueError: the machine does not know by how much it changes."""
        if isinstance(self.value, str):
            raise ValueError(f"a counter changes by `{self.value}`, which the machine alone does not know")
        return {"=": self.value, "+=": value + self.value, "-=": value - self.value}[self.op]


@dataclass(frozen=True)
class Edge:
    """From each of `sources` to `target` (None: stay) on the letters, and counter values, that satisfy `guard`.

    Atoms of the guard are propositions and names of tests. `reward` is a number, or a name for an amount that the machine
    does not know. An `otherwise` edge has no sources: it leaves every state that is not final where nothing else applies.
    """

    sources: tuple[int, ...]
    target: int | None
    guard: Formula = TRUE
    updates: tuple[Update, ...] = ()
    reward: object = 0
    otherwise: bool = False


class Step(NamedTuple):
    """What one letter does: the state and the counters after it, what is paid, and the number of the edge (None: final)."""

    state: int
    counts: Counts
    reward: object
    edge: int | None


class NoEdge(ValueError):
    """No edge applies: the machine does not say what happens."""


@dataclass(frozen=True)
class Machine:
    """A reward machine over propositions `atoms`; the first edge that applies is taken, `otherwise` last.

    `first_match` says that edges which can hold together are meant in their order. Final states have no edges: they stay
    and pay 0. `tests` maps the atoms of guards that ask counters to what they ask.
    """

    states: tuple[str, ...]
    start: int
    edges: tuple[Edge, ...]
    finals: frozenset[int] = frozenset()
    counters: tuple[Counter, ...] = ()
    tests: Mapping[str, Test] = field(default_factory=dict)
    first_match: bool = False

    @cached_property
    def atoms(self) -> tuple[str, ...]:
        """The propositions of the guards, by first occurrence."""
        found = dict.fromkeys(name for edge in self.edges for name in atoms(edge.guard))
        return tuple(name for name in found if name not in self.tests)

    @cached_property
    def leaving(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of the edges of each state in the order in which they are tried; none of a final state."""
        found: list[list[int]] = [[] for _ in self.states]
        for number, edge in enumerate(self.edges):
            for source in dict.fromkeys(edge.sources):
                found[source].append(number)
        last = [number for number, edge in enumerate(self.edges) if edge.otherwise]
        return tuple(() if state in self.finals else (*own, *last) for state, own in enumerate(found))

    @property
    def begin(self) -> tuple[int, Counts]:
        """The state and the counters before the first letter."""
        return self.start, tuple(counter.start for counter in self.counters)

    def after(self, edge: Edge, state: int, counts: Counts) -> tuple[int, Counts]:
        """Where an edge leads: the target, and the counters updated and clamped."""
        changed = list(counts)
        for update in edge.updates:
            changed[update.counter] = self.counters[update.counter].clamped(update.of(changed[update.counter]))
        return state if edge.target is None else edge.target, tuple(changed)

    def step(self, state: int, counts: Counts, letter: Letter) -> Step:
        """One letter, by the definition: the first edge whose guard holds. NoEdge: there is none."""
        if state in self.finals:
            return Step(state, counts, 0, None)
        told = {name for name, test in self.tests.items() if test.holds(counts)} | set(letter)
        for number in self.leaving[state]:
            edge = self.edges[number]
            if holds(edge.guard, [told]):
                return Step(*self.after(edge, state, counts), edge.reward, number)
        raise NoEdge(f"no edge leaves `{self.states[state]}` on {{{', '.join(sorted(letter))}}}")

    def run(self, trace: Iterable[Letter]) -> list[Step]:
        """One step for each letter."""
        state, counts = self.begin
        steps = []
        for letter in trace:
            steps.append(self.step(state, counts, letter))
            state, counts = steps[-1].state, steps[-1].counts
        return steps


def bare(machine: Machine) -> Machine:
    """The machine without counters: whether their tests hold, the letters tell."""
    edges = tuple(replace(edge, updates=()) for edge in machine.edges)
    return replace(machine, edges=edges, counters=(), tests={})
