"""Rows of arithmetic, elementary functions and comparisons: entry by entry, arguments broadcast by axis name."""

from rewardlang.ops.build import anything, bools, family, numbers, primitive
from rewardlang.ops.row import Family

row = family(Family.POINTWISE)


def _not_zero(k, a, b):
    return k.logical_not(k.eq(b, k.constant(0)))


def _power_is_real(k, a, b):
    zero = k.constant(0)
    whole = k.eq(b, k.floor(b))
    falls = k.logical_and(k.eq(a, zero), k.lt(b, zero))
    return k.logical_or(
        k.lt(zero, a),
        k.logical_or(
            k.logical_and(k.le(zero, a), k.le(zero, b)),
            k.logical_and(whole, k.logical_not(falls)),
        ),
    )


ARITHMETIC = (
    row("add", numbers("a", "b"), "arithmetic", "same", primitive("add"),
        "Sum.", ("1 + 2", 3), symbol="+", monotone="++", smooth=True, laws=("commutative", "associative", "zero")),
    row("sub", numbers("a", "b"), "arithmetic", "same", primitive("sub"),
        "Difference.", ("1 - 3", -2), symbol="-", monotone="+-", smooth=True, laws=("zero",)),
    row("mul", numbers("a", "b"), "arithmetic", "product", primitive("mul"),
        "Product.", ("2 * 3", 6), symbol="*", monotone="??", smooth=True,
        laws=("commutative", "associative", "one", "absorbs_zero")),
    row("div", numbers("a", "b"), "float", "quotient", primitive("div"),
        "Quotient, a float even of ints; invalid where `b` is 0.", ("1 / 4", 0.25),
        symbol="/", domain=_not_zero, safe=(0.0, 1.0), monotone="??", smooth=True, laws=("one",)),
    row("neg", numbers("a"), "arithmetic", "first", primitive("neg"),
        "Negation; binds looser than `**`: `-x ** 2` is `-(x ** 2)`.", ("-3", -3),
        symbol="-", monotone="-", smooth=True, laws=("involution",)),
    row("pow", numbers("a", "b"), "float", "power", primitive("pow"),
        "`a` to the `b`, a float; 0 ** 0 is 1. Invalid where it is not real: `a` below 0 and `b` not whole, or `a` 0 and "
        "`b` below 0.", ("2 ** 3", 8.0), symbol="**", domain=_power_is_real, safe=(1.0, 1.0), laws=("one",)),
    row("abs", numbers("x"), "arithmetic", "first", primitive("abs"),
        "Absolute value.", ("abs(-2)", 2), laws=("idempotent",)),
    row("sign", numbers("x"), "int", "drop", primitive("sign"),
        "-1, 0 or 1.", ("sign(-0.5)", -1), monotone="+", laws=("idempotent",)),
    row("floor", numbers("x"), "int", "first", primitive("floor"),
        "The greatest int at most `x`.", ("floor(-0.5)", -1), monotone="+", laws=("idempotent",)),
    row("ceil", numbers("x"), "int", "first", primitive("ceil"),
        "The least int at least `x`.", ("ceil(0.2)", 1), monotone="+", laws=("idempotent",)),
    row("round", numbers("x"), "int", "first", primitive("round"),
        "The nearest int; halves go to the even one.", ("round(2.5)", 2), monotone="+", laws=("idempotent",)),
    row("minimum", numbers("a", "b"), "arithmetic", "same", primitive("minimum"),
        "The lesser of two (`min(a, b)`; of an axis it is the reduction `min(x over a)`).", ("min(2, 3)", 2),
        monotone="++", laws=("commutative", "associative", "idempotent")),
    row("maximum", numbers("a", "b"), "arithmetic", "same", primitive("maximum"),
        "The greater of two (`max(a, b)`; of an axis it is the reduction `max(x over a)`).", ("max(2, 3)", 3),
        monotone="++", laws=("commutative", "associative", "idempotent")),
    row("clamp", numbers("x", "low", "high"), "arithmetic", "same",
        lambda k, x, low, high: k.minimum(k.maximum(x, low), high),
        "`x` held within [low, high]: min(max(x, low), high), which is `high` where the two are crossed.",
        ("clamp(3, 0, 2)", 2), monotone="+++"),
    row("relu", numbers("x"), "arithmetic", "first", lambda k, x: k.maximum(x, k.constant(0)),
        "max(x, 0).", ("relu(-2)", 0), monotone="+", laws=("idempotent",)),
    row("detach", numbers("x"), "arithmetic", "first", primitive("detach"),
        "`x` without its gradient: to what learns from the result it is a constant.", ("detach(2)", 2), monotone="+",
        laws=("idempotent",)),
    row("number", bools("b"), "int", "none", primitive("number"),
        "1 for true, 0 for false: what stands wherever a bool meets arithmetic. It is not written.", ("number(true)", 1),
        monotone="+"),
)

FUNCTIONS = (
    row("sqrt", numbers("x"), "float", "square_root", primitive("sqrt"),
        "Square root; invalid below 0.", ("sqrt(9)", 3.0),
        domain=lambda k, x: k.le(k.constant(0), x), safe=(1.0,), monotone="+"),
    row("exp", numbers("x"), "float", "none", primitive("exp"),
        "e to the `x`.", ("exp(0)", 1.0), monotone="+", smooth=True),
    row("log", numbers("x"), "float", "none", primitive("log"),
        "Natural logarithm; invalid at 0 and below.", ("log(1)", 0.0),
        domain=lambda k, x: k.lt(k.constant(0), x), safe=(1.0,), monotone="+", smooth=True),
    row("log1p", numbers("x"), "float", "none", primitive("log1p"),
        "log(1 + x), exact for small `x`; invalid at -1 and below.", ("log1p(0)", 0.0),
        domain=lambda k, x: k.lt(k.constant(-1), x), safe=(0.0,), monotone="+", smooth=True),
    row("sin", numbers("x"), "float", "none", primitive("sin"),
        "Sine of an angle in radians.", ("sin(0)", 0.0), smooth=True),
    row("cos", numbers("x"), "float", "none", primitive("cos"),
        "Cosine of an angle in radians.", ("cos(0)", 1.0), smooth=True),
    row("tan", numbers("x"), "float", "none", primitive("tan"),
        "Tangent of an angle in radians. No double is a pole, so it is never invalid.", ("tan(0)", 0.0), smooth=True),
    row("tanh", numbers("x"), "float", "none", primitive("tanh"),
        "Hyperbolic tangent, in [-1, 1].", ("tanh(0)", 0.0), monotone="+", smooth=True),
    row("sigmoid", numbers("x"), "float", "none", primitive("sigmoid"),
        "1 / (1 + exp(-x)), in [0, 1].", ("sigmoid(0)", 0.5), monotone="+", smooth=True),
    row("softplus", numbers("x"), "float", "none", primitive("softplus"),
        "log(1 + exp(x)), at least 0 and at least `x`.", ("softplus(0)", 0.6931471805599453), monotone="+", smooth=True),
    row("log_sigmoid", numbers("x"), "float", "none", lambda k, x: k.neg(k.softplus(k.neg(x))),
        "log(sigmoid(x)), without underflow; at most 0.", ("log_sigmoid(0)", -0.6931471805599453),
        monotone="+", smooth=True),
    row("atan2", numbers("y", "x"), "float", "compare", primitive("atan2"),
        "The angle of the point (x, y) in radians, in [-pi, pi]; 0 at the origin.", ("atan2(0, 1)", 0.0)),
)

COMPARISONS = (
    row("eq", anything("a", "b"), "bool", "compare", primitive("eq"),
        "Whether two are equal.", ("2 == 2", True), symbol="==", laws=("commutative",)),
    row("ne", anything("a", "b"), "bool", "compare", lambda k, a, b: k.logical_not(k.eq(a, b)),
        "Whether two differ.", ("2 != 2", False), symbol="!=", laws=("commutative",)),
    row("lt", numbers("a", "b"), "bool", "compare", primitive("lt"),
        "Less.", ("1 < 2", True), symbol="<", monotone="-+"),
    row("le", numbers("a", "b"), "bool", "compare", primitive("le"),
        "Less or equal.", ("2 <= 2", True), symbol="<=", monotone="-+"),
    row("gt", numbers("a", "b"), "bool", "compare", lambda k, a, b: k.lt(b, a),
        "Greater.", ("1 > 2", False), symbol=">", monotone="+-"),
    row("ge", numbers("a", "b"), "bool", "compare", lambda k, a, b: k.le(b, a),
        "Greater or equal.", ("2 >= 2", True), symbol=">=", monotone="+-"),
)

POINTWISE = ARITHMETIC + FUNCTIONS + COMPARISONS
