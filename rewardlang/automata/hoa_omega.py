"""Automata of infinite traces in the Hanoi omega-automata format (v1), read: deterministic, with any acceptance."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations

from rewardlang.automata.formula import Formula
from rewardlang.automata.hoa import read_label
from rewardlang.automata.omega import Acceptance, Omega

_TOKEN = re.compile(r"\s*(Inf|Fin|[()&|tf]|\d+)")
_MOST_ATOMS, _MOST_STATES = 8, 2_000
_State = tuple[frozenset[int], list[tuple[Formula, int, frozenset[int]]]]


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
    head, marked, body = text.partition("--BODY--")
    fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", head, flags=re.MULTILINE))
    if fields.get("HOA", "").strip() != "v1" or not marked or not fields.get("Start", "").strip().isdigit():
        raise ValueError("no automaton of the format HOA v1 with one start")
    names = tuple(re.sub(r"\\(.)", r"\1", name) for name in re.findall(r'"((?:[^"\\]|\\.)*)"', fields.get("AP", "")))
    if len(names) > _MOST_ATOMS:
        raise ValueError(f"more than {_MOST_ATOMS} propositions")
    acceptance = _acceptance(fields.get("Acceptance", ""))
    return _built(int(fields["Start"]), _states(body, names), names, acceptance)


def _states(body: str, names: tuple[str, ...]) -> dict[int, _State]:
    states: dict[int, _State] = {}
    for line in filter(None, map(str.strip, body.partition("--END--")[0].splitlines())):
        state = re.fullmatch(r"State:\s*(\d+)\s*(?:\"[^\"]*\")?\s*(?:\{([\d\s]*)\})?", line)
        edge = re.fullmatch(r"\[(.*)\]\s*(\d+)\s*(?:\{([\d\s]*)\})?", line)
        if state:
            states[int(state[1])] = (_marks(state[2]), [])
        elif edge and states:
            next(reversed(states.values()))[1].append((read_label(edge[1], names), int(edge[2]), _marks(edge[3])))
        else:
            raise ValueError(f"not read: {line}")
    return states


def _marks(written: str | None) -> frozenset[int]:
    return frozenset(map(int, (written or "").split()))


def _acceptance(written: str) -> Acceptance:
    """`2 Inf(0) & (Fin(1) | t)` by descent: `|` binds least."""
    formula = re.sub(r"^\s*\d+", "", written)
    tokens = _TOKEN.findall(formula)
    if not tokens or "".join(tokens) != re.sub(r"\s", "", formula):
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


def _built(start: int, states: dict[int, _State], names: tuple[str, ...], acceptance: Acceptance) -> Omega:
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


def _all_marks(states: dict[int, _State]) -> set[int]:
    return {mark for own, edges in states.values() for mark in chain(own, *(marks for _, _, marks in edges))}


def _holds(label: Formula, letter: frozenset[str]) -> bool:
    if label.op == "atom":
        return label.name in letter
    if label.op in ("true", "false"):
        return label.op == "true"
    parts = [_holds(arg, letter) for arg in label.args]
    return not parts[0] if label.op == "not" else (all if label.op == "and" else any)(parts)
