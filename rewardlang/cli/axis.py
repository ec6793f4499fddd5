"""Ranges drawn below each other on one axis, and in words which of them outweighs which."""

from collections.abc import Mapping, Sequence
from math import inf, isfinite

#: Columns of the axis.
WIDTH = 41


def bars(ranges: Sequence[tuple[float, float]], width: int = WIDTH) -> list[str]:
    """One bar a range, all on the same axis; `|` stands at 0, `<` and `>` at ends that are not known."""
    ends = [end for pair in (*ranges, (0.0, 0.0)) for end in pair if isfinite(end)]
    low, high = min(ends), max(ends)
    span = high - low or 1.0

    def column(x: float) -> int:
        return 0 if x == -inf else width - 1 if x == inf else round((x - low) / span * (width - 1))

    return [_bar(column(left), column(right), column(0.0), (left, right), width) for left, right in ranges]


def _bar(first: int, last: int, zero: int, ends: tuple[float, float], width: int) -> str:
    cells = [" "] * width
    cells[zero] = "|"
    cells[first:last + 1] = "-" * (last + 1 - first)
    if first < zero < last:
        cells[zero] = "+"
    cells[first], cells[last] = "[", "]"
    if first == last:
        cells[first] = "*"
    if ends[0] == -inf:
        cells[0] = "<"
    if ends[1] == inf:
        cells[-1] = ">"
    return "".join(cells).rstrip()


def outweighs(ranges: Mapping[str, tuple[float, float]]) -> str:
    """What the widths of some ranges say: `a` by 1 outweighs all others together (0.5); else their order. Empty for one alone."""
    widths = sorted(((high - low, label) for label, (low, high) in ranges.items() if high > low), key=lambda pair: -pair[0])
    if len(widths) < 2:
        return ""
    (first, label), rest = widths[0], sum(width for width, _ in widths[1:])
    if first == inf:
        return f"{label} has no bound: it can outweigh all others"
    if first > rest:
        others = "all others together" if len(widths) > 2 else widths[1][1]
        return f"{label} (moves by {first:.6g}) outweighs {others} ({rest:.6g})"
    return " >= ".join(f"{label} ({width:.6g})" for width, label in widths) + ": no term outweighs all others together"
