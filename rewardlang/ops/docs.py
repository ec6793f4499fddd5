"""Writes `docs/operators.md` from the operator table: `python -m rewardlang.ops.docs`."""

from pathlib import Path

from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import of_family, signature

_PAGE = Path("docs") / "operators.md"

_HEAD = """\
# Operators

Written from the operator table (`rewardlang/ops/`) by `python -m rewardlang.ops.docs`; a test holds the two together.
Each line says what an operator computes, where it is invalid, and shows one case that is a test; `step` has three positions
in the cases.

`number` stands for int, float, or a bool as 0 or 1. The result `arithmetic` is an int if all arguments are ints or bools,
else a float. *In each argument* says how the result moves: `+` never falls, `-` never rises, `?` neither for sure.
"""

_ABOUT = {
    Family.POINTWISE: ("Numbers and comparisons", """\
Entry by entry; arguments broadcast by the names of their axes. An invalid argument makes the result invalid, and so does
an argument outside the domain, or a result that is not a number. An overflow is an infinity."""),
    Family.CONTROL: ("Choice and logic", """\
Entry by entry. Each has its own rule for `invalid`; logic is three-valued."""),
    Family.REDUCTION: ("Reductions", """\
`mean(x over turn)` removes the axis; `over [turn, token]` pools two. `where` narrows what is seen. With `by` no axis is
removed: each position sees the entries with its own key. `over group` and `over batch` see the entries of all rollouts of
the population, each rollout getting the population's value. Along a rollout's own axes an invalid entry makes the result
invalid, and so does an invalid `where` or `by`; over a population invalid rollouts are left out."""),
    Family.SCAN: ("Scans", """\
The axis stays; each position sees others of it, or over a population each rollout sees others, in the order of the data.
`where` and `by` narrow what is seen, as in reductions; the position itself need not be admitted.
A running scan is invalid from an invalid entry on; over a population invalid rollouts are left out."""),
    Family.TEMPORAL: ("Time", """\
Along one ordered axis, `always[0, 20] p`, `p until q`: truth at each step, or in `margins` and `robustness` by how much. A
window counts steps, both ends included, and is cut at the ends of the trace. An invalid entry makes those steps invalid
whose value it can change. In a margin true is inf and false -inf; with `smooth` the maxima and minima are `soft_maximum` and
`soft_minimum`, and until and since are read step by step: max(q, min(p, the same one step on))."""),
    Family.MEMORY: ("Memory", """\
What is carried from step to step along one ordered axis: which state of a finite table a trace has come to, and what that
state stands for."""),
    Family.PLACEMENT: ("Placement", "From one axis to another."),
    Family.HOST: ("Texts, tables and records", "Python objects, never tensors."),
}


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_section(family) for family in Family)


def _section(family: Family) -> str:
    title, about = _ABOUT[family]
    return f"\n## {title}\n\n{about}\n" + "".join(_entry(row) for row in of_family(family))


def _entry(row: Operator) -> str:
    text, value = row.example
    written = f", written `{row.symbol}`" if row.symbol else ""
    marks = f" In each argument: `{row.monotone}`." if row.monotone.strip("?") else ""
    laws = f" Laws: {', '.join(law.replace('_', ' ') for law in row.laws)}." if row.laws else ""
    return (f"\n### {row.name}\n\n`{signature(row)}`{written}\n\n{row.doc}\n\n"
            f"`{text}` is `{literal(value)}`. Units: {row.units.replace('_', ' ')}.{marks}{laws}\n")


def literal(value: object) -> str:
    """As the language writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if value is None:
        return "invalid"
    return str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    """Writes the page of the checkout in which this is run."""
    _PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
