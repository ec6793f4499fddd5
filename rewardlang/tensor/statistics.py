"""Statistics over the run: what is kept of all earlier batches, how a batch changes it, and what is read off it.

Everything is in double precision on the CPU and has one number for each slot, that is for each key and position along the
axes of the value. Slots are as many as there are keys: what is kept grows with the number of different keys, and with
nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import torch
from torch import Tensor

from rewardlang.tensor import scan
from rewardlang.tensor.groups import Groups, group_rows, grouped

#: What may be kept, each with its value before the first entry. Operators name what they need (`Operator.memory`).
NEUTRAL = {"count": 0.0, "total": 0.0, "product": 1.0, "least": inf, "greatest": -inf,
           "mean": 0.0, "spread": 0.0, "first": 0.0, "last": 0.0}

Numbers = dict[str, Tensor]


@dataclass
class Memory:
    """What one statistic has seen: `numbers` by name, float64 [keys * width]; `width` positions for each key."""

    keys: dict[object, int] = field(default_factory=dict)
    width: int = 0
    numbers: Numbers = field(default_factory=dict)

    def extended(self, names: tuple[str, ...], slots: int) -> Numbers:
        """The numbers with neutral ones for the slots that are new."""
        known = {name: self.numbers.get(name, torch.empty(0, dtype=torch.float64)) for name in names}
        return {name: torch.cat([old, old.new_full((slots - len(old),), NEUTRAL[name])]) for name, old in known.items()}


@dataclass(frozen=True)
class Change:
    """What a batch makes of a memory: the keys that are new, and all numbers."""

    added: dict[object, int]
    width: int
    numbers: Numbers

    def keep(self, memory: Memory) -> None:
        """Put it into the memory."""
        memory.keys.update(self.added)
        memory.width, memory.numbers = self.width, self.numbers


def updated(numbers: Numbers, x: Tensor, slot: Tensor) -> Numbers:
    """The numbers after further entries: `x` [E], of the slots `slot` [E], in order."""
    return {name: _UPDATES[name](numbers, x, slot) for name in numbers}


def _counted(numbers: Numbers, x: Tensor, slot: Tensor) -> Tensor:
    return numbers["count"].index_add(0, slot, torch.ones_like(x))


def _mean(numbers: Numbers, x: Tensor, slot: Tensor) -> Tensor:
    return numbers["mean"] + _shift(numbers, x, slot)[0]


def _spread(numbers: Numbers, x: Tensor, slot: Tensor) -> Tensor:
    return numbers["spread"] + _shift(numbers, x, slot)[1]


def _shift(numbers: Numbers, x: Tensor, slot: Tensor) -> tuple[Tensor, Tensor]:
    """By how much the mean and the sum of squared distances from it grow (Chan, Golub and LeVeque 1979)."""
    nothing = torch.zeros_like(numbers["count"])
    size, more = numbers["count"], nothing.index_add(0, slot, torch.ones_like(x))
    mean = nothing.index_add(0, slot, x) / more.clamp(min=1)
    within = nothing.index_add(0, slot, (x - mean[slot]).square())
    apart, whole = torch.where(more > 0, mean - numbers["mean"], 0), (size + more).clamp(min=1)
    return apart * more / whole, within + apart.square() * size * more / whole


def _first(numbers: Numbers, x: Tensor, slot: Tensor) -> Tensor:
    there, place = _place(numbers["first"], x, slot, "amin")
    return torch.where((numbers["count"] == 0) & there, place, numbers["first"])


def _last(numbers: Numbers, x: Tensor, slot: Tensor) -> Tensor:
    there, place = _place(numbers["last"], x, slot, "amax")
    return torch.where(there, place, numbers["last"])


def _place(old: Tensor, x: Tensor, slot: Tensor, which: str) -> tuple[Tensor, Tensor]:
    """In which slots there are entries, and the earliest or latest of each."""
    if not len(x):
        return torch.zeros_like(old, dtype=torch.bool), old
    place = slot.new_full(old.shape, -1).scatter_reduce(0, slot, torch.arange(len(x)), which, include_self=False)
    return place >= 0, x[place.clamp(min=0)]


def _scattered(name: str, how: str) -> Callable[[Numbers, Tensor, Tensor], Tensor]:
    return lambda numbers, x, slot: numbers[name].scatter_reduce(0, slot, x, how)


_UPDATES: dict[str, Callable[[Numbers, Tensor, Tensor], Tensor]] = {
    "count": _counted, "total": lambda numbers, x, slot: numbers["total"].index_add(0, slot, x),
    "product": _scattered("product", "prod"), "least": _scattered("least", "amin"),
    "greatest": _scattered("greatest", "amax"), "mean": _mean, "spread": _spread, "first": _first, "last": _last,
}


@dataclass(frozen=True)
class Entries:
    """The entries of a batch, with what was kept before them and is kept after: all tensors [E].

    `keep` says which count, `slot` whose they are.
    """

    x: Tensor
    keep: Tensor
    slot: Tensor
    before: Numbers
    after: Numbers

    def was(self, name: str) -> Tensor:
        """For each entry a number of its slot as it was before the batch."""
        return self.before[name][self.slot]

    def now(self, name: str) -> Tensor:
        """For each entry a number of its slot with the batch in it."""
        return self.after[name][self.slot]

    def running(self, read: Callable, *options: Tensor) -> Tensor:
        """A scan of the batch's own entries, slot by slot, in order."""
        return grouped(read, self.x, self.keep, self._groups, *options)

    @cached_property
    def _groups(self) -> Groups:
        return group_rows(self.slot)

    def previous(self) -> Tensor:
        """For each entry the place, from 0, of the last one before it in its slot that counts; -1 where there is none."""
        places = torch.arange(1, len(self.x) + 1, dtype=torch.float64)
        return grouped(scan.before, places, self.keep, self._groups, torch.zeros((), dtype=torch.float64)).long() - 1


class RunKernel:
    """The kernel in which operators are read over a run: collections are `Entries`, values are tensors [E]."""

    constant = staticmethod(float)
    div = staticmethod(torch.div)
    sub = staticmethod(torch.sub)
    sqrt = staticmethod(torch.sqrt)

    @staticmethod
    def lt(a, b):
        return b > a

    @staticmethod
    def each(f, *parts):
        return f(*(part.x if isinstance(part, Entries) else part for part in parts))

    @staticmethod
    def count(xs):
        return xs.now("count")

    @staticmethod
    def sum(xs):
        return xs.now("total")

    @staticmethod
    def prod(xs):
        return xs.now("product")

    @staticmethod
    def min(xs):
        return xs.now("least")

    @staticmethod
    def max(xs):
        return xs.now("greatest")

    @staticmethod
    def any(xs):
        return xs.now("greatest") > 0

    @staticmethod
    def all(xs):
        return xs.now("least") > 0

    @staticmethod
    def first(xs):
        return xs.now("first")

    @staticmethod
    def last(xs):
        return xs.now("last")

    @staticmethod
    def var(xs, ddof):
        return xs.now("spread") / (xs.now("count") - ddof)

    @staticmethod
    def cumsum(xs):
        return xs.was("total") + xs.running(scan.running_total)

    @staticmethod
    def cumprod(xs):
        return xs.was("product") * xs.running(scan.running_product)

    @staticmethod
    def cumcount(xs):
        return xs.was("count") + xs.running(scan.running_count)

    @staticmethod
    def cummax(xs):
        here = xs.running(scan.running_count) > 0
        return torch.where(here, torch.maximum(xs.running(scan.running_greatest), xs.was("greatest")), xs.was("greatest"))

    @staticmethod
    def cummin(xs):
        here = xs.running(scan.running_count) > 0
        return torch.where(here, torch.minimum(xs.running(scan.running_least), xs.was("least")), xs.was("least"))

    @staticmethod
    def prev(xs, start):
        place = xs.previous()
        earlier = torch.where(xs.was("count") > 0, xs.was("last"), start)
        return torch.where(place >= 0, xs.x[place.clamp(min=0)], earlier)
