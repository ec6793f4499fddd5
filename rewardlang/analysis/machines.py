"""A machine for learners: its states as numbers or one-hot rows, steps of many environments at once, what every state would say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewardlang.automata.formula import Formula
from rewardlang.automata.machine import Machine
from rewardlang.automata.machine_algebra import guard
from rewardlang.automata.unfold import unfold

#: A table has a row of 2^n letters for each state.
MOST_PROPOSITIONS = 16


class Moves(NamedTuple):
    """What letters do: the state after, what is paid, whether the machine is done; arrays of one shape."""

    state: NDArray[np.int64]
    reward: NDArray[np.float64]
    done: NDArray[np.bool_]


class Experience(NamedTuple):
    """One transition seen from every machine state that goes on: arrays [B, S], `state` [S] the states they begin in."""

    state: NDArray[np.int64]
    after: NDArray[np.int64]
    reward: NDArray[np.float64]
    done: NDArray[np.bool_]


@dataclass(frozen=True)
class Goal:
    """An option of a state: to make `guard` true, which leads to `target` and pays `reward`."""

    state: int
    target: int
    guard: Formula
    reward: object


class Tracker:
    """A machine in tables. States are its places: states with values of counters, by number; `names` says which.

    ValueError: more than 16 propositions. TooManyPlaces: states and counters make more than can be listed.
    """

    def __init__(self, machine: Machine):
        unfolded = unfold(machine)
        self.machine = machine
        self.propositions = machine.atoms
        if len(machine.atoms) > MOST_PROPOSITIONS:
            raise ValueError(f"a table of {len(machine.atoms)} propositions is too large: {MOST_PROPOSITIONS} at most")
        self.names = tuple((machine.states[place.state], *place.counts) for place in unfolded.places)
        self.amounts = tuple(dict.fromkeys(arrow.reward for own in unfolded.arrows for arrow in own if isinstance(arrow.reward, str)))
        self.final = np.array([unfolded.is_final(place) for place in range(len(unfolded.places))])
        shape = len(unfolded.places), 1 << len(machine.atoms)
        self._next = np.empty(shape, np.int64)
        self._paid = np.zeros(shape)
        self._amount = np.full(shape, -1)
        self._unfolded = unfolded
        for place in range(len(unfolded.places)):
            self._fill(place)

    def _fill(self, place: int) -> None:
        unfolded, store = self._unfolded, self._unfolded.choices.store
        ends = np.array([unfolded.roots[place]])
        for level in range(len(unfolded.choices.tests), len(unfolded.choices.alphabet.atoms)):
            parts = [store.parts(int(end), level) for end in ends]
            ends = np.array([low for low, _ in parts] + [high for _, high in parts])
        own = {~arrow.edge: arrow for arrow in unfolded.arrows[place]}
        self._next[place] = [own[end].target if end in own else place for end in ends]
        for letter, end in enumerate(ends):
            reward = own[end].reward if end in own else 0
            if isinstance(reward, str):
                self._amount[place, letter] = self.amounts.index(reward)
            else:
                self._paid[place, letter] = float(reward)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def start(self) -> int:
        """The number of the state in which runs begin."""
        return 0

    def tables(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The next state and the constant payment, [states, 2^n letters] as `pack` numbers them."""
        return self._next, self._paid.astype(np.float32)

    def pack(self, labels: ArrayLike | Mapping[str, ArrayLike]) -> NDArray[np.int64]:
        """Letters as numbers: of an array [..., n] in the order of `propositions`, or of arrays [...] by name."""
        if isinstance(labels, Mapping):
            labels = np.stack([np.asarray(labels[name], bool) for name in self.propositions], -1)
        told = np.asarray(labels, bool)
        return (told.astype(np.int64) << np.arange(len(self.propositions))).sum(-1)

    def step(self, states: ArrayLike, labels: ArrayLike | Mapping[str, ArrayLike],
             amounts: Mapping[str, ArrayLike] | None = None) -> Moves:
        """One step of many environments, each in a state of its own: `states` [B], labels as `pack` takes them.

        `amounts` [B] by the text of the edge's reward, for edges that pay no constant. KeyError: one of them is missing.
        """
        return self._moves(self._known(states), self.pack(labels), amounts or {})

    @cached_property
    def fingerprint(self) -> str:
        """What tells the machine from others: its states, and where every letter leads and what it pays."""
        told = repr((self.names, self.propositions, self.amounts, self._next.tolist(), self._paid.tolist(), self._amount.tolist()))
        return sha256(told.encode()).hexdigest()[:16]

    def save(self, states: ArrayLike) -> dict[str, object]:
        """States [B] with what tells the machine, as JSON can hold them: for a checkpoint."""
        return {"machine": self.fingerprint, "states": self._known(states).tolist()}

    def restore(self, saved: Mapping[str, object]) -> NDArray[np.int64]:
        """The states [B] of a checkpoint. ValueError: they were saved by another machine."""
        if saved.get("machine") != self.fingerprint:
            raise ValueError("these states were saved by another machine than this one "
                             f"({', '.join(self.machine.states[:3])}, …), or by an "
                             "earlier version of it: begin anew with `start`, or load the machine that saved them")
        return self._known(saved["states"])

    def _known(self, states: ArrayLike) -> NDArray[np.int64]:
        found = np.asarray(states, np.int64)
        wrong = found[(found < 0) | (found >= len(self))]
        if wrong.size:
            raise ValueError(f"{wrong.flat[0]} is no state of this machine, which has {len(self)}: 0 to {len(self) - 1}")
        return found

    def _moves(self, states: NDArray, letters: NDArray, amounts: Mapping[str, ArrayLike]) -> Moves:
        after, paid = self._next[states, letters], self._paid[states, letters]
        for number, name in enumerate(self.amounts):
            due = self._amount[states, letters] == number
            if due.any():
                given = np.asarray(amounts[name], float)
                paid = np.where(due, given.reshape(given.shape + (1,) * (due.ndim - given.ndim)), paid)
        return Moves(after, paid, self.final[after])

    def counterfactual(self, labels: ArrayLike | Mapping[str, ArrayLike],
                       amounts: Mapping[str, ArrayLike] | None = None) -> Experience:
        """What each transition [B] would have done in every state that is not final (Toro Icarte et al., JAIR 2022, CRM)."""
        states = np.flatnonzero(~self.final)
        letters = self.pack(labels)[:, None]
        grid = np.broadcast_to(states, (len(letters), len(states)))
        moves = self._moves(grid, np.broadcast_to(letters, grid.shape), amounts or {})
        return Experience(states, *moves)

    def one_hot(self, states: ArrayLike) -> NDArray[np.float32]:
        """Rows [..., S] to append to an observation."""
        return np.eye(len(self), dtype=np.float32)[self._known(states)]

    def goals(self) -> tuple[Goal, ...]:
        """An option for each edge that leads from a state to another one (Toro Icarte et al., ICML 2018, HRM)."""
        found = []
        for own in self._unfolded.arrows:
            for arrow in own:
                if arrow.source != arrow.target:
                    found.append(Goal(arrow.source, arrow.target, guard(self._unfolded, arrow.source, arrow.edge), arrow.reward))
        return tuple(found)
