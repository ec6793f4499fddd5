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
    Code("RW006", "number-too-long", "error", "a number has at most {digits} characters and an exponent within ±{exponent}"),
    Code("RW030", "mixed-vector", "error", "either every item of a vector has a label, or none"),
    Code("RW031", "clause-twice", "error", "`{clause}` stands here for the second time"),
    Code("RW032", "call-of-no-name", "error", "only a function's name can be called"),
    Code("RW033", "axis-size", "error", "the size of an axis is a whole number, 1 or more"),
    Code("RW034", "table-key", "error", "the keys of a table are texts: write `table[text] of …`, not `table[{key}] of …`"),
    # RW1xx: names and types ---------------------------------------------------------------------------------------
    Code("RW101", "unknown-name", "error", "`{name}` is not declared here{hint}"),
    Code("RW102", "declared-twice", "error", "`{name}` is already declared on line {line}"),
    Code("RW103", "cyclic-definition", "error", "`{name}` is defined by itself: {path}"),
    Code("RW104", "shadowed-name", "warning", "`{name}` hides the {what} of the same name on line {line}"),
    Code("RW105", "unknown-axis", "error", "`{name}` is not an axis{hint}"),
    Code("RW106", "unknown-function", "error", "`{name}` is not a function{hint}"),
    Code("RW107", "wrong-arguments", "error", "`{name}` {problem}"),
    Code("RW108", "wrong-type", "error", "{what} must be {wanted}, but this is {found}"),
    Code("RW109", "missing-axis", "error", "{what} has no axis `{axis}`: its axes are {axes}{hint}"),
    Code("RW110", "nested-axis", "error", "`{inner}` lies within `{outer}`: reduce over `{inner}` first, or over [{outer}, {inner}]"),
    Code("RW111", "unplaced-term", "error", "`{label}` has one value a rollout, beside terms along `{axis}`: say at which position it is paid"),
    Code("RW112", "indefinite-decision", "error", "{what} may be invalid, and a decision must be definite: write `{text} ?? false`"),
    Code("RW113", "unknown-module", "error", "there is no module `{name}`{hint}"),
    Code("RW114", "not-in-module", "error", "`{module}` has no `{name}`{hint}"),
    Code("RW115", "recursive-use", "error", "this `use` leads back to its own file: {path}"),
    Code("RW116", "unknown-label", "error", "`{name}` is not a label of {type}{hint}"),
    Code("RW117", "ambiguous-label", "error", "`{name}` is a label of {type} and also a declared value: rename the value"),
    Code("RW118", "reward-count", "error", "{problem}"),
    Code("RW119", "reward-axes", "error", "the {role} runs along `{axis}`, which has no order: reduce it, for example `mean({text} over {axis})`"),
    Code("RW120", "not-constant", "error", "{what} must be known when the program is checked"),
    Code("RW121", "outside-domain", "error", "{what} is {value}, outside {domain}"),
    Code("RW122", "unknown-member", "error", "{what} has no `{name}`{hint}"),
    Code("RW123", "no-group", "error", "`over group` needs to know the groups: declare `group by …`"),
    Code("RW124", "recursive-function", "error", "`{name}` calls itself: {path}"),
    Code("RW125", "incomplete-match", "error", "this match does not say what happens for {missing}"),
    Code("RW126", "axis-clash", "error", "{problem}"),
    Code("RW127", "missing-else", "error", "without `else` a closed gate is 0, and this gate holds {found}: say what it is when closed"),
    Code("RW128", "wrong-example", "error", "{problem}"),
    # RW2xx: ranges, domains, units and ensure -----------------------------------------------------------------------
    Code("RW230", "unit-mismatch", "error", "{left} and {right} do not fit: {what}", "unit-mismatch"),
    Code("RW231", "unit-left-over", "error", "{what} must be dimensionless, but this is in {unit}: divide by a yardstick or give it a coefficient", "unit-mismatch"),
    Code("RW232", "bad-unit", "error", "`{text}` is not a unit: {problem}"),
    # RW3xx: time, machines and class --------------------------------------------------------------------------------
    Code("RW390", "not-yet", "error", "{what} cannot be compiled yet"),
    # RW4xx: verifiers and models ------------------------------------------------------------------------------------
    Code("RW401", "untyped-source", "error", "`{name}` needs a source or a binding: {problem}"),
)

CODES: dict[str, Code] = {row.code: row for row in _ROWS}
