"""What runs of a machine can add up to: loops that pay, the most (and least) of any run, values of places."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf, lcm

from rewardlang.automata.unfold import Arrow, Unfolded

Weight = Callable[[Arrow], float]
#: Arrows looked at for one bound, over all rounds.
MOST_WORK = 4_000_000
#: Discounted sums that differ by no more than this share have settled: what is missing then is that over 1 - discount.
_SETTLED = 1e-15
#: Stands for an infinite payment where whole numbers are added.
_HUGE = Fraction(10) ** 15


@dataclass(frozen=True)
class Lasso:
    """A way in, a loop, and what one turn of it pays: `stem` leads from the start to where `loop` begins and ends."""

    stem: tuple[Arrow, ...]
    loop: tuple[Arrow, ...]
    gain: float


def paying_loop(unfolded: Unfolded, weight: Weight, still: bool = False) -> Lasso | None:
    """A loop that can be come to and pays more than 0 a turn; None where there is none.

    Longest paths by Bellman and Ford: a circle among the predecessors is a paying loop, and where the lengths settle they
    are a certificate that there is none. With `still`, staying in a place counts as a loop.
    """
    arrows = [arrow for own in unfolded.arrows for arrow in own if still or arrow.source != arrow.target]
    weights = _whole([weight(arrow) for arrow in arrows])
    length: list[int | None] = [None] * len(unfolded.places)
    came: list[int | None] = [None] * len(unfolded.places)
    length[0] = 0
    for turn in range(len(unfolded.places) + 1):
        moved = False
        for number, (arrow, paid) in enumerate(zip(arrows, weights)):
            begun = length[arrow.source]
            if begun is not None and (length[arrow.target] is None or begun + paid > length[arrow.target]):
                length[arrow.target], came[arrow.target], moved = begun + paid, number, True
        if not moved:
            return None
        circle = _circle(arrows, came) if turn % 8 == 3 or turn >= len(unfolded.places) - 1 else None
        if circle is not None:
            gain = sum((_exact(weight(arrow)) for arrow in circle), Fraction(0))
            return Lasso(shortest(unfolded, circle[0].source), circle, inf if gain > _HUGE / 2 else float(gain))
    return None


def _whole(values: list) -> list[int]:
    """The values as whole numbers of one unit: sums and comparisons are exact."""
    exact = [_exact(value) for value in values]
    unit = lcm(*(value.denominator for value in exact)) if exact else 1
    return [int(value * unit) for value in exact]


def _exact(value) -> Fraction:
    return (_HUGE if value > 0 else -_HUGE) if isinf(value) else Fraction(value)


def _circle(arrows: list[Arrow], came: list[int | None]) -> tuple[Arrow, ...] | None:
    """A loop among the arrows by which places were last come to."""
    colour = [0] * len(came)
    for first in range(len(came)):
        place, path = first, []
        while colour[place] == 0 and came[place] is not None:
            colour[place] = first + 2
            path.append(place)
            place = arrows[came[place]].source
        if came[place] is not None and colour[place] == first + 2 and path:
            loop = [arrows[came[place]]]
            while loop[-1].source != place:
                loop.append(arrows[came[loop[-1].source]])
            return tuple(reversed(loop))
        for each in path:
            colour[each] = 1
    return None


def shortest(unfolded: Unfolded, end: int) -> tuple[Arrow, ...]:
    """A shortest way from the start."""
    came: dict[int, Arrow | None] = {0: None}
    queue = [0]
    for place in queue:  # grows while it is walked
        for arrow in unfolded.arrows[place]:
            if arrow.target not in came:
                came[arrow.target] = arrow
                queue.append(arrow.target)
    path = []
    while came[end] is not None:
        path.append(came[end])
        end = came[end].source
    return tuple(reversed(path))


def most(unfolded: Unfolded, weight: Weight, steps: tuple[float, float] = (0, inf), discount: float = 1,
         ends: Collection[int] | None = None, work: int = MOST_WORK) -> float | None:
    """The supremum, over all runs of so many steps, of the (discounted) sum of what their arrows weigh; inf if unbounded.

    With `ends`, only runs that end in one of those places count; -inf if there is none. None: not found with the `work`
    allowed (arrows looked at). Without discount the sums are exact; with one they are rounded up by what floats may lose.
    """
    if steps[1] == inf and discount == 1 and ends is None and paying_loop(unfolded, weight, still=True) is not None:
        return inf
    paid = [weight(arrow) for own in unfolded.arrows for arrow in own]
    largest = max((abs(each) for each in paid if not isinf(each)), default=0)
    unit = lcm(*(_exact(each).denominator for each in paid)) if discount == 1 and paid else 1
    numbers = iter(_whole(paid) if discount == 1 else map(float, paid))
    own = [[(next(numbers), arrow.target) for arrow in arrows] for arrows in unfolded.arrows]
    value = [0 if ends is None or place in ends else -inf for place in range(len(own))]
    found, rounds = _rounds(own, value, steps, discount, work)
    if found in (None, inf, -inf):
        return found
    if discount == 1:
        return _readable(Fraction(found, unit))
    size = largest / (1 - discount)
    return found + _SETTLED * size / (1 - discount) + 4 * min(rounds, 1 / (1 - discount)) * 2.0 ** -52 * size


def _readable(value: Fraction) -> float | Fraction:
    """A sum as a number; what rests on an infinite payment is infinite."""
    return (inf if value > 0 else -inf) if abs(value) > _HUGE / 2 else value


def _rounds(own: Sequence, value: list, steps: tuple[float, float], discount: float, work: int) -> tuple:
    """Dynamic programming from the end: what is best from the start, and the rounds that it took.

    First the steps that a run may leave out (it may end before any of them), then those that it must make. A place
    without arrows stays where it is and pays nothing.
    """
    size, rounds, ended = sum(map(len, own)) + len(own), 0, value
    for may_end, count in ((True, steps[1] - steps[0]), (False, steps[0])):
        done = 0
        while done < count:
            following = [max((paid + (value[target] if discount == 1 else discount * value[target])
                              for paid, target in arrows), default=value[place]) for place, arrows in enumerate(own)]
            if may_end:
                following = list(map(max, following, ended))
            done, rounds = done + 1, rounds + 1
            settled = following == value if discount == 1 else all(map(_close, following, value))
            value = following
            if settled:
                break
            if count == inf and discount == 1 and rounds > len(own):
                return inf, rounds  # sums that do not settle within as many rounds as there are places never do
            if rounds * size > work:
                return None, rounds
    return value[0], rounds


def _close(one: float, other: float) -> bool:
    return one == other or not isinf(one) and not isinf(other) and abs(one - other) <= _SETTLED * max(abs(one), abs(other))
