"""The program, run inside the test's own process or as a process of its own."""

import io
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from rewardlang.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a run gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def rwd(capsysbinary, monkeypatch):
    """Run the program in this process: `rwd("check", path, stdin=b"…")`."""
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsysbinary.readouterr()
        code = main([str(word) for word in words])
        sys.stdout.flush()
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out.decode("utf-8"), captured.err.decode("utf-8"))

    return run


@pytest.fixture
def command():
    """The words that start the program as a process of its own, and an environment for it."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return [sys.executable, "-m", "rewardlang"], environment | {"NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def process(command):
    """Run the program as a process of its own."""
    words, environment = command

    def run(*more, stdin: bytes = b"", cwd=None) -> Ran:
        done = subprocess.run([*words, *map(str, more)], input=stdin, capture_output=True, env=environment, cwd=cwd,
                              timeout=120)
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run


@pytest.fixture
def write(tmp_path):
    """Write a file of the test's folder: `write("a.rwd", "…")`; its path."""
    def to(name: str, text: str | bytes):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return to
