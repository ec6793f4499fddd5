"""Which terminal of the grammar a lexeme is: words are decided by the parser's state and by one lexeme ahead."""

from collections.abc import Mapping
from typing import Any

from rewardlang.syntax import words
from rewardlang.syntax.scan import Lexeme

_LITERALS = {"number": "NUMBER", "duration": "DURATION", "text": "TEXT", "separator": "SEP", "bad": "BAD"}

# Where a name could stand too, a word that the grammar knows is a keyword before a word, a number or a text. But:
_ONLY_BEFORE = {"enum": "{", "table": "["}
_ALSO_BEFORE = {"otherwise": "->"}
# After one of these a name cannot stand, though the parser's merged states seem to allow it.
OPERAND_ENDS = frozenset(("NAME", "WORD", "NUMBER", "TEXT", "DURATION", "TRUE", "FALSE", "INVALID", "RPAR",
                          "RSQB", "RBRACE"))
_OPERANDS = ("word", "number", "text", "duration")


class Reader:
    """Gives lexemes their terminals; `fixed` maps the words and signs that the grammar spells to terminals."""

    def __init__(self, fixed: Mapping[str, str]):
        self.fixed = dict(fixed)
        for group, terminal in ((words.TEMPORAL_PREFIX, "TEMPORAL_PREFIX"), (words.TEMPORAL_INFIX, "TEMPORAL_INFIX"),
                                (words.COMPARISONS, "COMPARISON")):
            self.fixed.update(dict.fromkeys(group, terminal))

    def terminal(self, lexeme: Lexeme, last: Lexeme | None, following: Lexeme | None, legal: Mapping[str, Any]) -> str:
        """The terminal of `lexeme` between its neighbours where the parser's state allows the terminals in `legal`."""
        if lexeme.kind == "sign":
            if lexeme.text == "[" and last is not None and last.type in ("TEMPORAL_PREFIX", "TEMPORAL_INFIX"):
                return "WINDOW"
            return self.fixed.get(lexeme.text, "BAD")
        if lexeme.kind == "word":
            return self._word(lexeme.text, last, following, legal)
        return _LITERALS[lexeme.kind]

    def _word(self, text: str, last: Lexeme | None, following: Lexeme | None, legal: Mapping[str, Any]) -> str:
        sign = following.text if following is not None and following.kind in ("sign", "separator") else ""
        if sign == ":":
            if "LABEL" in legal:
                return "LABEL"
            if text == "else" and "ELSE_ARM" in legal:
                return "ELSE_ARM"
        if sign == "=" and "KEY" in legal:
            return "KEY"
        terminal = self.fixed.get(text)
        if terminal in legal and (text in words.RESERVED or _is_keyword(text, sign, last, following, legal)):
            is_given = last is not None and last.text == "=" and sign in (",", "}")
            return "NAME" if text in words.PREFIX and "NAME" in legal and (sign == ":" or is_given) else terminal
        if "WORD" in legal:
            return "WORD"
        return terminal if text in words.RESERVED else "NAME"


def _is_keyword(text: str, sign: str, last: Lexeme | None, following: Lexeme | None, legal: Mapping[str, Any]) -> bool:
    """Whether an unreserved word that the grammar knows here is that word, and no name."""
    if ("NAME" not in legal and "WORD" not in legal) or (last is not None and last.type in OPERAND_ENDS):
        return True
    if text in _ONLY_BEFORE:
        return sign == _ONLY_BEFORE[text]
    if sign and sign == _ALSO_BEFORE.get(text):
        return True
    if following is None or following.kind not in _OPERANDS:
        return False
    return "WORD" in legal or following.text not in words.INFIX

