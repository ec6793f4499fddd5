"""What one entry of a column, or one result of a call, must be: a check for each type."""

from collections.abc import Callable, Mapping
from math import isfinite
from numbers import Integral, Real

import torch

from rewardlang.tensor import words
from rewardlang.tensor.entries import Misfit
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

Check = Callable[[object], object]

#: Python types whose values are entries of a host kind as they stand (None: every object is).
PLAIN: dict[Kind, frozenset[type] | None] = {
    Kind.TEXT: frozenset({str}),
    Kind.ID: frozenset({str, int}),
    Kind.JSON: None,
    Kind.OPAQUE: None,
}


class Range:
    """A declared range as the numbers of one dtype: its ends, rounded as the data's own numbers are, and a number inside.

    Infinite ends become the greatest finite numbers, since no infinity may come in.
    """

    __slots__ = ("low", "high", "fill")

    def __init__(self, domain: Interval | None, dtype: torch.dtype, whole: bool = False):
        greatest = torch.finfo(dtype).max
        self.low = -greatest if domain is None else max(rounded(domain.lo, dtype), -greatest)
        self.high = greatest if domain is None else min(rounded(domain.hi, dtype), greatest)
        inside = min(max(0.0, self.low), self.high)
        self.fill = float(-(-inside // 1)) if whole and inside > 0 else float(inside // 1) if whole else inside

    def misfit(self, value: float) -> str | None:
        """What is wrong with a number, if anything."""
        if not isfinite(value):
            return words.not_finite(value)
        if not self.low <= value <= self.high:
            return words.out_of_range(self.low, self.high, value)
        return None


def rounded(value: object, dtype: torch.dtype) -> float:
    """A number as the dtype holds it; beyond its range an infinity."""
    try:
        return torch.tensor(float(value), dtype=dtype).item()
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def domain_of(type_: Type, domain: Interval | None) -> Interval | None:
    """The numbers that an entry may be: an enum's codes, a bool's 0 and 1, a number's declared range."""
    if type_.kind is Kind.BOOL:
        return Interval(0, 1)
    if type_.kind is Kind.ENUM:
        return Interval(0, len(type_.labels) - 1)
    return domain


def checker(type_: Type, domain: Interval | None = None, fields: Mapping[str, Interval] | None = None, nulls: bool = False) -> Check:
    """The check of one value of a type, its own axes as nested lists, in which `nulls` may stand. Returns it as plain data;
    raises Misfit.
    """
    check = _KINDS[type_.kind](type_, domain, fields or {})
    for axis in reversed(type_.axes):
        check = _list_of(check, axis.name, axis.size, nulls)
    return check


def _list_of(check: Check, axis: str, size: int | None, nulls: bool) -> Check:
    def checked(value: object) -> object:
        value = value.tolist() if hasattr(value, "tolist") else value
        if not isinstance(value, list | tuple):
            raise Misfit(words.wrong_type(f"list along `{axis}`", value))
        if size is not None and len(value) != size:
            raise Misfit(words.wrong_size(axis, size, len(value)))
        if None in value and not nulls:
            raise Misfit(words.no_entry(axis))
        return [None if entry is None else check(entry) for entry in value]

    return checked


def _number(type_: Type, domain: Interval | None, _fields: Mapping) -> Check:
    allowed = Range(domain_of(type_, domain), torch.float64)
    whole, word = type_.kind is not Kind.FLOAT, type_.kind.value

    def checked(value: object) -> object:
        value = value.item() if hasattr(value, "item") else value
        if not isinstance(value, Real):
            raise Misfit(words.wrong_type(word, value))
        plain = float(value) if not isinstance(value, Integral) or abs(value) < 1 << 53 else int(value)
        if problem := allowed.misfit(float(plain)):
            raise Misfit(problem)
        if whole and plain != int(plain):
            raise Misfit(words.not_whole(plain))
        return bool(plain) if word == "bool" else int(plain) if whole else plain

    return checked


def _enum(type_: Type, _domain: Interval | None, _fields: Mapping) -> Check:
    codes = {label: code for code, label in enumerate(type_.labels)}

    def checked(value: object) -> int:
        if not isinstance(value, str) or value not in codes:
            raise Misfit(words.no_label(type_.labels, value))
        return codes[value]

    return checked


def _text(_type: Type, _domain: Interval | None, _fields: Mapping) -> Check:
    def checked(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit(words.wrong_type("text", value))
        return str(value)

    return checked


def _id(_type: Type, _domain: Interval | None, _fields: Mapping) -> Check:
    def checked(value: object) -> object:
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Misfit(words.wrong_type("id", value))
        return value

    return checked


def _anything(_type: Type, _domain: Interval | None, _fields: Mapping) -> Check:
    return lambda value: value


def _record(type_: Type, _domain: Interval | None, fields: Mapping[str, Interval]) -> Check:
    checks = {name: checker(field, fields.get(name)) for name, field in type_.fields}

    def checked(value: object) -> dict:
        if not isinstance(value, Mapping):
            raise Misfit(words.wrong_type("record", value))
        return {name: _field(value, name, check) for name, check in checks.items()}

    return checked


def _field(record: Mapping, name: str, check: Check) -> object:
    if name not in record:
        raise Misfit(words.no_field(name))
    try:
        return None if record[name] is None else check(record[name])
    except Misfit as misfit:
        raise Misfit(f"its `{name}` {misfit}") from None


def _table(type_: Type, domain: Interval | None, _fields: Mapping) -> Check:
    check = checker(type_.value, domain)

    def checked(value: object) -> dict:
        if not isinstance(value, Mapping):
            raise Misfit(words.wrong_type("table", value))
        return {str(key): check(entry) for key, entry in value.items()}

    return checked


_KINDS = {
    Kind.BOOL: _number,
    Kind.INT: _number,
    Kind.FLOAT: _number,
    Kind.ENUM: _enum,
    Kind.TEXT: _text,
    Kind.ID: _id,
    Kind.JSON: _anything,
    Kind.OPAQUE: _anything,
    Kind.RECORD: _record,
    Kind.TABLE: _table,
}
