"""The float kernel's primitives of time: lists of truth values, margins or states, step by step as they are defined."""

import math


class FloatTemporal:
    """What lies ahead of or behind each step."""

    def higher(self, a, b, reading):
        return _both(a, b, lambda x, y: _greatest([x, y], reading))

    def lower(self, a, b, reading):
        return _both(a, b, lambda x, y: _least([x, y], reading))

    def opposite(self, a, reading):
        if isinstance(a, list):
            return [self.opposite(x, reading) for x in a]
        return -a if reading.margin else not a

    def least_within(self, xs, reading, behind):
        return [_least([xs[j] for j in _steps(i, len(xs), reading, behind)], reading) for i in range(len(xs))]

    def greatest_within(self, xs, reading, behind):
        return [_greatest([xs[j] for j in _steps(i, len(xs), reading, behind)], reading) for i in range(len(xs))]

    def until(self, ps, qs, reading, behind):
        if reading.smooth:
            turn = slice(None, None, -1 if behind else 1)
            return _soft_until(self, ps[turn], qs[turn], reading)[turn]
        found = []
        for i in range(len(qs)):
            runs = ((j, ps[j + 1:i + 1] if behind else ps[i:j]) for j in _steps(i, len(qs), reading, behind))
            found.append(_greatest([min([qs[j], *run]) for j, run in runs], reading))
        return found

    def opening(self, xs, start):
        return xs[0] if xs else start


class FloatMemory:
    """What is carried from step to step."""

    def walk(self, *propositions, table):
        found, state = [], table.start
        for letter in zip(*propositions, strict=True):
            if state is not None:
                bits = sum(bool(bit) << k for k, bit in enumerate(letter))
                state = None if None in letter else table.step(state, bits)
            found.append(state)
        return found

    def entry(self, x, values):
        return None if x is None else values[int(x)]

    def ending(self, length):
        return [i == length - 1 for i in range(length)]


def _soft_until(kernel, ps, qs, reading):
    """The smooth reading of: q within the window, p up to its start, and from there `max(q, min(p, the same one on))`."""
    found, following = [], reading.bottom
    for p, q in zip(reversed(ps), reversed(qs)):
        following = _greatest([q, _least([p, following], reading)], reading)
        found.insert(0, following)
    low = reading.low
    parts = [[*found[low:], *[reading.bottom] * min(low, len(found))]]
    if low:
        parts.append([_least(ps[i:i + low], reading) for i in range(len(ps))])
    if reading.high is not None:
        parts.append(kernel.greatest_within(qs, reading, False))
    return [_least(entries, reading) for entries in zip(*parts)]


def _steps(i: int, length: int, reading, behind: bool) -> range:
    """The steps of the trace that a window leaves, seen from step i."""
    high = length if reading.high is None else reading.high
    if behind:
        return range(max(i - high, 0), i - reading.low + 1)
    return range(i + reading.low, min(i + high, length - 1) + 1)


def _both(a, b, function):
    """A function of two entries, or of the entries of two lists."""
    return [function(x, y) for x, y in zip(a, b, strict=True)] if isinstance(a, list) else function(a, b)


def _greatest(xs: list, reading):
    top = max(xs, default=reading.bottom)
    if not reading.smooth or not math.isfinite(top):
        return top
    return top + reading.smooth * math.log(math.fsum(math.exp((x - top) / reading.smooth) for x in xs))


def _least(xs: list, reading):
    if not reading.smooth:
        return min(xs, default=reading.top)
    return -_greatest([-x for x in xs], reading)
