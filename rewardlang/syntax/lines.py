"""Which line breaks and commas end an item: in braces a break ends a `let`, a labelled line, an arm or an edge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rewardlang.syntax import words
from rewardlang.syntax.scan import Lexeme

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_OPENING.values())

# A line that ends with one of these, or with a sign that is no closing bracket, is not over.
_OPEN_WORDS = words.INFIX | words.PREFIX
# A line that begins with one of these continues the line above.
_CONTINUING_WORDS = (words.INFIX - {"else"}) | {"do"}
_CONTINUING_SIGNS = frozenset(("*", "/", "**", "??", "==", "!=", "<", "<=", ">", ">=", "->", "+-", "+=", "-=", "=",
                               ",", ":", "."))
_NEW_MACHINE_ITEM = re.compile(rf"\s*(?:(?:{'|'.join(words.MACHINE_ITEMS)})[ \t]+\w|\w+(?:\s*,\s*\w+)*\s*->)")


@dataclass(slots=True)
class _Frame:
    """An open bracket: its sign, what its braces hold, and how many `gate` or `match` in it await their braces."""

    sign: str
    holds: str = ""
    awaiting: int = 0
    matching: bool = False
    in_sources: bool = False


def separate(lexemes: list[Lexeme]) -> list[Lexeme]:
    """The lexemes of one declaration without line breaks, with a `separator` wherever an item of braces ends."""
    return list(_Separator(lexemes).run())


class _Separator:
    """One walk over the lexemes of a declaration, with the open brackets at hand."""

    def __init__(self, lexemes: list[Lexeme]):
        self.lexemes = lexemes
        self.frames = [_Frame("")]
        self.declaration = lexemes[0].text if lexemes else ""

    def run(self) -> Iterator[Lexeme]:
        """The lexemes and separators, in order."""
        last: Lexeme | None = None
        broken: Lexeme | None = None
        ends = False
        for at, lexeme in enumerate(self.lexemes):
            if lexeme.kind == "newline":
                broken = broken or lexeme
                continue
            if ends and self._ends_item(lexeme, at, broken):
                yield Lexeme("separator", ",", (broken or lexeme).span)
                self._begin_item()
            broken = None
            if lexeme.text == "," and self._is_machine_separator(lexeme):
                last = Lexeme("separator", ",", lexeme.span)
                yield last
                self._begin_item()
                ends = False
                continue
            closed = self._track(lexeme, at, last)
            yield lexeme
            awaits_operand = self._is_axis(last) or (closed is not None and closed.holds == "window")
            ends = not awaits_operand and (_can_end(lexeme) or self._is_name(at, last))
            last = lexeme

    def _ends_item(self, lexeme: Lexeme, at: int, broken: Lexeme | None) -> bool:
        frame = self.frames[-1]
        if frame.sign != "{" or lexeme.text in _CLOSING:
            return False
        if broken is not None:
            return not self._continues(lexeme, at, frame)
        return frame.holds == "arms" and self._begins_arm(lexeme, at)

    def _is_name(self, at: int, last: Lexeme | None) -> bool:
        """Whether any word would be a name here: a state, a member, or a given value (`task = next` in an example)."""
        if last is None or self.lexemes[at].kind != "word":
            return False
        if last.text in (",", "start", "final", "first"):
            return self.frames[-1].holds == "edges"
        if last.text == "=" and self.declaration == "example":
            return at + 1 < len(self.lexemes) and self.lexemes[at + 1].kind == "newline"
        return last.text in ("->", ".")

    def _is_axis(self, last: Lexeme | None) -> bool:
        """Whether the axis of a temporal word stands here: its operand follows."""
        return last is not None and last.text == "over" and last.kind == "word" and self.frames[-1].holds != "edges"

    def _continues(self, lexeme: Lexeme, at: int, frame: _Frame) -> bool:
        if lexeme.kind == "sign":
            return lexeme.text in _CONTINUING_SIGNS or (lexeme.text == "{" and frame.awaiting > 0)
        if lexeme.kind != "word" or self._next_sign(at) in (":", "->", "="):
            return False
        if frame.holds == "edges" and self._next_sign(at) == ",":
            return False
        if lexeme.text == "not":
            return self._next_text(at) == "in"
        return lexeme.text in _CONTINUING_WORDS or lexeme.text == "else"

    def _begins_arm(self, lexeme: Lexeme, at: int) -> bool:
        if lexeme.kind in ("number", "text", "duration"):
            return True
        if lexeme.kind != "word":
            return False
        if lexeme.text == "else":
            return self._next_sign(at) == ":"
        if lexeme.text == "not":
            return self._next_text(at) != "in"
        return lexeme.text not in words.INFIX

    def _begin_item(self) -> None:
        self.frames[-1].awaiting = 0
        self.frames[-1].in_sources = True

    def _is_machine_separator(self, comma: Lexeme) -> bool:
        frame = self.frames[-1]
        if frame.holds != "edges" or frame.in_sources:
            return False
        return _NEW_MACHINE_ITEM.match(comma.span.source.text, comma.span.end) is not None

    def _track(self, lexeme: Lexeme, at: int, last: Lexeme | None) -> _Frame | None:
        """Notes what the lexeme opens, awaits or closes; gives back what it closes."""
        frame, text = self.frames[-1], lexeme.text
        if lexeme.kind == "word":
            if text in ("gate", "match") and not self._is_name(at, last):
                frame.awaiting += 1
                frame.matching = frame.matching or text == "match"
            elif text in words.MACHINE_ITEMS and self._next_kind(at) == "word":
                frame.in_sources = False
        elif text in _OPENING:
            is_member = at > 1 and self.lexemes[at - 2].text == "."      # any word may be one: `x.previous[0]`
            self._open(text, "" if last is None or is_member else last.text)
        elif text in _CLOSING and len(self.frames) > 1:
            return self.frames.pop()
        elif text == "->":
            frame.in_sources = False
        return None

    def _open(self, sign: str, last: str) -> None:
        frame, opened = self.frames[-1], _Frame(sign)
        if sign == "[" and last in words.TEMPORAL_PREFIX | words.TEMPORAL_INFIX:
            opened.holds = "window"
        elif sign == "{" and last != "in":
            if self.declaration == "machine" and len(self.frames) == 1:
                opened.holds, opened.in_sources = "edges", True
            elif frame.matching:
                opened.holds, frame.matching = "arms", False
            frame.awaiting = max(frame.awaiting - 1, 0)
        self.frames.append(opened)

    def _next(self, at: int) -> Lexeme | None:
        following = at + 1
        while following < len(self.lexemes) and self.lexemes[following].kind == "newline":
            following += 1
        return self.lexemes[following] if following < len(self.lexemes) else None

    def _next_kind(self, at: int) -> str:
        following = self._next(at)
        return following.kind if following is not None else ""

    def _next_sign(self, at: int) -> str:
        following = self._next(at)
        return following.text if following is not None and following.kind == "sign" else ""

    def _next_text(self, at: int) -> str:
        following = self._next(at)
        return following.text if following is not None else ""


def _can_end(lexeme: Lexeme) -> bool:
    """Whether an item may end with this lexeme, read as what it is when it is no name."""
    if lexeme.kind == "sign":
        return lexeme.text in _CLOSING or lexeme.text == "?"
    return lexeme.kind != "word" or lexeme.text not in _OPEN_WORDS
