"""Reading a letter: from what is owed now to what is owed next, as one decision diagram over the letter's atoms."""

from collections.abc import Iterable
from typing import NamedTuple

from rewardlang.automata.diagram import FALSE, TRUE, Diagrams
from rewardlang.automata.elementary import Elementary, reaching, sooner
from rewardlang.automata.formula import Formula
from rewardlang.automata.memory import Cell, Memory
from rewardlang.automata.obligations import ATOM, NEXT, PREVIOUS, UNTIL, Obligations, Variable
from rewardlang.automata.trace import holds_on_empty


class State(NamedTuple):
    """What is owed (a node of obligations), and what is remembered: one entry per cell, None where it no longer matters."""

    owed: int
    memory: tuple[int | None, ...] = ()


def leaf(node: int) -> int:
    """The leaf of a letter diagram that stands for a node of obligations; and back."""
    return -3 - node


YES, NO = leaf(TRUE), leaf(FALSE)


class Progression:
    """One formula read letter by letter. `literals` are the diagrams of the atoms, by number, in the store `letters`.

    Past operators need no second pass: their arguments' values at the step before are remembered in cells. Where such a
    value depends on the future (`once eventually a`), the cell holds what it has come to depend on, as obligations.
    """

    def __init__(self, formula: Formula, letters: Diagrams, literals: dict[str, int], room: int):
        self.letters = letters
        self.obligations = owed = Obligations(room)
        self.memory = Memory(owed)
        shifted: dict[int, int] = {}
        self._atoms = [letters.mapped(root, leaf, shifted) for root in literals.values()]
        body = Elementary(owed, list(literals)).node(formula)
        self.memory.prepare(body)
        self.start = self._state(owed.later(body, holds_on_empty(formula)), self.memory.initial())
        self._nodes: dict[int, int] = {FALSE: NO, TRUE: YES}  # expansions that no memory changes
        self._now: dict[int, int] = {}                        # expansions with the memory of the state being left
        self._values: tuple[int | None, ...] = ()
        self._and = letters.junction(NO, YES, self._and_leaves)
        self._or = letters.junction(YES, NO, self._or_leaves)
        self._memo_choice: dict = {}
        self._memo_tail: dict[int, int] = {}
        self._beside = letters.operation(self._decide_beside)
        self._rows: dict[tuple, int] = {}
        self._row_of: list[tuple] = []

    def accepts(self, state: State) -> bool:
        """Whether the trace may end here."""
        return self.obligations.settled(state.owed)

    def successors(self, state: State) -> tuple[int, dict[int, State] | None]:
        """A letter diagram, and the state each of its leaf values stands for (None: the value + 2 of what is owed)."""
        self._now, self._values = {}, state.memory
        owed = self._expanded(self.obligations.tail(state.owed))
        if not state.memory or all(value is None for value in state.memory):
            return owed, None
        rows = self.letters.mapped(owed, lambda end: ~self._row((leaf(end),)), {})
        for number, cell in enumerate(self.memory.cells):
            if state.memory[number] is not None:
                rows = self._beside(rows, self._next_value(cell, state.memory[number]))
            else:
                rows = self.letters.mapped(rows, lambda row: ~self._row((*self._row_of[~row], None)), {})
        ends = {value: self._row_of[value] for value in self.letters.leaves(rows)}
        return rows, {value: self._state(owed, memory) for value, (owed, *memory) in ends.items()}

    def _state(self, owed: int, memory: Iterable[int | None]) -> State:
        """The state, with the cells forgotten that what is owed never asks again."""
        needed = self.memory.needed_by(self.obligations.tail(owed))
        return State(owed, tuple(value if needed >> n & 1 else None for n, value in enumerate(memory)))

    def pure_state(self, value: int) -> State:
        """The state of a leaf value of a diagram whose states remember nothing."""
        return State(leaf(~value), (None,) * len(self.memory.cells))

    def _row(self, row: tuple) -> int:
        found = self._rows.setdefault(row, len(self._rows))
        if found == len(self._row_of):
            self._row_of.append(row)
        return found

    def _decide_beside(self, row: int, value: int) -> int | None:
        if row < 0 and value < 0:
            return ~self._row((*self._row_of[~row], ~value))
        return None

    # --- expansions ----------------------------------------------------------------------------------------------------

    def _expanded(self, f: int) -> int:
        """What remains owed of a node once the letter of its step is read: a letter diagram of nodes."""
        memo = self._now if self._values and self.memory.needed_by(f) else self._nodes
        found = memo.get(f)
        if found is None:
            owed = self.obligations
            level = owed.level[f]
            alone = owed.alone[level]
            if f == alone:
                found = self._variable(owed.variables[level])
            else:
                found = self._choice(self._expanded(alone), self._expanded(owed.high[f]), self._expanded(owed.low[f]))
            memo[f] = found
        return found

    def _variable(self, variable: Variable) -> int:
        """The expansion of an elementary formula."""
        kind, p, q, low, _ = variable
        if kind == ATOM:
            return self._atoms[p]
        if kind == NEXT:
            return leaf(self.obligations.later(p, at_end=False))
        if kind == PREVIOUS:
            return self._expanded(self._remembered(variable))
        if kind == UNTIL:
            rest = leaf(self.obligations.later(reaching(self.obligations, sooner(variable)), at_end=False))
        else:
            rest = self._expanded(self._remembered(variable))
        walking = NO if rest == NO else self._and(self._expanded(p), rest)
        return walking if low > 0 else self._or(self._expanded(q), walking)

    def _remembered(self, variable: Variable) -> int:
        """The node that a past formula's value at the step before has come to."""
        number = self.memory.cell_of[variable]
        value = self._values[number]
        assert value is not None, "a cell was forgotten while something still asked for it"
        if self.memory.cells[number].bound is None:
            return value - 2
        return TRUE if value < variable.high else FALSE

    def _next_value(self, cell: Cell, value: int) -> int:
        """The letter diagram of what a cell holds after the letter, as leaves with values >= 0."""
        if cell.bound is None:
            return self.letters.mapped(self._expanded(cell.node), self._tail_leaf, self._memo_tail)
        older = ~min(value + 1, cell.bound)
        since = self.letters.mapped(self._expanded(cell.p), {YES: older, NO: ~cell.bound}.__getitem__, {})
        return self.letters.chosen(self._expanded(cell.q), ~0, since, _pick, {})

    def _tail_leaf(self, end: int) -> int:
        return ~(self.obligations.tail(leaf(end)) + 2)

    # --- operations on letter diagrams of nodes ------------------------------------------------------------------------

    def _choice(self, test: int, high: int, low: int) -> int:
        known = self._decide_choice(test, high, low)
        return self.letters.chosen(test, high, low, self._decide_choice, self._memo_choice) if known is None else known

    def _and_leaves(self, f: int, g: int) -> int:
        return leaf(self.obligations.both(leaf(f), leaf(g)))

    def _or_leaves(self, f: int, g: int) -> int:
        return leaf(self.obligations.either(leaf(f), leaf(g)))

    def _decide_choice(self, test: int, high: int, low: int) -> int | None:
        if test == YES or high == low:
            return high
        if test == NO:
            return low
        if low == NO:
            return self._and(test, high)
        if high == YES:
            return self._or(test, low)
        if test < 0 and high < 0 and low < 0:
            return leaf(self.obligations.choice(leaf(test), leaf(high), leaf(low)))
        return None


def _pick(test: int, high: int, low: int) -> int | None:
    """`decide` of a choice between leaves by a test that the future does not enter."""
    return {YES: high, NO: low}.get(test)
