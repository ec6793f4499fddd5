"""Evaluates calls on rows: equal rows once, each failure alone, every result checked against what is declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

import torch
from torch import Tensor

from rewardlang.ir.spec import ExternalInfo
from rewardlang.tensor import words
from rewardlang.tensor.buffers import floats
from rewardlang.tensor.entries import Misfit
from rewardlang.tensor.leaves import PLAIN, checker
from rewardlang.tensor.sources import Source
from rewardlang.tensor.wanted import Wanted
from rewardlang.values.types import Kind
from rewardlang.verifiers.workers import run_limited


class Failed(str):
    """The reason why a call has no value."""

    __slots__ = ()


@dataclass(slots=True)
class Counts:
    """How often one model or verifier was asked in a call of the reward.

    `demanded` rows needed it; on `evaluated` it was run, on `deduplicated` the value of an equal row was taken, on
    `skipped` an argument was invalid; on `failed` of the demanded rows it raised, ran out of time or gave no proper value.
    """

    demanded: int = 0
    evaluated: int = 0
    deduplicated: int = 0
    skipped: int = 0
    failed: int = 0


@dataclass(slots=True)
class Results:
    """Values of calls, Failed among them unless `clean`; `numbers` is the same as a tensor where one was made."""

    values: list
    clean: bool
    numbers: Tensor | None = None


class Evaluation:
    """All that is fixed about the calls of one node: where they go, how results are checked."""

    def __init__(self, external: ExternalInfo, source: Source, numeric: bool):
        self.external, self.source = external, source
        self.tensors = numeric and source.batched
        fields = dict(external.field_domains)
        self.check = checker(external.result, external.domain, fields)
        self.wanted = Wanted(external.name, external.name, external.result.entry(), external.domain, external.field_domains)
        self.on_error = _fallback(external, self.check)

    def results(self, columns: Sequence[Sequence | object], varying: Sequence[bool], rows: int, counts: Counts) -> "Results":
        """Checked values for each of `rows`; columns that do not vary hold one value for all rows."""
        unique = distinct([column for column, varies in zip(columns, varying, strict=True) if varies], rows)
        if unique is None:
            counts.evaluated += rows
            return self._checked(self._evaluate(columns, varying, rows))
        keys, firsts = unique
        short = iter(firsts)
        fewer = [next(short) if varies else column for column, varies in zip(columns, varying, strict=True)]
        counts.evaluated += len(set(keys))
        counts.deduplicated += rows - len(set(keys))
        found = self._checked(self._evaluate(fewer, varying, len(set(keys))))
        by_key = dict(zip(dict.fromkeys(keys), found.values, strict=True))
        return Results([by_key[key] for key in keys], found.clean)

    def _evaluate(self, columns: Sequence, varying: Sequence[bool], rows: int) -> list:
        if not rows:
            return []
        if self.source.limit is not None:
            return self._limited(columns, varying, rows)
        if self.source.batched:
            full = [column if varies else [column] * rows for column, varies in zip(columns, varying, strict=True)]
            return self._in_one(full, rows)
        return run_each(self.source.function, columns, varying, rows)

    def _limited(self, columns: Sequence, varying: Sequence[bool], rows: int) -> list:
        full = [column if varies else repeat(column, rows) for column, varies in zip(columns, varying, strict=True)]
        calls = list(zip(*full, strict=True)) if full else [()] * rows
        outcomes = run_limited(self.source.target, calls, self.source.limit)
        return [outcome.value if outcome.error is None else Failed(outcome.error) for outcome in outcomes]

    def _in_one(self, columns: Sequence, rows: int) -> list:
        try:
            found = self.source.function(*columns)
            found = found.tolist() if hasattr(found, "tolist") else list(found)
        except Exception as error:
            return [Failed(describe(error))] * rows
        self._demand_one_each(len(found), rows)
        return found

    def _demand_one_each(self, found: int, rows: int) -> None:
        """No row is to blame for a wrong number of results: it is a mistake of the binding, which `on_error` must not hide."""
        if found != rows:
            raise words.RewardError(words.wrong_count(self.external.name, found, rows))

    def _checked(self, found: list) -> "Results":
        """Results as they should be, else Failed."""
        checked = self._as_they_are(found)
        if checked is None:
            values = [self._check(value) for value in found]
            checked = Results(values, Failed not in set(map(type, values)))
        return checked

    def _as_they_are(self, found: list) -> "Results | None":
        """Results of which a glance tells that all are as declared; None where each must be looked at."""
        plain = PLAIN.get(self.external.result.kind, frozenset())
        kinds = set(map(type, found))
        if self.external.result.axes or Failed in kinds:
            return None
        if (kinds <= {bool} and self.external.result.kind is Kind.BOOL) or (plain and kinds <= plain):
            return Results(found, True)
        return self._in_range(found) if found and kinds <= {int, float} else None

    def _in_range(self, found: list) -> "Results | None":
        """Numbers all of which are as declared."""
        if self.external.result.kind not in (Kind.INT, Kind.FLOAT):
            return None
        try:
            numbers = floats(found, torch.float64, torch.device("cpu"))
        except OverflowError:
            return None
        allowed = self.wanted.range(torch.float64)
        least, most = torch.aminmax(numbers)
        within = least.item() >= allowed.low and most.item() <= allowed.high
        if not within or (self.external.result.kind is Kind.INT and not torch.equal(numbers, numbers.round())):
            return None
        return Results(found, True, numbers)

    def _check(self, value: object) -> object:
        if type(value) is Failed:
            return value
        if value is None:
            return Failed("gave no value")
        try:
            return self.check(value)
        except Misfit as misfit:
            return Failed(str(misfit))

    def on_tensors(self, columns: Sequence[Tensor], dtype: torch.dtype, counts: Counts) -> tuple[Tensor, dict[int, Failed]]:
        """Results [rows, *axes] of a model on tensors, gradients kept, and the failures by row."""
        rows = len(columns[0])
        counts.evaluated += rows
        shape = (rows, *(axis.size for axis in self.external.result.axes))
        try:
            found = self.source.function(*columns) if rows else columns[0].new_zeros(shape)
            found = torch.as_tensor(found, device=columns[0].device)
        except Exception as error:
            failed = Failed(describe(error))
            return torch.zeros(shape, dtype=dtype, device=columns[0].device), dict.fromkeys(range(rows), failed)
        self._demand_one_each(len(found) if found.dim() else 1, rows)
        found = found.reshape(shape)
        allowed = self.wanted.range(dtype)
        values = found.to(dtype)
        bad = ~((values >= allowed.low) & (values <= allowed.high))
        values = torch.where(bad, allowed.fill, values)
        if self.external.result.kind is Kind.BOOL:
            values = values != 0
        rows_bad = bad if bad.dim() == 1 else bad.flatten(1).any(1)
        failures = {}
        for row in rows_bad.nonzero().flatten().tolist():
            failures[row] = Failed(allowed.misfit(found[row][bad[row]].flatten()[0].item()))
        return values, failures


_MISSING = object()


def has_fallback(evaluation: Evaluation) -> bool:
    """Whether a failed call has a value all the same."""
    return evaluation.on_error is not _MISSING


def _fallback(external: ExternalInfo, check: Callable) -> object:
    """The declared value of a failed call, an enum's as its code."""
    value = external.on_error
    if value is None:
        return _MISSING
    if external.result.kind is Kind.ENUM:
        return value
    for axis in reversed(external.result.axes):
        if isinstance(value, list | tuple) or axis.size is None:
            raise words.RewardError(words.unusable_fallback(external.name, axis.name))
        value = [value] * axis.size
    return check(value)


def describe(error: BaseException) -> str:
    """An exception in one short line."""
    text = " ".join(str(error).split())
    return words.shortened(f"{type(error).__name__}: {text}" if text else type(error).__name__)


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


def distinct(columns: Sequence[Sequence], rows: int) -> tuple[Sequence, list[list]] | None:
    """A key for each row, and the columns of the first row of each key; None if no two rows are equal, or cannot be told."""
    if not columns:
        return ([()] * rows, []) if rows > 1 else None
    try:
        for column in columns:
            if len(set(column)) == rows:
                return None
        keys = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        first = list(dict.fromkeys(keys))
    except TypeError:
        return None
    if len(first) == rows:
        return None
    return keys, [first] if len(columns) == 1 else [list(column) for column in zip(*first, strict=True)]
