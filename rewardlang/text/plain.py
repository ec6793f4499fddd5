"""Values of any kind as JSON can hold them, and as a sentence can."""

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from fractions import Fraction
from math import isfinite


def plain(value: object) -> object:
    """The value in what JSON has: infinite and undefined numbers as `"inf"`, `"-inf"`, `"nan"`, what is unknown as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Fraction):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Set):
        return sorted((plain(item) for item in value), key=str)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.repr}
    return str(value)


def phrase(value: object, is_inner: bool = False) -> str:
    """The value in the spelling of the language: `tokens = 4096, correct = false`."""
    value = plain(value)
    if value is None:
        return "invalid"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {phrase(item, is_inner=True)}" for key, item in value.items())
        return f"{{{pairs}}}" if is_inner else pairs
    if isinstance(value, list):
        return "[" + ", ".join(phrase(item, is_inner=True) for item in value) + "]"
    return str(value)


def _number(value: float | Fraction) -> object:
    """A finite number as int where it is whole (and not huge), else as float; others as text."""
    try:
        number = float(value)
    except OverflowError:
        return "inf" if value > 0 else "-inf"
    if not isfinite(number):
        return str(number)
    return int(number) if number == int(number) and abs(number) < 1e15 else number
