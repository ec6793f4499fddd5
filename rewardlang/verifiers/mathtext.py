"""Answers of mathematics compared as texts, in the normal form of the MATH benchmark (Hendrycks et al., arXiv 2103.03874)."""

import re

from rewardlang.verifiers.gold import gold

_DROPPED = ("\n", "\\!")
_LATER_DROPPED = ("\\left", "\\right", "^{\\circ}", "^\\circ", "\\$")
_SQRT = re.compile(r"\\sqrt([^{])")
_FRACTION = re.compile(r"\\frac([^{])(?:(\{)|(.))")
_SLASH = re.compile(r"(0|-?[1-9][0-9]*)/(0|-?[1-9][0-9]*)")


@gold(
    (("0.5", "\\frac{1}{2}"), True),
    (("\\dfrac12", "\\frac{1}{2}"), True),
    (("\\frac1{2}", "1/2"), True),
    (("x=5", " 5"), True),
    (("abc=5", "5"), False),
    ((".5\\%", "0.5"), True),
    (("\\sqrt3", "\\sqrt{3}"), True),
    (("5\\text{ cm}", "5"), True),
    (("90^\\circ", "90"), True),
    (("\\left(1, 2\\right)", "(1,2)"), True),
    (("0.50", "1/2"), False),
    (("", ""), True),
)
def math_text_equal(got: str, want: str) -> bool:
    """Whether two answers are the same text in MATH's normal form: `\\dfrac12` is `1/2`, but `0.50` is another text."""
    return normal_form(got) == normal_form(want)


def normal_form(text: str) -> str:
    """The text without spaces, sizes, degrees, percent and dollar signs, units and a short left side, fractions in braces."""
    for part in _DROPPED:
        text = text.replace(part, "")
    text = text.replace("\\\\", "\\").replace("tfrac", "frac").replace("dfrac", "frac")
    for part in _LATER_DROPPED:
        text = text.replace(part, "")
    pieces = text.split("\\text{ ")
    text = (pieces[0] if len(pieces) == 2 else text).replace("\\%", "").replace(" .", " 0.").replace("{.", "{0.")
    text = f"0{text}" if text.startswith(".") else text
    sides = text.split("=")
    text = sides[1] if len(sides) == 2 and len(sides[0]) <= 2 else text
    text = _SQRT.sub(r"\\sqrt{\1}", text).replace(" ", "")
    text = _FRACTION.sub(lambda found: f"\\frac{{{found[1]}}}" + (found[2] or f"{{{found[3]}}}"), text)
    text = "\\frac{1}{2}" if text == "0.5" else text
    slash = _SLASH.fullmatch(text)
    return f"\\frac{{{slash[1]}}}{{{slash[2]}}}" if slash else text
