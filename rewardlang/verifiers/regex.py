"""Regular expressions in Python's syntax, which may take exponential time and are declared with a limit."""

import re
from collections import deque
from functools import lru_cache

from rewardlang.verifiers.gold import FAILS, gold

# "." matches line ends too: model outputs have many lines, and a format that silently stops at the first is a trap.
compiled = lru_cache(maxsize=512)(lambda pattern: re.compile(pattern, re.DOTALL))


@gold(
    (("<think>a\nb</think>", r"<think>.*?</think>"), True),
    (("x <think></think>", r"<think>.*?</think>"), False),
    (("AB-12", r"[A-Z]{2}-\d+"), True),
    (("AB-12\n", r"[A-Z]{2}-\d+"), False),
    (("", ""), True),
    (("x", "("), FAILS),
)
def matches(text: str, pattern: str) -> bool:
    """Whether the whole text matches."""
    return compiled(pattern).fullmatch(text) is not None


@gold((("see AB-12", r"[A-Z]{2}-\d+"), True), (("see AB", r"[A-Z]{2}-\d+"), False), (("x", "["), FAILS))
def has_match(text: str, pattern: str) -> bool:
    """Whether some part of the text matches."""
    return compiled(pattern).search(text) is not None


@gold(
    (("answer: 42, 43", r"\d+"), "42"),
    (("answer: 42", r"answer: (\d+)"), "42"),
    (("ab", r"(x)?(b)"), ""),
    (("none", r"\d+"), None),
)
def find(text: str, pattern: str) -> str | None:
    """The first match: its first group where the pattern has groups, else all of it; None where nothing matches."""
    found = compiled(pattern).search(text)
    return None if found is None else _content(found)


@gold((("a=1, b=2", r"\w=(\d)"), "2"), (("none", r"\d+"), None))
def find_last(text: str, pattern: str) -> str | None:
    """The last match, as `find` gives the first."""
    found = last_match(compiled(pattern), text)
    return None if found is None else _content(found)


@gold((("a=1, b=2", r"\w=(\d)"), ["1", "2"]), (("a=1, b=2", r"\w=\d"), ["a=1", "b=2"]), (("none", r"\d"), []))
def find_all(text: str, pattern: str) -> list[str]:
    """All matches from left to right, each as `find` gives it."""
    return [_content(found) for found in compiled(pattern).finditer(text)]


@gold((("a1b22", r"\d+"), 2), (("", r"\d"), 0))
def match_count(text: str, pattern: str) -> int:
    """How many parts of the text match, without overlap."""
    return sum(1 for _ in compiled(pattern).finditer(text))


@gold((("a1b22", r"\d+", "#"), "a#b#"), (("2+3", r"(\d)\+(\d)", r"\2+\1"), "3+2"))
def substitute(text: str, pattern: str, new: str) -> str:
    r"""The text with each match replaced by `new`, in which `\1` is the first group."""
    return compiled(pattern).sub(new, text)


def last_match(pattern: re.Pattern, text: str, start: int = 0) -> re.Match | None:
    """The last of the matches from `start` on, without overlap; None where nothing matches."""
    found = deque(pattern.finditer(text, start), maxlen=1)
    return found[0] if found else None


def _content(found: re.Match) -> str:
    return (found.group(1) or "") if found.re.groups else found.group()
