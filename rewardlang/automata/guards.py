"""The letters of an edge as a formula of few words: an irredundant cover that is free on letters that cannot occur."""

from collections.abc import Sequence

from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, opposite
from rewardlang.automata.formula import Formula, atom, conjunction, disjunction, negation, text

Cube = tuple[tuple[int, bool], ...]  # levels and the values they must have


class Guards:
    """Formulas for diagrams of one store; `care` is the diagram, in it, of the letters that can occur."""

    def __init__(self, store: Diagrams, care: int, atoms: Sequence[str]):
        self.store, self.care, self.names = store, care, atoms
        self._covers: dict[tuple[int, int], tuple[int, list[Cube]]] = {}
        self._and = store.junction(FALSE, TRUE)
        self._or = store.junction(TRUE, FALSE)
        self._memo_not: dict[int, int] = {}
        self._not_care = self._not(care)

    def formula(self, wanted: int) -> Formula:
        """A formula true where `wanted` is, on letters that can occur: a disjunction or a conjunction, the shorter one."""
        sums = self._junction(wanted, positive=True)
        products = self._junction(self._not(wanted), positive=False)
        return min((sums, products), key=lambda each: (len(text(each)), each is products))

    def sum(self, wanted: int) -> Formula:
        """The same as a disjunction of conjunctions, however long."""
        return self._junction(wanted, positive=True)

    def _junction(self, f: int, positive: bool) -> Formula:
        _, cubes = self._cover(self._and(f, self.care), self._or(f, self._not_care))
        outer, inner = (disjunction, conjunction) if positive else (conjunction, disjunction)
        return outer(inner(self._literal(level, value is positive) for level, value in cube) for cube in sorted(cubes))

    def _literal(self, level: int, value: bool) -> Formula:
        return atom(self.names[level]) if value else negation(atom(self.names[level]))

    def _cover(self, lower: int, upper: int) -> tuple[int, list[Cube]]:
        """A function between the two bounds, and cubes whose union it is, none of which can be left out."""
        if lower == FALSE:
            return FALSE, []
        if upper == TRUE:
            return TRUE, [()]
        key = (lower, upper)
        if key not in self._covers:
            level = min(self.store.top(lower), self.store.top(upper))
            (low_0, low_1), (up_0, up_1) = self.store.parts(lower, level), self.store.parts(upper, level)
            off, cubes_off = self._cover(self._and(low_0, self._not(up_1)), up_0)
            on, cubes_on = self._cover(self._and(low_1, self._not(up_0)), up_1)
            rest = self._or(self._and(low_0, self._not(off)), self._and(low_1, self._not(on)))
            free, cubes = self._cover(rest, self._and(up_0, up_1))
            cubes = ([((level, False), *cube) for cube in cubes_off] + [((level, True), *cube) for cube in cubes_on] + cubes)
            self._covers[key] = self.store.node(level, self._or(off, free), self._or(on, free)), cubes
        return self._covers[key]

    def _not(self, f: int) -> int:
        return self.store.mapped(f, opposite, self._memo_not)
