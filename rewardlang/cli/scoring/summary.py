"""What is said at the end of a run: counts, the mean reward, why rows are invalid, work of the models."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rewardlang.cli.terminal import plural

KEPT_REASONS = 20
OTHERS = "other reasons"


@dataclass
class Summary:
    """Counts over all rows of a run, those before an interrupt included; `total` is the sum of the valid rewards, `reasons`
    say why rewards are invalid, `others` why outputs beside them are.
    """

    rows: int = 0
    valid: int = 0
    total: float = 0.0
    unread: int = 0
    reasons: Counter = field(default_factory=Counter)
    others: Counter = field(default_factory=Counter)
    work: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, kept: dict) -> "Summary":
        """The inverse of `as_dict`; `{}` is a new one."""
        counters = {name: Counter(kept.get(name, {})) for name in ("reasons", "others")}
        return cls(**{**kept, **counters})

    def as_dict(self) -> dict:
        """All counts, for JSON."""
        return {**vars(self), "reasons": dict(self.reasons), "others": dict(self.others)}

    def add(self, reward: object, invalid: str | None, others: Mapping[str, str]) -> None:
        """Count a row that was scored; `reward` is a number, nested lists of numbers, or None, `others` say why other
        outputs are invalid.
        """
        self.rows += 1
        for name, reason in others.items():
            _count(self.others, f"`{name}`: {reason}")
        if invalid is not None:
            _count(self.reasons, invalid)
        elif reward is not None:
            self.valid += 1
            self.total += total(reward)

    def add_unread(self, problem: str) -> None:
        """Count a row that could not be read."""
        self.rows += 1
        self.unread += 1
        _count(self.reasons, problem)

    def add_work(self, name: str, demanded: int, evaluated: int, failed: int = 0, clipped: int = 0) -> None:
        """Count entries of a model or verifier: asked for, called on, of those failed, and brought into the declared range."""
        so_far = [*self.work.get(name, []), 0, 0, 0, 0][:4]
        self.work[name] = [one + more for one, more in zip(so_far, (demanded, evaluated, failed, clipped), strict=True)]

    def text(self) -> str:
        """A few lines for people."""
        head = plural(self.rows, "row")
        if self.valid:
            head += f", mean reward {self.total / self.valid:.6g}"
        invalid = self.reasons.total()
        if invalid:
            head += f", {invalid:,} invalid"
        lines = [head]
        lines += [f"  {count:>7,} x {reason}" for reason, count in self.reasons.most_common()]
        lines += [f"  {count:>7,} x {reason}" for reason, count in self.others.most_common()]
        lines += [f"  {name}: {_work(*counts)}" for name, counts in self.work.items()]
        return "\n".join(lines)


def _work(asked: int, done: int, failed: int = 0, clipped: int = 0) -> str:
    more = "".join(f", {count:,} {what}" for count, what in ((failed, "failed"), (clipped, "clipped")) if count)
    return f"{asked:,} entries asked for, {done:,} evaluated{more}"


def _count(reasons: Counter, reason: str) -> None:
    """Count a reason; ever new ones do not fill the memory."""
    known = reason in reasons or len(reasons) < KEPT_REASONS
    reasons[reason if known else OTHERS] += 1


def total(reward: object) -> float:
    """The sum of a reward over its axes; entries that are no number (invalid) count 0."""
    if isinstance(reward, list):
        return sum(total(entry) for entry in reward)
    return float(reward) if reward is not None else 0.0
