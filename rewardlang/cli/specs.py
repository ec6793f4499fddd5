"""The spec that a command speaks of, read and checked."""

from rewardlang.cli.files import read_spec
from rewardlang.program import Program
from rewardlang.text.diagnostic import SpecError


def load_spec(name: str, stdin_name: str, dtype: str = "float32") -> Program:
    """The checked program of a command's spec; SpecError if it has errors, CliError if it cannot be read."""
    program = Program(read_spec(name, stdin_name), dtype=dtype)
    if program.errors:
        raise SpecError(program.diagnostics)
    return program
