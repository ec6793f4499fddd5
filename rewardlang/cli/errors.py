"""What can go wrong on the command line besides the spec itself, and the exit codes."""

CLEAN = 0
FINDINGS = 1
USAGE = 2
INTERRUPTED = 130


class CliError(Exception):
    """A usage or input/output error: one sentence for the user, and one that says what to do, if there is one."""

    def __init__(self, message: str, hint: str | None = None):
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return f"error: {self.message}" + (f"\n  {self.hint}" if self.hint else "")


def file_error(path: str, error: OSError) -> CliError:
    """The same failure for people: the path and the system's own words."""
    return CliError(f"{path}: {(error.strerror or str(error)).lower()}")
