"""A compiled reward over rows: columns are gathered, unreadable rows set aside, results cut to rows again."""

from collections.abc import Callable, Sequence
from time import perf_counter

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError
from rewardlang.cli.scoring.columns import Columns
from rewardlang.cli.scoring.lines import Scored
from rewardlang.tensor import words
from rewardlang.tensor.result import Result
from rewardlang.tensor.reward import CompiledReward

REWARD = "reward"
TRUST_HINT = "on the command line: --trust MODULE, or --bind NAME=MODULE:OBJECT"


class RewardScorer:
    """Scores rows by a compiled reward.

    `asked` are the outputs that are asked for, which must all be computable (none: the reward must, and the others are
    left out where they are not); `add_work` hears of each model's entries: name, demanded, evaluated, failed, clipped.
    """

    def __init__(self, reward: CompiledReward, columns: Columns, asked: Sequence[str]):
        self.writing = 0.0
        self.add_work: Callable[..., None] = lambda name, *counts: None
        self._reward = reward
        self._columns = columns
        self._asked = asked
        self._must = asked or [name for name, output in reward.spec.outputs.items() if output.role == REWARD]
        self._rewarded = REWARD in (asked or reward.spec.outputs)

    def check(self) -> list[str]:
        """Why some outputs cannot be computed from these columns, one sentence each.

        Raises:
            CliError: an output that must be computed is among them.
        """
        try:
            out = self._reward({column: [] for column in self._columns.wanted}, update_run=False)
        except words.TrustError as error:
            raise CliError(str(error), TRUST_HINT) from error
        except words.RewardError as error:
            raise CliError(str(error)) from error
        left_out = []
        for name in self._asked or self._reward.spec.outputs:
            if name in out.outputs:
                continue
            try:
                out.outputs[name]
            except words.MissingError as error:
                if name in self._must:
                    raise CliError(str(error), "other outputs can be asked for with --output") from error
                left_out.append(str(error))
        return left_out

    def run_state(self) -> dict | None:
        """What statistics over the run have seen; None where there are none."""
        saved = self._reward.run_state()
        return saved if saved["statistics"] else None

    def load_run_state(self, saved: dict) -> None:
        """Go on from what `run_state` gave.

        Raises:
            CliError: it is no run state of this reward.
        """
        try:
            self._reward.load_run_state(saved)
        except words.RewardError as error:
            raise CliError(str(error)) from error

    def __call__(self, rows: Sequence[Row]) -> list[Scored]:
        """One result a row, in order."""
        found: list[Scored | None] = [None] * len(rows)
        places: list[int] = []
        table: list[list[object]] = []
        for place, row in enumerate(rows):
            values, problem = self._columns.values(row)
            if values is None:
                found[place] = Scored(row.number, invalid=problem, unread=True, rewarded=self._rewarded)
            else:
                places.append(place)
                table.append(values)
        if places:
            scored = self._evaluate([rows[place].number for place in places], table)
            for place, row in zip(places, scored, strict=True):
                found[place] = row
        return found

    def _evaluate(self, numbers: list[int], table: list[list[object]]) -> list[Scored]:
        columns = dict(zip(self._columns.wanted, map(list, zip(*table, strict=True)), strict=False))
        try:
            out = self._reward(columns or {"": numbers})
        except words.RewardError as error:
            raise CliError(str(error)) from error
        middle = perf_counter()
        for name, counts in out.counts.items():
            self.add_work(name, counts.demanded, counts.evaluated, counts.failed, counts.clipped)
        scored = _cut(out, numbers)
        self.writing += perf_counter() - middle
        return scored

    def profile(self) -> str:
        """Where the time of this run went, for people."""
        return f"profile of this run: {self.writing:.3f} s in cutting results to rows; {self._reward.profile()}"


def _cut(out: Result, numbers: list[int]) -> list[Scored]:
    """The result of a batch, row by row."""
    outputs = {name: out.to_lists(name) for name in out.outputs if name != REWARD}
    terms = {label: out.to_lists(f"term {label}") for label in out.terms}
    rewarded = REWARD in out.outputs
    rewards = out.to_lists(REWARD) if rewarded else [None] * len(numbers)
    reasons, misread = {name: out.reasons(name) for name in outputs}, out.misread
    scored = []
    for place, number in enumerate(numbers):
        why = {name: found[place] for name, found in reasons.items() if found[place] is not None}
        invalid = out.invalid[place] if rewarded else next(iter(why.values()), None)
        scored.append(Scored(
            number, rewards[place], {label: values[place] for label, values in terms.items()},
            {name: values[place] for name, values in outputs.items()}, invalid, misread[place] is not None, why, rewarded))
    return scored
