"""Where the time of a reward went: by model and verifier, how often it was asked, and what was saved by not asking."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from rewardlang.tensor.counts import Counts
from rewardlang.tensor.learned import Turn


@dataclass
class Profile:
    """All calls of one reward so far: `batches`, `rollouts`, `seconds`, and the counts of each model and verifier by name.

    `turns` are the sides of each `and`, `or` and `implies` between calls, in the order in which the last batch looked at them.
    """

    batches: int = 0
    rollouts: int = 0
    seconds: float = 0.0
    counts: dict[str, Counts] = field(default_factory=dict)
    turns: list[tuple[Turn, ...]] = field(default_factory=list)

    def add(self, counts: Mapping[str, Counts], rollouts: int, seconds: float) -> None:
        """Add one call of the reward."""
        self.batches += 1
        self.rollouts += rollouts
        self.seconds += seconds
        for name, found in counts.items():
            self.counts.setdefault(name, Counts()).add(found)

    def copy(self) -> "Profile":
        """The same, to be kept while the reward goes on."""
        return deepcopy(self)

    def saved(self, name: str) -> tuple[int, float]:
        """Entries of a model or verifier on which it was not run, and about how many seconds that would have taken."""
        found = self.counts[name]
        rows = found.entries - found.evaluated
        return rows, rows * found.seconds / found.evaluated if found.evaluated else 0.0

    def __str__(self) -> str:
        elsewhere = self.seconds - sum(found.seconds for found in self.counts.values())
        lines = [f"{self.batches:,} batches, {self.rollouts:,} rollouts, {self.seconds:.3f} s, of which "
                 f"{max(elsewhere, 0.0):.3f} s outside models and verifiers"]
        lines += [line for name in sorted(self.counts, key=lambda name: -self.counts[name].seconds) for line in self._lines(name)]
        lines += ["  in turn: " + ", then ".join(map(_told, chain)) for chain in self.turns]
        return "\n".join(lines)

    def _lines(self, name: str) -> list[str]:
        found = self.counts[name]
        rows, seconds = self.saved(name)
        parts = [(found.entries, "entries"), (found.demanded, "demanded"), (found.evaluated, "evaluated"),
                 (found.deduplicated, "equal to another"), (found.cached, "cached"), (found.skipped, "skipped"),
                 (found.clipped, "clipped"), (found.failed, "failed")]
        told = ", ".join(f"{count:,} {what}" for count, what in parts if count or what in ("demanded", "evaluated"))
        lines = [f"  {name}: {found.seconds:.3f} s; {told}"]
        if found.causes:
            lines.append("    failures: " + ", ".join(f"{count:,} {kind}" for kind, count in found.causes.most_common()))
        if rows > 0:
            lines.append(f"    saved: {rows:,} evaluations, about {seconds:.3f} s")
        return lines


def _told(turn: Turn) -> str:
    decides = "" if turn.decides is None else f"decides {turn.decides:.0%}, "
    return f"{turn.text} ({decides}{turn.seconds * 1e6:,.0f} µs a row)"
