"""Temporal formulas as shared immutable values: equal formulas are one object."""

from collections.abc import Callable, Iterable, Mapping
from weakref import WeakValueDictionary

Window = tuple[int, int]

FUTURE = frozenset("next weak_next always eventually until weak_until release strong_release".split())
PAST = frozenset("previous weak_previous once historically since triggers".split())
INFIX = frozenset("until weak_until release strong_release since triggers".split())
PREFIX = (FUTURE | PAST) - INFIX
ONE_STEP = frozenset("next weak_next previous weak_previous".split())
ARITY = {"true": 0, "false": 0, "not": 1, "implies": 2, "iff": 2} | dict.fromkeys(PREFIX, 1) | dict.fromkeys(INFIX, 2)

# What an operator becomes when time runs the other way; an operator without a twin stays away from `mirrored`.
_TWINS = {"next": "previous", "weak_next": "weak_previous", "eventually": "once", "always": "historically",
          "until": "since", "release": "triggers"}
_MIRROR = _TWINS | {past: future for future, past in _TWINS.items()}


class Formula:
    """One formula; made by `make` and `atom` only, so that `is` is equality.

    `op` is the operator's word (`atom` for a proposition, then `name` is its text), `args` its operands (two or more
    for `and`, `or`), `window` the closed window of whole steps or None. `past` and `future` say whether an operator of
    that kind occurs anywhere inside.
    """

    __slots__ = ("op", "args", "name", "window", "past", "future", "__weakref__")

    op: str
    args: tuple["Formula", ...]
    name: str
    window: Window | None
    past: bool
    future: bool

    def __str__(self) -> str:
        return text(self)

    def __repr__(self) -> str:
        return f"<{text(self)}>"

    def __deepcopy__(self, memo: dict) -> "Formula":
        return self

    def __reduce__(self):
        return _shared, (self.op, self.args, self.name, self.window)

    @property
    def temporal(self) -> bool:
        """Whether its truth at a step may depend on other steps."""
        return self.past or self.future


_known: WeakValueDictionary[tuple, Formula] = WeakValueDictionary()


def _shared(op: str, args: tuple[Formula, ...] = (), name: str = "", window: Window | None = None) -> Formula:
    key = (op, args, name, window)
    found = _known.get(key)
    if found is None:
        found = Formula()
        found.op, found.args, found.name, found.window = key
        found.past = op in PAST or any(each.past for each in args)
        found.future = op in FUTURE or any(each.future for each in args)
        _known[key] = found
    return found


TRUE = _shared("true")
FALSE = _shared("false")


def atom(name: str) -> Formula:
    """The proposition of that name; a comparison is a proposition too, named by its text."""
    return _shared("atom", name=name)


def make(op: str, *args: Formula, window: Window | None = None) -> Formula:
    """The formula of an operator, simplified where that holds on every trace, the empty one included.

    ValueError: an unknown operator, a wrong number of operands, or a window that is negative, inverted or has no place.
    """
    if op in ("and", "or"):
        return _junction(op, args)
    if ARITY.get(op) != len(args):
        raise ValueError(f"`{op}` cannot have {len(args)} operands")
    if window is not None:
        _check_window(op, window)
        window = tuple(window)
    late = op == "weak_until" and window is not None and window[0] > 0  # may fail before its window opens
    if op in _RULES and not late and (simple := _RULES[op](*args)) is not None:
        return simple
    if op in ("until", "since") and args[0] is TRUE:
        return make("eventually" if op == "until" else "once", args[1], window=window)
    if op in ("release", "triggers") and args[0] is FALSE:
        return make("always" if op == "release" else "historically", args[1], window=window)
    return _shared(op, args, window=window)


def negation(arg: Formula) -> Formula:
    """`not arg`."""
    return make("not", arg)


def conjunction(args: Iterable[Formula]) -> Formula:
    """`true` for no operands, the operand itself for one."""
    return _junction("and", args)


def disjunction(args: Iterable[Formula]) -> Formula:
    """`false` for no operands, the operand itself for one."""
    return _junction("or", args)


def _check_window(op: str, window: Window) -> None:
    low, high = window
    if op in ONE_STEP or op not in FUTURE | PAST:
        raise ValueError(f"`{op}` takes no window")
    if not 0 <= low <= high:
        raise ValueError(f"the window [{low}, {high}] of `{op}` must have 0 <= {low} <= {high}")


def _junction(op: str, args: Iterable[Formula]) -> Formula:
    neutral, absorbing = (TRUE, FALSE) if op == "and" else (FALSE, TRUE)
    flat: dict[Formula, None] = {}
    for arg in args:
        flat.update(dict.fromkeys(arg.args if arg.op == op else (arg,)))
    flat.pop(neutral, None)
    if absorbing in flat or any(arg.op == "not" and arg.args[0] in flat for arg in flat):
        return absorbing
    if len(flat) < 2:
        return next(iter(flat), neutral)
    return _shared(op, tuple(flat))


def _simple_not(p: Formula) -> Formula | None:
    return {"true": FALSE, "false": TRUE, "not": p.args[0] if p.args else None}.get(p.op)


def _simple_implies(p: Formula, q: Formula) -> Formula | None:
    if p is TRUE:
        return q
    if q is FALSE:
        return negation(p)
    return TRUE if p is FALSE or q is TRUE or p is q else None


def _simple_iff(p: Formula, q: Formula) -> Formula | None:
    for one, other in ((p, q), (q, p)):
        if one is TRUE:
            return other
        if one is FALSE:
            return negation(other)
    return TRUE if p is q else None


def _keeps(constant: Formula) -> Callable[..., Formula | None]:
    """The rule of operators that are constant when their last operand is, the empty trace included."""
    return lambda *args: constant if args[-1] is constant else None


_RULES: dict[str, Callable[..., Formula | None]] = {
    "true": lambda: TRUE, "false": lambda: FALSE,
    "not": _simple_not, "implies": _simple_implies, "iff": _simple_iff,
} | dict.fromkeys("next eventually until strong_release previous once since".split(), _keeps(FALSE)) \
  | dict.fromkeys("weak_next always release weak_until weak_previous historically triggers".split(), _keeps(TRUE))


def subformulas(formula: Formula) -> list[Formula]:
    """Every distinct formula inside, operands before what is made of them, from left to right; the formula itself last."""
    found: dict[Formula, None] = {}
    stack = [(formula, iter(formula.args))]
    opened = {formula}
    while stack:
        current, rest = stack[-1]
        for arg in rest:
            if arg not in opened:
                opened.add(arg)
                stack.append((arg, iter(arg.args)))
                break
        else:
            found[current] = None
            stack.pop()
    return list(found)


def atoms(formula: Formula) -> tuple[str, ...]:
    """The names of its propositions, by first occurrence."""
    return tuple(each.name for each in subformulas(formula) if each.op == "atom")


def rebuilt(formula: Formula, change: Callable[[Formula, tuple[Formula, ...]], Formula]) -> Formula:
    """The formula made anew from below: `change` is given each formula with its operands as already changed."""
    done: dict[Formula, Formula] = {}
    for each in subformulas(formula):
        done[each] = change(each, tuple(done[arg] for arg in each.args))
    return done[formula]


def with_args(formula: Formula, args: tuple[Formula, ...]) -> Formula:
    """The same operator over other operands."""
    return formula if formula.op == "atom" else make(formula.op, *args, window=formula.window)


def substituted(formula: Formula, replacements: Mapping[Formula, Formula]) -> Formula:
    """The formula with some parts replaced wherever they occur."""
    return rebuilt(formula, lambda each, args: replacements[each] if each in replacements else with_args(each, args))


def mirrored(formula: Formula) -> Formula:
    """The formula that says of the reversed trace, at the mirrored step, what this one says of the trace.

    So the truth of a formula without past at every step is that of a formula without future, read from the end.
    """
    def change(each: Formula, args: tuple[Formula, ...]) -> Formula:
        window = each.window
        if each.op in _MIRROR:
            return make(_MIRROR[each.op], *args, window=window)
        if each.op == "weak_until":
            return disjunction([make("since", *args, window=window), make("historically", args[0], window=window)])
        if each.op == "strong_release":
            return make("since", args[1], conjunction(args), window=window)
        return with_args(each, args)
    return rebuilt(formula, change)


# --- text -----------------------------------------------------------------------------------------------------------

_BINDS = {"iff": 1, "implies": 2, "or": 3, "and": 4, "not": 6, "atom": 7, "true": 7, "false": 7} \
    | dict.fromkeys(INFIX, 5) | dict.fromkeys(PREFIX, 6)
_OPERANDS_BIND = {"iff": (2, 2), "implies": (3, 2)} | dict.fromkeys(INFIX, (6, 6))
_LONGEST_TEXT = 4000


def text(formula: Formula) -> str:
    """The formula in the language, with the fewest brackets; cut with an ellipsis beyond some thousand characters."""
    done: dict[Formula, str] = {}
    for each in subformulas(formula):
        needs = _OPERANDS_BIND.get(each.op) or (_BINDS[each.op] + (each.op in ("and", "or")),) * len(each.args)
        parts = [done[arg] if _BINDS[arg.op] >= need else f"({done[arg]})" for arg, need in zip(each.args, needs)]
        word = each.op + (f"[{each.window[0]}, {each.window[1]}]" if each.window else "")
        if each.op == "atom":
            whole = each.name
        elif len(parts) < 2:
            whole = " ".join([word, *parts])
        else:
            whole = f" {word} ".join(parts)
        done[each] = whole if len(whole) <= _LONGEST_TEXT else whole[:_LONGEST_TEXT] + "…"
    return done[formula]
