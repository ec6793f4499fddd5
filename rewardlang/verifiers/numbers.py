"""Numbers in texts: reading one, finding the last one, comparing two with a tolerance."""

import re
from fractions import Fraction

from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.regex import last_match

# Commas only where thousands have them, so that "1,2" and a list of numbers are no number.
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
_DECIMAL = rf"(?:{_DIGITS}(?:\.[0-9]*)?|\.[0-9]+)"
# Three digits of exponent are more than a float has; more would only cost time.
_NUMBER = re.compile(rf"[-+]?{_DECIMAL}(?:[eE][-+]?[0-9]{{1,3}})?(?: */ *{_DECIMAL})?")
# A sign and a leading point count only where no word or number goes on.
_IN_TEXT = re.compile(rf"(?:(?<![\w.])[-−]?\.[0-9]|(?:(?<![\w.])[-−])?{_DIGITS}\.?)[0-9]*")
_LONGEST = 400


@gold(
    (("42",), 42.0),
    ((" -3.50 ",), -3.5),
    (("1,234,567.5",), 1234567.5),
    (("$90,000",), 90000.0),
    (("-$5",), -5.0),
    (("\\$18",), 18.0),
    (("50%",), 50.0),
    (("3/4",), 0.75),
    (("1e-3",), 0.001),
    (("18.",), 18.0),
    (("50%.",), 50.0),
    (("−7",), -7.0),
    ((".5",), 0.5),
    (("1,2",), None),
    (("12 apples",), None),
    (("about 5",), None),
    (("1/0",), None),
    (("1e999",), None),
    (("nan",), None),
    (("inf",), None),
    (("",), None),
    (("1 2",), None),
)
def parse_number(text: str) -> float | None:
    """The number that the whole text is, else None.

    Read are an integer, a decimal, a power of ten (`1e-3`), a fraction (`3/4`), each with a sign. Dropped are white space
    at the ends, one currency sign before, one per-cent sign (50% is 50) or full stop after, and commas between thousands.
    """
    written = _plain(text)
    return None if written is None else _value(written)


@gold(
    (("18", "18"), True),
    (("90,000", "90000"), True),
    (("$18.00", "18"), True),
    (("0.5", "1/2"), True),
    (("0.333", "1/3"), False),
    (("9007199254740993", "9007199254740992"), False),
    (("19", "18"), False),
    (("eighteen", "18"), False),
    (("95", "100", 0.05), True),
    (("94.9", "100", 0.05), False),
    (("0.3", "0", 0.05), False),
    (("2.7", "3", 0.1), True),
    (("3.1", "3", 0.0, 0.1), True),
    (("3.11", "3", 0.0, 0.1), False),
    (("18", "eighteen"), FAILS),
    (("18", "18", -0.1), FAILS),
)
def number_equal(got: str, want: str, rel: float = 0.0, abs: float = 0.0) -> bool:
    """Whether `got` is a number within `max(abs, rel * |want|)` of the number `want`, ends included; exact by default.

    Both are read as in `parse_number`. A `got` that is no number is not equal. Raises ValueError where `want` is none.
    """
    if not (rel >= 0 and abs >= 0):
        raise ValueError(f"tolerances are at least 0, got rel = {rel}, abs = {abs}")
    theirs = _plain(want)
    if theirs is None or _value(theirs) is None:
        raise ValueError(f"the wanted {want!r} is not a number")
    ours = _plain(got)
    if ours is None or _value(ours) is None:
        return False
    if ours == theirs:
        return True
    if rel == 0 and abs == 0 and _value(ours) != _value(theirs):
        return False
    return _within(_exact(ours), _exact(theirs), rel, abs)


@gold(
    (("She has 3 + 4 = 7 eggs.",), 7.0),
    (("costs $1,234.50.",), 1234.5),
    (("from 5 to -3",), -3.0),
    (("3-4",), 4.0),
    (("x2 = .5",), 0.5),
    (("A: 90,000",), 90000.0),
    (("1, 2",), 2.0),
    (("in 50%",), 50.0),
    (("H2O",), 2.0),
    (("12.",), 12.0),
    (("none",), None),
)
def last_number(text: str) -> float | None:
    """The last integer or decimal in the text, thousands with commas or not; None where there is none.

    A hyphen right after a digit or a letter is no sign: the last number of `3-4` is 4.
    """
    last, size, start = None, 64, len(text)
    # A number holds no blank, so cutting at one and looking at a longer and longer end of the text finds the same.
    while last is None and start > 0:
        start = text.rfind(" ", 0, max(len(text) - size, 0)) + 1
        last = last_match(_IN_TEXT, text, start)
        size *= 8
    return None if last is None else _value(last.group().replace(",", "").replace("−", "-"))


def _plain(text: str) -> str | None:
    """The number in its plainest spelling, or None where the text is no number. Empty and very long texts are none."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if text.isdigit() and text.isascii():
        return text
    text = text.replace("−", "-").replace("\\$", "$").replace("\\%", "%")
    sign, body = (text[0], text[1:].lstrip()) if text[:1] in ("-", "+") else ("", text)
    if body[:1] in ("$", "€", "£", "¥"):
        body = body[1:].lstrip()
        if body[:1] in ("-", "+") and not sign:
            sign, body = body[0], body[1:]
    body = body.removesuffix(".").removesuffix("%").rstrip()
    if body[:1] in ("-", "+") or not _NUMBER.fullmatch(body):
        return None
    return sign.replace("+", "") + body.replace(",", "").replace(" ", "")


def _value(written: str) -> float | None:
    """A plain spelling as a finite float, else None."""
    above, _, below = written.partition("/")
    try:
        value = float(above) / float(below) if below else float(above)
    except ZeroDivisionError:
        return None
    return value if value - value == 0 else None


def _exact(written: str) -> Fraction:
    above, _, below = written.partition("/")
    return Fraction(above) / Fraction(below or 1)


def _within(ours: Fraction, theirs: Fraction, rel: float, abs: float) -> bool:
    """Decided in exact arithmetic, with the tolerances as they are written: 2.7 is within 0.1 * 3 of 3."""
    distance = ours - theirs if ours >= theirs else theirs - ours
    size = theirs if theirs >= 0 else -theirs
    return distance <= max(Fraction(repr(float(abs))), Fraction(repr(float(rel))) * size)


@gold(((3,), [0, 1, 2]), ((0,), []), ((-1,), []))
def indices(n: int) -> list[int]:
    """0, 1, … up to n - 1."""
    return list(range(n))
