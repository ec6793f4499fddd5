"""Decision diagrams shared by hash-consing: functions of letters (which atoms are true) with whole numbers as values."""

from collections.abc import Callable, Iterable

LEAF = 1 << 62  # the level of a leaf: below every atom
END_OF_ROOM = "the decision diagrams have no room left"

# A node is a number >= 0; a leaf with value v is the number ~v, so it is below 0 and needs no entry in any table.
FALSE, TRUE = ~0, ~1


class Full(Exception):
    """Raised when a diagram would pass its limit on nodes and remembered results."""


class Diagrams:
    """A store of nodes: below `level[n]`, `low[n]` is where its atom is false and `high[n]` where it is true.

    Levels grow from the root to the leaves. A node is made after its children, so numbers grow from the leaves to the
    root. `room` limits the nodes, and the remembered results of each memo.
    """

    def __init__(self, room: int = 1_000_000):
        self.level: list[int] = []
        self.low: list[int] = []
        self.high: list[int] = []
        self.room = room
        self._known: dict[tuple[int, int, int], int] = {}

    def node(self, level: int, low: int, high: int) -> int:
        """The node that decides by `level`, or the child where both are one. Full: no room left."""
        if low == high:
            return low
        key = (level, low, high)
        found = self._known.get(key)
        if found is None:
            found = len(self.level)
            if found >= self.room:
                raise Full(END_OF_ROOM)
            self.level.append(level)
            self.low.append(low)
            self.high.append(high)
            self._known[key] = found
        return found

    def top(self, f: int) -> int:
        """The level that a node decides by; LEAF for a leaf."""
        return LEAF if f < 0 else self.level[f]

    def parts(self, f: int, level: int) -> tuple[int, int]:
        """What is left of a diagram when the atom of `level`, not below its root, is false and true."""
        if f < 0 or self.level[f] != level:
            return f, f
        return self.low[f], self.high[f]

    def mapped(self, f: int, change: Callable[[int], int], memo: dict[int, int]) -> int:
        """The diagram with every leaf replaced by the leaf (or diagram of lower levels) that `change` makes of it."""
        found = memo.get(f)
        if found is None:
            if f < 0:
                found = change(f)
            else:
                low, high = self.low[f], self.high[f]
                found = self.node(self.level[f], self.mapped(low, change, memo), self.mapped(high, change, memo))
            memo[f] = found
        return found

    def operation(self, decide: Callable[[int, int], int | None]) -> Callable[[int, int], int]:
        """An operation on two diagrams, which remembers its results.

        `decide` gives the result for two diagrams, or None where it cannot (never on two leaves).
        """
        level_of, low_of, high_of, node, room = self.level, self.low, self.high, self.node, self.room
        memo: dict[int, int] = {}

        def apply(f: int, g: int) -> int:
            key = (f << 32) + g  # one number is made and found faster than a pair, and leaves nothing to collect
            found = memo.get(key)
            if found is None:
                found = decide(f, g)
                if found is None:
                    one = level_of[f] if f >= 0 else LEAF
                    other = level_of[g] if g >= 0 else LEAF
                    if one < other:
                        found = node(one, apply(low_of[f], g), apply(high_of[f], g))
                    elif other < one:
                        found = node(other, apply(f, low_of[g]), apply(f, high_of[g]))
                    else:
                        found = node(one, apply(low_of[f], low_of[g]), apply(high_of[f], high_of[g]))
                if len(memo) >= room:
                    raise Full(END_OF_ROOM)
                memo[key] = found
            return found

        return apply

    def junction(self, absorbing: int, neutral: int,
                 of_leaves: Callable[[int, int], int] | None = None) -> Callable[[int, int], int]:
        """Conjunction (false absorbs) or disjunction (true does) as an operation; `of_leaves` joins other leaves."""
        level_of, low_of, high_of, node, room = self.level, self.low, self.high, self.node, self.room
        memo: dict[int, int] = {}

        def apply(f: int, g: int) -> int:
            if f == absorbing or g == neutral:
                return f
            if g == absorbing or f == neutral:
                return g
            if f == g:
                return f
            key = (f << 32) + g
            found = memo.get(key)
            if found is None:
                one = level_of[f] if f >= 0 else LEAF
                other = level_of[g] if g >= 0 else LEAF
                if one < other:
                    found = node(one, apply(low_of[f], g), apply(high_of[f], g))
                elif other < one:
                    found = node(other, apply(f, low_of[g]), apply(f, high_of[g]))
                elif one == LEAF:
                    found = of_leaves(f, g)
                else:
                    found = node(one, apply(low_of[f], low_of[g]), apply(high_of[f], high_of[g]))
                if len(memo) >= room:
                    raise Full(END_OF_ROOM)
                memo[key] = found
            return found

        return apply

    def chosen(self, test: int, high: int, low: int, decide: Callable[[int, int, int], int | None], memo: dict) -> int:
        """The diagram of an operation on three, as in `operation`: mostly `high` where `test` is true, else `low`."""
        key = (test, high, low)
        found = memo.get(key)
        if found is None:
            found = decide(test, high, low)
            if found is None:
                level = min(self.top(test), self.top(high), self.top(low))
                tests, highs, lows = self.parts(test, level), self.parts(high, level), self.parts(low, level)
                found = self.node(level, self.chosen(tests[0], highs[0], lows[0], decide, memo),
                                  self.chosen(tests[1], highs[1], lows[1], decide, memo))
            if len(memo) >= self.room:
                raise Full(END_OF_ROOM)
            memo[key] = found
        return found

    def nodes(self, roots: Iterable[int]) -> list[int]:
        """Every node (no leaf) reachable from the roots, children before parents."""
        found: set[int] = set()
        stack = [root for root in roots if root >= 0]
        while stack:
            current = stack.pop()
            if current not in found:
                found.add(current)
                stack += [child for child in (self.low[current], self.high[current]) if child >= 0]
        return sorted(found)

    def fewest(self, root: int, leaf: int) -> tuple[int, ...] | None:
        """The levels of as few true atoms as lead to a leaf; None where none do."""
        best: dict[int, tuple[int, tuple[int, ...]]] = {leaf: (0, ())}  # how many true atoms it takes, and their levels
        for node in self.nodes([root]):
            ways = [best[self.low[node]]] if self.low[node] in best else []
            if self.high[node] in best:
                count, levels = best[self.high[node]]
                ways.append((count + 1, (self.level[node], *levels)))
            if ways:
                best[node] = min(ways)
        return best[root][1] if root in best else None

    def leaves(self, root: int) -> list[int]:
        """The values a diagram can take, by first occurrence, false branches first."""
        found: dict[int, None] = {}
        seen: set[int] = set()
        stack = [root]
        while stack:
            current = stack.pop()
            if current < 0:
                found[~current] = None
            elif current not in seen:
                seen.add(current)
                stack += [self.high[current], self.low[current]]
        return list(found)


def boolean_choice(test: int, high: int, low: int) -> int | None:
    """`decide` of a choice between two diagrams."""
    if test == TRUE or high == low:
        return high
    if test == FALSE:
        return low
    return test if high == TRUE and low == FALSE else None


def opposite(leaf: int) -> int:
    """The other truth value."""
    return TRUE if leaf == FALSE else FALSE
