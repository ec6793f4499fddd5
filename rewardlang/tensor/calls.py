"""Evaluates calls on rows: equal rows once, each failure alone, every result checked against what is declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, perf_counter

import torch
from torch import Tensor

from rewardlang.ir.spec import ExternalInfo
from rewardlang.models.failed import Failed, describe
from rewardlang.models.kept import Kept
from rewardlang.tensor import words
from rewardlang.tensor.answering import LIMITED_BATCH, Late, answers, demand_one_each, is_too_large, timed
from rewardlang.tensor.buffers import floats
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.entries import Misfit
from rewardlang.tensor.leaves import PLAIN, checker
from rewardlang.tensor.recall import Recall, distinct
from rewardlang.tensor.sources import Source
from rewardlang.tensor.wanted import Wanted
from rewardlang.values.types import Kind


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
        lists = source.rows or source.limit is not None and not source.here or external.asking.cache is not None
        self.tensors = numeric and source.batched and not lists
        self.tensor_rows = external.asking.batch
        fields = dict(external.field_domains)
        self.check = checker(external.result, external.domain, fields)
        self.wanted = Wanted(external.name, external.name, external.result.entry(), external.domain, external.field_domains)
        self.on_error = _fallback(external, self.check)

    def results(self, columns: Sequence[Sequence | object], varying: Sequence[bool], rows: int, counts: Counts,
                recall: Recall | None = None) -> "Results":
        """Checked values for each of `rows`; columns that do not vary hold one value for all rows.

        `recall` has what was answered to equal rows before.
        """
        unique = distinct([column for column, varies in zip(columns, varying, strict=True) if varies], rows)
        if unique is None:
            return self._recalled(columns, varying, rows, counts, recall)
        keys, firsts = unique
        short = iter(firsts)
        fewer = [next(short) if varies else column for column, varies in zip(columns, varying, strict=True)]
        once = dict.fromkeys(keys)
        counts.deduplicated += rows - len(once)
        found = self._recalled(fewer, varying, len(once), counts, recall)
        by_key = dict(zip(once, found.values, strict=True))
        return Results([by_key[key] for key in keys], found.clean)

    def _recalled(self, columns: Sequence, varying: Sequence[bool], rows: int, counts: Counts,
                  recall: Recall | None) -> "Results":
        """Values of different rows, those that are known already aside."""
        keys = recall.keys(columns, varying, rows) if recall is not None and rows else None
        if keys is None:
            return self._evaluated(columns, varying, rows, counts)
        values = recall.look_up(keys, counts)
        rest = [row for row in range(rows) if keys[row] not in values]
        if len(rest) == rows:
            columns_left = columns
        else:
            columns_left = [[column[row] for row in rest] if varies else column for column, varies in zip(columns, varying)]
        left = [keys[row] for row in rest]
        kept = None if recall.cache is None else Kept(
            lambda found: recall.keep({left[row]: self._check(value, Counts()) for row, value in found.items()}))
        found = self._evaluated(columns_left, varying, len(rest), counts, kept)
        recall.keep({keys[row]: value for row, value in zip(rest, found.values, strict=True)})
        if len(rest) == rows:
            return found
        values.update((keys[row], value) for row, value in zip(rest, found.values, strict=True))
        return Results([values[key] for key in keys], all(type(values[key]) is not Failed for key in keys))

    def _evaluated(self, columns: Sequence, varying: Sequence[bool], rows: int, counts: Counts,
                   kept: Kept | None = None) -> "Results":
        if not rows:
            return Results([], True)
        counts.evaluated += rows
        start = perf_counter()
        try:
            found = answers(self.external, self.source, columns, varying, rows, kept)
        except BaseException:
            if kept is not None:
                kept.flush()
            raise
        counts.seconds += perf_counter() - start
        return self._checked(found, counts)

    def _checked(self, found: list, counts: Counts) -> "Results":
        """Results as they should be, else Failed."""
        checked = self._as_they_are(found)
        if checked is None:
            values = [self._check(value, counts) for value in found]
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

    def _check(self, value: object, counts: Counts) -> object:
        if type(value) is Failed:
            return self._unparsed(value, counts) if value.kind == "unparsed" else value
        if value is None:
            return Failed("gave no value")
        try:
            return self.check(self._within(value, counts) if self.external.asking.out_of_range else value)
        except Misfit as misfit:
            return Failed(str(misfit), "range" if isinstance(value, int | float) else "error")

    def _unparsed(self, failed: Failed, counts: Counts) -> object:
        """The declared value of an answer that could not be read, which is counted all the same."""
        value = self.external.asking.on_unparsed
        if value is None:
            return failed
        counts.causes["unparsed"] += 1
        return value if self.external.result.kind is Kind.ENUM else self.check(value)

    def _within(self, value: object, counts: Counts) -> object:
        """A result brought into its declared range, entry by entry, and counted; RewardError where that is an error."""
        value = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(value, list | tuple):
            return [self._within(entry, counts) for entry in value]
        allowed = self.wanted.range(torch.float64)
        if not isinstance(value, int | float) or value != value or allowed.low <= value <= allowed.high:
            return value
        if self.external.asking.out_of_range == "error":
            raise words.RewardError(f"`{self.external.name}` {words.out_of_range(allowed.low, allowed.high, value)}")
        counts.clipped += 1
        return min(max(value, allowed.low), allowed.high)

    def on_tensors(self, columns: Sequence[Tensor], dtype: torch.dtype, counts: Counts) -> tuple[Tensor, dict[int, Failed]]:
        """Results [rows, *axes] of a model on tensors, gradients kept, and the failures by row."""
        rows, like = len(columns[0]), columns[0]
        counts.evaluated += rows
        shape = tuple(axis.size for axis in self.external.result.axes)
        fill, start = self.wanted.range(dtype).fill, perf_counter()
        found, failed = self._in_parts(columns, rows, lambda size: torch.full((size, *shape), fill, dtype=dtype, device=like.device))
        counts.seconds += perf_counter() - start
        values, failures = self._proper(found, dtype, counts)
        return values, failures | failed

    def _in_parts(self, columns: Sequence[Tensor], rows: int, nothing: Callable[[int], Tensor]) -> tuple[Tensor, dict[int, Failed]]:
        """What a model gives on tensors, and which rows failed: micro-batch after micro-batch, smaller ones where they do not
        fit in memory. One that raises or is late fails alone; `nothing` gives the values of so many rows.
        """
        limit, within = self.source.limit, self.source.within
        size = self.tensor_rows or (rows if limit is None else LIMITED_BATCH)
        end = None if within is None else monotonic() + within
        parts, failed, at = [], {}, 0
        while at < rows:
            part = columns if size >= rows else [column[at : at + size] for column in columns]
            count, given = len(part[0]), None
            try:
                given = torch.as_tensor(self._timely(part, end), device=columns[0].device)
            except Exception as error:
                if is_too_large(error) and count > 1:
                    size = self.tensor_rows = count // 2
                    continue
                failed |= dict.fromkeys(range(at, at + count), error.failed if isinstance(error, Late) else Failed(describe(error)))
            if given is not None:
                demand_one_each(self.external, len(given) if given.dim() else 1, count)
                given = given.reshape(nothing(count).shape)
            parts.append(nothing(count) if given is None else given)
            at += count
        return (torch.cat(parts) if len(parts) > 1 else parts[0] if parts else nothing(0)), failed

    def _timely(self, part: Sequence[Tensor], end: float | None) -> object:
        """What the model gives for a micro-batch, in its time and before all of its time is up."""
        if self.source.limit is None:
            return self.source.function(*part)
        left = None if end is None else max(end - monotonic(), 0.0)
        return timed(self.source.function, part, self.source.limit, left, self.source.within)

    def _proper(self, found: Tensor, dtype: torch.dtype, counts: Counts) -> tuple[Tensor, dict[int, Failed]]:
        """Numbers in their declared range, and which rows have others."""
        allowed = self.wanted.range(dtype)
        values = found.to(dtype)
        bad = ~((values >= allowed.low) & (values <= allowed.high))
        policy = self.external.asking.out_of_range
        beyond = bad & ~values.isnan()
        if policy is not None and bool(beyond.any()):
            if policy == "error":
                reason = words.out_of_range(allowed.low, allowed.high, values[beyond].flatten()[0].item())
                raise words.RewardError(f"`{self.external.name}` {reason}")
            counts.clipped += int(beyond.sum())
            values, bad = values.clamp(allowed.low, allowed.high), bad & ~beyond
        values = torch.where(bad, allowed.fill, values)
        if self.external.result.kind is Kind.BOOL:
            values = values != 0
        rows_bad = bad if bad.dim() == 1 else bad.flatten(1).any(1)
        failures = {}
        for row in rows_bad.nonzero().flatten().tolist():
            failures[row] = Failed(allowed.misfit(found[row][bad[row]].flatten()[0].item()), "range")
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
        if isinstance(external.on_error, list | tuple) or axis.size is None:
            raise words.RewardError(words.unusable_fallback(external.name, axis.name))
        value = [value] * axis.size
    return check(value)
