"""Temporal formulas of infinite traces, rewritten: `not` before propositions only, no windows, nothing that waits."""

from collections.abc import Iterable

from rewardlang.automata.formula import FALSE as NEVER
from rewardlang.automata.formula import (
    PAST,
    Formula,
    Window,
    conjunction,
    disjunction,
    make,
    negation,
    rebuilt,
    with_args,
)
from rewardlang.automata.formula import TRUE as ALWAYS

WAITS = ("eventually", "until", "strong_release")
LASTS = ("always", "release", "weak_until")
_DUAL = {"eventually": "always", "until": "release", "strong_release": "weak_until", "next": "next"}
_DUAL |= {other: one for one, other in _DUAL.items()}
_LONGEST = 50        # steps of a window, which are written out


class NoOmega(Exception):
    """There is no automaton of infinite traces, for the reason that this says."""


def positive(formula: Formula, turned: bool = False) -> Formula:
    """The formula, or what it denies, with `not` before propositions and what looks back only."""
    op, args = formula.op, formula.args
    if op in PAST:
        if formula.future:
            raise NoOmega("it looks ahead from within what looks back")
        return _literal(formula, turned)
    if op in ("true", "false", "atom"):
        return _literal(formula, turned)
    if op == "not":
        return positive(args[0], not turned)
    if op in ("and", "or"):
        return (conjunction if (op == "and") != turned else disjunction)([positive(arg, turned) for arg in args])
    if op == "implies":
        return positive(disjunction([negation(args[0]), args[1]]), turned)
    if op == "iff":
        same, none = conjunction(args), conjunction(map(negation, args))
        return positive(disjunction([same, none]), turned)
    op = "next" if op == "weak_next" else op
    return make(_DUAL[op] if turned else op, *[positive(arg, turned) for arg in args])


def _literal(formula: Formula, turned: bool) -> Formula:
    return negation(formula) if turned else formula


def written_out(formula: Formula) -> Formula:
    """The formula without windows."""
    return rebuilt(formula, lambda each, args: _in_steps(each.op, args, each.window) if each.window else with_args(each, args))


def _in_steps(op: str, args: tuple[Formula, ...], window: Window) -> Formula:
    """A windowed formula as one of steps; on an infinite trace, or looking back, where the first step has none before it."""
    low, high = window
    if high > _LONGEST:
        raise NoOmega(f"it has a window beyond {_LONGEST} steps")
    if op == "weak_until":
        return disjunction([_in_steps("until", args, window), _in_steps("always", args[:1], window)])
    if op in ("always", "historically", "release", "triggers"):
        dual = {"always": "eventually", "historically": "once", "release": "until", "triggers": "since"}[op]
        return negation(_in_steps(dual, tuple(map(negation, args)), window))
    if op == "strong_release":
        return _in_steps("until", (args[1], conjunction(args)), window)
    step = "next" if op in ("eventually", "until") else "previous"
    walk, goal = (ALWAYS, args[0]) if len(args) == 1 else args
    found = goal
    for _ in range(high - low):
        found = disjunction([goal, conjunction([walk, make(step, found)])])
    for _ in range(low):
        found = conjunction([walk, make(step, found)])
    return found


def without_waiting(formula: Formula, waiting: frozenset[Formula]) -> Formula:
    """The formula without waiting: parts of `waiting` may last for ever instead, others fail."""
    op = formula.op
    if op in WAITS and formula not in waiting:
        return NEVER
    if op in PAST or not formula.args or op == "not":
        return formula
    args = [without_waiting(arg, waiting) for arg in formula.args]
    weak = {"eventually": "true", "until": "weak_until", "strong_release": "release"}.get(op, op)
    return ALWAYS if weak == "true" else make(weak, *args)


def without_lasting(formula: Formula, lasting: frozenset[Formula]) -> Formula:
    """The formula without lasting: parts of `lasting` hold, others have to end."""
    op = formula.op
    if op in LASTS and formula in lasting:
        return ALWAYS
    if op in PAST or not formula.args or op == "not":
        return formula
    if op == "always":
        return NEVER
    args = [without_lasting(arg, lasting) for arg in formula.args]
    return make({"release": "strong_release", "weak_until": "until"}.get(op, op), *args)


def parts_of(formula: Formula, ops: Iterable[str]) -> list[Formula]:
    """The subformulas that wait, or last; what looks back is a proposition here."""
    found: dict[Formula, None] = {}
    stack = [formula]
    while stack:
        part = stack.pop()
        if part.op in ops:
            found[part] = None
        stack += () if part.op in PAST else part.args
    return list(found)
