"""Units of measure: products of powers of base units, checked and never converted."""

import re
from dataclasses import dataclass
from fractions import Fraction

#: Derived units of the SI and what they are made of. `N*m` and `J` are therefore one unit.
DERIVED = {
    "Hz": "s^-1",
    "N": "kg*m*s^-2",
    "Pa": "kg*m^-1*s^-2",
    "J": "kg*m^2*s^-2",
    "W": "kg*m^2*s^-3",
    "C": "A*s",
    "V": "kg*m^2*s^-3*A^-1",
    "ohm": "kg*m^2*s^-3*A^-2",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers, as (symbol, exponent) pairs in alphabetical order; none of the exponents is 0.

    Any word is a base unit of its own (`token`, `USD`, `px`). Nothing is ever scaled: `ms` and `s`, `km` and `m`, `rad` and
    `deg` are different units, and adding them is an error, not a conversion. `rad` is not the same as no unit.
    """

    powers: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit((*self.powers, *other.powers))

    def __truediv__(self, other: "Unit") -> "Unit":
        return self * other ** -1

    def __pow__(self, exponent: "int | Fraction") -> "Unit":
        exponent = Fraction(exponent)
        return _unit((symbol, power * exponent) for symbol, power in self.powers)

    @property
    def dimensionless(self) -> bool:
        """Whether it is the unit 1."""
        return not self.powers

    def __str__(self) -> str:
        above = [_factor(symbol, power) for symbol, power in self.powers if power > 0]
        below = [_factor(symbol, -power) for symbol, power in self.powers if power < 0]
        return "*".join(above or ["1"]) + "".join(f"/{factor}" for factor in below)


DIMENSIONLESS = Unit()


def _unit(powers) -> Unit:
    total: dict[str, Fraction] = {}
    for symbol, power in powers:
        total[symbol] = total.get(symbol, Fraction(0)) + power
    return Unit(tuple(sorted((symbol, Fraction(power)) for symbol, power in total.items() if power)))


def _factor(symbol: str, power: Fraction) -> str:
    if power == 1:
        return symbol
    return f"{symbol}^{power}" if power.denominator == 1 else f"{symbol}^({power})"


#: Longer texts are refused, so that no text can make the parser run deep.
LONGEST = 200

_TOKEN = re.compile(r"\s*(?:(?P<symbol>[^\W\d]+|%|°)|(?P<op>\*\*|[*/^·()])|(?P<number>-?\d+(?:/\d+)?(?!\w)))")


def parse_unit(text: str) -> Unit:
    """The unit that a text such as `N*m`, `m/s^2`, `1/s`, `m^(1/2)` or `1` names.

    `*` and `·` multiply, `/` divides by the next factor only, `^` and `**` raise; ValueError with a sentence otherwise.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a unit of more than {LONGEST} characters is no unit")
    parser = _Parser(text)
    unit = parser.product()
    if parser.kind is not None:
        raise ValueError(f"`{text}` is no unit: `{parser.word}` is not expected there")
    return unit


class _Parser:
    """One token of look-ahead over the text of a unit."""

    def __init__(self, text: str):
        self.text, self.position, self.kind, self.word = text, 0, None, ""
        self.advance()

    def advance(self, pattern: re.Pattern = _TOKEN) -> None:
        if not self.text[self.position:].strip():
            self.kind, self.word = None, "the end"
            return
        match = pattern.match(self.text, self.position)
        if match is None:
            rest = self.text[self.position:].strip()
            raise ValueError(f"`{self.text}` is no unit: `{rest[0]}` cannot stand in one")
        self.kind, self.word, self.position = match.lastgroup, match[match.lastgroup], match.end()

    def take(self, *words: str) -> bool:
        if self.kind == "op" and self.word in words:
            self.advance()
            return True
        return False

    def product(self) -> Unit:
        unit = self.factor()
        while True:
            if self.take("*", "·"):
                unit = unit * self.factor()
            elif self.take("/"):
                unit = unit / self.factor()
            else:
                return unit

    def factor(self) -> Unit:
        unit = self.base()
        return unit ** self.exponent() if self.take("^", "**") else unit

    def base(self) -> Unit:
        if self.take("("):
            unit = self.product()
            self.close()
            return unit
        kind, word = self.kind, self.word
        if kind == "number" and word != "1" or kind not in ("symbol", "number"):
            raise ValueError(f"`{self.text}` is no unit: a unit such as `m`, or 1, should stand where `{word}` is")
        self.advance()
        if kind == "number":
            return DIMENSIONLESS
        return parse_unit(DERIVED[word]) if word in DERIVED else Unit(((word, Fraction(1)),))

    def exponent(self) -> Fraction:
        bracket = self.take("(")
        if self.kind != "number" or "/" in self.word and not bracket:
            raise ValueError(f"`{self.text}` is no unit: an exponent is a whole number, or a fraction in brackets")
        if self.word.endswith("/0"):
            raise ValueError(f"`{self.text}` is no unit: the exponent divides by zero")
        exponent = Fraction(self.word)
        self.advance()
        if bracket:
            self.close()
        return exponent

    def close(self) -> None:
        if not self.take(")"):
            raise ValueError(f"`{self.text}` is no unit: a bracket is not closed")
