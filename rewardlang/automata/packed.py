"""An automaton as tables of whole numbers: one lookup a step, or a few where its atoms are many."""

from array import array
from dataclasses import dataclass

from rewardlang.automata.dfa import Dfa


@dataclass(frozen=True)
class Stage:
    """Reads the atoms first … first + width - 1: `table[row][bits]` is the next stage's row, or the next state.

    Bit k of `bits` is atom first + k. Rows of the first stage are states.
    """

    first: int
    width: int
    table: list[array]


@dataclass(frozen=True)
class Packed:
    """The stages of one automaton; a letter is a whole number whose bit k says whether atom k is true."""

    atoms: tuple[str, ...]
    stages: list[Stage]

    @property
    def entries(self) -> int:
        """How many numbers all tables hold."""
        return sum(len(stage.table) << stage.width for stage in self.stages)

    def step(self, state: int, letter: int) -> int:
        """The state after a letter."""
        row = state
        for stage in self.stages:
            row = stage.table[row][letter >> stage.first & (1 << stage.width) - 1]
        return row


def packed(dfa: Dfa, width: int = 8) -> Packed:
    """The tables of an automaton, each stage reading `width` atoms at most: a single one where there are no more.

    With n states and a single stage that is n · 2^atoms numbers; further stages have a row for each thing that the
    atoms before can have come to, which for most automata is far fewer than all combinations.
    """
    count = len(dfa.atoms)
    rows = list(dfa.graph.roots)
    stages = []
    for first in range(0, max(count, 1), width):
        last = min(first + width, count)
        numbers: dict[int, int] = {}
        table = []
        for row in rows:
            ends = _ends(dfa, row, first, last)
            if last >= count:
                table.append(array("i", [~end for end in ends]))
            else:
                table.append(array("i", [numbers.setdefault(end, len(numbers)) for end in ends]))
        stages.append(Stage(first, last - first, table))
        rows = list(numbers)
    return Packed(dfa.atoms, stages)


def _ends(dfa: Dfa, row: int, first: int, last: int) -> list[int]:
    """Where a diagram comes to for each value of the atoms from `first` up to `last`, in the order of their bits."""
    store = dfa.graph.store
    ends = [row]
    for level in range(first, last):
        pairs = [store.parts(end, level) for end in ends]
        ends = [low for low, _ in pairs] + [high for _, high in pairs]
    return ends
