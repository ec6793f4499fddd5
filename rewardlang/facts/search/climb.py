"""Best-first branch and bound on a tape: natural ranges, mean-value form and monotonicity, box by box.

E. Hansen, G. W. Walster, Global Optimization Using Interval Analysis (2004), chapters 10 and 11.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf

from rewardlang.facts.search import doubles as d
from rewardlang.facts.search.doubles import ONE, ZERO, Pair
from rewardlang.facts.search.tape import Tape

#: Operations on ranges that one search may take: about a twentieth of a second.
OPERATIONS = 30_000

#: Parts of a range narrower than this share of the whole are not halved again.
_FINEST = 2.0**-40
#: Operations for closing exactly what is near enough.
_TO_FINISH = 2_000
#: Rounds in which sources are put at their better ends, one after another.
_ROUNDS = 3
#: More boxes than these are not cut once more at the end.
_LAST = 16
#: Where a range has no end, points are taken this far out.
_FAR = 1e6
#: Ranges without an end are not cut further out than this.
_FURTHEST = 1e18

FloatBox = list[Pair]


@dataclass
class Climb:
    """The upper end of a root's range (of its negative where `sign` is -1) where all conditions hold.

    Nothing lies above `certified`, open boxes and closed points together; `reached` lies at `point`, up to rounding.
    """

    tape: Tape
    root: int
    conditions: tuple[int, ...]
    whole: list[bool]
    sign: int = 1
    reached: float = -inf
    point: FloatBox | None = None
    heap: list = field(default_factory=list)
    closed: list[tuple[float, FloatBox]] = field(default_factory=list)
    answered: Callable[[float, float], bool] = lambda certified, reached: False
    left: int = OPERATIONS
    count: int = 0
    near: float = 0.0
    first: FloatBox = field(default_factory=list)

    def run(self, operations: int, near: float) -> None:
        """Looks at boxes until the ends are within `near` of each other, relative to the width, or the work is used up."""
        self.left = operations
        self.first = self.tape.whole
        self._open(self.first, inf)
        whole = self._values(self.first)[self.root] or ZERO
        width = whole[1] - whole[0]
        self.near = near * (width if width < inf else 1.0)
        polished = False
        while self.heap and self.left > 0:
            far, _, box, slopes = self.heap[0]
            if self.answered(-far, self.reached):
                return
            if not polished and -far <= self.reached + max(self.near, near * abs(self.reached)):
                self._polish()
                polished, self.left = True, min(self.left, _TO_FINISH)
                continue
            heappop(self.heap)
            parts = self._halves(box, slopes)
            if not parts:
                self.closed.append((-far, box))
            for part in parts:
                self._open(part, -far)

    def _polish(self) -> None:
        """Cuts the last boxes at the furthest point, or a round one beside it: on either side the value is often monotone."""
        if self.point is None or len(self.heap) > _LAST:
            return
        for digits in (0, 1, 2, 3):
            self._try([(x, x) for x in (min(high, max(low, round(at[0], digits))) for at, (low, high) in zip(self.point, self.first))],
                      even=True)
        last, self.heap = self.heap, []
        for far, _, box, _ in last:
            parts = [box]
            for i, (at, _) in enumerate(self.point):
                parts = [part for whole in parts for part in _cut_at(whole, i, at)]
            for part in parts[:_LAST]:
                self._open(part, -far)
            for part in parts[_LAST:]:
                self.closed.append((-far, part))

    @property
    def certified(self) -> float:
        """What no value exceeds."""
        return max(self.reached, -self.heap[0][0] if self.heap else -inf, *(far for far, _ in self.closed), -inf)

    def keep_above(self, floor: float) -> None:
        """Forgets what cannot exceed a value that is surely reached."""
        self.heap = [entry for entry in self.heap if -entry[0] > floor]
        heapify(self.heap)
        self.closed = [entry for entry in self.closed if entry[0] > floor]

    def _values(self, box: FloatBox):
        self.left -= len(self.tape.steps) + 1
        return self.tape.forward(box)

    def _far(self, values) -> float:
        found = values[self.root]
        return -inf if found is None else found[1] if self.sign > 0 else -found[0]

    def _open(self, box: FloatBox, above: float) -> None:
        """Keeps a box unless nothing in it can be further than what is reached; tries points of it."""
        values = self._values(box)
        held = [values[condition] for condition in self.conditions]
        if any(each is None or each == ZERO for each in held):
            return
        far = min(above, self._far(values))
        if far <= self.reached:
            return
        surely = all(each == ONE for each in held)
        slopes = self._slopes(values)
        if slopes is not None:
            far, box, inner, moved = self._tightened(box, slopes, far, surely)
            slopes = inner or slopes
            if far <= self.reached:
                return
            if moved and all(low == high for low, high in box):
                self._try(box)
                self.closed.append((far, box))
                return
        self._try([(x, x) for x in (self._middle(i, part) for i, part in enumerate(box))])
        if self.count < 2:
            self._try([(max(low, -_FAR),) * 2 for low, _ in box])
            self._try([(min(high, _FAR),) * 2 for _, high in box])
        if slopes is not None:
            ends = [(high if (s[0] + s[1] > 0) == (self.sign > 0) else low) for (low, high), s in zip(box, slopes)]
            self._try([(max(-_FAR, min(_FAR, end)),) * 2 for end in ends])
        self.count += 1
        if far > self.reached:
            heappush(self.heap, (-far, self.count, box, slopes))

    def _slopes(self, values):
        self.left -= 2 * len(self.tape.steps)
        return self.tape.slopes(values, self.root)

    def _tightened(self, box: FloatBox, slopes, far: float, surely: bool):
        """The far end by monotonicity and by the mean-value form; the box with its monotone sources at their better ends.

        Sources at an end may make others monotone. Where the conditions do not surely hold the box stays as it is.
        """
        smaller, moved = box, False
        for _ in range(_ROUNDS):
            tried = self._at_ends(smaller, slopes)
            if tried == smaller:
                break
            values = self._values(tried)
            inner = self._slopes(values) if values[self.root] is not None else None
            if inner is None:
                break
            smaller, slopes, moved = tried, inner, True
            far = min(far, self._far(values))
        far = min(far, self._mean_value(smaller, slopes))
        return (far, smaller, slopes, moved) if surely else (far, box, None, False)

    def _at_ends(self, box: FloatBox, slopes) -> FloatBox:
        """The box with each source in which the value is monotone at its better end."""
        found = list(box)
        for i, (low, high) in enumerate(slopes):
            if box[i][0] != box[i][1] and (low >= 0 or high <= 0):
                end = box[i][(low >= 0) == (self.sign > 0)]
                if abs(end) < inf:
                    found[i] = (end, end)
        return found

    def _mean_value(self, box: FloatBox, slopes) -> float:
        """f(c) + Σ slope · (x - c), with c the middle."""
        if any(low != high and not (-inf < s[0] and s[1] < inf and -inf < low and high < inf) for (low, high), s in zip(box, slopes)):
            return inf
        middle = [(x, x) for x in ((low + high) / 2 for low, high in box)]
        total = self._values(middle)[self.root]
        if total is None:
            return inf
        for part, centre, slope in zip(box, middle, slopes):
            if part[0] != part[1]:
                total = d.add(total, d.mul(slope, d.sub(part, centre)))
        return total[1] if self.sign > 0 else -total[0]

    def _try(self, point: FloatBox, even: bool = False) -> None:
        """Looks what is reached at a point, if the conditions hold there; `even` takes it for one that is as far."""
        values = self._values(point)
        found = values[self.root]
        if found is None or any(values[condition] != ONE for condition in self.conditions):
            return
        near = found[0] if self.sign > 0 else -found[1]
        if (near > self.reached or even and near >= self.reached) and near < inf:
            self.reached, self.point = near, point

    def _middle(self, i: int, part: Pair) -> float:
        low, high = max(part[0], -_FAR), min(part[1], _FAR)
        if low >= high:
            return low if abs(low) < inf else high
        return float((low + high) // 2) if self.whole[i] else low / 2 + high / 2

    def _halves(self, box: FloatBox, slopes) -> list[FloatBox]:
        """The box cut in two where that tells most: where slope times width is greatest, else along the widest source."""
        best, weight = None, 0.0
        for i, (low, high) in enumerate(box):
            share = _share((low, high), self.first[i])
            if low == high or share <= _FINEST:
                continue
            steep = max(-slopes[i][0], slopes[i][1]) if slopes is not None else inf
            here = steep * (high - low)
            here = here if 0 <= here < inf else 1e200 * (1 + share)
            if here > weight:
                best, weight = i, here
        if best is None:
            return []
        low, high = box[best]
        at = _cut(low, high)
        if abs(at) > _FURTHEST:
            return []
        ends = ((low, at), (at, high))
        if self.whole[best]:
            at = float(at // 1) if at < high else high - 1
            ends = ((low, at), (at + 1, high))
        return [[*box[:best], end, *box[best + 1:]] for end in ends]


def _cut_at(box: FloatBox, i: int, at: float) -> list[FloatBox]:
    low, high = box[i]
    ends = ((low, at), (at, high)) if low < at < high else ((low, high),)
    return [[*box[:i], end, *box[i + 1:]] for end in ends]


def _cut(low: float, high: float) -> float:
    if low == -inf:
        return 0.0 if high > 0 else high - max(1.0, abs(high))
    if high == inf:
        return 0.0 if low < 0 else low + max(1.0, abs(low))
    return low / 2 + high / 2


def _share(part: Pair, whole: Pair) -> float:
    width, all_ = part[1] - part[0], whole[1] - whole[0]
    return 1.0 if width == inf else width / all_ if 0 < all_ < inf else min(1.0, width / _FAR + 1e-9)
