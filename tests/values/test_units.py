"""Units multiply, cancel and compare; nothing is ever converted; bad texts are refused with a sentence."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.values.units import DERIVED, DIMENSIONLESS, LONGEST, Unit, parse_unit

SAME = [("N*m", "J"), ("N*m", "kg*m^2/s^2"), ("m/s^2", "m*s**-2"), ("1/s", "Hz"), ("m/s/s", "m/s^2"),
        ("(m/s)^2", "m^2/s^2"), ("m^(1/2)*m^(1/2)", "m"), ("kg·m", "m*kg"), ("m/m", "1"), (" m ", "m"), ("W", "V*A"),
        ("1", "1"), ("1/(m*s)", "1/m/s")]
SHOWN = [("N*m", "kg*m^2/s^2"), ("1", "1"), ("1/s", "1/s"), ("m^(1/2)", "m^(1/2)"), ("rad", "rad")]
OTHER = [("ms", "s"), ("km", "m"), ("rad", "1"), ("deg", "rad"), ("m", "m^2"), ("token", "tokens"), ("N", "kg")]
BAD = ["", "m*", "2*m", "m^", "m^^2", "(m", "m)", "m/s^1/2", "m s", "@", "m^2/3", "m^(1/0)", "m2", "1/2", "0", "*", "^2",
       "m^m", "(" * 10_000, "m*" * 10_000 + "m"]
POWERS = st.dictionaries(st.sampled_from(["m", "s", "kg", "token"]), st.fractions(-3, 3, max_denominator=3), max_size=4)
UNITS = POWERS.map(lambda powers: Unit(tuple(sorted((symbol, power) for symbol, power in powers.items() if power))))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_unit_has_many_spellings(one, other):
    assert parse_unit(one) == parse_unit(other) and hash(parse_unit(one)) == hash(parse_unit(other))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_nothing_is_scaled_or_dropped(one, other):
    assert parse_unit(one) != parse_unit(other)


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:12] or "empty")
def test_a_bad_text_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="no unit"):
        parse_unit(text)


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_how_a_unit_is_written(text, shown):
    assert str(parse_unit(text)) == shown


@given(UNITS)
def test_what_is_written_reads_as_the_same_unit(unit):
    if len(str(unit)) <= LONGEST:
        assert parse_unit(str(unit)) == unit


@given(UNITS, UNITS, UNITS)
def test_units_are_a_commutative_group(a, b, c):
    assert a * b == b * a and (a * b) * c == a * (b * c)
    assert a * DIMENSIONLESS == a and a / a == DIMENSIONLESS and (a / b) * b == a


@given(UNITS, st.fractions(-3, 3, max_denominator=4))
def test_powers(unit, exponent):
    assert unit ** 2 == unit * unit and unit ** 0 == DIMENSIONLESS
    assert exponent == 0 or (unit ** exponent) ** (1 / exponent) == unit
    assert (unit ** Fraction(1, 2)) ** 2 == unit == (unit ** 0.5) ** 2


def test_derived_units_are_made_of_base_units():
    assert all(symbol not in DERIVED for text in DERIVED.values() for symbol, _ in parse_unit(text).powers)
    assert DIMENSIONLESS.dimensionless and not parse_unit("rad").dimensionless
