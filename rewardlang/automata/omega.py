"""Automata of infinite traces: deterministic, with any acceptance on marks seen for ever, and where their languages are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rewardlang.automata.counting import counts
from rewardlang.automata.table import Table

Acceptance = tuple  # ("inf", mark), ("fin", mark), ("and", *parts), ("or", *parts): an empty "and" is true
Edge = tuple[int, int, frozenset[int]]  # from, to, marks
Loop = tuple[frozenset[Edge], frozenset[int]]

#: The hierarchy of Manna and Pnueli, least first where two of them hold.
HIERARCHY = ("both", "safety", "co_safety", "obligation", "recurrence", "persistence", "general")
_MOST_LOOPS, _MOST_WORK = 4_000, 1_500_000


class TooManyLoops(Exception):
    """There are too many loops to compare all of them."""


@dataclass(frozen=True)
class Omega:
    """`moves[state][letter]` is the next state and the marks on the way; every state has a move for each of `letters`.

    A letter is the set of propositions that hold. A trace is accepted if `acceptance` is so of the marks that its run sees
    infinitely often.
    """

    atoms: tuple[str, ...]
    letters: tuple[frozenset[str], ...]
    moves: tuple[tuple[tuple[int, frozenset[int]], ...], ...]
    acceptance: Acceptance
    initial: int = 0

    def __len__(self) -> int:
        return len(self.moves)

    def accepts(self, stem: Iterable[frozenset[str]], loop: Iterable[frozenset[str]]) -> bool:
        """Whether the trace is accepted that is the stem and then the loop for ever."""
        number = {letter: at for at, letter in enumerate(self.letters)}
        state, loop = self.initial, [number[letter] for letter in loop]
        for letter in stem:
            state = self.moves[state][number[letter]][0]
        begun: dict[int, int] = {}
        rounds: list[frozenset[int]] = []
        while state not in begun:
            begun[state] = len(rounds)
            seen: frozenset[int] = frozenset()
            for letter in loop:
                state, marks = self.moves[state][letter]
                seen |= marks
            rounds.append(seen)
        return accepted(self.acceptance, frozenset().union(*rounds[begun[state]:]))

    def hierarchy(self) -> str:
        """Where the language stands, one of `HIERARCHY`: exactly, whatever automaton it is given by (Landweber 1969).

        safety       a violation is known at some step; no accepted trace needs patience
        co_safety    a success is known at some step (Manna and Pnueli's guarantee)
        both         either is known at some step
        obligation   a boolean combination of these two
        recurrence   something good happens infinitely often: a deterministic Büchi automaton is enough
        persistence  something bad happens finitely often: a deterministic co-Büchi automaton is enough
        general      none of these (reactivity)
        """
        good, bad = [], []
        edges = frozenset(self._reached())
        for loop in _loops(edges):
            (good if accepted(self.acceptance, loop[1]) else bad).append(loop[0])
        if any(one <= other for one in good for other in bad):
            return "general" if any(one <= other for one in bad for other in good) else "persistence"
        if any(one <= other for one in bad for other in good):
            return "recurrence"
        closed, open_ = _is_closed(edges, good, bad), _is_closed(edges, bad, good)
        return "both" if closed and open_ else "safety" if closed else "co_safety" if open_ else "obligation"

    @cached_property
    def table(self) -> Table:
        """Its moves for any room to walk, proposition k in bit k of a letter; ValueError where laws leave letters out."""
        number = {letter: at for at, letter in enumerate(self.letters)}
        subsets = [frozenset(name for bit, name in enumerate(self.atoms) if letter >> bit & 1) for letter in range(1 << len(self.atoms))]
        if len(number) != len(subsets):
            raise ValueError("a table has a column for each set of propositions")
        return Table.of_rows([[row[number[letter]][0] for letter in subsets] for row in self.moves], self.initial)

    def counts(self) -> bool | None:
        """Whether it counts modulo a number: without that, what it accepts can be said in temporal logic (`counting.counts`)."""
        reached = sorted({edge[0] for edge in self._reached()})
        place = {state: at for at, state in enumerate(reached)}
        return counts([[place[target] for target, _ in self.moves[state]] for state in reached])

    @cached_property
    def hopeless(self) -> frozenset[int]:
        """The states, of those that are come to, from which no trace is accepted."""
        edges = frozenset(self._reached())
        good = {edge[0] for loop in _loops(edges) if accepted(self.acceptance, loop[1]) for edge in loop[0]}
        return frozenset(edge[0] for edge in edges) - _behind(edges, good)

    @property
    def constant(self) -> bool | None:
        """True if it accepts every trace, False if none, else None."""
        verdicts = {accepted(self.acceptance, loop[1]) for loop in _loops(frozenset(self._reached()))}
        return verdicts.pop() if len(verdicts) == 1 else None

    def _reached(self) -> Iterator[Edge]:
        found = {self.initial: None}
        waiting = [self.initial]
        for state in waiting:  # grows while it is walked
            for target, marks in self.moves[state]:
                yield state, target, marks
                if target not in found:
                    found[target] = None
                    waiting.append(target)


def accepted(acceptance: Acceptance, marks: frozenset[int]) -> bool:
    """The acceptance of a run that sees these marks infinitely often, and no others."""
    op, *parts = acceptance
    if op in ("inf", "fin"):
        return (parts[0] in marks) == (op == "inf")
    return (all if op == "and" else any)(accepted(part, marks) for part in parts)


def _loops(edges: frozenset[Edge]) -> list[Loop]:
    """Of every set of marks that some loop has, the largest loops with it: strongly connected sets of edges."""
    found: dict[frozenset[Edge], frozenset[int]] = {}
    stack, work = [edges], 0
    while stack:
        some = stack.pop()
        work += len(some)
        if len(found) > _MOST_LOOPS or work > _MOST_WORK:
            raise TooManyLoops("its automaton has too many loops to compare")
        for part in _components(some):
            if part in found:
                continue
            marks = found[part] = frozenset().union(*(edge[2] for edge in part))
            stack += [frozenset(edge for edge in part if mark not in edge[2]) for mark in marks]
    return list(found.items())


def _components(edges: frozenset[Edge]) -> Iterator[frozenset[Edge]]:
    """The edges within each strongly connected part of a graph (Kosaraju)."""
    ahead: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    for source, target, _ in edges:
        ahead.setdefault(source, []).append(target)
        behind.setdefault(target, []).append(source)
    order: dict[int, None] = {}
    for state in ahead:
        _finish(state, ahead, order)
    part: dict[int, int] = {}
    for state in reversed(order):
        own: dict[int, None] = {}
        _finish(state, behind, own, part)
        part.update(dict.fromkeys(own, state))
    inside: dict[int, set[Edge]] = {}
    for edge in edges:
        if part[edge[0]] == part[edge[1]]:
            inside.setdefault(part[edge[0]], set()).add(edge)
    return map(frozenset, inside.values())


def _finish(start: int, arcs: dict[int, list[int]], done: dict[int, None], closed: Iterable[int] = ()) -> None:
    """Adds what can be reached to `done`, each state after all it leads to."""
    opened, stack = set(done) | set(closed), [(start, iter(arcs.get(start, ())))]
    if start in opened:
        return
    opened.add(start)
    while stack:
        state, rest = stack[-1]
        target = next((each for each in rest if each not in opened), None)
        if target is None:
            done[state] = None
            stack.pop()
        else:
            opened.add(target)
            stack.append((target, iter(arcs.get(target, ()))))


def _is_closed(edges: frozenset[Edge], good: list[frozenset[Edge]], bad: list[frozenset[Edge]]) -> bool:
    """Whether every run is good that could become good at each of its steps."""
    hopeful = _behind(edges, {edge[0] for loop in good for edge in loop})
    return not any(edge[0] in hopeful for loop in bad for edge in loop)


def _behind(edges: frozenset[Edge], states: Iterable[int]) -> frozenset[int]:
    """The states from which one of these can be come to, themselves included."""
    sources: dict[int, list[int]] = {}
    for source, target, _ in edges:
        sources.setdefault(target, []).append(source)
    found = set(states)
    stack = list(found)
    while stack:
        for state in sources.get(stack.pop(), ()):
            if state not in found:
                found.add(state)
                stack.append(state)
    return frozenset(found)
