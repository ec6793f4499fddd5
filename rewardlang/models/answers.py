"""What a judge wrote, read as the value that is declared: a label, a number, yes or no, a ranking."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean, median_low

from rewardlang.values.types import Kind, Type

Reader = Callable[[str], object]

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w]|\.\d)")
_LIST = re.compile(r"[\[(]\s*\d+(?:\s*[,>]\s*\d+)*\s*[\])]|\d+(?:\s*[,>]\s*\d+)+")
_YES, _NO = ("yes", "true"), ("no", "false")


class Unparsed(ValueError):
    """An answer that does not say what was asked for; the message says why."""


def reader(result: Type, parse: str | None = None) -> Reader:
    """What reads an answer as a value of a type; raises Unparsed.

    With `parse` (a regular expression with one group) only the group of its last match is read. A label, or a number, must be
    the only one in the answer, or else the only one in the last line that has any: a verdict comes at the end, and an answer
    that names two says nothing. Enums are given by label, rankings as the list of numbers that is written.
    """
    read = _list if result.axes else _READERS[result.kind](result)
    if parse is None:
        return lambda answer: read(answer.strip())
    pattern = re.compile(parse)

    def within(answer: str) -> object:
        found = None
        for found in pattern.finditer(answer):
            pass
        if found is None or found.group(1) is None:
            raise Unparsed(f"has nothing that matches {parse}")
        return read(found.group(1).strip())

    return within


def _only(answer: str, find: Callable[[str], Sequence], what: str) -> object:
    """The one thing that an answer names, or the last line of it that names any."""
    named = [set(find(text)) for text in (answer, *reversed(answer.splitlines()))]
    if len(named[0]) == 1:
        return named[0].pop()
    last = next((found for found in named[1:] if found), None)
    if last is None or len(last) > 1:
        raise Unparsed(f"names more than one {what}" if last else f"names no {what}")
    return last.pop()


def _labels(result: Type) -> Reader:
    spelled = {" ".join(re.split(r"[_\W]+", label.lower())): label for label in result.labels}
    longest = sorted(spelled, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(" + "|".join(re.escape(word).replace(r"\ ", r"[_\W]+") for word in longest) + r")(?!\w)")
    return lambda answer: _only(
        answer, lambda text: [spelled[" ".join(re.split(r"[_\W]+", word))] for word in pattern.findall(text.lower())], "label")


def _truth(_result: Type) -> Reader:
    pattern = re.compile(r"(?<!\w)(" + "|".join(_YES + _NO) + r")(?!\w)")
    return lambda answer: _only(answer, lambda text: [word in _YES for word in pattern.findall(text.lower())], "yes or no")


def _number(result: Type) -> Reader:
    def read(answer: str) -> object:
        found = _only(answer, lambda text: [float(number) for number in _NUMBER.findall(text)], "number")
        return int(found) if result.kind is Kind.INT and found == int(found) else found
    return read


def _text(_result: Type) -> Reader:
    return lambda answer: answer


def _list(answer: str) -> list[int]:
    lists = _LIST.findall(answer)
    if not lists:
        raise Unparsed("names no ranking")
    found = [int(number) for number in re.findall(r"\d+", lists[-1])]
    if len(set(found)) != len(found):
        raise Unparsed("names a place of the ranking twice")
    return found


_READERS = {Kind.ENUM: _labels, Kind.BOOL: _truth, Kind.INT: _number, Kind.FLOAT: _number, Kind.TEXT: _text}


def voted(result: Type, votes: Sequence[object]) -> object:
    """One value of several: the mean of floats, the lower median of ints, the mean places of rankings, else what most say.

    Raises Unparsed where the votes are tied.
    """
    if len(votes) == 1:
        return votes[0]
    if result.axes:
        return _ranked(votes)
    if result.kind is Kind.FLOAT:
        return fmean(votes)
    if result.kind is Kind.INT:
        return median_low(votes)
    counted = Counter(votes).most_common(2)
    if len(counted) == 2 and counted[0][1] == counted[1][1]:
        raise Unparsed("has tied votes")
    return counted[0][0]


def _ranked(votes: Sequence[list[int]]) -> list[int]:
    """Borda's count: by the sum of the places in all rankings."""
    if any(set(vote) != set(votes[0]) for vote in votes):
        raise Unparsed("has votes that rank other things")
    places = {item: sum(vote.index(item) for vote in votes) for item in votes[0]}
    if len(set(places.values())) < len(places):
        raise Unparsed("has tied votes")
    return sorted(places, key=places.__getitem__)
