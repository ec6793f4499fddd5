"""The automaton of a formula as a value: runs, algebra, witnesses, verdicts, distances and its class."""

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from rewardlang.automata.alphabet import Alphabet, copied
from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice
from rewardlang.automata.formula import Formula
from rewardlang.automata.graph import Graph, product
from rewardlang.automata.guards import Guards
from rewardlang.automata.trace import Letter

Witness = tuple[frozenset[str], ...]
VIOLATED, OPEN, SATISFIED = -1, 0, 1


class Edge(NamedTuple):
    """From `source` to `target` on the letters that satisfy `guard`."""

    source: int
    target: int
    guard: Formula


@dataclass(frozen=True, eq=False)
class Dfa:
    """Deterministic and complete: states 0 … len - 1, of which 0 is the initial one and all are reachable.

    `accepting[s]` says whether a trace that ends in s is accepted; `graph.roots[s]` takes letters to successors. Equal
    (`==`) are automata that accept the same traces.
    """

    alphabet: Alphabet
    graph: Graph

    initial = 0

    @classmethod
    def of(cls, graph: Graph, alphabet: Alphabet) -> "Dfa":
        """The automaton of a graph, in a store of its own that holds nothing else."""
        store, memo = Diagrams(), {}
        roots = [copied(graph.store, root, store, memo) for root in graph.roots]
        return cls(alphabet, Graph(store, roots, list(graph.accepting)))

    def __len__(self) -> int:
        return len(self.graph)

    def __repr__(self) -> str:
        return f"<automaton of {len(self)} states over {', '.join(self.atoms)}>"

    @property
    def atoms(self) -> tuple[str, ...]:
        """The propositions that its letters are made of."""
        return self.alphabet.atoms

    @property
    def accepting(self) -> list[bool]:
        """Whether each state accepts."""
        return self.graph.accepting

    # --- runs --------------------------------------------------------------------------------------------------------

    def step(self, state: int, letter: Letter) -> int:
        """The state after one more letter; atoms that it does not know are passed over."""
        store, at = self.graph.store, self.graph.roots[state]
        while at >= 0:
            at = store.high[at] if self.atoms[store.level[at]] in letter else store.low[at]
        return ~at

    def run(self, trace: Iterable[Letter]) -> list[int]:
        """The states after no letter, after the first, and so on: one more than the trace has steps."""
        states = [self.initial]
        for letter in trace:
            states.append(self.step(states[-1], letter))
        return states

    def accepts(self, trace: Iterable[Letter]) -> bool:
        """Whether the trace is accepted."""
        return self.accepting[self.run(trace)[-1]]

    # --- edges -------------------------------------------------------------------------------------------------------

    @cached_property
    def successors(self) -> list[list[int]]:
        """The states that each state leads to in one step."""
        return [self.graph.store.leaves(root) for root in self.graph.roots]

    @cached_property
    def edges(self) -> list[Edge]:
        """One edge for each state and successor, with its guard in few words; by source, then target."""
        store, (source, root) = Diagrams(), self.alphabet.legal
        guards = Guards(store, copied(source, root, store, {}), self.atoms)
        memo: dict[int, int] = {}
        found = []
        for state, diagram in enumerate(self.graph.roots):
            own = copied(self.graph.store, diagram, store, memo)
            for target in sorted(self.successors[state]):
                there = store.mapped(own, lambda end, wanted=~target: TRUE if end == wanted else FALSE, {})
                found.append(Edge(state, target, guards.formula(there)))
        return found

    def letter(self, state: int, target: int) -> frozenset[str]:
        """A letter with few true atoms, breaking no law, that leads from a state to one of its successors."""
        levels = self.graph.store.fewest(self.graph.roots[state], ~target)
        if levels is None:
            raise ValueError(f"no letter leads from state {state} to state {target}")
        return self.alphabet.nearest({self.atoms[level] for level in levels})

    # --- algebra -----------------------------------------------------------------------------------------------------

    def complement(self) -> "Dfa":
        """Accepts exactly the traces that this one rejects."""
        return Dfa(self.alphabet, self.graph.complement())

    def minimal(self) -> "Dfa":
        """The one with the fewest states for the same traces, its states by first visit."""
        return Dfa.of(self.graph.minimal(), self.alphabet)

    def combined(self, other: "Dfa", accept: Callable[[bool, bool], bool]) -> "Dfa":
        """The minimal automaton whose verdict is `accept` of the two; over the atoms, and under the laws, of both."""
        alphabet, one, two = self._beside(other)
        return Dfa.of(product(one, two, accept, len(one) * len(two) + 3).minimal(), alphabet)

    def __and__(self, other: "Dfa") -> "Dfa":
        return self.combined(other, operator.and_)

    def __or__(self, other: "Dfa") -> "Dfa":
        return self.combined(other, operator.or_)

    def __sub__(self, other: "Dfa") -> "Dfa":
        return self.combined(other, operator.gt)

    def __eq__(self, other: object) -> bool:
        return self.difference(other) is None if isinstance(other, Dfa) else NotImplemented

    __hash__ = None

    def difference(self, other: "Dfa", nonempty: bool = False) -> Witness | None:
        """A shortest trace (of a step at least, if wanted) that exactly one of the two accepts; None where there is none."""
        alphabet, one, two = self._beside(other)
        apart = product(one, two, operator.ne, len(one) * len(two) + 3, first=True)
        return Dfa(alphabet, apart).shortest(nonempty=nonempty)

    def _beside(self, other: "Dfa") -> tuple[Alphabet, Graph, Graph]:
        """Both over the atoms and laws of both, in one store."""
        alphabet, store = self.alphabet.joined(other.alphabet), Diagrams(1 << 40)
        literals = alphabet.literals(store)
        return alphabet, *(each._rebased(alphabet, store, literals) for each in (self, other))

    def _rebased(self, alphabet: Alphabet, store: Diagrams, literals: dict[str, int]) -> Graph:
        graph, done, choices = self.graph, {}, {}
        if alphabet == self.alphabet:
            return Graph(store, [copied(graph.store, root, store, done) for root in graph.roots], graph.accepting)
        for node in graph.store.nodes(graph.roots):
            low, high = (done.get(child, child) for child in (graph.store.low[node], graph.store.high[node]))
            done[node] = store.chosen(literals[self.atoms[graph.store.level[node]]], high, low, boolean_choice, choices)
        return Graph(store, [done.get(root, root) for root in graph.roots], graph.accepting)

    # --- witnesses ---------------------------------------------------------------------------------------------------

    def shortest(self, accepted: bool = True, nonempty: bool = False) -> Witness | None:
        """A shortest trace that is accepted (rejected), with at least one step if wanted; None where there is none."""
        if not nonempty and self.accepting[self.initial] == accepted:
            return ()
        came_from: dict[int, int] = {}
        end = next((state for state in self._by_distance(came_from) if self.accepting[state] == accepted), None)
        if end is None:
            return None
        path = [end]
        while len(path) == 1 or path[-1] != self.initial:
            path.append(came_from[path[-1]])
        path.reverse()
        return tuple(self.letter(one, two) for one, two in zip(path, path[1:]))

    def _by_distance(self, came_from: dict[int, int]) -> Iterable[int]:
        """The states that one or more letters reach, nearest first; `came_from` is filled as they come."""
        queue = [self.initial]
        for state in queue:  # grows while it is walked
            for target in self.successors[state]:
                if target not in came_from:
                    came_from[target] = state
                    if target != self.initial:
                        queue.append(target)
                    yield target

    # --- what a state knows --------------------------------------------------------------------------------------------

    @cached_property
    def distances(self) -> list[float]:
        """The fewest further steps after which a run from each state is accepted; inf where none is."""
        return self._steps_to(True)

    @cached_property
    def verdicts(self) -> list[int]:
        """Of each state: 1 if every continuation (none included) is accepted, -1 if every one is rejected, else 0."""
        to_rejection = self._steps_to(False)
        return [VIOLATED if accept == math.inf else SATISFIED if reject == math.inf else OPEN
                for accept, reject in zip(self.distances, to_rejection)]

    @property
    def dead(self) -> list[int]:
        """The states from which acceptance is impossible."""
        return [state for state, distance in enumerate(self.distances) if distance == math.inf]

    @cached_property
    def kind(self) -> str:
        """When a verdict arrives, on traces of at least one step.

        `safety`: every rejected trace is violated for good, at once. `co_safety`: every accepted one satisfied for good.
        `both`; or `neither`: some traces wait for their end.
        """
        lived = {target for targets in self.successors for target in targets}
        safety = all(self.accepting[state] or self.verdicts[state] == VIOLATED for state in lived)
        co_safety = all(not self.accepting[state] or self.verdicts[state] == SATISFIED for state in lived)
        if safety and co_safety:
            return "both"
        return "safety" if safety else "co_safety" if co_safety else "neither"

    def _steps_to(self, accepted: bool) -> list[float]:
        before: list[list[int]] = [[] for _ in range(len(self))]
        for state, targets in enumerate(self.successors):
            for target in targets:
                before[target].append(state)
        queue = [state for state in range(len(self)) if self.accepting[state] == accepted]
        steps = [math.inf] * len(self)
        for state in queue:
            steps[state] = 0
        for state in queue:  # grows while it is walked
            for earlier in before[state]:
                if steps[earlier] == math.inf:
                    steps[earlier] = steps[state] + 1
                    queue.append(earlier)
        return steps
