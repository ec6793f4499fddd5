"""Where words go: standard output for answers, standard error for all else; colours only where they are wanted."""

import json
import os
import sys

from rewardlang.text.plain import plain


def prepare_streams() -> None:
    """Pipes carry UTF-8 wherever the program runs; a terminal shows what it can and never fails on the rest."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def wants_color(choice: str, stream=None) -> bool:
    """Whether to colour what goes to `stream` (standard output): `--color`, then NO_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool((stream or sys.stdout).isatty())


def say(text: str) -> None:
    """An answer, to standard output."""
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


def note(text: str) -> None:
    """Anything that is no answer, to standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def say_json(value: object) -> None:
    """A JSON answer, indented for people who read it too; infinite numbers are the strings "inf" and "-inf"."""
    say(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def plural(count: int, word: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
