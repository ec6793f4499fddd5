"""What a formula means on a finite trace, by the definitions alone: slow, and what everything else is held to."""

from collections.abc import Callable, Collection, Sequence

from rewardlang.automata.formula import FALSE, TRUE, Formula, Window, subformulas

Letter = Collection[str]  # the names of the propositions true at a step
Trace = Sequence[Letter]

_FALSE_ON_EMPTY = frozenset("false atom next eventually until strong_release previous once since".split())
_TRUE_ON_EMPTY = frozenset("true weak_next always release weak_until weak_previous historically triggers".split())


def truths(formula: Formula, trace: Trace) -> list[bool]:
    """The truth of the formula at every step of the trace."""
    length = len(trace)
    rows: dict[Formula, list[bool]] = {}
    for each in subformulas(formula):
        args = [rows[arg] for arg in each.args]
        rows[each] = [_at(each, args, trace, length, i) for i in range(length)]
    return rows[formula]


def holds(formula: Formula, trace: Trace) -> bool:
    """The truth of the formula at the first step, or on the empty trace."""
    return truths(formula, trace)[0] if trace else holds_on_empty(formula)


def holds_on_empty(formula: Formula) -> bool:
    """The truth of the formula on the trace without steps: a promise about some step fails, one about all steps holds."""
    value: dict[Formula, bool] = {}
    for each in subformulas(formula):
        if each.op in _FALSE_ON_EMPTY or each.op in _TRUE_ON_EMPTY:
            value[each] = each.op in _TRUE_ON_EMPTY
        else:
            value[each] = _BOOLEAN[each.op](*[value[arg] for arg in each.args])
    return value[formula]


_BOOLEAN: dict[str, Callable[..., bool]] = {
    "not": lambda p: not p,
    "and": lambda *args: all(args),
    "or": lambda *args: any(args),
    "implies": lambda p, q: not p or q,
    "iff": lambda p, q: p == q,
}


def _at(formula: Formula, args: list[list[bool]], trace: Trace, length: int, i: int) -> bool:
    op = formula.op
    if op in _BOOLEAN:
        return _BOOLEAN[op](*[row[i] for row in args])
    if op == "atom":
        return formula.name in trace[i]
    if formula is TRUE or formula is FALSE:
        return formula is TRUE
    if op in ("next", "weak_next"):
        return args[0][i + 1] if i + 1 < length else op == "weak_next"
    if op in ("previous", "weak_previous"):
        return args[0][i - 1] if i > 0 else op == "weak_previous"
    return _OVER_STEPS[op](formula.window, length, i, *args)


def _ahead(window: Window | None, length: int, i: int) -> range:
    """The steps of the trace from i on that a future operator's window leaves."""
    low, high = window or (0, length)
    return range(i + low, min(i + high, length - 1) + 1)


def _behind(window: Window | None, i: int) -> range:
    """The steps of the trace up to i that a past operator's window leaves."""
    low, high = window or (0, i)
    return range(max(i - high, 0), i - low + 1)


def _until(window: Window | None, length: int, i: int, p: list[bool], q: list[bool]) -> bool:
    return any(q[j] and all(p[i:j]) for j in _ahead(window, length, i))


def _since(window: Window | None, length: int, i: int, p: list[bool], q: list[bool]) -> bool:
    return any(q[j] and all(p[j + 1:i + 1]) for j in _behind(window, i))


def _always(window: Window | None, length: int, i: int, p: list[bool]) -> bool:
    return all(p[j] for j in _ahead(window, length, i))


def _opposite(row: list[bool]) -> list[bool]:
    return [not value for value in row]


def _both(p: list[bool], q: list[bool]) -> list[bool]:
    return [one and other for one, other in zip(p, q)]


_OVER_STEPS: dict[str, Callable[..., bool]] = {
    "always": _always,
    "eventually": lambda window, length, i, p: any(p[j] for j in _ahead(window, length, i)),
    "historically": lambda window, length, i, p: all(p[j] for j in _behind(window, i)),
    "once": lambda window, length, i, p: any(p[j] for j in _behind(window, i)),
    "until": _until,
    "since": _since,
    "release": lambda window, length, i, p, q: not _until(window, length, i, _opposite(p), _opposite(q)),
    "triggers": lambda window, length, i, p, q: not _since(window, length, i, _opposite(p), _opposite(q)),
    "weak_until": lambda window, length, i, p, q: _until(window, length, i, p, q) or _always(window, length, i, p),
    "strong_release": lambda window, length, i, p, q: _until(window, length, i, q, _both(p, q)),
}
