"""A call within the schedule: which rows need it, their arguments, and its results back in place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, fx

from rewardlang.ir.node import Node
from rewardlang.models.cache import Cache
from rewardlang.models.failed import Failed
from rewardlang.tensor import words
from rewardlang.tensor.calls import Evaluation, Results, has_fallback
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.host import HostArgument, Run, put, settle
from rewardlang.tensor.recall import Recall
from rewardlang.tensor.results import numbers, present
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind


@dataclass(eq=False)
class CallStep:
    """One call node.

    `needed` and `able` (every argument valid) are masks [B, *lifted], None where all rows are meant. `real` marks, for
    a call lifted over axes, all entries there are. `shared` tells that the same model is called elsewhere too,
    `cache` is the file of its answers.
    """

    node: Node
    name: str
    evaluation: Evaluation
    arguments: Sequence[HostArgument]
    lifted: tuple[Axis, ...]
    needed: fx.Node | None
    able: fx.Node | None
    result: fx.Node | None
    valid: fx.Node
    lengths: dict[Axis, fx.Node] = field(default_factory=dict)
    rests_on: Sequence[Node] = ()
    batched: bool = True
    real: fx.Node | None = None
    shared: bool = False
    cache: Cache | None = None

    @property
    def own(self) -> tuple[Axis, ...]:
        """The axes of one result."""
        return tuple(axis for axis in self.node.type.axes if axis not in self.lifted)

    @property
    def needs(self) -> list[fx.Node]:
        """The tensors that must be there before."""
        masks = [node for node in (self.needed, self.able, self.real) if node is not None]
        return masks + [node for argument in self.arguments for node in argument.needs]

    def run(self, run: Run) -> None:
        """Evaluate what is needed and put the results into the run."""
        counts = run.counts.setdefault(self.name, Counts())
        needed = run.tensors[self.needed] if self.needed is not None else None
        able = run.tensors[self.able] if self.able is not None else None
        places = needed if able is None else able if needed is None else needed & able
        places = None if places is None or bool(places.all()) and not self.lifted else places.nonzero()
        rows = run.batch.size if places is None else len(places)
        asked = run.batch.size if needed is None else int(needed.sum())
        counts.demanded += asked
        counts.entries += run.batch.size if not self.lifted else int(run.tensors[self.real].sum())
        counts.skipped += asked - rows
        if self.evaluation.tensors:
            self._on_tensors(run, places, counts)
        else:
            self._on_lists(run, places, rows, counts)

    # Python values --------------------------------------------------------------------------------------------------

    def _on_lists(self, run: Run, places: Tensor | None, rows: int, counts: Counts) -> None:
        columns, varying = [], []
        for argument in self.arguments:
            varies = argument.constant is None
            columns.append(argument_rows(argument, self.lifted, run, places) if varies else argument.constant)
            varying.append(varies)
        found = self.evaluation.results(columns, varying, rows, counts, self._recall(run))
        if self.lengths or self.own or self.node.type.kind.on_host:
            found = self._of_right_length(run, found, places)
            values = found.values if found.clean else self._without_failures(run, found.values, places, counts)
            settle(run, self, values if places is None else self._nested(run, values, places))
            return
        self._put_numbers(run, found, places, counts)

    def _recall(self, run: Run) -> Recall | None:
        """What was answered before, where anything can be: to another call of this model, or in its file."""
        if not self.shared and self.cache is None:
            return None
        return run.recalls.setdefault(self.name, Recall(self.cache))

    def _of_right_length(self, run: Run, found: Results, places: Tensor | None) -> Results:
        """Lists along an axis that an argument has too must be as long as that."""
        axis = self.own[0] if self.own and self.own[0] not in self.lengths else None
        if axis is None or not axis.ragged:
            return found
        lengths = run.lengths.get(axis, run.batch.lengths.get(axis))
        wanted = (lengths if places is None else lengths[places[:, 0]]).tolist()
        values = [
            value if type(value) is Failed or len(value) == size else Failed(words.wrong_size(axis.name, size, len(value)))
            for value, size in zip(found.values, wanted, strict=True)
        ]
        return Results(values, found.clean and Failed not in set(map(type, values)))

    def _put_numbers(self, run: Run, found: Results, places: Tensor | None, counts: Counts) -> None:
        """Results that are one number each, without detours."""
        device, dtype, kind = run.batch.device, run.batch.dtype, self.node.type.kind
        if found.clean:
            values = numbers(kind, found.values, dtype, device) if found.numbers is None else found.numbers.to(device, dtype)
            good = torch.ones(len(found.values), dtype=torch.bool, device=device)
        else:
            plain = self._without_failures(run, found.values, places, counts)
            values, good = numbers(kind, plain, dtype, device), present(plain, device)
        self._put(run, values, good, places)

    def _without_failures(self, run: Run, found: list, places: Tensor | None, counts: Counts) -> list:
        """Results with the declared value, or None, in place of failures, of which the reasons are kept."""
        failed = [row for row, value in enumerate(found) if type(value) is Failed]
        counts.failed += len(failed)
        counts.causes.update(found[row].kind for row in failed)
        fallback = has_fallback(self.evaluation)
        if not fallback:
            reasons = run.reasons.setdefault(self.node, {})
            for row in failed:
                reasons.setdefault(row if places is None else int(places[row][0]), f"{self.name}: {found[row]}")
        value = self.evaluation.on_error if fallback else None
        return [value if type(entry) is Failed else entry for entry in found]

    def _put(self, run: Run, values: Tensor, good: Tensor, places: Tensor | None) -> None:
        """Results of the rows that were evaluated, in their places."""
        if places is not None:
            shape = run.tensors[self.needed].shape if self.lifted else (run.batch.size,)
            index = tuple(places.unbind(1))
            values = values.new_zeros(*shape, *values.shape[1:]).index_put(index, values)
            good = good.new_zeros(shape).index_put(index, good)
        put(run, self, values, good)

    def _nested(self, run: Run, found: list, places: Tensor) -> list:
        """Results of a lifted call as nested lists, None where it was not evaluated."""
        rows = _empty(run.tensors[self.needed].shape if self.lifted else (run.batch.size,))
        for place, value in zip(places.tolist(), found, strict=True):
            inner = rows
            for index in place[:-1]:
                inner = inner[index]
            inner[place[-1]] = value
        return rows

    # Tensors --------------------------------------------------------------------------------------------------------

    def _on_tensors(self, run: Run, places: Tensor | None, counts: Counts) -> None:
        columns = [tensor_rows(argument, self.lifted, run, places) for argument in self.arguments]
        values, failures = self.evaluation.on_tensors(columns, run.batch.dtype, counts)
        good = torch.ones(len(values), dtype=torch.bool, device=values.device)
        if failures:
            counts.failed += len(failures)
            counts.causes.update(failure.kind for failure in failures.values())
            rows = torch.tensor(list(failures), device=values.device)
            if has_fallback(self.evaluation):
                values = values.index_fill(0, rows, float(self.evaluation.on_error))
            else:
                good[rows] = False
                reasons = run.reasons.setdefault(self.node, {})
                for row, reason in failures.items():
                    reasons.setdefault(row if places is None else int(places[row][0]), f"{self.name}: {reason}")
        self._put(run, values, good, places)


def argument_rows(argument: HostArgument, lifted: tuple[Axis, ...], run: Run, places: Tensor | None) -> list:
    """An argument's Python value for each row that is evaluated; its own axes as nested lists."""
    if argument.tensor is not None:
        return _plain_rows(argument, lifted, run, places)
    rows = argument.objects(run)
    if places is None:
        return rows
    if not lifted:
        return [rows[row] for row in places.flatten().tolist()]
    axes = list(argument.type_axes)
    return [_entry(rows[place[0]], axes, dict(zip(lifted, place[1:], strict=True))) for place in places.tolist()]


def _entry(entry: object, axes: list[Axis], at: dict[Axis, int]) -> object:
    """The part of a nested list at some positions; other axes stay as lists."""
    if not axes or entry is None:
        return entry
    if axes[0] in at:
        return _entry(entry[at[axes[0]]], axes[1:], at)
    return [_entry(inner, axes[1:], at) for inner in entry]


#: What models see numbers as that are no floats.
_DTYPES = {Kind.BOOL: torch.bool, Kind.INT: torch.int64, Kind.ENUM: torch.int64}


def tensor_rows(argument: HostArgument, lifted: tuple[Axis, ...], run: Run, places: Tensor | None) -> Tensor:
    """An argument's rows that are evaluated, as a tensor [rows, *own axes]."""
    if argument.tensor is None:
        rows = run.batch.size if places is None else len(places)
        fixed = argument.constant
        number = argument.labels.index(fixed) if argument.kind is Kind.ENUM else fixed
        dtype = _DTYPES.get(argument.kind, run.batch.dtype)
        return torch.full((rows,), number, dtype=dtype, device=run.batch.device)
    values = run.tensors[argument.tensor]
    if argument.kind in (Kind.INT, Kind.ENUM):
        values = values.long()
    return values if places is None else values[_index(argument, lifted, places)]


def _index(argument: HostArgument, lifted: tuple[Axis, ...], places: Tensor) -> tuple[Tensor, ...]:
    """The part of the places that an argument has axes for."""
    kept = [0, *(1 + position for position, axis in enumerate(lifted) if axis in argument.type_axes)]
    return tuple(places[:, column] for column in kept)


def _plain_rows(argument: HostArgument, lifted: tuple[Axis, ...], run: Run, places: Tensor | None) -> list:
    own = [axis for axis in argument.type_axes if axis not in lifted]
    rows = tensor_rows(argument, lifted, run, places).tolist()
    if argument.kind is Kind.ENUM:
        rows = _map_leaves(rows, lambda code: argument.labels[code])
    for depth, axis in enumerate(own):
        if axis in argument.lengths:
            lengths = run.tensors[argument.lengths[axis]]
            lengths = lengths if places is None else lengths[places[:, 0]]
            rows = _cut(rows, lengths.tolist(), depth)
    return rows


def _cut(rows: list, lengths: list, depth: int) -> list:
    """Nested lists cut to the lengths of the axis `depth` levels below the rows."""
    if depth == 0 or not isinstance(lengths[0] if lengths else 0, list):
        return [_cut_at(row, length, depth) for row, length in zip(rows, lengths, strict=False)]
    return [_cut(row, length, depth - 1) for row, length in zip(rows, lengths, strict=False)]


def _cut_at(row: list, length: int, depth: int) -> list:
    return row[:length] if depth == 0 else [_cut_at(inner, length, depth - 1) for inner in row]


def _map_leaves(rows: list, function) -> list:
    return [_map_leaves(row, function) if isinstance(row, list) else function(row) for row in rows]


def _empty(shape: Sequence[int]) -> list:
    return [None] * shape[0] if len(shape) == 1 else [_empty(shape[1:]) for _ in range(shape[0])]

