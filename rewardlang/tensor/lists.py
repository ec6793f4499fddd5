"""Columns of Python objects: the fast way where every entry is plainly right, the slow way that says what is not."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rewardlang.tensor import words
from rewardlang.tensor.buffers import floats, truths
from rewardlang.tensor.entries import Conformer, Layout, Misfit, flatten
from rewardlang.tensor.leaves import PLAIN, checker
from rewardlang.tensor.sizes import Sizes
from rewardlang.tensor.wanted import Column, Problems, Wanted
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind

_NOTHING = type(None)


def read_list(want: Wanted, rows: Sequence, dtype: torch.dtype, device: torch.device) -> "Column | Partial":
    """A column from a list of entries, nested along its axes; Partial if a list is missing whose length others may tell."""
    try:
        if want.type.kind.on_host:
            return _plain_objects(want, rows, device)
        entries, layout = flatten(rows, want.type.axes) if want.type.axes else (rows, Layout([len(rows)]))
        return _numbers(want, entries, layout, dtype, device)
    except (Misfit, TypeError, ValueError, RuntimeError, OverflowError):
        return _slowly(want, rows, dtype, device)


def _plain_objects(want: Wanted, rows: Sequence, device: torch.device) -> Column:
    """Entries that are of the very type, or None; Misfit otherwise."""
    entries, layout = flatten(rows, want.type.axes) if want.type.axes else (rows, Layout([len(rows)]))
    types, plain = set(map(type, entries)), PLAIN.get(want.type.kind, frozenset())
    if plain is not None and not types <= plain | {_NOTHING}:
        raise Misfit
    valid = layout.pad(_there(entries), True).to(device) if _NOTHING in types else None
    return Column(rows, valid, _moved(layout, device), layout.real is None)


def _there(entries: Sequence) -> Tensor:
    return truths([entry is not None for entry in entries], torch.device("cpu"))


def _numbers(want: Wanted, entries: Sequence, layout: Layout, dtype: torch.dtype, device: torch.device) -> Column:
    """Entries that are numbers in range; any of the caught errors otherwise."""
    kind = want.type.kind
    if kind is Kind.ENUM:
        codes = {label: code for code, label in enumerate(want.type.labels)}
        try:
            entries = [codes[label] for label in entries]
        except KeyError:
            raise Misfit from None
    if kind is Kind.BOOL and set(map(type, entries)) <= {bool}:
        flat = truths(entries, device)
        return Column(layout.pad(flat, False), None, _moved(layout, device), layout.real is None)
    flat = floats(entries, dtype, device)
    allowed = want.range(dtype)
    if flat.numel():
        least, most = torch.aminmax(flat)
        if not (least.item() >= allowed.low and most.item() <= allowed.high):
            raise Misfit
    if kind is not Kind.FLOAT and not torch.equal(flat, flat.round()):
        raise Misfit
    block = layout.pad(flat, allowed.fill)
    return Column(block != 0 if kind is Kind.BOOL else block, None, _moved(layout, device), layout.real is None)


def _moved(layout: Layout, device: torch.device) -> dict[Axis, Tensor]:
    return {axis: lengths.to(device) for axis, lengths in layout.lengths.items()}


def _slowly(want: Wanted, rows: Sequence, dtype: torch.dtype, device: torch.device) -> "Column | Partial":
    """Every entry looked at: what is missing or does not fit becomes an invalid entry, a misfit a problem of its row."""
    conformer = Conformer(want.type.axes, checker(want.type.entry(), want.domain, dict(want.fields)))
    proper = conformer.rows(rows)
    partial = Partial(want, conformer, proper, dtype, device)
    return partial if conformer.holes else _laid_out(want, conformer, proper, dtype, device)


@dataclass(frozen=True)
class Partial:
    """A column in which whole lists are missing: `proper` has None in their place."""

    want: Wanted
    conformer: Conformer
    proper: list
    dtype: torch.dtype
    device: torch.device

    def column(self, sizes: Sizes) -> Column:
        """The column with lists of invalid entries in place of what is missing."""
        filled = self.conformer.filled(self.proper, sizes)
        return _laid_out(self.want, self.conformer, filled, self.dtype, self.device)


def _laid_out(want: Wanted, conformer: Conformer, proper: list, dtype: torch.dtype, device: torch.device) -> Column:
    entries, layout = flatten(proper, want.type.axes)
    problems = _problems(want, conformer.problems, len(proper))
    valid = layout.pad(_there(entries), True).to(device)
    if want.type.kind.on_host:
        return Column(proper, valid, _moved(layout, device), layout.real is None, problems)
    fill = want.range(dtype).fill
    fill = bool(fill) if want.type.kind is Kind.BOOL else fill
    proper_entries = [fill if entry is None else entry for entry in entries]
    flat = truths(proper_entries, device) if want.type.kind is Kind.BOOL else floats(proper_entries, dtype, device)
    block = layout.pad(flat, fill)
    return Column(block, valid, _moved(layout, device), layout.real is None, problems)


def _problems(want: Wanted, found: dict[int, str], size: int) -> Problems | None:
    if not found:
        return None
    rows = torch.zeros(size, dtype=torch.bool)
    rows[list(found)] = True
    return Problems(rows, lambda row: words.within_row(want.column, found[row]))
