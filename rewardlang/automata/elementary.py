"""Formulas in elementary terms: at a step of a trace, every operator is until, since, next, previous and boolean."""

from collections.abc import Sequence

from rewardlang.automata.diagram import FALSE, TRUE, Full
from rewardlang.automata.formula import Formula, Window, subformulas
from rewardlang.automata.obligations import ATOM, FOREVER, NEXT, PREVIOUS, SINCE, UNTIL, Obligations, Variable


class Elementary:
    """Makes nodes of obligations for formulas as they read at a step that exists.

    `next p` is strict there (false at the last step) and `weak_next p` is `not next not p`; weak forms and duals follow.
    """

    def __init__(self, obligations: Obligations, atoms: Sequence[str]):
        self.obligations = obligations
        self.numbers = {name: number for number, name in enumerate(atoms)}

    def node(self, formula: Formula) -> int:
        """The node of a formula whose atoms are known. Full: no room, or a window beyond a million steps."""
        done: dict[Formula, int] = {}
        for each in subformulas(formula):
            done[each] = self._boolean(each, [done[arg] for arg in each.args])
        return done[formula]

    def _boolean(self, formula: Formula, args: list[int]) -> int:
        owed, op = self.obligations, formula.op
        if op == "atom":
            return owed.variable(Variable(ATOM, self.numbers[formula.name]))
        if op in ("true", "false"):
            return TRUE if op == "true" else FALSE
        if op == "not":
            return owed.opposite(args[0])
        if op == "implies":
            return owed.either(owed.opposite(args[0]), args[1])
        if op == "iff":
            return owed.choice(args[0], args[1], owed.opposite(args[1]))
        if op in ("and", "or"):
            result = args[0]
            for arg in args[1:]:
                result = owed.both(result, arg) if op == "and" else owed.either(result, arg)
            return result
        return self._temporal(op, args, _bounds(formula.window))

    def _temporal(self, op: str, args: list[int], window: Window) -> int:
        owed, negate = self.obligations, self.obligations.opposite
        if op in ("next", "previous"):
            return self._neighbour(NEXT if op == "next" else PREVIOUS, args[0])
        if op in ("weak_next", "weak_previous"):
            return negate(self._neighbour(NEXT if op == "weak_next" else PREVIOUS, negate(args[0])))
        if op in ("eventually", "once"):
            return self._reaching(UNTIL if op == "eventually" else SINCE, TRUE, args[0], window)
        if op in ("always", "historically"):
            return negate(self._reaching(UNTIL if op == "always" else SINCE, TRUE, negate(args[0]), window))
        p, q = args
        if op in ("until", "since"):
            return self._reaching(UNTIL if op == "until" else SINCE, p, q, window)
        if op in ("release", "triggers"):
            return negate(self._reaching(UNTIL if op == "release" else SINCE, negate(p), negate(q), window))
        if op == "strong_release":
            return self._reaching(UNTIL, q, owed.both(p, q), window)
        if window == (0, FOREVER):  # p weak_until q is q release (p or q), one elementary formula instead of two
            return negate(self._reaching(UNTIL, negate(q), negate(owed.either(p, q)), window))
        always = negate(self._reaching(UNTIL, TRUE, negate(p), window))
        return owed.either(self._reaching(UNTIL, p, q, window), always)

    def _neighbour(self, kind: str, p: int) -> int:
        return FALSE if p == FALSE else self.obligations.variable(Variable(kind, p))

    def _reaching(self, kind: str, p: int, q: int, window: Window) -> int:
        inner = self.obligations.literal(q)
        if inner is not None and inner[:2] == (kind, p):  # p until[a, b] p until[c, d] q is p until[a+c, b+d] q
            low, high = window
            window, q = (low + inner.low, min(high + inner.high, FOREVER)), inner.q
            if window[1] < FOREVER <= window[0] or window[0] >= FOREVER:
                raise Full("a window is longer than a million steps")
        return reaching(self.obligations, Variable(kind, p, q, *window))


def reaching(obligations: Obligations, wanted: Variable) -> int:
    """The node of an until or since; simpler where an operand is constant or the window holds one step."""
    _, p, q, low, high = wanted
    if q == FALSE or (p == FALSE and low > 0):
        return FALSE
    if low == 0 and (q == TRUE or p == FALSE or high == 0):
        return q
    return obligations.variable(wanted)


def sooner(wanted: Variable) -> Variable:
    """The until (since) that is owed one step later (was owed one step before): the window moves by one."""
    high = wanted.high - 1 if wanted.high < FOREVER else FOREVER
    return wanted._replace(low=max(wanted.low - 1, 0), high=high)


def _bounds(window: Window | None) -> Window:
    low, high = window or (0, FOREVER)
    if window and high >= FOREVER:
        raise Full("a window is longer than a million steps")
    return low, high
