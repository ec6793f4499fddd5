"""States that hold for ever what is put into them, and have no range."""

from collections.abc import Iterator

from rewardlang.facts.lint.places import Places
from rewardlang.text.diagnostic import Diagnostic

#: A spectral radius is found to so many digits.
_ROUNDING = 1e-9


def growing(ranges, places: Places) -> Iterator[Diagnostic]:
    """A linear memory that does not fade, over episodes of any length, among whose states one has no finite range."""
    for memory in ranges.memories:
        open_ended = [node["name"] for node in memory.states
                      if node in ranges.spec.domains and not ranges.spec.domains[node].is_finite]
        if not memory.is_bounded and memory.radius >= 1 - _ROUNDING and open_ended:
            spans = ranges.spec.name_spans
            open_ended.sort(key=lambda name: spans[name].start if name in spans else 0)
            span = spans.get(open_ended[0]) or ranges.spec.graph.origins[memory.states[0]]
            values = {"names": ", ".join(f"`{name}`" for name in open_ended), "radius": f"{memory.radius:.6g}"}
            yield Diagnostic("RW343", span, values, (), open_ended[0], {"spectral radius": memory.radius})
