"""The text of the Hanoi omega-automata format (v1), read: heading, states, edges with their labels and marks."""

import re
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from rewardlang.automata.formula import FALSE, TRUE, Formula, atom, conjunction, disjunction, negation

_TOKEN = re.compile(r"""(?P<blank>\s+|/\*.*?\*/)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>--[A-Z]+--)|(?P<head>[A-Za-z_][\w-]*:)
                        |(?P<alias>@[\w-]+)|(?P<word>[A-Za-z_][\w-]*)|(?P<number>\d+)|(?P<sign>[][{}()&|!])|(?P<other>.)""", re.X | re.S)
_DEEPEST = 100
#: Letters are written one by one where labels are implicit.
_MOST_IMPLICIT = 12


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


class State(NamedTuple):
    """The acceptance sets that a state is in, and its edges: the letters, where they lead, and the sets of the edge."""

    marks: frozenset[int]
    edges: list[tuple[Formula, int, frozenset[int]]]


@dataclass
class HoaText:
    """An automaton as written; `acceptance` is what stands after the number of its sets."""

    names: tuple[str, ...] = ()
    starts: list[int] = field(default_factory=list)
    count: int | None = None
    sets: int = 0
    acceptance: str = ""
    states: dict[int, State] = field(default_factory=dict)
    aliases: dict[str, Formula] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """The one state in which runs begin. ValueError: there are several, or none."""
        if len(self.starts) != 1:
            found = f"{len(self.starts)} states to start in" if self.starts else "no state to start in"
            raise ValueError(f"it has {found}, and a run begins in one: make it deterministic first")
        return self.starts[0]


def read_text(text: str) -> HoaText:
    """What a file of one automaton says. ValueError, with the line: it is no HOA v1, or branches universally."""
    return _Reader(text).read()


class _Reader:
    """Descent over tokens."""

    def __init__(self, text: str):
        self.tokens, line = [], 1
        for found in _TOKEN.finditer(text):
            if found.lastgroup != "blank":
                self.tokens.append(_Token(found.lastgroup, found[0], line))
            line += found[0].count("\n")
        self.tokens.append(_Token("end", "the end of the file", line))
        self.at, self.found = 0, HoaText()

    def read(self) -> HoaText:
        if (self.now.text, self.tokens[min(1, len(self.tokens) - 1)].text) != ("HOA:", "v1"):
            raise ValueError("it is no automaton of the format HOA v1: its first line is not `HOA: v1`")
        self.at = 2
        while self.now.text != "--BODY--":
            self._heading()
        self.at += 1
        while self.now.text == "State:":
            self._state()
        self._take("--END--")
        if self.now.kind != "end":
            raise self._wrong("one automaton, and here begins more")
        if self.found.count is not None:
            self._no_more_than(self.found.count)
        return self.found

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def _wrong(self, wanted: str) -> ValueError:
        return ValueError(f"line {self.now.line}: `{self.now.text}` stands in place of {wanted}")

    def _take(self, text: str) -> None:
        if self.now.text != text:
            raise self._wrong(f"`{text}`")
        self.at += 1

    def _number(self, what: str = "a number") -> int:
        if self.now.kind != "number":
            raise self._wrong(what)
        self.at += 1
        return int(self.tokens[self.at - 1].text)

    def _no_more_than(self, count: int) -> None:
        named = {*self.found.starts, *self.found.states, *(edge[1] for state in self.found.states.values() for edge in state.edges)}
        if max(named, default=0) >= count:
            raise ValueError(f"it says `States: {count}`, and names a state {max(named)}: they count from 0")

    # --- heading ---

    def _heading(self) -> None:
        head = self.now
        if head.kind != "head":
            raise self._wrong("a heading, or `--BODY--`")
        self.at += 1
        if head.text == "Start:":
            self.found.starts.append(self._number("a state"))
            self._one_target()
        elif head.text == "States:":
            self.found.count = self._number()
        elif head.text == "AP:":
            self._propositions()
        elif head.text == "Alias:":
            name = self.now.text
            self.at += 1
            self.found.aliases[name] = self._label("|")
        elif head.text == "Acceptance:":
            self.found.sets = self._number()
            self.found.acceptance = "".join(token.text for token in self._rest())
        else:
            self._rest()

    def _rest(self) -> list[_Token]:
        """What is left of a heading."""
        begun = self.at
        while self.now.kind not in ("head", "mark", "end"):
            self.at += 1
        return self.tokens[begun:self.at]

    def _propositions(self) -> None:
        line, count = self.now.line, self._number()
        words = self._rest()
        names = tuple(re.sub(r"\\(.)", r"\1", word.text[1:-1]) for word in words if word.kind == "string")
        if len(names) != count or len(words) != count or len(set(names)) != count:
            raise ValueError(f"line {line}: `AP: {count}` is followed by {len(set(names))} different names")
        self.found.names = names

    # --- body ---

    def _state(self) -> None:
        self.at += 1
        label = self._bracket()
        line, number = self.now.line, self._number("a state")
        if number in self.found.states:
            raise ValueError(f"line {line}: the state {number} stands there twice")
        if self.now.kind == "string":
            self.at += 1
        state = State(self._marks(), [])
        self.found.states[number] = state
        bare: list[tuple[int, frozenset[int]]] = []
        while self.now.kind == "number" or self.now.text == "[":
            own = self._bracket()
            target = self._number("a state")
            self._one_target()
            marks = self._marks()
            if own is None and label is None:
                bare.append((target, marks))
            else:
                state.edges.append((label if own is None else own, target, marks))
        if bare:
            self._implicit(number, state, bare)

    def _implicit(self, number: int, state: State, bare: list) -> None:
        """Edges without labels: one for each letter, the first proposition changing fastest."""
        names = self.found.names
        if state.edges or len(names) > _MOST_IMPLICIT or len(bare) != 1 << len(names):
            raise ValueError(f"the state {number} has {len(bare)} edges without a label: there must be one for each of the letters, "
                             f"of at most {_MOST_IMPLICIT} propositions, or a label on each edge")
        for told, (target, marks) in zip(product((False, True), repeat=len(names)), bare, strict=True):
            literals = (atom(name) if true else negation(atom(name)) for name, true in zip(names, reversed(told), strict=True))
            state.edges.append((conjunction(literals), target, marks))

    def _one_target(self) -> None:
        if self.now.text == "&":
            raise ValueError(f"line {self.now.line}: it branches universally (`&` between states): make it deterministic first")

    def _marks(self) -> frozenset[int]:
        found = set()
        if self.now.text == "{":
            self.at += 1
            while self.now.text != "}":
                found.add(self._number("the number of an acceptance set, or `}`"))
            self.at += 1
        return frozenset(found)

    # --- labels ---

    def _bracket(self) -> Formula | None:
        if self.now.text != "[":
            return None
        self.at += 1
        found = self._label("|")
        self._take("]")
        return found

    def _label(self, sign: str, depth: int = 0) -> Formula:
        """`!0 & (1 | t)`: `|` binds least, `!` most."""
        parts = [self._label("&", depth) if sign == "|" else self._literal(depth)]
        while self.now.text == sign:
            self.at += 1
            parts.append(self._label("&", depth) if sign == "|" else self._literal(depth))
        return (disjunction if sign == "|" else conjunction)(parts)

    def _literal(self, depth: int) -> Formula:
        token = self.now
        if depth > _DEEPEST:
            raise ValueError(f"line {token.line}: signs within more than {_DEEPEST} others")
        if token.kind == "number" and int(token.text) >= len(self.found.names):
            raise ValueError(f"line {token.line}: there is no proposition {token.text}, of {len(self.found.names)} counted from 0")
        if token.kind == "alias" and token.text not in self.found.aliases:
            raise ValueError(f"line {token.line}: the alias `{token.text}` is not known there")
        self.at += 1
        if token.text == "!":
            return negation(self._literal(depth + 1))
        if token.text == "(":
            inner = self._label("|", depth + 1)
            self._take(")")
            return inner
        if token.text in ("t", "f"):
            return TRUE if token.text == "t" else FALSE
        if token.kind in ("number", "alias"):
            return atom(self.found.names[int(token.text)]) if token.kind == "number" else self.found.aliases[token.text]
        self.at -= 1
        raise self._wrong("a proposition by its number")
