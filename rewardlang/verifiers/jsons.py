"""JSON: reading texts, looking into values by path, comparing values.

A path names one place in a value: keys with dots between, positions in brackets, `calls[0].arguments.city`; negative
positions count from the end; a key with other characters stands quoted in brackets, `["a.b"]`; the empty path is the
whole value.
"""

import json
import re
from functools import lru_cache
from typing import Any

from rewardlang.verifiers.gold import FAILS, gold

_STEP = re.compile(r'\[(-?[0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]|(?:(?<=[\]\w$-])\.|^)([\w$-]+)')
_MISSING = object()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


# Python's reader accepts NaN and Infinity, which JSON does not have and which must not reach a reward.
_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError where the text is not JSON, nests too deep, or has a number too long."""
    try:
        return _decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


@gold(
    (('{"a": [1, 2.5, true, null, "x"]}',), {"a": [1, 2.5, True, None, "x"]}),
    ((" [] ",), []),
    (('{"a": 1, "a": 2}',), {"a": 2}),
    (("{'a': 1}",), None),
    (("[1, 2",), None),
    (("NaN",), None),
    (("[1] trailing",), None),
    (("",), None),
    (("[" * 100_000,), None),
)
def parse_json(text: str) -> Any:
    """The value of a JSON text (of equal keys the last counts); None where the whole text is not JSON, or is `null`."""
    try:
        return read_json(text)
    except ValueError:
        return None


@gold((("null",), True), (('{"a": 1}',), True), (("{",), False), (("Infinity",), False))
def json_valid(text: str) -> bool:
    """Whether the whole text is JSON."""
    try:
        read_json(text)
    except ValueError:
        return False
    return True


@gold(
    (('{"a": 1}\n{"a": 2}',), [{"a": 1}, {"a": 2}]),
    (("\n 7 \n",), [7]),
    (("1\n\n2",), None),
    (("{",), None),
    (("",), None),
)
def json_lines(text: str) -> list | None:
    """The values of a text with one JSON value a line; None where one is not JSON. White space around the text is free."""
    try:
        return [read_json(line) for line in text.strip().split("\n")]
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str | int, ...]:
    """A path as keys and positions. Raises ValueError where it is not well formed."""
    steps, at = [], 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise ValueError(f"the path {path!r} is not well formed at character {at + 1}")
        position, quoted, key = found.groups()
        steps.append(int(position) if position else json.loads(quoted) if quoted else key)
        at = found.end()
    return tuple(steps)


def _at(value: Any, path: str) -> Any:
    """What stands at a path, or `_MISSING`."""
    for step in _steps(path):
        if isinstance(step, str):
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        elif isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return _MISSING
    return value


_ORDER = {"calls": [{"name": "f", "args": {"city": "Rome", "a.b": 1}}], "n": 2, "x": 0.5, "ok": True, "none": None}


@gold(
    ((_ORDER, "calls[0].args.city"), "Rome"),
    ((_ORDER, 'calls[-1].args["a.b"]'), 1),
    ((_ORDER, "calls[1]"), None),
    ((_ORDER, "none"), None),
    ((_ORDER, "n.deeper"), None),
    ((7, ""), 7),
    (([[1], [2]], "[1][0]"), 2),
    ((_ORDER, "a..b"), FAILS),
    ((_ORDER, ".a"), FAILS),
    ((_ORDER, "calls["), FAILS),
)
def json_get(value: Any, path: str) -> Any:
    """What stands at a path; None where nothing does, or `null`."""
    found = _at(value, path)
    return None if found is _MISSING else found


@gold(((_ORDER, "none"), True), ((_ORDER, "calls[0].name"), True), ((_ORDER, "calls[3]"), False), ((_ORDER, "m"), False))
def json_has(value: Any, path: str) -> bool:
    """Whether something stands at a path, be it `null`."""
    return _at(value, path) is not _MISSING


@gold(((_ORDER, "calls[0].name"), "f"), ((_ORDER, "n"), None), ((_ORDER, "m"), None))
def json_text(value: Any, path: str) -> str | None:
    """The text at a path; None where there is none."""
    found = _at(value, path)
    return found if isinstance(found, str) else None


@gold(((_ORDER, "n"), 2.0), ((_ORDER, "x"), 0.5), ((_ORDER, "ok"), None), ((_ORDER, "calls"), None), ((10**400, ""), None))
def json_number(value: Any, path: str) -> float | None:
    """The number at a path; None where there is none, or one beyond the range of floats. `true` is no number."""
    found = _at(value, path)
    return _number(found)


def _number(found: Any) -> float | None:
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    try:
        number = float(found)
    except OverflowError:
        return None
    return number if number - number == 0 else None


@gold(((_ORDER, "ok"), True), ((_ORDER, "n"), None), ((_ORDER, "m"), None))
def json_bool(value: Any, path: str) -> bool | None:
    """The `true` or `false` at a path; None where there is neither. 1 is not `true`."""
    found = _at(value, path)
    return found if isinstance(found, bool) else None


@gold(((_ORDER, "calls"), 1), ((_ORDER, "calls[0]"), 2), ((_ORDER, ""), 5), ((_ORDER, "n"), None))
def json_count(value: Any, path: str) -> int | None:
    """The number of members of the list or object at a path; None where there is neither."""
    found = _at(value, path)
    return len(found) if isinstance(found, (list, dict)) else None


@gold(((_ORDER, "calls[0]"), ["name", "args"]), (({}, ""), []), ((_ORDER, "n"), []))
def json_keys(value: Any, path: str) -> list[str]:
    """The keys of the object at a path, in their order; none where there is no object."""
    found = _at(value, path)
    return list(found) if isinstance(found, dict) else []


@gold((({"a": ["x", "y"]}, "a"), ["x", "y"]), (([], ""), []), ((["x", 1, None], ""), ["x"]), ((_ORDER, "n"), []))
def json_texts(value: Any, path: str) -> list[str]:
    """The texts in the list at a path; what else is in it is left out. None where there is no list."""
    found = _at(value, path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


@gold((({"a": [1, 2.5]}, "a"), [1.0, 2.5]), (([True, "1", 3], ""), [3.0]), (({}, ""), []))
def json_numbers(value: Any, path: str) -> list[float]:
    """The numbers in the list at a path; what else is in it is left out. None where there is no list."""
    found = _at(value, path)
    numbers = [_number(item) for item in found] if isinstance(found, list) else []
    return [number for number in numbers if number is not None]


@gold(
    (({"a": 1, "b": [2]}, {"b": [2.0], "a": 1.0}), True),
    (([1, 2], [2, 1]), False),
    ((True, 1), False),
    (({"a": None}, {}), False),
    (("x", "x"), True),
)
def json_equal(got: Any, want: Any) -> bool:
    """Whether two values are equal: the order of keys does not count, 1 is 1.0, `true` is not 1."""
    if isinstance(got, bool) or isinstance(want, bool):
        return got is want
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(json_equal(got[key], want[key]) for key in got)
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(json_equal, got, want))
    return got == want
