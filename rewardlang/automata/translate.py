"""Formula → minimal complete automaton, in process: part by part where its top is boolean, else by progression."""

import heapq
import operator
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.diagram import Diagrams, Full
from rewardlang.automata.formula import (
    FALSE,
    Formula,
    atoms,
    conjunction,
    disjunction,
    make,
    negation,
    subformulas,
    text,
)
from rewardlang.automata.graph import Graph, product
from rewardlang.automata.progression import Progression, State

STATES = 20_000  # the states that a construction may come to before it gives up
_ROOM = 50       # nodes and remembered results allowed for each of those states
_DEEPEST = 60_000
_TRIALS = 6


class TooManyStates(Exception):
    """The automaton of `formula` grows beyond `limit` states (or the room that goes with them).

    `part` is the smallest part of it found to do so alone, or the formula itself.
    """

    def __init__(self, formula: Formula, part: Formula, limit: int):
        super().__init__(f"the automaton of `{_short(part)}` needs more than {limit} states")
        self.formula, self.part, self.limit = formula, part, limit


def translate(formula: Formula, alphabet: Alphabet | None = None, laws: Sequence[Formula] = (), states: int = STATES) -> Dfa:
    """The minimal complete automaton of the traces on which the formula holds at the first step, the empty one included.

    Its atoms are the formula's, by first occurrence, or those of `alphabet`. `laws` (not temporal) say which letters
    occur at all. TooManyStates: a construction came to more than `states` states. ValueError: an atom is not in `alphabet`.
    """
    letters = alphabet or Alphabet(atoms(formula), tuple(laws))
    if missing := set(atoms(formula)) - set(letters.atoms):
        raise ValueError(f"no atoms of the alphabet: {sorted(missing)}")
    with _deep():
        try:
            return Dfa.of(_graph(formula, letters, states), letters)
        except (Full, RecursionError) as full:
            raise TooManyStates(formula, _culprit(formula, letters, states), states) from full


@lru_cache(maxsize=256)
def minimal(formula: Formula, laws: tuple[Formula, ...] = (), names: tuple[str, ...] = (), states: int = STATES) -> Dfa:
    """`translate`, remembered: a formula is asked for by whoever reads it, checks it and shows it.

    `names` are the atoms in the order of the letters, where some are not in the formula; one that it lacks stands in for
    none at all.
    """
    return translate(formula, Alphabet(names or atoms(formula) or ("true",), laws), states=states)


def factors(formula: Formula, laws: Sequence[Formula] = (), states: int = STATES) -> tuple[str, list[Dfa]]:
    """The automata of the parts of a formula that a boolean operator joins (`and`, `or`, `iff`), or `one` automaton.

    Walking them side by side needs a table per part, over its own atoms only, where one table over all would be large.
    """
    op, shares = parts(formula)
    if op in ("one", "not"):
        return "one", [translate(formula, laws=laws, states=states)]
    return op, [translate(share, laws=laws, states=states) for share in shares]


def at_last(formula: Formula) -> Formula:
    """The formula that holds at the first step (of a trace that has one) exactly if `formula` does at the last.

    Its automaton tells the truth of a formula without future at every step of a run: whether the state is accepting.
    """
    return make("eventually", conjunction([formula, make("weak_next", FALSE)]))


def parts(formula: Formula) -> tuple[str, list[Formula]]:
    """A formula as a boolean operator over parts: `and`, `or`, `iff`, `not`; or `one` with the formula itself.

    `always` is shared out over the parts of a conjunction, `eventually` over those of a disjunction.
    """
    op = formula.op
    if op in ("always", "eventually"):
        inner = "and" if op == "always" else "or"
        split_by, shares = parts(_pushed(formula.args[0], inner))
        if split_by == inner:
            return inner, [make(op, share, window=formula.window) for share in shares]
        return "one", [formula]
    if not formula.temporal or op not in ("and", "or", "not", "implies", "iff"):
        return "one", [formula]
    if op == "implies":
        return "or", [negation(formula.args[0]), formula.args[1]]
    if op == "not" and (pushed := _pushed(formula, "and")) is not formula:
        return parts(pushed)
    return op, list(formula.args)


def _pushed(formula: Formula, wanted: str) -> Formula:
    """The same formula as the wanted junction (`and`, `or`) if one step of rewriting makes it one."""
    op, args = formula.op, formula.args
    join = conjunction if wanted == "and" else disjunction
    if op == "implies" and wanted == "or":
        return disjunction([negation(args[0]), args[1]])
    if op == "implies" and args[1].op == "and":
        return conjunction(make("implies", args[0], each) for each in args[1].args)
    if op == "iff" and wanted == "and":
        return conjunction([make("implies", *args), make("implies", *reversed(args))])
    if op == "not":
        inner = args[0]
        if inner.op == ("or" if wanted == "and" else "and"):
            return join(map(negation, inner.args))
        if inner.op == "implies" and wanted == "and":
            return conjunction([inner.args[0], negation(inner.args[1])])
    return formula


def _graph(formula: Formula, letters: Alphabet, states: int) -> Graph:
    """The minimal automaton: of the parts put together, or where one of those grows too large, of the whole at once."""
    try:
        return _Translation(letters, states).graph(formula)
    except Full:
        if parts(formula)[0] == "one":
            raise
    return _Translation(letters, states).read(formula)


def _culprit(formula: Formula, letters: Alphabet, states: int) -> Formula:
    """The smallest part found, in a few cheap trials, whose automaton alone grows beyond a quarter of the limit."""
    part, trials = formula, _TRIALS
    while True:
        _, shares = parts(part)
        inner = shares if shares != [part] else list(part.args)
        for each in sorted((each for each in inner if each.temporal), key=lambda each: -len(subformulas(each))):
            if trials == 0:
                return part
            trials -= 1
            try:
                _Translation(letters, states // 4).graph(each)
            except (Full, RecursionError):
                part = each
                break
        else:
            return part


class _Translation:
    """One store of letter diagrams, and the automata of parts made in it."""

    def __init__(self, alphabet: Alphabet, states: int):
        self.states = states
        self.room = states * _ROOM
        self.store = Diagrams(self.room)
        self.literals = alphabet.literals(self.store)

    def graph(self, formula: Formula) -> Graph:
        """The minimal automaton, put together from those of the parts."""
        op, shares = parts(formula)
        if op == "one":
            return self.read(formula)
        if op == "not":
            return self.graph(shares[0]).complement()
        timeless = [share for share in shares if not share.temporal] if op in ("and", "or") else []
        if len(timeless) > 1:
            shares = [make(op, *timeless), *(share for share in shares if share.temporal)]
        made = [(self.graph(share), frozenset(atoms(share))) for share in shares]
        return self._joined(made, _ACCEPT[op])

    def _joined(self, made: list[tuple[Graph, frozenset[str]]], accept: Callable[[bool, bool], bool]) -> Graph:
        """The product of all, the smallest first and before others with one that it shares atoms with."""
        waiting = [(len(graph), n, graph, names) for n, (graph, names) in enumerate(made)]
        heapq.heapify(waiting)
        count = len(made)
        while len(waiting) > 1:
            _, _, one, names = heapq.heappop(waiting)
            mate = min(waiting, key=lambda item: (not names & item[3], item[:2]))
            waiting.remove(mate)
            heapq.heapify(waiting)
            joined = product(one, mate[2], accept, self.states).minimal()
            count += 1
            heapq.heappush(waiting, (len(joined), count, joined, names | mate[3]))
        return waiting[0][2]

    def read(self, formula: Formula) -> Graph:
        """The automaton whose states are what is owed and remembered after each trace."""
        reading = Progression(formula, self.store, self.literals, self.room)
        numbers: dict[State, int] = {reading.start: 0}
        found = [reading.start]

        def number(state: State) -> int:
            known = numbers.get(state)
            if known is None:
                known = numbers[state] = len(found)
                if known >= self.states:
                    raise Full(f"more than {self.states} states")
                found.append(state)
            return ~known

        roots, shared = [], {}
        for state in found:  # grows while it is walked
            diagram, ends = reading.successors(state)
            if ends is None:
                roots.append(self.store.mapped(diagram, lambda end: number(reading.pure_state(~end)), shared))
            else:
                roots.append(self.store.mapped(diagram, lambda end: number(ends[~end]), {}))
        return Graph(self.store, roots, [reading.accepts(state) for state in found]).minimal()


_ACCEPT: dict[str, Callable[[bool, bool], bool]] = {"and": operator.and_, "or": operator.or_, "iff": operator.eq}


# --- deep formulas --------------------------------------------------------------------------------------------------

_lock = threading.Lock()
_inside = [0, 0]  # constructions under way, and the interpreter's limit before the first of them


@contextmanager
def _deep() -> Iterator[None]:
    """Room for recursion over deep formulas, whose depth the state limit bounds; one limit for all threads."""
    with _lock:
        if _inside[0] == 0:
            _inside[1] = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_inside[1], _DEEPEST))
        _inside[0] += 1
    try:
        yield
    finally:
        with _lock:
            _inside[0] -= 1
            if _inside[0] == 0:
                sys.setrecursionlimit(_inside[1])


def _short(formula: Formula, most: int = 200) -> str:
    words = text(formula)
    return words if len(words) <= most else words[:most] + "…"
