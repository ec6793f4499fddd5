"""THE table of diagnostics: one row for each code, closed; the prose of each lives in docs/diagnostics/CODE.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One kind of finding. `message` is a sentence with {named} holes; `reason` is its tag in reports, if it has one."""

    code: str
    name: str
    severity: str
    message: str
    reason: str | None = None


_ROWS = (
    # RW0xx: syntax -----------------------------------------------------------------------------------------------
    Code("RW001", "syntax-error", "error", "{problem}"),
)

CODES: dict[str, Code] = {row.code: row for row in _ROWS}
