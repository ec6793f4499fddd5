"""Formula → deterministic automaton of infinite traces, by the master theorem of Esparza, Křetínský and Sickert (LICS 2018).

A formula holds if, for the set M of its parts that wait and hold infinitely often, and the set N of its parts that last and
hold from some step on, the formula holds in the end with M's parts no longer waiting, and what M and N claim is so.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations
from typing import NamedTuple

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice
from rewardlang.automata.formula import FALSE as NEVER
from rewardlang.automata.formula import PAST, Formula, atoms, make
from rewardlang.automata.formula import TRUE as ALWAYS
from rewardlang.automata.omega import Acceptance, Omega, TooManyLoops
from rewardlang.automata.positive import (
    LASTS,
    WAITS,
    NoOmega,
    parts_of,
    positive,
    without_lasting,
    without_waiting,
    written_out,
)
from rewardlang.automata.recall import Recall

_TRUE: Acceptance = ("and",)
_MOST_PARTS = 7      # that wait or last, in one part that no boolean operator splits
_MOST_STATES = 2_000
_MOST_MOVES = 70_000  # of the automaton, one for each state and letter
_MOST_ATOMS = 10

Letter = frozenset
Component = tuple[object, Callable[[object, Letter], tuple[object, bool]]]


class Place(NamedTuple):
    """Where a formula stands among those of infinite traces (`Omega.hierarchy`), or None and why that is not known."""

    name: str | None
    unknown: str | None


@lru_cache(maxsize=256)
def hierarchy(formula: Formula, laws: tuple[Formula, ...] = ()) -> Place:
    """The place of a formula in the hierarchy."""
    try:
        return Place(omega(formula, laws).hierarchy(), None)
    except (NoOmega, TooManyLoops) as why:
        return Place(None, str(why))
    except RecursionError:
        return Place(None, "it is nested too deeply")


def omega(formula: Formula, laws: Sequence[Formula] = ()) -> Omega:
    """A deterministic automaton of the infinite traces on which a formula holds at the first step.

    NoOmega: it looks ahead from within what looks back, has a window beyond 50 steps, or needs too large an automaton.
    """
    names = atoms(formula)
    if len(names) > _MOST_ATOMS:
        raise NoOmega(f"it has more than {_MOST_ATOMS} propositions")
    alphabet = Alphabet(names, tuple(laws))
    letters = tuple(letter for letter in map(frozenset, _subsets(names)) if alphabet.nearest(letter) == letter)
    plain, build = positive(written_out(formula)), _Build()
    acceptance = build.acceptance(plain)
    return _explored(build, Recall(parts_of(plain, PAST)), names, letters, acceptance)


def _explored(build: "_Build", recall: Recall, names: tuple[str, ...], letters: tuple[Letter, ...],
              acceptance: Acceptance) -> Omega:
    """All components side by side, from the start on."""
    found = [(recall.start, *(start for start, _ in build.components))]
    numbers, moves = {found[0]: 0}, []
    for memory, *states in found:  # grows while it is walked
        row = []
        for letter in letters:
            seen, after = recall.step(memory, letter)
            ends = [step(state, seen) for state, (_, step) in zip(states, build.components)]
            target = (after, *(state for state, _ in ends))
            if numbers.setdefault(target, len(numbers)) == len(found):
                found.append(target)
                if len(found) > _MOST_STATES:
                    raise NoOmega(f"its automaton has more than {_MOST_STATES} states")
                if len(found) * len(letters) > _MOST_MOVES:
                    raise NoOmega(f"its automaton has more than {_MOST_MOVES} moves")
            row.append((numbers[target], frozenset(mark for mark, (_, marked) in enumerate(ends) if marked)))
        moves.append(tuple(row))
    return Omega(names, letters, tuple(moves), acceptance)


def _remembered(step: Callable[[object, Letter], tuple[object, bool]], formula: Formula) -> Callable[[object, Letter], tuple[object, bool]]:
    """The steps of a component that reads a formula, each made once: it looks at no other propositions."""
    own = frozenset((*atoms(formula), *parts_of(formula, PAST)))
    known: dict[tuple, tuple[object, bool]] = {}

    def remembered(state: object, letter: Letter) -> tuple[object, bool]:
        key = state, letter & own
        if key not in known:
            known[key] = step(*key)
        return known[key]
    return remembered


def _subsets(items: Sequence) -> Iterator[tuple]:
    return chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))


# --- components -------------------------------------------------------------------------------------------------------


class _Build:
    """Components that read one trace side by side, each with the mark of its own number.

    What is still owed is a decision diagram over propositions and temporal formulas, so that equal claims are one state.
    """

    def __init__(self):
        self.store = Diagrams()
        self.both, self.either = self.store.junction(FALSE, TRUE), self.store.junction(TRUE, FALSE)
        self.levels: dict[Formula, int] = {}
        self.components: list[Component] = []
        self.numbers: dict[tuple, int] = {}
        self.kinds: list[Formula] = []
        self.after: dict[Letter, tuple[dict, dict]] = {}

    def acceptance(self, formula: Formula) -> Acceptance:
        """What has to be so of the marks for the formula to hold; makes the components that give them."""
        if formula.op in ("and", "or"):
            return (formula.op, *map(self.acceptance, formula.args))
        waits, lasts = parts_of(formula, WAITS), parts_of(formula, LASTS)
        if not waits:
            return self._never(formula)
        if not lasts:
            return "inf", self._component("done", formula, lambda: self._once(formula))
        if len(waits) + len(lasts) > _MOST_PARTS:
            raise NoOmega("it nests too many temporal words")
        return ("or", *(self._claim(formula, frozenset(some), frozenset(others), lasts)
                        for some in _subsets(waits) for others in _subsets(lasts)))

    def _claim(self, formula: Formula, waiting: frozenset, lasting: frozenset, lasts: list) -> Acceptance:
        """The formula, under the claim of what holds infinitely often and what from some step on."""
        again = [self._again(without_lasting(part, lasting)) for part in waiting]
        kept = [self._kept(without_waiting(part, waiting)) for part in lasting]
        if ("or",) in again or ("or",) in kept:
            return ("or",)
        settled = self._component("settled", (formula, waiting), lambda: self._settled(formula, waiting))
        return ("and", ("fin", settled), *again, *kept)

    def _never(self, formula: Formula) -> Acceptance:
        return "fin", self._component("broken", formula, lambda: self._once(formula, FALSE))

    def _again(self, formula: Formula) -> Acceptance:
        """Infinitely often."""
        if formula is ALWAYS or formula is NEVER:
            return _TRUE if formula is ALWAYS else ("or",)
        return "inf", self._component("again", formula, lambda: self._over(make("eventually", formula), TRUE))

    def _kept(self, formula: Formula) -> Acceptance:
        """From some step on."""
        if formula is ALWAYS or formula is NEVER:
            return _TRUE if formula is ALWAYS else ("or",)
        return "fin", self._component("kept", formula, lambda: self._over(make("always", formula), FALSE))

    def _component(self, kind: str, key: object, made: Callable[[], Component]) -> int:
        if (kind, key) not in self.numbers:
            self.numbers[kind, key] = len(self.components)
            start, step = made()
            self.components.append((start, _remembered(step, key if kind != "settled" else key[0])))
        return self.numbers[kind, key]

    def _once(self, formula: Formula, end: int = TRUE) -> Component:
        """Marks every step from when it is settled."""
        return self.owed(formula), lambda state, letter: ((then := self.step(state, letter)), then == end)

    def _over(self, formula: Formula, end: int) -> Component:
        """Begins again whenever it is settled, and marks that."""
        start = self.owed(formula)
        return start, lambda state, letter: (start, True) if (then := self.step(state, letter)) == end else (then, False)

    def _settled(self, formula: Formula, waiting: frozenset) -> Component:
        """What is owed, no longer waiting; where that breaks it begins again with what is owed by then, and marks that."""
        memo: dict[int, int] = {}

        def weakened(state: int) -> int:
            return self._replaced(state, memo, lambda part: self.owed(without_waiting(part, waiting)))

        def step(state: tuple[int, int], letter: Letter) -> tuple[tuple[int, int], bool]:
            owed, claimed = (self.step(part, letter) for part in state)
            return ((owed, weakened(owed)), True) if claimed == FALSE else ((owed, claimed), False)
        start = self.owed(formula)
        return (start, weakened(start)), step

    # --- what is owed -------------------------------------------------------------------------------------------------

    def owed(self, formula: Formula) -> int:
        """The diagram of a formula as it is owed before its first letter."""
        op = formula.op
        if op in ("true", "false"):
            return TRUE if op == "true" else FALSE
        if op in ("and", "or"):
            found = self.owed(formula.args[0])
            for arg in formula.args[1:]:
                found = (self.both if op == "and" else self.either)(found, self.owed(arg))
            return found
        if op == "not":
            return self.store.node(self._level(formula.args[0]), TRUE, FALSE)
        return self.store.node(self._level(formula), FALSE, TRUE)

    def _level(self, formula: Formula) -> int:
        if formula not in self.levels:
            self.levels[formula] = len(self.kinds)
            self.kinds.append(formula)
        return self.levels[formula]

    def step(self, state: int, letter: Letter) -> int:
        """What is owed after a letter; what looks back and holds is in the letter."""
        memo, parts = self.after.setdefault(letter, ({}, {}))
        return self._replaced(state, memo, lambda part: self._read(part, letter, parts))

    def _replaced(self, state: int, memo: dict[int, int], value: Callable[[Formula], int]) -> int:
        if state < 0:
            return state
        if state not in memo:
            formula = self.kinds[self.store.level[state]]
            low, high = (self._replaced(part, memo, value) for part in (self.store.low[state], self.store.high[state]))
            memo[state] = self.store.chosen(value(formula), high, low, boolean_choice, {})
        return memo[state]

    def _read(self, formula: Formula, letter: Letter, memo: dict[Formula, int]) -> int:
        """What remains of a formula after a letter."""
        if formula not in memo:
            memo[formula] = self._left(formula, letter, memo)
        return memo[formula]

    def _left(self, formula: Formula, letter: Letter, memo: dict[Formula, int]) -> int:
        op = formula.op
        if op == "atom" or op in PAST:
            return TRUE if (formula.name if op == "atom" else formula) in letter else FALSE
        if op == "next":
            return self.owed(formula.args[0])
        args = [self._read(arg, letter, memo) for arg in formula.args]
        if op == "not":
            return TRUE if args[0] == FALSE else FALSE
        if op in ("true", "false"):
            return TRUE if op == "true" else FALSE
        if op in ("and", "or"):
            found = args[0]
            for arg in args[1:]:
                found = (self.both if op == "and" else self.either)(found, arg)
            return found
        again = self.owed(formula)
        if op in ("eventually", "always"):
            return (self.either if op == "eventually" else self.both)(args[0], again)
        p, q = args
        if op in ("until", "weak_until"):
            return self.either(q, self.both(p, again))
        return self.both(q, self.either(p, again))

