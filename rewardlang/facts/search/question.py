"""What is asked about a value's range, and what comes of it: certified ends, and points that come close to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rewardlang.ir.node import Node
from rewardlang.values.endpoint import Endpoint
from rewardlang.values.interval import Interval

#: A bound is tight when a point comes this near to it, relative to the width of the range.
TIGHT = 1e-3


@dataclass(frozen=True)
class Question:
    """Where a range is asked for: where all `conditions` hold and params lie in `box`.

    `enough(certified, reached)` may end the search for an end early, when what was asked is already answered.
    """

    conditions: tuple[Node, ...] = ()
    box: Mapping[Node, Interval] = field(default_factory=dict)
    enough: Callable[[Endpoint, Endpoint | None], bool] | None = None


@dataclass(frozen=True)
class Reach:
    """One end of a value's range: no value lies beyond `certified`, and at `point` it is, if valid, at or beyond `reached`.

    Both are for the upper end as they stand, and for the lower end with the comparison turned round. `reached` is
    None where no point was found, `point` gives the sources' values there.
    """

    certified: Endpoint
    reached: Endpoint | None
    point: Mapping[Node, Interval] = field(default_factory=dict)


@dataclass(frozen=True)
class Bounds:
    """The certified range of a value, and how much of it is reached (None: no point was found)."""

    outer: Interval
    inner: Interval | None
    low: Reach
    high: Reach

    @property
    def tight(self) -> bool:
        """Whether points come within a thousandth of the certified range."""
        if self.inner is None:
            return False
        if not self.outer.is_finite:
            return self.outer == self.inner
        return (self.outer.width - self.inner.width) <= TIGHT * max(self.outer.width, 1e-9)
