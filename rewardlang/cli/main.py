"""The program: find the command, read its words, run it, and turn whatever happens into an exit code."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, FINDINGS, INTERRUPTED, USAGE, CliError, file_error
from rewardlang.cli.reader import HELP, find_command, read
from rewardlang.cli.terminal import note, prepare_streams, wants_color
from rewardlang.text.diagnostic import SpecError

BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program on these words (without its own name); the exit code. No traceback is shown unasked."""
    words = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    try:
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return _leave_pipe()
    except CliError as error:
        note(str(error))
        return USAGE
    except OSError as error:
        note(str(file_error(str(error.filename or "input"), error)))
        return USAGE
    except Exception as error:  # the last line of defence: a user never sees a traceback unasked
        return _apologise(error, "--debug" in words)


def _dispatch(words: list[str]) -> int:
    program = _program()
    if words[:1] == ["--version"]:
        return _show_version()
    if not words or words[0] in HELP or _asks_for_completion(program, words):
        return _help(program, words)
    command = find_command(words[0])
    values = read(command, words[1:])
    if values is None:
        return _help(program, [command.name, "--help"])
    return run_command(command.name, values)


def run_command(name: str, values: SimpleNamespace) -> int:
    """Load a command and run it; a spec with errors is shown on standard error."""
    try:
        return import_module(f"rewardlang.cli.commands.{name}").run(values)
    except SpecError as error:
        from rewardlang.text.render import render
        note(render(error.diagnostics, "text", wants_color(values.color, sys.stderr)))
        return FINDINGS


def _program() -> str:
    name = Path(sys.argv[0]).name
    return "python -m rewardlang" if name == "__main__.py" else name if name in ("rewardlang", "rwd") else "rewardlang"


def _asks_for_completion(program: str, words: list[str]) -> bool:
    return words[0].endswith("-completion") or f"_{program.upper()}_COMPLETE" in os.environ


def _help(program: str, words: list[str]) -> int:
    from rewardlang.cli.help import answer
    return answer(program, words or ["--help"])


def _show_version() -> int:
    from importlib.metadata import version
    print(f"rewardlang {version('rewardlang')}")
    return CLEAN


def _leave_pipe() -> int:
    """The reader of our output has gone: stop quietly, and keep Python from complaining when it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _apologise(error: Exception, debug: bool) -> int:
    if debug:
        import traceback
        traceback.print_exception(error)
    note(f"error: an unexpected {type(error).__name__}: {error}\n"
         "  This is a mistake in rewardlang, not in your file. Please report it with the command, the file, and the output\n"
         "  of `rewardlang doctor`" + (" and the traceback above." if debug else "; `--debug` shows where it happened."))
    return USAGE


if __name__ == "__main__":
    sys.exit(main())
