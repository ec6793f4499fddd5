"""Calls of tools written as text, one JSON object a line with `name` and `parameters`: how far they are the ones wanted."""

from collections import Counter
from typing import Any

from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.jsons import read_json

_CITY = '{"name": "weather", "parameters": {"city": "Paris", "unit": "C"}}'
_OTHER = '{"name": "weather", "parameters": {"city": "Rome", "unit": "C"}}'
_TURNED = '{"parameters": {"unit": "C", "city": "Paris"}, "name": "weather"}'
_NOTHING = {"parsed": False, "equal": False, "share": 0.0}
#: What a text that is no list of calls raises on the way.
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def _said(equal: bool, share: float) -> dict:
    return {"parsed": True, "equal": equal, "share": share}


@gold(
    ((_CITY, _CITY, False, False), _said(True, 1.0)),
    ((_TURNED, _CITY, True, False), _said(True, 1.0)),
    ((_OTHER, _CITY, False, False), _said(False, 0.75)),
    ((_OTHER, _CITY, False, True), _said(False, 0.5)),
    ((f"{_CITY}\n{_CITY}", _CITY, False, False), _said(False, 0.875)),
    ((f"{_CITY}\n{_CITY}", _CITY, True, False), _said(False, 0.75)),
    (('{"name": "search"}', _CITY, False, False), _said(False, 0.0)),
    (('{"name": "f", "parameters": {"n": true}}', '{"name": "f", "parameters": {"n": 1.0}}', False, False), _said(True, 1.0)),
    (('{"name": "weather"}', _CITY, False, False), _NOTHING),
    ((f"{_CITY}\n\n{_CITY}", _CITY, False, False), _NOTHING),
    (("[1]", _CITY, False, False), _NOTHING),
    (("", _CITY, False, False), _NOTHING),
    ((_CITY, "no call", False, False), FAILS),
)
def calls_alike(got: str, want: str, ordered: bool, whole: bool) -> dict:
    """How far the calls of `got` are those of `want`: `equal`, the same list, and `share` in [0, 1], as ToolRL scores it.

    A point for the names and, for each wanted call, one for its keys and one for each parameter of equal value, of those
    that could be had; keys and names agree by the overlap of the lists (`ordered`: wholly or not at all). The wanted calls
    take in order the best of the unused calls of their name. With `whole` a call counts one point, if it is equal. Not
    `parsed` where a line is no such call. Raises ValueError where one of `want` is not. Source: arXiv 2504.13958.
    """
    wanted = _calls(want)
    for call in wanted:
        if not isinstance(call, dict) or "name" not in call or not isinstance(call.get("parameters"), dict):
            raise ValueError("a wanted call lacks a name, or an object of parameters")
    try:
        calls = _calls(got)
        if calls == wanted:
            return _said(True, 1.0)
        most = 1 + sum(1 + (0 if whole else len(call["parameters"])) for call in wanted)
        return _said(False, _points(wanted, calls, ordered, whole) / most)
    except _UNREADABLE:
        return dict(_NOTHING)


def _calls(text: str) -> list[Any]:
    return [read_json(line) for line in text.strip().split("\n")]


def _points(wanted: list[dict], calls: list[dict], ordered: bool, whole: bool) -> float:
    points = _overlap([call["name"] for call in wanted], [call["name"] for call in calls], ordered)
    unused = list(calls)
    for call in wanted:
        named = [other for other in unused if other["name"] == call["name"]]
        scores = [float(call == other) if whole else _pair(call["parameters"], other["parameters"], ordered) for other in named]
        if scores and max(scores) > 0:
            best = named[scores.index(max(scores))]
            unused = [other for other in unused if other is not best]
            points += max(scores)
    return points


def _pair(wanted: dict, got: dict, ordered: bool) -> float:
    same = sum(name in got and got[name] == value for name, value in wanted.items())
    return _overlap(list(wanted), list(got.keys()), ordered) + same


def _overlap(one: list, other: list, ordered: bool) -> float:
    """1 for equal lists; else what they share of all they hold, counted as often as it occurs."""
    if one == other:
        return 1.0
    if ordered or not one or not other:
        return 0.0
    shared = (Counter(one) & Counter(other)).total()
    return shared / (len(one) + len(other) - shared)
