"""What is still owed: boolean functions of formulas about the next step, one node for all that are propositionally equal."""

from typing import NamedTuple

from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice, opposite

END = -(1 << 61)  # the level that asks whether the trace ends here; above every variable
FOREVER = 1 << 20  # the end of a window that has none; longer windows are refused before they come here

ATOM, NEXT, UNTIL, PREVIOUS, SINCE = "atom next until previous since".split()


class Variable(NamedTuple):
    """An elementary formula: `p` and `q` are nodes of obligations (an atom's `p` is its number), the window is of steps.

    atom p · next p · p until[low, high] q · previous p · p since[low, high] q
    """

    kind: str
    p: int
    q: int = FALSE
    low: int = 0
    high: int = FOREVER


class Obligations(Diagrams):
    """Decision diagrams whose levels are elementary formulas, read at the step after those already seen.

    `p until[0, 3] q` implies `p until[0, 5] q`, and `q` implies `p until q`: where that is known, the stronger formula is
    given no branch of its own below the weaker one being false. So nodes that differ only in impossible cases are one node.
    `both(f, g)` and `either(f, g)` are conjunction and disjunction.
    """

    def __init__(self, room: int = 1_000_000):
        super().__init__(room)
        self.variables: dict[int, Variable] = {}
        self.alone: dict[int, int] = {}  # the node of each level that is true where its elementary formula is
        self._levels: dict[Variable, int] = {}
        self._families: dict[tuple[str, int, int], int] = {}
        self._crowded: set[int] = set()  # levels of untils that other variables may imply
        self._members: dict[int, list[int]] = {}
        self._without: dict[tuple[int, int], int] = {}
        self.both = self.junction(FALSE, TRUE)
        self.either = self.junction(TRUE, FALSE)
        self._memo_choice: dict = {}
        self._memo_not: dict[int, int] = {}

    # --- variables ---------------------------------------------------------------------------------------------------

    def variable(self, variable: Variable) -> int:
        """The node that is true where the elementary formula is.

        Families (one operator on the same operands) made later lie higher, and in a family the longer window does: so a
        weaker formula is asked before those that imply it.
        """
        level = self._levels.get(variable)
        if level is None:
            key = (variable.kind, variable.p, variable.q)
            family = self._families.setdefault(key, len(self._families))
            length = variable.high - variable.low if variable.high < FOREVER else FOREVER
            level = -((family + 1) << 42) + ((FOREVER - length) << 21) + variable.low
            self._levels[variable] = level
            self.variables[level] = variable
            if variable.kind == UNTIL:
                self._note_implied(level, family, variable)
            self.alone[level] = self.node(level, FALSE, TRUE)
        return self.alone[level]

    def _note_implied(self, level: int, family: int, variable: Variable) -> None:
        members = self._members.setdefault(family, [])
        members.append(level)
        inner = self.literal(variable.q)
        if inner is not None and inner.kind != ATOM:
            self._crowded.add(level)
        if len(members) == 2:
            self._crowded.update(members)
        elif len(members) > 2:
            self._crowded.add(level)

    def literal(self, f: int) -> Variable | None:
        """The elementary formula that a node is, if it is one."""
        if f >= 0 and self.low[f] == FALSE and self.high[f] == TRUE:
            return self.variables.get(self.level[f])
        return None

    def _implies(self, one: Variable, other: Variable) -> bool:
        """Whether an elementary formula is known to imply an until."""
        while other.kind == UNTIL:
            if one[:3] == other[:3] and other.low <= one.low and one.high <= other.high:
                return True
            inner = self.literal(other.q)
            if other.low > 0 or inner is None:
                return False
            if one == inner:
                return True
            other = inner
        return False

    def node(self, level: int, low: int, high: int) -> int:
        """As for any diagram, with the cases left out that the implications make impossible."""
        if level in self._crowded and low != high:
            low = self.without(low, level)
            if self.without(high, level) == low:
                return high
        return super().node(level, low, high)

    def without(self, f: int, level: int) -> int:
        """What is left of a node when an elementary formula, and so all that imply it, is false."""
        if f < 0:
            return f
        key = (f, level)
        found = self._without.get(key)
        if found is None:
            low = self.without(self.low[f], level)
            if self._implies(self.variables[self.level[f]], self.variables[level]):
                found = low
            else:
                found = self.node(self.level[f], low, self.without(self.high[f], level))
            self._without[key] = found
        return found

    # --- boolean operations --------------------------------------------------------------------------------------------

    def opposite(self, f: int) -> int:
        """not f."""
        return self.mapped(f, opposite, self._memo_not)

    def choice(self, test: int, high: int, low: int) -> int:
        """`high` where `test` is true, else `low`."""
        if high == TRUE:
            return self.either(test, low)
        if low == FALSE:
            return self.both(test, high)
        return self.chosen(test, high, low, boolean_choice, self._memo_choice)

    # --- the end of the trace -----------------------------------------------------------------------------------------

    def later(self, f: int, at_end: bool) -> int:
        """Owes `f` at the next step; `at_end` is the value if there is none."""
        return self.node(END, f, TRUE if at_end else FALSE)

    def tail(self, f: int) -> int:
        """What is owed at the next step, given that there is one."""
        return self.low[f] if f >= 0 and self.level[f] == END else f

    def settled(self, f: int) -> bool:
        """The truth of what is owed if the trace ends here."""
        return f == TRUE or (f >= 0 and self.level[f] == END and self.high[f] == TRUE)
