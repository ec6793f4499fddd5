"""How often models and verifiers were asked, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """How often one model or verifier was asked in a call of the reward.

    `demanded` rows needed it; on `evaluated` it was run, on `deduplicated` the value of an equal row was taken, on `cached`
    one from the file of its `cache`, on `skipped` an argument was invalid; on `failed` of the demanded rows it raised, ran
    out of time or gave no proper value: `causes` counts them by kind. `clipped` values were out of the declared range and
    brought into it. `entries` are all there are, needed or not; `seconds` went into running it.
    """

    demanded: int = 0
    evaluated: int = 0
    deduplicated: int = 0
    skipped: int = 0
    failed: int = 0
    cached: int = 0
    clipped: int = 0
    entries: int = field(default=0, compare=False, repr=False)
    causes: Counter = field(default_factory=Counter, compare=False, repr=False)
    seconds: float = field(default=0.0, compare=False, repr=False)

    def add(self, other: "Counts") -> None:
        """Add those of another call."""
        for name in ("demanded", "evaluated", "deduplicated", "skipped", "failed", "cached", "clipped", "entries", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.causes += other.causes
