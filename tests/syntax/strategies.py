"""Hypothesis strategies for syntax trees that a program could say."""

from fractions import Fraction

from hypothesis import strategies as st
from making import make

from rewardlang.syntax import words

# Words with a meaning somewhere in the grammar, and yet names.
SOFT = ("group length index reward return state step input test let start final first otherwise stay table enum by "
        "from unit learnable subject to size horizon discount expect sample counter do as of given like ragged x y "
        "quality when_ï").split()
NAMES = st.sampled_from(SOFT)
ANY_WORDS = st.sampled_from([*SOFT, *sorted(words.RESERVED)])
STATES = ANY_WORDS.filter(lambda word: word != "otherwise")
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@st.composite
def _decimals(draw):
    integer = draw(st.booleans())
    value = Fraction(draw(st.integers(0, 10**6)), 1 if integer else draw(st.sampled_from((1, 2, 10, 10**7))))
    return make.Number(value, integer)


NUMBERS = _decimals()
ATOMS = st.one_of(
    NUMBERS, NAMES.map(make.Name), st.booleans().map(make.Bool), st.just(make.Invalid()),
    st.builds(make.Text, TEXTS, st.booleans()),
    st.integers(1, 10**6).map(lambda ms: make.Duration(Fraction(ms, 1000))))
CHAINS = st.one_of(st.lists(st.sampled_from(("<", "<=", "==")), min_size=1, max_size=3),
                   st.lists(st.sampled_from((">", ">=", "==")), min_size=1, max_size=3), st.just(["!="]))


def _several(strategy, low=1, high=3):
    return st.lists(strategy, min_size=low, max_size=high).map(tuple)


def _blocks(inner):
    lets = _several(st.builds(make.LocalLet, NAMES, inner), 0, 2)
    terms = _several(st.builds(make.Term, ANY_WORDS, inner))
    return st.one_of(st.builds(make.Block, lets, terms), st.builds(make.Block, lets, st.just(()), inner))


def _calls(inner):
    function = st.tuples(NAMES, st.lists(ANY_WORDS, max_size=2)).map(lambda parts: ".".join([parts[0], *parts[1]]))
    arguments = st.tuples(_several(st.builds(make.Argument, inner), 0, 2),
                          _several(st.builds(make.Argument, inner, ANY_WORDS), 0, 2)).map(lambda both: both[0] + both[1])
    over = st.builds(make.Over, _several(NAMES), st.booleans())
    calls = st.builds(make.Call, function, arguments, st.none() | over, st.none() | inner, st.none() | inner,
                      st.none() | NAMES)
    return calls.filter(_by_has_something_before_it)


def _by_has_something_before_it(call) -> bool:
    begins_with_value = bool(call.arguments) and call.arguments[0].key is None
    return call.by is None or call.over is not None or call.where is not None or begins_with_value


def _forms(inner):
    window = st.none() | st.tuples(inner, inner)
    over = st.none() | NAMES
    items = st.builds(make.Argument, inner)
    labelled = st.builds(make.Argument, inner, ANY_WORDS)
    compares = CHAINS.flatmap(lambda ops: st.builds(
        make.Compare, _several(inner, len(ops) + 1, len(ops) + 1), st.just(tuple(ops))))
    arms = st.builds(make.Arm, _several(inner, 0, 2), inner)
    return st.one_of(
        st.builds(make.Unary, st.sampled_from(("-", "not")), inner),
        st.builds(make.Binary, st.sampled_from("+ - * / ** ?? and or implies iff".split()), inner, inner),
        compares,
        st.builds(make.InRange, inner, inner, inner, st.booleans()),
        st.builds(make.InSet, inner, _several(inner), st.booleans()),
        st.builds(make.Temporal, st.sampled_from(sorted(words.TEMPORAL_PREFIX)), _several(inner, 1, 1), window, over),
        st.builds(make.Temporal, st.sampled_from(sorted(words.TEMPORAL_INFIX)), _several(inner, 2, 2), window, over),
        st.builds(make.Gate, inner, _blocks(inner), st.none() | inner),
        st.builds(make.Match, st.none() | inner, _several(arms)),
        _blocks(inner), _calls(inner),
        st.builds(make.Member, inner, ANY_WORDS),
        st.builds(make.Index, inner, items | labelled),
        st.builds(make.Rename, inner, NAMES, NAMES),
        st.builds(make.Vector, _several(items, 0, 3) | _several(labelled)),
        st.builds(make.Table, _several(st.tuples(TEXTS, inner), 0, 2)),
        st.builds(make.When, inner, inner))


EXPRESSIONS = st.recursive(ATOMS, _forms, max_leaves=12)

DOMAINS = st.builds(make.Domain, EXPRESSIONS, EXPRESSIONS)
_AXES = _several(ANY_WORDS, 0, 2)
_SIMPLE_TYPES = st.one_of(
    st.builds(make.TypeExpr, NAMES.filter(lambda word: word not in ("table", "enum")), _AXES, st.booleans()),
    st.builds(make.TypeExpr, st.just("enum"), _AXES, st.booleans(), _several(ANY_WORDS)))
TYPES = st.recursive(_SIMPLE_TYPES, lambda inner: st.one_of(
    inner.map(lambda value: make.TypeExpr("table", value=value)),
    _several(st.builds(make.Field, ANY_WORDS, inner, st.none() | DOMAINS)).flatmap(
        lambda fields: st.builds(make.TypeExpr, st.just("record"), _AXES, st.booleans(), st.just(()), st.just(fields)))),
    max_leaves=3)
UNITS = st.none() | TEXTS
ORIGINS = st.one_of(st.none(), st.builds(make.Origin, TEXTS),
                    st.builds(make.Origin, st.none() | TEXTS, NAMES, st.booleans()))
PARAMETERS = _several(st.builds(make.Parameter, NAMES, TYPES, st.none() | DOMAINS, UNITS, st.none() | EXPRESSIONS), 0, 2)
_PAIRS = st.one_of(NUMBERS.map(lambda n: (n, n)), NAMES.map(lambda n: (make.Name(n), make.Name(n))),
                   st.tuples(EXPRESSIONS, EXPRESSIONS))


@st.composite
def _axis_declarations(draw):
    name = draw(NAMES)
    return draw(st.sampled_from((
        make.AxisDecl(name), make.AxisDecl(name, labels=draw(_several(ANY_WORDS))),
        make.AxisDecl(name, size=draw(st.integers(1, 99))),
        make.AxisDecl(name, ragged=True, ordered=draw(st.booleans())), make.AxisDecl(name, like=draw(NAMES)))))


@st.composite
def _machines(draw):
    updates = _several(st.builds(make.Update, ANY_WORDS, st.sampled_from(("=", "+=", "-=")), EXPRESSIONS), 0, 2)
    edge = st.builds(make.Edge, _several(STATES), STATES, st.none() | EXPRESSIONS, updates, st.none() | EXPRESSIONS)
    otherwise = st.builds(make.Edge, st.just(()), st.none() | STATES, st.none(), updates, st.none() | EXPRESSIONS)
    return make.Machine(
        draw(NAMES), draw(st.none() | NAMES), draw(_several(STATES)),
        draw(_several(st.builds(make.Counter, NAMES, DOMAINS), 0, 2)), draw(_several(edge | otherwise, 0, 3)),
        draw(_several(STATES, 0, 2)), draw(st.booleans()))


_GIVENS = _several(st.builds(make.Given, ANY_WORDS, EXPRESSIONS), 0, 2)
DECLARATIONS = st.one_of(
    st.builds(make.Use, st.lists(ANY_WORDS, min_size=1, max_size=3).map(".".join),
              _several(st.tuples(ANY_WORDS, st.none() | NAMES), 0, 2)),
    st.builds(make.Use, TEXTS, _several(st.tuples(ANY_WORDS, st.none() | NAMES), 0, 2), st.just(True)),
    st.builds(make.Setting, NAMES, _PAIRS, st.none() | st.just("turn"), st.none() | EXPRESSIONS),
    _axis_declarations(),
    st.builds(make.Input, NAMES, TYPES, st.none() | DOMAINS, UNITS, ORIGINS, st.none() | EXPRESSIONS),
    st.builds(make.GroupBy, NAMES, st.none() | _PAIRS),
    st.builds(make.Param, NAMES, st.none() | TYPES, st.none() | DOMAINS, UNITS, st.none() | EXPRESSIONS, st.booleans()),
    st.builds(make.External, st.sampled_from(("model", "verifier")), NAMES, PARAMETERS, TYPES, st.none() | DOMAINS, UNITS,
              st.none() | st.builds(make.Origin, TEXTS),
              st.none() | st.integers(1, 999).map(lambda seconds: make.Duration(Fraction(seconds))),
              st.none() | EXPRESSIONS, st.sampled_from((None, "frozen", "refreshed", "trained"))),
    st.builds(make.Let, NAMES, EXPRESSIONS, st.none() | TYPES, st.none() | DOMAINS, UNITS),
    st.builds(make.Def, NAMES, PARAMETERS, EXPRESSIONS, TYPES, st.none() | DOMAINS),
    st.builds(make.Assume, EXPRESSIONS),
    st.builds(make.Output, st.sampled_from(sorted({*words.OUTPUT_ROLES} - {"output"})), st.none() | NAMES, EXPRESSIONS),
    st.builds(make.Output, st.just("output"), NAMES, EXPRESSIONS),
    _machines(), st.builds(lambda name, value: make.Machine(name, value=value), NAMES, EXPRESSIONS),
    st.builds(make.Objective, NAMES, _several(EXPRESSIONS), _several(EXPRESSIONS, 0, 2)),
    st.builds(make.Ensure, EXPRESSIONS, st.none() | EXPRESSIONS),
    st.builds(make.Ensure, EXPRESSIONS, st.none() | EXPRESSIONS, st.sampled_from(("increasing", "decreasing")),
              st.booleans(), EXPRESSIONS),
    st.builds(make.Example, TEXTS, _GIVENS, _several(st.builds(make.Sample, _GIVENS), 0, 2),
              _several(st.builds(make.Expect, EXPRESSIONS, st.none() | EXPRESSIONS), 0, 2)))
