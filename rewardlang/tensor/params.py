"""Params: what the caller gives or the spec has by default, checked once, trained ones as parameters of torch."""

from collections.abc import Mapping

import torch
from torch import nn

from rewardlang.ir.spec import ParamInfo
from rewardlang.tensor import words
from rewardlang.tensor.emit import coded, plain
from rewardlang.tensor.entries import Misfit
from rewardlang.tensor.leaves import checker
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

_INFINITE = {"inf": float("inf"), "-inf": float("-inf")}


class ParamError(words.RewardError):
    """A param that is no value of its type, or out of its range."""


def resolve_params(infos: Mapping[str, ParamInfo], given: Mapping[str, object]) -> dict[str, object]:
    """The value of each param by name: numbers, bools, codes of enums, nested lists, dicts; trained ones nn.Parameter.

    A required one that is not given is left out. Raises MissingError for a name that is no param, ParamError for a value
    that does not fit.
    """
    for name in given:
        if name not in infos:
            raise words.MissingError(words.unknown_name("param", name, infos))
    found = {}
    for name, info in infos.items():
        if name in given:
            found[name] = _checked(info, given[name])
        elif not info.required:
            found[name] = coded(info.default, info.type) if info.type.kind is not Kind.TABLE else _table(info.default)
    return {name: _trained(value) if infos[name].learnable else value for name, value in found.items()}


def _checked(info: ParamInfo, value: object) -> object:
    if isinstance(value, str) and info.type.kind is Kind.FLOAT:
        value = _INFINITE.get(value, value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and value in _INFINITE.values() and _holds(info, value):
        return value
    if value is None and info.type.optional:
        return None
    try:
        return checker(info.type, info.domain, nulls=info.type.optional)(_level(value, info.type))
    except Misfit as misfit:
        raise ParamError(words.bad_param(info.name, str(misfit))) from None


def _level(value: object, type_: Type) -> object:
    """A table of `?` with rows of different lengths, filled up with nulls."""
    if not type_.optional or len(type_.axes) != 2 or not isinstance(value, list | tuple):
        return value
    longest = max((len(row) for row in value if isinstance(row, list | tuple)), default=0)
    return [[*row, *[None] * (longest - len(row))] if isinstance(row, list | tuple) else row for row in value]


def shape_of(value: object) -> tuple[int, ...]:
    """The sizes of a param's value along its axes, as far as lists go."""
    if isinstance(value, torch.Tensor):
        return tuple(value.shape)
    return (len(value), *shape_of(value[0] if value else None)) if isinstance(value, (list, tuple)) else ()


def _holds(info: ParamInfo, value: float) -> bool:
    return info.domain is None or (isinstance(info.domain, Interval) and info.domain.contains(value))


def _table(default: object) -> dict:
    return {key: plain(value) for key, value in (default.items() if isinstance(default, Mapping) else default or ())}


def _trained(value: object) -> nn.Parameter:
    return nn.Parameter(torch.tensor(value, dtype=torch.float64))
