"""Whether a small system of linear equations has a solution that is nowhere negative: exactly, with a proof either way."""

from collections.abc import Sequence
from fractions import Fraction

Row = list[Fraction]


def nonnegative_solution(columns: Sequence[Row], right: Row) -> tuple[Row | None, Row]:
    """Some x >= 0 with sum of x[j] * columns[j] = right, or None and a `y` that shows that there is none (Farkas 1902):

    y . columns[j] <= 0 for every j, and y . right > 0. `right` is nowhere negative. The first phase of the simplex method
    with Bland's rule, which always ends, over fractions; the work grows fast beyond some hundred columns.
    """
    height, width = len(right), len(columns)
    table = [[*(column[i] for column in columns), *(Fraction(i == j) for j in range(height)), right[i]]
             for i in range(height)]
    basis = list(range(width, width + height))
    # The last row is what is still missing, as a function of the variables outside the basis.
    table.append([sum((row[j] for row in table), Fraction(0)) for j in range(width + height + 1)])
    for j in range(width, width + height):
        table[-1][j] -= 1
    while (entering := next((j for j in range(width + height) if table[-1][j] > 0), None)) is not None:
        _pivot(table, basis, entering)
    if table[-1][-1] == 0:
        found = dict(zip(basis, (row[-1] for row in table)))
        return [found.get(j, Fraction(0)) for j in range(width)], []
    return None, [table[-1][width + i] + 1 for i in range(height)]


def _pivot(table: list[Row], basis: list[int], entering: int) -> None:
    """Brings a variable into the basis, in place of the first one that falls to 0."""
    ratios = [(row[-1] / row[entering], basis[i], i) for i, row in enumerate(table[:-1]) if row[entering] > 0]
    _, _, leaving = min(ratios)
    basis[leaving] = entering
    scale = table[leaving][entering]
    table[leaving] = [entry / scale for entry in table[leaving]]
    for i, row in enumerate(table):
        if i != leaving and row[entering]:
            share = row[entering]
            table[i] = [entry - share * other if other else entry for entry, other in zip(row, table[leaving])]
