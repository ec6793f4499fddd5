"""Parquet files through pyarrow, a batch of rows at a time."""

from collections.abc import Collection, Iterator
from pathlib import Path

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError

BATCH = 1024


class Parquet:
    """Rows of a parquet file; only the columns named in `wanted` (or that a dotted name begins with) are read."""

    word = "row"

    def __init__(self, path: Path, identity: str, wanted: Collection[str]):
        try:
            import pyarrow
            from pyarrow.parquet import ParquetFile
        except ImportError as error:
            raise CliError("reading parquet needs pyarrow", "pip install 'rewardlang[data]'") from error
        try:
            self._file = ParquetFile(path)
        except pyarrow.ArrowInvalid as error:
            raise CliError(f"{path}: not a parquet file ({error})") from error
        self.name = str(path)
        self.identity = identity
        self.size = self._file.metadata.num_rows
        heads = set(wanted) | {name.partition(".")[0] for name in wanted}
        self._columns = [name for name in self._file.schema_arrow.names if name in heads]
        if twice := [name for name in self._columns if self._columns.count(name) > 1]:
            raise CliError(f"{path}: the column `{twice[0]}` is there twice", "give them different names")

    def rows(self) -> Iterator[Row]:
        """All rows as Python values; nulls are None."""
        if not self._columns:
            yield from (Row(number, {}) for number in range(1, self.size + 1))
            return
        number = 0
        for batch in self._file.iter_batches(batch_size=BATCH, columns=self._columns):
            for values in batch.to_pylist():
                number += 1
                yield Row(number, values)

    def weight(self, row: Row) -> int:
        """Rows."""
        return 1
