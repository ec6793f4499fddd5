"""Reading the specs that are named on the command line."""

import sys
from pathlib import Path

from rewardlang.cli.errors import CliError, file_error
from rewardlang.syntax.parse import read_source
from rewardlang.text.diagnostic import Diagnostic, SpecError
from rewardlang.text.source import Source

STDIN = "-"


def read_all(names: list[str], stdin_name: str) -> tuple[list[Source | Diagnostic], list[CliError]]:
    """Every file that can be read (a finding in place of one that is no text), and why the others cannot."""
    read: list[Source | Diagnostic] = []
    failures: list[CliError] = []
    for name in names:
        try:
            read += [_read(each, stdin_name) for each in _expand(name)]
        except CliError as error:
            failures.append(error)
    return read, failures


def read_spec(name: str, stdin_name: str) -> Source:
    """The one spec of a command.

    Raises:
        CliError: the file cannot be read.
        SpecError: it is no text.
    """
    if name != STDIN and Path(name).is_dir():
        raise CliError(f"{name} is a folder", "name one .rwd file")
    item = _read(name, stdin_name)
    if isinstance(item, Diagnostic):
        raise SpecError([item])
    return item


def _expand(name: str) -> list[str]:
    """A folder stands for the .rwd files in it, at any depth."""
    if name == STDIN or not Path(name).is_dir():
        return [name]
    files = sorted(str(path) for path in Path(name).rglob("*.rwd"))
    if not files:
        raise CliError(f"{name}: no .rwd file in this folder")
    return files


def _read(name: str, stdin_name: str) -> Source | Diagnostic:
    if name == STDIN:
        return Source(stdin_name, _text_of_stdin())
    try:
        return read_source(Path(name))
    except OSError as error:
        raise file_error(name, error) from error


def _text_of_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CliError(f"standard input is not UTF-8 at byte {error.start + 1}") from error
