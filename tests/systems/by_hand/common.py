"""Small helpers of the formulas: groups of rollouts, absent values, means and deviations."""

import math
from collections.abc import Callable, Iterator, Sequence

from drawn import Columns


def rollouts(columns: Columns) -> Iterator[dict]:
    """The rows, one dict each."""
    names = list(columns)
    return (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))


def each(columns: Columns, rule: Callable[[dict], dict]) -> Columns:
    """A rule for one rollout, for all of them."""
    found = [rule(row) for row in rollouts(columns)]
    return {name: [one[name] for one in found] for name in found[0]}


def groups(keys: Sequence) -> list[list[int]]:
    """The places of each group, in order."""
    return [[place for place, key in enumerate(keys) if key == own] for own in dict.fromkeys(keys)]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Of the population."""
    return math.sqrt(mean([(value - mean(values)) ** 2 for value in values]))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def softmax(values: Sequence[float]) -> list[float]:
    powers = [math.exp(value - max(values)) for value in values]
    return [power / sum(powers) for power in powers]
