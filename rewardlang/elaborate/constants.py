"""Values that are known when the program is checked: bounds, defaults, sizes, the data of examples."""

import math
from fractions import Fraction

from rewardlang.elaborate.context import Context
from rewardlang.syntax import tree
from rewardlang.values.interval import Interval

_NAMED = {"inf": math.inf, "pi": math.pi}
_LIMIT = 512


def constant(cx: Context, expr: tree.Expr, what: str) -> object:
    """The value: int, Fraction, float (`inf`, `pi`), bool, str, tuple (a vector), dict (a table), None (`invalid`)."""
    match expr:
        case tree.Number(value=value, integer=integer):
            return int(value) if integer else plain(value)
        case tree.Text(value=value) | tree.Bool(value=value):
            return value
        case tree.Invalid():
            return None
        case tree.Name(name=name) if name in _NAMED:
            return _NAMED[name]
        case tree.Unary(op="-", operand=operand):
            return -_number(cx, operand, what)
        case tree.Binary(op=op, left=left, right=right) if op in _ARITHMETIC:
            return _arithmetic(cx, expr, op, _number(cx, left, what), _number(cx, right, what), what)
        case tree.Vector(items=items):
            return tuple(constant(cx, item.value, what) for item in items)
        case tree.Table(rows=rows):
            return {key: constant(cx, value, what) for key, value in rows}
        case _:
            raise cx.fail("RW120", expr.span, what=what)


def _number(cx: Context, expr: tree.Expr, what: str) -> int | Fraction | float:
    found = constant(cx, expr, what)
    if isinstance(found, bool) or not isinstance(found, (int, Fraction, float)):
        raise cx.fail("RW120", expr.span, what=what)
    return found


def _power(left, right):
    if abs(right) > _LIMIT or isinstance(right, Fraction):
        return float(left) ** float(right)
    return left ** right


_ARITHMETIC = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
               "/": lambda a, b: Fraction(a) / Fraction(b) if not isinstance(a + b, float) else a / b, "**": _power}


def _arithmetic(cx: Context, expr: tree.Expr, op: str, left, right, what: str) -> int | Fraction | float:
    try:
        return plain(_ARITHMETIC[op](left, right))
    except (ArithmeticError, ValueError) as error:
        raise cx.fail("RW120", expr.span, what=what) from error


def plain(value: int | Fraction | float) -> int | Fraction | float:
    """A Fraction without a denominator as an int; anything else unchanged."""
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def interval(cx: Context, domain: tree.Domain | None, what: str) -> Interval | None:
    """The range that a declaration gives."""
    if domain is None:
        return None
    low, high = _number(cx, domain.low, what), _number(cx, domain.high, what)
    if not low <= high:
        raise cx.fail("RW121", domain.span, what=what, value=f"[{show(low)}, {show(high)}]",
                      domain="what a range can be: its lower end comes first")
    return Interval.of(low, high)


def show(value: object) -> str:
    """A constant as the language writes it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (Fraction, float)):
        return f"{float(value):.6g}"
    return "invalid" if value is None else str(value)


def data(cx: Context, expr: tree.Expr) -> object:
    """A value in an example as plain data: nested lists, dicts for records and tables, labels as strings."""
    match expr:
        case tree.Vector(items=items):
            return [data(cx, item.value) for item in items]
        case tree.Block(terms=terms) if terms:
            return {term.label: data(cx, term.value) for term in terms}
        case tree.Table(rows=rows):
            return {key: data(cx, value) for key, value in rows}
        case tree.Name(name=name) if name not in _NAMED:
            return name
        case _:
            found = constant(cx, expr, "a value in an example")
            return float(found) if isinstance(found, Fraction) else found
