"""Rewards for trainers that ask about finished samples: one at a time, or some at once, and want a number for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from math import inf, isfinite
from threading import Lock

from rewardlang import __version__
from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.fits import Use
from rewardlang.trainers.refuse import refuse
from rewardlang.trainers.samples import Origin, SampleColumns
from rewardlang.trainers.score import Scored, scored

LOG = getLogger("rewardlang")


@dataclass(frozen=True)
class Answer:
    """What is said of one sample: a finite `score`, the `terms` that add up to it, `gates` (0 or 1), and why it has none.

    The names of terms and gates are the same for all samples of a reward.
    """

    score: float
    terms: dict[str, float]
    gates: dict[str, float]
    reason: str | None

    @property
    def flat(self) -> dict[str, float]:
        """All numbers but the score, by the names that trackers have."""
        found = {f"rewards/{name}": value for name, value in self.terms.items()}
        found |= {f"gates/{name}": value for name, value in self.gates.items()}
        return {**found, "invalid/samples": float(self.reason is not None)}


class SampleReward:
    """A compiled reward asked about rows, each a dict of what the trainer knows of a sample.

    `invalid` is the score of a sample without a reward, for trainers that cannot leave it out: the least that the reward can
    be, unless it is given, so that no failure ever pays. `failures` counts them. It pickles.
    """

    def __init__(self, reward: CompiledReward, trainer: str, *, columns: Mapping[str, Origin] | None = None,
                 invalid: float | None = None, availability: str | None = None):
        facts = refuse(reward, trainer, Use(availability=availability, invalid=invalid))
        bounds = facts.output("reward").return_bounds
        least, most = (float(bounds.lo), float(bounds.hi)) if bounds is not None else (-inf, inf)
        self.reward, self.invalid = reward, least if invalid is None else float(invalid)
        self.columns = SampleColumns(reward.spec, columns)
        bounded = isfinite(least) and isfinite(most) and least < most
        self.span = (least, most - least) if bounded else (0.0, 1.0)
        self.fingerprint, self.version = reward.fingerprint, __version__
        self.failures, self._counting = 0, Lock()

    def answers(self, rows: Sequence[Mapping[str, object]]) -> list[Answer]:
        """What is said of each row. A name that some rows lack is null there."""
        names = dict.fromkeys(name for row in rows for name in row)
        table = {name: [row.get(name) for row in rows] for name in names}
        found = scored(self.reward, self.columns.read(table, len(rows)))
        self._count([reason for reason in found.reasons if reason is not None])
        return [self._answer(found, row) for row in range(len(rows))]

    def _count(self, reasons: Sequence[str]) -> None:
        with self._counting:
            self.failures += len(reasons)
        for reason in reasons:
            LOG.warning("a sample has no reward: %s", reason)

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name != "_counting"}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _counting=Lock())

    def answer(self, row: Mapping[str, object]) -> Answer:
        """What is said of one row."""
        return self.answers([row])[0]

    def _answer(self, found: Scored, row: int) -> Answer:
        value, failed = found.rewards[row], found.rewards[row] is None
        terms = {name: 0.0 if failed else values[row] for name, values in found.terms.items()}
        gates = {name: values[row] for name, values in found.gates.items()}
        return Answer(self.invalid if failed else value, terms, gates, found.reasons[row] if failed else None)

    def safe_answers(self, rows: Sequence[Mapping[str, object]]) -> list[Answer]:
        """The same for trainers that pass over exceptions: what is wrong with the whole call is each row's failure."""
        try:
            return self.answers(rows)
        except Exception as error:
            LOG.exception("the reward of %d samples could not be computed", len(rows))
            with self._counting:
                self.failures += len(rows)
            terms = dict.fromkeys((label for label, _ in self.reward.spec.outputs["reward"].terms), 0.0)
            gates = dict.fromkeys(self.reward.spec.gates, 0.0)
            return [Answer(self.invalid, terms, gates, f"{type(error).__name__}: {error}") for _ in rows]
