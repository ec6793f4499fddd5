"""Automata of infinite traces in the Hanoi omega-automata format (v1), read: deterministic, with any acceptance."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations

from rewardlang.automata.formula import Formula
from rewardlang.automata.hoa_text import State, read_text
from rewardlang.automata.omega import Acceptance, Omega

_TOKEN = re.compile(r"\s*(Inf|Fin|[()&|tf]|\d+)")
_MOST_ATOMS, _MOST_STATES = 8, 2_000


@dataclass(frozen=True, eq=False)
class OmegaFile:
    """An automaton and the name of its file."""

    path: str
    automaton: Omega

    def __str__(self) -> str:
        return f'automaton("{self.path}")'

    @cached_property
    def counts(self) -> bool | None:
        """`Omega.counts`."""
        return self.automaton.counts()


def read_omega(text: str) -> Omega:
    """The automaton of a file with one start and labels on its edges; marks stand on states, edges or both.

    A letter for which a state has no edge leads to where nothing is accepted. `read_omega(text).hierarchy()` says where its
    language stands. ValueError: another kind of automaton, one that is not deterministic, or more than 8 propositions or 2000 states.
    """
    found = read_text(text)
    if len(found.names) > _MOST_ATOMS:
        raise ValueError(f"more than {_MOST_ATOMS} propositions")
    return _built(found.start, found.states, found.names, _acceptance(found.acceptance))


def _acceptance(written: str) -> Acceptance:
    """`Inf(0)&(Fin(1)|t)` by descent: `|` binds least."""
    tokens = _TOKEN.findall(written)
    if not tokens or "".join(tokens) != written:
        raise ValueError(f"no acceptance: {written}")
    tokens.append("")

    def taken(wanted: str) -> str:
        token = tokens.pop(0)
        if wanted != token and not (wanted == "mark" and token.isdigit()):
            raise ValueError(f"no acceptance: {written}")
        return token

    def joined(sign: str) -> Acceptance:
        parts = [joined("&") if sign == "|" else single()]
        while tokens[0] == sign:
            tokens.pop(0)
            parts.append(joined("&") if sign == "|" else single())
        return parts[0] if len(parts) == 1 else ("or" if sign == "|" else "and", *parts)

    def single() -> Acceptance:
        token = tokens.pop(0)
        if token in ("t", "f"):
            return ("and",) if token == "t" else ("or",)
        if token in ("Inf", "Fin"):
            taken("(")
            mark = int(taken("mark"))
            taken(")")
            return token.lower(), mark
        if token != "(":
            raise ValueError(f"no acceptance: {written}")
        inner = joined("|")
        taken(")")
        return inner

    found = joined("|")
    taken("")
    return found


def _built(start: int, states: dict[int, State], names: tuple[str, ...], acceptance: Acceptance) -> Omega:
    if len(states) > _MOST_STATES:
        raise ValueError(f"more than {_MOST_STATES} states")
    if start not in states:
        raise ValueError(f"there is no state {start} to start in")
    letters = tuple(map(frozenset, chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))))
    numbers = {state: number for number, state in enumerate(states)}
    sink, lost = len(numbers), 1 + max(_all_marks(states), default=0)
    moves = []
    for state, (own, edges) in states.items():
        row = []
        for letter in letters:
            ways = [(target, marks) for label, target, marks in edges if _holds(label, letter)]
            if len(ways) > 1:
                raise ValueError(f"state {state} is not deterministic")
            if any(target not in numbers for target, _ in ways):
                raise ValueError(f"there is no state {ways[0][0]}, to which {state} leads")
            row.append((numbers[ways[0][0]], own | ways[0][1]) if ways else (sink, frozenset({lost})))
        moves.append(tuple(row))
    if any(target == sink for row in moves for target, _ in row):
        moves.append(tuple((sink, frozenset({lost})) for _ in letters))
    return Omega(names, letters, tuple(moves), ("and", ("fin", lost), acceptance), numbers[start])


def _all_marks(states: dict[int, State]) -> set[int]:
    return {mark for own, edges in states.values() for mark in chain(own, *(marks for _, _, marks in edges))}


def _holds(label: Formula, letter: frozenset[str]) -> bool:
    if label.op == "atom":
        return label.name in letter
    if label.op in ("true", "false"):
        return label.op == "true"
    parts = [_holds(arg, letter) for arg in label.args]
    return not parts[0] if label.op == "not" else (all if label.op == "and" else any)(parts)
