"""Asks a source about rows: one at a time, in micro-batches, or in worker processes under time limits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import repeat
from time import monotonic

import torch

from rewardlang.ir.spec import ExternalInfo
from rewardlang.models.batches import Budget, longest_first, micro_batches, text_lengths
from rewardlang.models.deadline import in_time
from rewardlang.models.failed import Failed, Unusable, describe
from rewardlang.models.kept import Kept
from rewardlang.tensor import words
from rewardlang.tensor.sources import Source
from rewardlang.verifiers.binding import VerifierUnavailable
from rewardlang.verifiers.workers import Outcome, run_limited

#: Rows of one call of a model under a time limit, where its declaration says nothing.
LIMITED_BATCH = 64


def answers(external: ExternalInfo, source: Source, columns: Sequence, varying: Sequence[bool], rows: int,
            kept: Kept | None = None) -> list:
    """What a source gives for each of `rows`, or Failed; columns that do not vary hold one value for all rows.

    `kept` is told of answers on the way, by row, where they come one after the other.
    """
    if source.limit is not None and not source.batched:
        return _limited(source, columns, varying, rows, kept)
    if not source.batched:
        return run_each(source.function, columns, varying, rows)
    full = [column if varies else [column] * rows for column, varies in zip(columns, varying, strict=True)]
    if source.limit is not None:
        limited = _batches_here if source.here else _limited_batches
        return limited(external, source, full, rows, kept)
    return _in_batches(external, source, full, rows, kept)


def _limited(source: Source, columns: Sequence, varying: Sequence[bool], rows: int, kept: Kept | None) -> list:
    full = [column if varies else repeat(column, rows) for column, varies in zip(columns, varying, strict=True)]
    calls = list(zip(*full, strict=True)) if full else [()] * rows
    settled = None if kept is None else lambda row, outcome: kept.add(row, _value(outcome))
    if source.target is None:
        return in_time(partial(_one, source.function), calls, source.limit, source.within)
    try:
        outcomes = run_limited(source.target, calls, source.limit, within=source.within, settled=settled)
    except VerifierUnavailable:
        if not source.here:
            raise
        return in_time(partial(_one, source.function), calls, source.limit, source.within)
    return [_value(outcome) for outcome in outcomes]


def _one(function: Callable, *args: object) -> object:
    """The function's value, or Failed."""
    try:
        return function(*args)
    except Exception as error:
        return Failed(describe(error))


def _value(outcome: Outcome) -> object:
    return outcome.value if outcome.error is None else Failed(outcome.error, "time" if outcome.late else "error")


def _parts(external: ExternalInfo, columns: Sequence[Sequence], rows: int, size: int | None) -> list[list[int]]:
    """The micro-batches of a model; a folder or an endpoint is given all rows, and makes its own."""
    if size is None or rows <= size:
        return [list(range(rows))]
    return micro_batches(text_lengths(columns, rows), rows, size)


def _in_batches(external: ExternalInfo, source: Source, columns: Sequence[Sequence], rows: int, kept: Kept | None) -> list:
    """A micro-batch that raises fails alone."""
    if kept is not None and source.tells:
        return _in_one(external, partial(source.function, kept=kept), columns, rows)
    lengths = text_lengths(columns, rows) if source.batch is not None and rows > source.batch else None

    def ask(batch: list[int]) -> Sequence:
        part = columns if len(batch) == rows else [[column[row] for row in batch] for column in columns]
        answered = _in_one(external, source.function, part, len(batch))
        if kept is not None:
            for row, answer in zip(batch, answered, strict=True):
                kept.add(row, answer)
        return answered

    budget = Budget(source.batch)
    found = budget.answers(longest_first(lengths, rows), lengths, ask, is_too_large, lambda error: Failed(describe(error)))
    return [found[row] for row in range(rows)]


def is_too_large(error: BaseException) -> bool:
    """Whether a micro-batch did not fit in memory."""
    return isinstance(error, (torch.OutOfMemoryError, MemoryError))


def _in_one(external: ExternalInfo, function: Callable, columns: Sequence[Sequence], rows: int) -> list:
    try:
        found = function(*columns)
        found = found.tolist() if hasattr(found, "tolist") else list(found)
    except Unusable as error:
        raise words.RewardError(words.unusable_target(external.name, external.target, str(error))) from error
    except Late as late:
        return [late.failed] * rows
    except Exception as error:
        if is_too_large(error):
            raise
        return [Failed(describe(error))] * rows
    demand_one_each(external, len(found), rows)
    return found


def demand_one_each(external: ExternalInfo, found: int, rows: int) -> None:
    """No row is to blame for a wrong number of results: it is a mistake of the binding, which `on_error` must not hide."""
    if found != rows:
        raise words.RewardError(words.wrong_count(external.name, found, rows))


def _limited_batches(external: ExternalInfo, source: Source, columns: Sequence[Sequence], rows: int, kept: Kept | None) -> list:
    """Micro-batches of a model in worker processes, each under the time limit of one call."""
    batches = _parts(external, columns, rows, source.batch or LIMITED_BATCH)
    calls = [(source.target, *([column[row] for row in batch] for column in columns)) for batch in batches]
    found: list = [None] * rows

    def settled(at: int, outcome: Outcome) -> None:
        for row, value in zip(batches[at], outcome.value or (), strict=False):
            kept.add(row, value)

    outcomes = run_limited("rewardlang.models.remote:ask", calls, source.limit, within=source.within,
                           settled=None if kept is None else settled)
    for batch, outcome in zip(batches, outcomes, strict=True):
        values = [_value(outcome)] * len(batch) if outcome.error is not None else outcome.value
        demand_one_each(external, len(values), len(batch))
        for row, value in zip(batch, values, strict=True):
            found[row] = value
    return found


def _batches_here(external: ExternalInfo, source: Source, columns: Sequence[Sequence], rows: int, kept: Kept | None) -> list:
    """Micro-batches of a bound model, each under the time limit of one call, in a thread of this process."""
    end = None if source.within is None else monotonic() + source.within

    def limited(*part: Sequence) -> Sequence:
        left = None if end is None else max(end - monotonic(), 0.0)
        return timed(source.function, part, source.limit, left, source.within)

    return _in_batches(external, replace(source, function=limited, batch=source.batch or LIMITED_BATCH), columns, rows, kept)


class Late(Exception):
    """A call whose time is up; `failed` says why."""

    def __init__(self, failed: Failed):
        super().__init__(str(failed))
        self.failed = failed


def timed(function: Callable, args: Sequence, seconds: float, left: float | None = None, within: float | None = None) -> object:
    """What a function gives within its time, gradients as they are asked for here. Raises Late.

    `left` are the seconds that are left of all that it has for all its calls, `within`.
    """
    grad = torch.is_grad_enabled()
    whole = left is not None and left < seconds
    up = whole and left <= 0
    found = None if up else in_time(
        function, [tuple(args)], left if whole else seconds, prepare=lambda: torch.set_grad_enabled(grad))[0]
    if up or type(found) is Failed and found.kind == "time":
        raise Late(Failed(f"took longer than {within:g} s with all the others", "time") if whole else found)
    return found


def run_each(function: Callable, columns: Sequence, varying: Sequence[bool], rows: int) -> list:
    """The function's value for each row, or Failed; a row that raises does not stop the others."""
    if not any(varying):
        columns, varying = [*columns, range(rows)], [*varying, True]
        calls = map(lambda *args: function(*args[:-1]), *_streams(columns, varying))
    else:
        calls = map(function, *_streams(columns, varying))
    found: list = []
    while len(found) < rows:
        try:
            # What came before an exception stays in the list, and the calls go on behind it.
            found.extend(calls)
        except Exception as error:
            found.append(Failed(describe(error)))
    return found


def _streams(columns: Sequence, varying: Sequence[bool]) -> list:
    return [column if varies else repeat(column) for column, varies in zip(columns, varying, strict=True)]
