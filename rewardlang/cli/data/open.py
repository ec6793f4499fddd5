"""Opening data by what its name ends in."""

import gzip
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from rewardlang.cli.data.jsonl import JsonLines
from rewardlang.cli.data.npz import Npz
from rewardlang.cli.data.parquet import Parquet
from rewardlang.cli.data.rows import Data
from rewardlang.cli.errors import CliError, file_error

LINES = (".jsonl", ".ndjson", ".json")
STDIN = "-"


def open_data(path: str | None, columns: Mapping[str, str | None]) -> Data:
    """The data at a path, or JSON lines from standard input for `-` and None.

    `columns` maps the names of all columns that may be wanted to their first ragged axis (None: no ragged axis).

    Raises:
        CliError: no such file, an unknown ending, or a file that is not what it is called.
    """
    if path is None or path == STDIN:
        if path is None and sys.stdin.isatty():
            raise CliError("`score` needs data: a file, or JSON lines on standard input")
        return JsonLines(sys.stdin.buffer, "<stdin>")
    try:
        return _open(Path(path), columns)
    except OSError as error:
        raise file_error(path, error) from error


def _open(path: Path, columns: Mapping[str, str | None]) -> Data:
    ending = path.suffix.lower()
    if ending == ".gz" and path.with_suffix("").suffix.lower() in LINES:
        return JsonLines(gzip.open(path), str(path))
    if ending in LINES:
        return JsonLines(path.open("rb"), str(path), path.stat().st_size)
    if ending == ".parquet":
        return Parquet(path, _digest(path), columns)
    if ending == ".npz":
        return Npz(path, _digest(path), columns)
    raise CliError(f"{path}: what kind of data is this?", "names end in .jsonl (or .jsonl.gz), .parquet or .npz")


def _digest(path: Path) -> str:
    """A hash of the file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
