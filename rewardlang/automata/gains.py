"""What runs of a machine can add up to: loops that pay, the most (and least) of any run, values of places."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, isinf, lcm

from rewardlang.automata.certificate import Certificate, fault
from rewardlang.automata.unfold import Arrow, Unfolded

Weight = Callable[[Arrow], float]
#: Potentials by round: of the steps that a run may leave out, and of those that it must make before them.
Layers = tuple[list[list], list[list]]
#: Arrows looked at for one bound, over all rounds.
MOST_WORK = 4_000_000
#: Steps times arrows up to which discounted sums are exact.
_EXACT_WORK = 4000
#: Digits to which potentials are rounded to be read.
_DIGITS = 9
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
    allowed (arrows looked at). Without discount, and over few steps with one, the sums are exact; else they are those of
    rounded potentials that are seen to bound them, or rounded up by what floats may lose.
    """
    if steps[1] == inf and discount == 1 and ends is None and paying_loop(unfolded, weight, still=True) is not None:
        return inf
    return _solved(unfolded, weight, steps, discount, ends, work, keep=False)[0]


def certified(unfolded: Unfolded, weight: Weight, steps: tuple[float, float], discount: float = 1,
              work: int = MOST_WORK) -> Certificate | None:
    """The certificate of what `most` says without `ends`; None where that is not finite."""
    if steps[1] == inf and discount == 1 and paying_loop(unfolded, weight, still=True) is not None:
        return None
    return _solved(unfolded, weight, steps, discount, None, work, keep=True)[1]


def _solved(unfolded: Unfolded, weight: Weight, steps: tuple[float, float], discount: float, ends: Collection[int] | None,
            work: int, keep: bool) -> tuple[float | None, Certificate | None]:
    """The most, and its certificate where it is finite and runs may end anywhere; only whole with `keep`."""
    arrows = [(arrow.source, arrow.target, weight(arrow)) for own in unfolded.arrows for arrow in own]
    paid, rate = [amount for _, _, amount in arrows], 1 if discount == 1 else Fraction(repr(discount))
    size = max((abs(each) for each in paid if not isinf(each)), default=0)
    exactly = discount == 1 or steps[1] * len(arrows) <= _EXACT_WORK
    unit = lcm(*(_exact(each).denominator for each in paid)) if discount == 1 and paid else 1
    numbers = iter(_whole(paid) if discount == 1 else map(_exact if exactly else float, paid))
    own = [[(next(numbers), arrow.target) for arrow in own] for own in unfolded.arrows]
    value = [0 if ends is None or place in ends else -inf for place in range(len(own))]
    layers: Layers = ([value], [])
    found = _rounds(own, layers, steps, rate if exactly else discount, work, keep)
    if found in (None, inf, -inf) or exactly and abs(found) / unit > _HUGE / 2:
        return found if found in (None, inf, -inf) else _readable(Fraction(found) / unit), None
    lost = 0 if exactly else Fraction(size) * (Fraction(2) ** -50 + Fraction(_SETTLED)) / (1 - rate) ** 2
    if ends is not None or any(isinf(each) for layer in (*layers[0], *layers[1]) for each in layer):
        return _readable(Fraction(found) / unit) if exactly else found + lost, None
    made = Certificate(tuple(arrows), rate, steps[0], steps[1], *(tuple(map(tuple, each)) for each in layers), found)
    made = _exact_potentials(made, unit) if exactly else _potentials_of_floats(made, lost)
    return made.bound, made


def _exact_potentials(made: Certificate, unit: int) -> Certificate:
    """Numbers of a unit as what they stand for."""
    optional, forced = (tuple(tuple(Fraction(value) / unit for value in each) for each in layers)
                        for layers in (made.optional, made.forced))
    return replace(made, optional=optional, forced=forced, bound=Fraction(made.bound) / unit)


def _potentials_of_floats(made: Certificate, lost: Fraction) -> Certificate:
    """Potentials that surely bound what the floats near them stand for: the last ones rounded to few digits if those do.

    One round of floats loses at most four units in the last place of the greatest sum, and so any number of rounds no
    more than 1 / (1 - discount) times as much: that is `lost`.
    """
    for last in (made.optional[-1], *made.forced[-1:]):
        readable = tuple(max(Fraction(round(value * 10 ** _DIGITS), 10 ** _DIGITS), Fraction(0)) for value in last)
        short = replace(made, optional=(readable,), forced=(), bound=readable[0])
        if fault(short) is None:
            return short
    optional, forced = (tuple(tuple(Fraction(value) + lost for value in each) for each in layers)
                        for layers in (made.optional, made.forced))
    return replace(made, optional=optional, forced=forced, bound=(forced or optional)[-1][0])


def _readable(value: Fraction) -> float | Fraction:
    """A sum as a number; what rests on an infinite payment is infinite."""
    return (inf if value > 0 else -inf) if abs(value) > _HUGE / 2 else value


def _rounds(own: Sequence, layers: Layers, steps: tuple[float, float], discount: float | Fraction, work: int,
            keep: bool) -> float | None:
    """Dynamic programming from the end: what is best from the start.

    First the steps that a run may leave out (it may end before any of them), then those that it must make. A place
    without arrows stays where it is and pays nothing. `layers` gets the potentials of the last round, with `keep` of each.
    """
    size, rounds, value = sum(map(len, own)) + len(own), 0, layers[0][0]
    ended = value
    for kept, may_end, count in ((layers[0], True, steps[1] - steps[0]), (layers[1], False, steps[0])):
        done = 0
        while done < count:
            following = [max((paid + (value[target] if discount == 1 else discount * value[target])
                              for paid, target in arrows), default=value[place]) for place, arrows in enumerate(own)]
            if may_end:
                following = list(map(max, following, ended))
            done, rounds = done + 1, rounds + 1
            settled = following == value if discount == 1 else all(map(_close, following, value))
            value = following
            kept[:] = [*kept, value] if keep and not (settled and may_end) else [value]
            if settled:
                break
            if count == inf and discount == 1 and rounds > len(own):
                return inf  # sums that do not settle within as many rounds as there are places never do
            if rounds * size > work:
                return None
    return value[0]


def _close(one: float, other: float) -> bool:
    return one == other or not isinf(one) and not isinf(other) and abs(one - other) <= _SETTLED * max(abs(one), abs(other))
