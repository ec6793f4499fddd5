"""Named axes: the rollout axis is implicit, all others are listed in a value's type."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """One named axis of a value.

    Exactly one of these holds: `ragged` (each rollout has its own length), `size` is given (fixed by declaration),
    or neither (one size for all rollouts, which the data fixes). `within` names the ragged axes on which the lengths
    of a ragged axis depend: in `float[turn, token]` the axis is Axis("token", ragged=True, within=("turn",)), which is
    another axis than the `token` of `float[token]`. `like` is `batch`, `group` or the axis that this one copies.
    `maker` tells the call that makes a list from any other: an axis of its own, whose lengths come with the call's value.
    """

    name: str
    ragged: bool = False
    ordered: bool = False
    size: int | None = None
    labels: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    like: str | None = None
    maker: str = ""

    @property
    def of_rollouts(self) -> bool:
        """Whether its entries are other rollouts: it copies a population, and no axis of one rollout."""
        return self.like in ("group", "batch", "run")

    def __str__(self) -> str:
        return self.name if not self.within else f"{self.name} within {', '.join(self.within)}"


def ordered_axes(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    """Those along which there is a before and an after."""
    return tuple(axis for axis in axes if axis.ordered)


def join(*groups: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The axes of a broadcast: each once, in order of appearance, an axis always after those it lies within."""
    found: dict[Axis, None] = {}
    for group in groups:
        found.update(dict.fromkeys(group))
    if all(not axis.within for axis in found):
        return tuple(found)
    return tuple(_outer_first(list(found)))


def _outer_first(axes: list[Axis]) -> list[Axis]:
    done: list[Axis] = []
    while axes:
        names = {axis.name for axis in axes}
        ready = next((axis for axis in axes if not names & set(axis.within)), axes[0])
        axes.remove(ready)
        done.append(ready)
    return done


def without(axes: tuple[Axis, ...], removed: Iterable[Axis]) -> tuple[Axis, ...]:
    """The axes that are left when some are reduced."""
    gone = set(removed)
    return tuple(axis for axis in axes if axis not in gone)


def describe(axes: tuple[Axis, ...]) -> str:
    """`[step, joint]`, or `[]` for a value with one entry a rollout."""
    return f"[{', '.join(axis.name for axis in axes)}]"
