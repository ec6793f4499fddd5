"""The interval kernel's primitives of time: what may be true at one step, how large a margin, which state."""

from rewardlang.ops.interval_collections import Elements
from rewardlang.values import elementary
from rewardlang.values.interval import Interval


class IntervalTemporal:
    """What lies ahead of or behind each step; every trace ends, so that a window that starts later can be empty."""

    def higher(self, a, b, reading):
        return _each(a, b, lambda x, y: _widened(x.maximum(y), reading, Interval(2, 2)))

    def lower(self, a, b, reading):
        return _each(a, b, lambda x, y: _widened(x.minimum(y), reading, Interval(2, 2)))

    def opposite(self, a, reading):
        if isinstance(a, Elements):
            return Elements(self.opposite(a.value, reading), a.count)
        return -a if reading.margin else Interval(1 - a.hi, 1 - a.lo)

    def least_within(self, xs, reading, behind):
        return Elements(_widened(_or_empty(xs.value, reading, reading.top), reading, xs.count), xs.count)

    def greatest_within(self, xs, reading, behind):
        return Elements(_widened(_or_empty(xs.value, reading, reading.bottom), reading, xs.count), xs.count)

    def until(self, ps, qs, reading, behind):
        value = qs.value.hull(qs.value.minimum(ps.value)) if reading.smooth else qs.value
        found = _or_empty(value, reading, reading.bottom)
        return Elements(_widened(found, reading, Interval(3, 3) * qs.count.maximum(Interval(1, 1))), qs.count)

    def opening(self, xs, start):
        if xs.count.lo > 0:
            return xs.value
        return start if xs.count.hi == 0 else xs.value.hull(start)


class IntervalMemory:
    """What is carried from step to step."""

    def walk(self, *propositions, table):
        known = [None if each.value.lo < each.value.hi else bool(each.value.lo) for each in propositions]
        states = table.reached(known)
        return Elements(Interval(min(states), max(states)), propositions[0].count)

    def entry(self, x, values):
        last = len(values) - 1
        low, high = (int(min(max(end, 0), last)) for end in (x.lo, x.hi))
        seen = values[low:high + 1]
        return Interval.of(min(seen), max(seen))

    def ending(self, length):
        return Elements(Interval(0, 1), length)


def _each(a, b, function):
    if isinstance(a, Elements):
        return Elements(function(a.value, b.value), a.count)
    return function(a, b)


def _or_empty(value: Interval, reading, empty) -> Interval:
    surely = reading.low == 0 and (reading.high is None or reading.high >= 0)
    return value if surely else value.hull(Interval.of(empty))


def _widened(value: Interval, reading, count: Interval) -> Interval:
    """A smooth maximum (or minimum) of n numbers is off by at most smooth * log(n), and one of none not at all."""
    if not reading.smooth:
        return value
    slack = Interval.of(reading.smooth) * elementary.log(count.maximum(Interval(2, 2)))
    return Interval((value - slack).lo, (value + slack).hi)
