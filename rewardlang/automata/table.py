"""An automaton as a table of whole numbers, for any room to walk: one lookup a step, or a few where its atoms are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rewardlang.automata.dfa import Dfa

#: Entries that a table may have before narrower stages are tried.
ROOMY = 1 << 16
_WIDEST = 8


@dataclass(frozen=True)
class Stage:
    """Reads the bits first … first + width - 1 of a letter: row r, bits b lead to `entries[r << width | b]`.

    That is the next stage's row, or after the last stage the next state. Rows of the first stage are states.
    """

    first: int
    width: int
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """A walk over letters: `states` of them from `start` on; bit k of a letter is proposition k. Immutable and hashable.

    The stages read the propositions from the first to the last, each some of them, all of them together.
    """

    stages: tuple[Stage, ...]
    states: int
    start: int = 0

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<table: states {self.states}, propositions {self.width}>"

    @cached_property
    def _hash(self) -> int:
        return hash((self.stages, self.states, self.start))

    @classmethod
    def of_rows(cls, rows: Sequence[Sequence[int]], start: int = 0) -> "Table":
        """The table in which `rows[state][letter]` is the next state; ValueError where the rows are no such table."""
        width = (len(rows[0]) - 1).bit_length() if rows else 0
        flat = tuple(end for row in rows for end in row)
        if not rows or any(len(row) != 1 << width for row in rows) or not all(0 <= end < len(rows) for end in (*flat, start)):
            raise ValueError("a table has a row for each state, and in each row a state for each of 2^n letters")
        return cls((Stage(0, width, flat),), len(rows), start)

    @property
    def width(self) -> int:
        """How many propositions a letter has."""
        return sum(stage.width for stage in self.stages)

    @property
    def entries(self) -> int:
        """How many numbers all stages hold."""
        return sum(len(stage.entries) for stage in self.stages)

    def step(self, state: int, letter: int) -> int:
        """The state after a letter."""
        row = state
        for stage in self.stages:
            row = stage.entries[row << stage.width | letter >> stage.first & (1 << stage.width) - 1]
        return row

    def reached(self, known: Sequence[bool | None]) -> frozenset[int]:
        """The states that a walk of one step or more can be in, where proposition k is always `known[k]` (None: either)."""
        found: dict[int, None] = {}
        waiting = [self.start]
        for state in waiting:  # grows while it is walked
            for after in self._after(state, known):
                if after not in found:
                    found[after] = None
                    if after != self.start:
                        waiting.append(after)
        return frozenset(found)

    def _after(self, state: int, known: Sequence[bool | None]) -> Iterable[int]:
        rows = {state}
        for stage in self.stages:
            bits = _combinations(known[stage.first:stage.first + stage.width])
            rows = {stage.entries[row << stage.width | letter] for row in rows for letter in bits}
        return rows


def _combinations(known: Sequence[bool | None]) -> list[int]:
    """The numbers whose bits are as known."""
    found = [0]
    for position, value in enumerate(known):
        found = [letter | int(bit) << position for letter in found for bit in ((False, True) if value is None else (value,))]
    return found


def table_of(dfa: Dfa) -> Table:
    """The table of an automaton in as few stages as room allows: each further one is a further lookup at every step."""
    for width in range(min(len(dfa.atoms), _WIDEST), 1, -1):
        if len(dfa) << width <= ROOMY:
            found = packed(dfa, width)
            if found.entries <= ROOMY:
                return found
    return packed(dfa, min(len(dfa.atoms), 2))


def padded(table: Table) -> Table:
    """The table of one stage with a proposition more, without which a step is no step of the trace and changes nothing."""
    (stage,) = table.stages
    letters = 1 << stage.width
    rows = [(state,) * letters + stage.entries[state * letters:(state + 1) * letters] for state in range(table.states)]
    return Table.of_rows(rows, table.start)


def packed(dfa: Dfa, width: int = _WIDEST) -> Table:
    """The table of an automaton, each stage reading `width` atoms at most: a single stage where there are no more.

    With n states and a single stage that is n · 2^atoms numbers; further stages have a row for each thing that the
    atoms before can have come to, which for most automata is far fewer than all combinations.
    """
    count = len(dfa.atoms)
    rows = list(dfa.graph.roots)
    stages = []
    for first in range(0, max(count, 1), max(width, 1)):
        last = min(first + width, count)
        numbers: dict[int, int] = {}
        ends = [end for row in rows for end in _ends(dfa, row, first, last)]
        if last >= count:
            entries = tuple(~end for end in ends)
        else:
            entries = tuple(numbers.setdefault(end, len(numbers)) for end in ends)
        stages.append(Stage(first, last - first, entries))
        rows = list(numbers)
    return Table(tuple(stages), len(dfa), dfa.initial)


def _ends(dfa: Dfa, row: int, first: int, last: int) -> list[int]:
    """Where a diagram comes to for each value of the atoms from `first` up to `last`, in the order of their bits."""
    store = dfa.graph.store
    ends = [row]
    for level in range(first, last):
        pairs = [store.parts(end, level) for end in ends]
        ends = [low for low, _ in pairs] + [high for _, high in pairs]
    return ends
