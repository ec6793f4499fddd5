"""Answers of models kept on disk: one SQLite file, keyed by what was asked, of what, in which version."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

#: How long one process waits for another that writes.
PATIENCE = 30.0
_AT_ONCE = 500


class Cache:
    """The answers of one model in a file; `scope` says in full which model it is and what it was told.

    Several processes may share a file. What JSON cannot hold is not kept.
    """

    def __init__(self, path: str | Path, scope: str):
        self.path, self.scope = Path(path), hashlib.sha256(scope.encode()).hexdigest()

    def read(self, keys: Sequence[tuple]) -> dict[tuple, object]:
        """Those of the keys that have an answer, with it."""
        hashed = {self._hash(key): key for key in keys}
        found: dict[tuple, object] = {}
        with closing(self._open()) as file:
            names = list(hashed)
            for at in range(0, len(names), _AT_ONCE):
                part = names[at : at + _AT_ONCE]
                marks = ",".join("?" * len(part))
                for name, value in file.execute(f"SELECT key, value FROM answers WHERE key IN ({marks})", part):
                    found[hashed[name]] = json.loads(value)
        return found

    def write(self, answers: Mapping[tuple, object]) -> None:
        """Keep answers by key."""
        rows = []
        for key, value in answers.items():
            try:
                rows.append((self._hash(key), json.dumps(value)))
            except (TypeError, ValueError):
                continue
        if rows:
            with closing(self._open()) as file, file:
                file.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)

    def _hash(self, key: tuple) -> str:
        return hashlib.sha256(f"{self.scope}\0{key!r}".encode("utf-8", "surrogatepass")).hexdigest()

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=PATIENCE)
        file.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
        return file
