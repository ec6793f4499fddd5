"""From the caller's columns to one batch of tensors and lists: found, converted, checked, and padded without a trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import torch
from torch import Tensor

from rewardlang.tensor import words
from rewardlang.tensor.entries import flatten
from rewardlang.tensor.lists import Partial, read_list
from rewardlang.tensor.padded import lay_out, read_lengths
from rewardlang.tensor.sizes import Sizes
from rewardlang.tensor.wanted import Column, Problems, Wanted
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind


@dataclass(slots=True)
class Batch:
    """The columns of one call.

    `dtype` is what numbers are computed in, `result` what they are given back in. `lengths` has for each ragged axis an
    int64 tensor [B, *sizes of the axes it lies within]. `dense` says that no ragged axis has padding, `clean` that every
    entry is valid, `grad` that gradients may be asked for. `told` has, for each axis whose lengths no column tells
    everywhere, where they are told: bool, of the shape of the lengths ([B] for an axis of one size). `problems` has for
    each column the rows in which it is wrong, `refused` those rows that break an assumption. `widths` says how wide the
    tensors are along an axis that came in as such, padding included.
    """

    size: int
    dtype: torch.dtype
    result: torch.dtype
    device: torch.device
    columns: dict[str, Column] = field(default_factory=dict)
    lengths: dict[Axis, Tensor] = field(default_factory=dict)
    owners: dict[Axis, str] = field(default_factory=dict)
    dense: bool = True
    clean: bool = True
    grad: bool = False
    problems: dict[str, list[Problems]] = field(default_factory=dict)
    refused: list[Problems] = field(default_factory=list)
    told: dict[Axis, Tensor] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    widths: dict[Axis, int] = field(default_factory=dict)

    def outer(self, axis: Axis) -> tuple[Axis, ...]:
        """The axes that a ragged axis lies within."""
        axes = next(want.type.axes for want in self.wanted if axis in want.type.axes)
        return tuple(other for other in axes if axis.ragged and other.name in axis.within)


def find(columns: Mapping, path: str) -> object:
    """The column of a name; of a dotted one, what its dicts hold. None where there is none."""
    if path in columns:
        return columns[path]
    head, dot, rest = path.rpartition(".")
    if not dot:
        return None
    outer = find(columns, head)
    if outer is None or isinstance(outer, Mapping):
        return None if outer is None else outer.get(rest)
    inner = [row.get(rest) if isinstance(row, Mapping) else None for row in outer]
    return None if all(entry is None for entry in inner) and inner else inner


def read(wanted: Sequence[Wanted], raw: Sequence[object], lengths: Mapping[str, object] | None) -> Batch:
    """One batch from the raw columns of `wanted`, in the same order.

    Columns are lists, tuples, arrays or tensors [B, *axes]; `lengths` gives, by axis name, the lengths of tensor columns
    (all positions count where it says nothing). Raises RewardError where the columns do not belong together; what is
    wrong in single rows is kept in `Batch.problems`.
    """
    columns = [_as_known(want.column, column) for want, column in zip(wanted, raw, strict=True)]
    batch = _shape(wanted, columns)
    lengths = read_lengths(lengths, batch.size)
    later = []
    for want, column in zip(wanted, columns, strict=True):
        if isinstance(column, Tensor) and not want.type.kind.on_host:
            _add(batch, want, _read_tensor(want, column, batch, lengths))
        else:
            column = column.tolist() if isinstance(column, Tensor) else column
            found = read_list(want, column, batch.dtype, batch.device)
            if isinstance(found, Column):
                _add(batch, want, found)
            else:
                later.append(found)
    if later:
        _add_partial(batch, later)
    return batch


def _add_partial(batch: Batch, later: Sequence[Partial]) -> None:
    """Add the columns in which whole lists are missing; each tells the others what it knows about lengths."""
    fixed = {axis: size for want in batch.wanted for axis, size in _fixed_sizes(want, batch.columns[want.name])}
    sizes = Sizes(batch.lengths, fixed)
    for partial in later:
        sizes.note(partial.proper, partial.want.type.axes)
    for partial in later:
        _add(batch, partial.want, partial.column(sizes))
    for axis in {axis: None for partial in later for axis in partial.want.type.axes}:
        shape = batch.lengths[axis].shape if axis.ragged else (batch.size,)
        told = sizes.told(axis, shape)
        if told is not None:
            batch.told[axis] = told.to(batch.device)


def _fixed_sizes(want: Wanted, column: Column) -> list[tuple[Axis, int]]:
    """The sizes of those axes of a column that the data fixes."""
    if not any(not axis.ragged and axis.size is None for axis in want.type.axes):
        return []
    shape = column.data.shape if isinstance(column.data, Tensor) else flatten(column.data, want.type.axes)[1].shape
    pairs = zip(want.type.axes, shape[1:], strict=True)
    return [(axis, size) for axis, size in pairs if not axis.ragged and axis.size is None]


def row_count(columns: Mapping) -> int:
    """The number of rows; 0 where the first column has no entries, which `read` refuses."""
    first = next(iter(columns.values()), ())
    return len(first) if hasattr(first, "__len__") and getattr(first, "ndim", 1) else 0


def _as_known(name: str, column: object) -> object:
    """Arrays of numbers become tensors, all other sequences lists; RewardError for what has no entries."""
    if isinstance(column, str) or getattr(column, "ndim", 1) == 0 or not hasattr(column, "__iter__"):
        raise words.RewardError(words.no_column(name, column))
    if isinstance(column, Tensor | list):
        return column
    if hasattr(column, "__array__") and hasattr(column, "dtype"):
        if getattr(column.dtype, "kind", "O") in "biuf":
            return torch.as_tensor(column)
        return column.tolist()
    return list(column)


def _shape(wanted: Sequence[Wanted], columns: list) -> Batch:
    """Number of rows, dtype and device, on which all columns must agree."""
    size, dtypes, device, first, grad = None, [], None, None, False
    for want, column in zip(wanted, columns, strict=True):
        if size is None:
            size, first = len(column), want
        elif len(column) != size:
            raise words.RewardError(words.unequal_rows(first.column, size, want.column, len(column)))
        if isinstance(column, Tensor):
            if device is None:
                device, holder = column.device, want
            elif column.device != device:
                raise words.RewardError(words.mixed_devices(holder.column, device, want.column, column.device))
            if column.is_floating_point():
                dtypes.append(column.dtype)
            grad = grad or column.requires_grad
    result = reduce(torch.promote_types, dtypes) if dtypes else torch.float64
    dtype = result if result.itemsize >= 4 else torch.float32
    return Batch(size or 0, dtype, result, device or torch.device("cpu"), grad=grad)


def _add(batch: Batch, want: Wanted, column: Column) -> None:
    """Put a column into the batch; ragged axes must agree with those already there."""
    for axis, lengths in column.lengths.items():
        known = batch.lengths.setdefault(axis, lengths)
        owner = batch.owners.setdefault(axis, want.column)
        if known is not lengths and not torch.equal(known, lengths):
            column = _reconcile(batch, want, column, axis, owner)
    if column.problems is not None:
        batch.problems.setdefault(want.name, []).append(column.problems)
    batch.columns[want.name] = column
    batch.wanted.append(want)
    batch.clean = batch.clean and column.valid is None
    batch.dense = batch.dense and column.dense


def _reconcile(batch: Batch, want: Wanted, column: Column, axis: Axis, owner: str) -> Column:
    """Rows whose lengths disagree with an earlier column's are problems of the batch; the column takes those lengths."""
    first, second = batch.lengths[axis], column.lengths[axis]
    if first.shape == second.shape:
        differ = first != second
        rows = (differ if differ.dim() == 1 else differ.flatten(1).any(1)).cpu()
    else:
        rows = torch.tensor([not torch.equal(a, b) for a, b in zip(*map(_trimmed, (first, second)), strict=True)])

    def say(row: int) -> str:
        return words.unequal_lengths(axis.name, owner, first[row].tolist(), want.column, second[row].tolist())

    batch.problems.setdefault(want.name, []).append(Problems(rows, say))
    return column.refit(want.type, rows, batch.lengths, want.range(batch.dtype).fill, batch.device)


def _trimmed(lengths: Tensor) -> list[Tensor]:
    """Each row's lengths without the zeros that pad them."""
    return [row[: int((row > 0).nonzero().max()) + 1] if (row > 0).any() else row[:0] for row in lengths]


def _read_tensor(want: Wanted, raw: Tensor, batch: Batch, lengths: Mapping[str, Tensor]) -> Column:
    axes = want.type.axes
    if raw.dim() != len(axes) + 1:
        inner = "".join(f", {axis.name}" for axis in axes)
        raise words.RewardError(words.wrong_dimensions(want.column, len(axes) + 1, inner, raw.dim()))
    for position, axis in enumerate(axes):
        if axis.size is not None and raw.shape[position + 1] != axis.size:
            problem = words.wrong_size(axis.name, axis.size, raw.shape[position + 1])
            raise words.RewardError(words.within_row(want.column, problem))
    whole, real, found = raw, None, {}
    if axes:
        raw, real, found = lay_out(want.column, whole, axes, lengths)
    column = _check(want, raw, real, batch.dtype)
    column.lengths, column.dense = found, real is None
    for position, axis in enumerate(axes, start=1):
        if axis.ragged:
            batch.widths[axis] = max(batch.widths.get(axis, 0), whole.shape[position])
    return column


def _check(want: Wanted, raw: Tensor, real: Tensor | None, dtype: torch.dtype) -> Column:
    """Convert and check a tensor of numbers; what does not fit becomes an invalid entry and a problem of its row."""
    kind = want.type.kind
    if kind is Kind.BOOL and raw.dtype is torch.bool:
        return Column(raw if real is None else raw & real)
    allowed = want.range(dtype)
    values = raw if raw.dtype is dtype else raw.to(dtype)
    if real is not None:
        values = torch.where(real, values, allowed.fill)
    if not _all_within(values, allowed) or (kind is not Kind.FLOAT and raw.is_floating_point() and not _whole(values)):
        return _faulty(want, values, real)
    return Column(values != 0 if kind is Kind.BOOL else values)


def _all_within(values: Tensor, allowed) -> bool:
    if not values.numel():
        return True
    least, most = torch.aminmax(values.detach())
    return least.item() >= allowed.low and most.item() <= allowed.high


def _whole(values: Tensor) -> bool:
    return torch.equal(values, values.round())


def _faulty(want: Wanted, values: Tensor, real: Tensor | None) -> Column:
    """The slow way, taken only where a check failed: which entries, and what is wrong with each."""
    allowed, kind = want.range(values.dtype), want.type.kind
    bad = ~((values >= allowed.low) & (values <= allowed.high))
    if kind is not Kind.FLOAT:
        bad |= values != values.round()
    data = torch.where(bad, allowed.fill, values)
    detached, marks = values.detach(), bad.cpu()

    def say(row: int) -> str:
        value = detached[row][bad[row]].flatten()[0].item()
        return words.within_row(want.column, allowed.misfit(value) or words.not_whole(value))

    rows = marks if marks.dim() == 1 else marks.flatten(1).any(1)
    return Column(data != 0 if kind is Kind.BOOL else data, ~bad, problems=Problems(rows, say))

