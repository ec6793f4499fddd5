"""Going on after an interrupt: a small file beside the output says how far a run came and what it was a run of.

Rows are appended to OUT, then OUT.resume is replaced in one step. Whatever stops the program in between, OUT begins with
the bytes that OUT.resume speaks of, and what follows them is cut off when the run goes on. A finished run leaves no
OUT.resume.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError

if TYPE_CHECKING:
    from rewardlang.cli.schema import RunState

VERSION = 1
RESTART = "`--restart` forgets the interrupted run and starts again"


class Output:
    """OUT and its sidecar: read the done rows again and `check_skipped`, then `commit` chunk by chunk, and `finish`."""

    def __init__(self, path: Path, settings: dict, restart: bool = False):
        from rewardlang.cli.schema import RunState
        self.path = path
        self.sidecar = path.with_name(path.name + ".resume")
        known = None if restart else _read(self.sidecar)
        if known is not None:
            _compare(known.settings, settings, path)
        self.state = known or RunState(settings=json.loads(json.dumps(settings)), version=VERSION)
        self._hash = hashlib.sha256()
        self._file = self._open()

    def _open(self):
        """The output, cut to what is known to be good; the sidecar is there before the output changes."""
        if self.state.written:
            size = self.path.stat().st_size if self.path.exists() else 0
            if size < self.state.written:
                raise CliError(f"{self.path} is shorter than when the run was interrupted", RESTART)
        self._save()
        file = self.path.open("r+b" if self.path.exists() else "w+b")
        file.truncate(self.state.written)
        file.seek(self.state.written)
        return file

    def note_read(self, rows: list[Row]) -> None:
        """Count rows as read; they are remembered by the next commit."""
        for row in rows:
            self._hash.update(row.raw)

    def check_skipped(self, rows: int) -> None:
        """After the rows that are done have been read again: whether they are the same.

        Raises:
            CliError: the data are others, or fewer.
        """
        if rows < self.state.rows or (self.state.digest and self._hash.hexdigest() != self.state.digest):
            raise CliError(f"the data changed since the run that {self.path} holds was interrupted", RESTART)

    def commit(self, text: bytes, rows: int, summary: dict, run: dict | None = None) -> None:
        """Append the text of a chunk, and remember that it is done, and what statistics over the run have seen by then."""
        self._file.write(text)
        self._file.flush()
        self.state = self.state.model_copy(update={
            "rows": self.state.rows + rows, "written": self.state.written + len(text),
            "digest": self._hash.copy().hexdigest(), "summary": summary, "run": run})
        self._save()

    def finish(self) -> None:
        """All rows are written: the sidecar goes."""
        self._file.close()
        self.sidecar.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the run as it is; it can go on later."""
        self._file.close()

    def _save(self) -> None:
        beside = self.sidecar.with_name(self.sidecar.name + ".new")
        beside.write_text(json.dumps(self.state.model_dump()), encoding="utf-8")
        os.replace(beside, self.sidecar)


def _read(sidecar: Path) -> "RunState | None":
    """The state of an interrupted run; None if there is none."""
    from rewardlang.cli.schema import RunState
    try:
        known = RunState.model_validate(json.loads(sidecar.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CliError(f"{sidecar} cannot be read: it is damaged or no work of this program", RESTART) from error
    if known.version != VERSION:
        raise CliError(f"{sidecar} was written by another version of rewardlang", RESTART)
    return known


def _compare(known: dict, wanted: dict, path: Path) -> None:
    """Refuse to mix two runs in one file."""
    wanted = json.loads(json.dumps(wanted))
    other = [name for name in wanted if known.get(name) != wanted[name]]
    if other:
        raise CliError(f"{path} holds an interrupted run with another {' and another '.join(other)}",
                       f"repeat its command to go on, or {RESTART}")
