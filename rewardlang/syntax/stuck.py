"""Where the parser is stuck: the lexemes around, what would be legal, and what was open before."""

from collections.abc import Set
from dataclasses import dataclass

from rewardlang.syntax.reader import OPERAND_ENDS
from rewardlang.syntax.scan import Lexeme
from rewardlang.text.source import Span


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where the parser cannot go on: the lexeme `at` of a declaration, and the terminals that would be legal there."""

    lexemes: list[Lexeme]
    at: int
    legal: Set[str]
    spelled: dict[str, str]

    @property
    def here(self) -> Lexeme:
        """What cannot stand where it stands; at the end of the declaration an empty lexeme."""
        return self.near(0)

    @property
    def before(self) -> Lexeme:
        """The lexeme before."""
        return self.near(-1)

    @property
    def after(self) -> Lexeme:
        """The lexeme after."""
        return self.near(1)

    def near(self, distance: int) -> Lexeme:
        """The lexeme so many places on; an empty one outside the declaration."""
        at = self.at + distance
        if 0 <= at < len(self.lexemes):
            return self.lexemes[at]
        last = self.lexemes[-1].span
        return Lexeme("end", "", Span(last.source, last.end, last.end))

    @property
    def declaration(self) -> str:
        """The word that the declaration starts with."""
        return self.lexemes[0].text

    @property
    def wants_value(self) -> bool:
        """Whether a value may begin here."""
        return "NUMBER" in self.legal and "NAME" in self.legal

    @property
    def after_value(self) -> bool:
        """Whether a value may have ended just before."""
        return self.before.type in OPERAND_ENDS

    def open_at(self, word: str) -> int | None:
        """The nearest earlier place of `word` within the same brackets, or None."""
        depth = 0
        for at in range(self.at - 1, -1, -1):
            text = self.lexemes[at].text if self.lexemes[at].kind in ("sign", "word", "separator") else ""
            if text in (")", "]", "}"):
                depth += 1
            elif text in ("(", "[", "{"):
                depth -= 1
                if depth < 0:
                    return None
            elif depth == 0 and self.lexemes[at].kind == "separator":
                return None
            elif depth == 0 and text == word:
                return at
        return None


def shown(lexeme: Lexeme) -> str:
    """A lexeme in a sentence."""
    if lexeme.kind == "separator":
        return "the end of the line" if "\n" in lexeme.span.text else "`,`"
    if lexeme.kind == "text" and len(lexeme.text) > 24:
        return "this text"
    short = lexeme.text if len(lexeme.text) <= 40 else lexeme.text[:40] + "…"
    return f"`{short}`" if lexeme.text else "the end of the declaration"
