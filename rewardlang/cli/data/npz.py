"""Files of numpy arrays: each array is a column, its first dimension runs over the rollouts.

Ragged columns come in either of two forms, for a column `x` (or, once for all columns along it, for their axis `x`):
`x_offsets`, rows + 1 ascending whole numbers: rollout i is x[offsets[i]:offsets[i + 1]] of a flat array;
`x_lengths`, one whole number a rollout: rollout i is the first lengths[i] entries of x[i], the rest is padding.
"""

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError

BLOCK = 1024


class Npz:
    """Rows of an npz file. `axes` maps the names of the wanted columns to their first ragged axis, or None.

    numpy unpacks an array as a whole, so the wanted arrays are in memory; rows are made of them a block at a time.
    """

    word = "row"

    def __init__(self, path: Path, identity: str, axes: Mapping[str, str | None]):
        self.name = str(path)
        self.identity = identity
        arrays = _load(path, axes)
        self._columns = {name: _Column(name, arrays, axis) for name, axis in axes.items() if name in arrays}
        counts = {name: column.rows for name, column in self._columns.items()}
        if len(set(counts.values())) > 1:
            sizes = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise CliError(f"{path}: the arrays do not have equally many rows: {sizes}",
                           "a flat ragged array needs offsets: x_offsets, or <axis>_offsets for all arrays along an axis")
        self.size = next(iter(counts.values()), 0)

    def rows(self) -> Iterator[Row]:
        """All rows as plain Python numbers, texts and lists."""
        for start in range(0, self.size, BLOCK):
            stop = min(start + BLOCK, self.size)
            names = list(self._columns)
            entries = zip(*(column.entries(start, stop) for column in self._columns.values()), strict=True)
            for number, values in enumerate(entries, start=start + 1):
                yield Row(number, dict(zip(names, values, strict=True)))

    def weight(self, row: Row) -> int:
        """Rows."""
        return 1


class _Column:
    """One array with its offsets or lengths."""

    def __init__(self, name: str, arrays: Mapping, axis: str | None):
        self.array = arrays[name]
        if self.array.ndim == 0:
            raise CliError(f"the array `{name}` has no dimension for the rollouts")
        heads = [name] + ([axis] if axis else [])
        self.offsets = next((arrays[f"{head}_offsets"] for head in heads if f"{head}_offsets" in arrays), None)
        self.lengths = next((arrays[f"{head}_lengths"] for head in heads if f"{head}_lengths" in arrays), None)
        if self.offsets is not None:
            self._check_offsets(name)
        elif self.lengths is not None:
            self._check_lengths(name)

    @property
    def rows(self) -> int:
        return len(self.array) if self.offsets is None else len(self.offsets) - 1

    def entries(self, start: int, stop: int) -> list:
        """The values of the rollouts from `start` to `stop`."""
        if self.offsets is not None:
            bounds = self.offsets[start:stop + 1].tolist()
            return [_values(self.array[low:high]) for low, high in zip(bounds, bounds[1:], strict=False)]
        values = _values(self.array[start:stop])
        if self.lengths is None:
            return values
        return [entry[:length] for entry, length in zip(values, self.lengths[start:stop].tolist(), strict=True)]

    def _check_offsets(self, name: str) -> None:
        offsets = self.offsets
        fits = offsets.ndim == 1 and offsets.dtype.kind in "iu" and len(offsets) > 0
        if not fits or offsets[0] != 0 or offsets[-1] != len(self.array) or (offsets[1:] < offsets[:-1]).any():
            raise CliError(f"the offsets of `{name}` must be whole numbers that ascend from 0 to {len(self.array)}")

    def _check_lengths(self, name: str) -> None:
        lengths, array = self.lengths, self.array
        fits = lengths.ndim == 1 and lengths.dtype.kind in "iu" and array.ndim > 1 and len(lengths) == len(array)
        if not fits or (lengths < 0).any() or (lengths > array.shape[1]).any():
            raise CliError(f"the lengths of `{name}` must be one whole number a rollout, at most its second dimension")


def _load(path: Path, axes: Mapping[str, str | None]) -> dict:
    """The wanted arrays with the offsets and lengths that go with them."""
    try:
        import numpy
    except ImportError as error:
        raise CliError("reading npz needs numpy", "pip install 'rewardlang[data]'") from error
    heads = set(axes) | {axis for axis in axes.values() if axis}
    wanted = set(axes) | {f"{head}_{kind}" for head in heads for kind in ("offsets", "lengths")}
    try:
        with numpy.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if name in wanted}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise CliError(f"{path}: not an npz file of plain arrays ({error})") from error


def _values(array) -> list:
    """Nested lists of Python values; arrays of bytes are read as UTF-8."""
    if array.dtype.kind == "S":
        import numpy
        return numpy.char.decode(array, "utf-8", "replace").tolist()
    return array.tolist()
