"""Literals between their spelling and their value: numbers, durations, texts."""

import json
import re
from fractions import Fraction

from rewardlang.syntax.limits import MAX_DIGITS, MAX_EXPONENT
from rewardlang.syntax.words import UNITS_OF_TIME

_ESCAPE = re.compile(r'\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)', re.DOTALL)
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNPLAIN = re.compile('["\x00-\x1f\x7f]')
_DURATION = re.compile(r"(\d[\d_.]*(?:[eE][+-]?\d+)?)[ \t]*([a-z]+)")


def number_value(text: str) -> Fraction | None:
    """The exact value of a decimal literal, or None if it is too long or its exponent too large."""
    digits, _, exponent = text.replace("_", "").lower().partition("e")
    if len(text) > MAX_DIGITS or abs(int(exponent or 0)) > MAX_EXPONENT:
        return None
    return Fraction(digits) * Fraction(10) ** int(exponent or 0)


def is_integer(text: str) -> bool:
    """Whether a number is written without point or exponent."""
    return not any(sign in text for sign in ".eE")


def duration_value(text: str) -> Fraction | None:
    """Seconds of `2 s`, `500 ms`; None as for `number_value`."""
    amount, unit = duration_parts(text)
    value = number_value(amount)
    return None if value is None else value * Fraction(UNITS_OF_TIME[unit])


def duration_parts(text: str) -> tuple[str, str] | None:
    """Amount and unit of a duration, or None for any other text."""
    match = _DURATION.fullmatch(text)
    return match.groups() if match is not None and match.group(2) in UNITS_OF_TIME else None


def duration_literal(seconds: Fraction) -> str:
    """A literal that means so many seconds, in milliseconds where that makes a whole number of a fraction."""
    if seconds.denominator != 1 and (seconds * 1000).denominator == 1:
        return f"{seconds * 1000} ms"
    return f"{number_literal(seconds)} s"


def text_value(literal: str) -> tuple[str, list[tuple[int, int]]]:
    """What a text literal means, and the places (start, end, within the literal) of escapes that mean nothing."""
    if literal.startswith('r"'):
        return literal[2:-1], []
    quotes = 3 if literal.startswith('"""') else 1
    bad: list[tuple[int, int]] = []

    def meaning(match: re.Match[str]) -> str:
        value = _escape_value(match.group(1))
        if value is None:
            bad.append((match.start() + quotes, match.end() + quotes))
            return ""
        return value

    inner = literal[quotes:-quotes].replace("\r\n", "\n")
    return _ESCAPE.sub(meaning, inner), bad


def _escape_value(escape: str) -> str | None:
    if len(escape) == 1:
        return _SHORT.get(escape)
    value = json.loads(f'"\\{escape}"')
    return None if len(value) == 1 and "\ud800" <= value <= "\udfff" else value


def text_literal(value: str, raw: bool = False) -> str:
    """A literal that means `value`: raw if asked for and possible, else with JSON's escapes."""
    if raw and not _UNPLAIN.search(value):
        return f'r"{value}"'
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def is_plain_long(value: str) -> bool:
    """Whether a text of several lines can stand between three quotes as it is."""
    return not (set(value) & set("\\\r\x7f") or '"""' in value or value.endswith('"'))


def number_literal(value: Fraction, integer: bool = True) -> str:
    """The shortest decimal literal of a number that has one, without sign; ValueError for one that has none."""
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1 or value < 0:
        raise ValueError(f"{value} is no decimal literal")
    places = max(twos, fives)
    if places == 0:
        return str(value) if integer else f"{value}.0"
    digits = str(value.numerator * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
