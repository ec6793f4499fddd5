"""Final answers: mathematical equality, the letter that was chosen, the answer that a solution states."""

import logging
import re
from functools import cache

from rewardlang.verifiers.binding import needs
from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.regex import last_match
from rewardlang.verifiers.tags import boxed

_INTEGER = re.compile(r"-?[0-9]{1,300}")
_MARKED_AS_MATHS = re.compile(r"(?<!\\)\$|\\\(|\\\[|\\boxed|\\begin")
_LETTER = re.compile(r"[(\[]?([A-Z])[)\].:]?")
_OPTION_FIRST = re.compile(r"(?:\(([A-Z])\)|([A-Z])[.):])\s")
_STATED = re.compile(r"####|\banswer is\b:?|\banswer:|^(?-i:A):", re.IGNORECASE | re.MULTILINE)
# "The answer is A cat": the words A and I are letters only where the sentence does not go on as it does after a word.
_WORD_AFTER = r" +(?!because|since|as |and |but |for )[a-z]"
_CHOSEN = rf"((?-i:[B-HJ-Z]|[AI](?!{_WORD_AFTER})))(?![A-Za-z0-9'])"
_STATED_CHOICE = re.compile(rf"\b(?:answer|option|choice)(?: is)?:? *\(?{_CHOSEN}", re.IGNORECASE)


@needs("math_verify", "math")
@gold(
    (("1/2", r"\frac{1}{2}"), True),
    ((r"\boxed{\frac{2}{4}}", "0.5"), True),
    ((r"The answer is $x^2 + 2x + 1$.", "(x+1)^2"), True),
    (("48", r"48^\circ"), True),
    (("1,234", "1234"), True),
    (("{2, 1}", r"\{1, 2\}"), True),
    (("(2, 1)", "(1, 2)"), False),
    (("4a-2", "4"), False),
    (("41", "42"), False),
    (("042", "42"), True),
    (("", "42"), False),
    (("I do not know", "42"), False),
    (("42", " "), FAILS),
)
def math_equal(got: str, want: str) -> bool:
    """Whether `got` says the same mathematics as the reference `want`, by math-verify.

    Either is a formula, or a text with formulas marked by `$`, `\\(`, `\\[` or a box, of which the last box or formula
    counts. A `got` that cannot be read is not equal; an empty `want` raises ValueError. Takes unbounded time: declare it
    with a limit.
    """
    got, want = got.strip(), want.strip()
    if not want:
        raise ValueError("the wanted answer is empty")
    if got == want:
        return True
    if _INTEGER.fullmatch(got) and _INTEGER.fullmatch(want):
        return int(got) == int(want)
    parse, verify = _math_verify()
    # Its own limits use signals, which only the main thread may do; ours is a process that can be killed.
    read = [parse(_as_maths(side), parsing_timeout=None) for side in (want, got)]
    return bool(verify(*read, timeout_seconds=None))


@cache
def _math_verify() -> tuple:
    from math_verify import parse, verify

    # It warns on every call that it has no time limit of its own, and logs what it cannot parse.
    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    return parse, verify


def _as_maths(text: str) -> str:
    """Unmarked, `4a-2` would be searched for a number and read as 4."""
    return text if _MARKED_AS_MATHS.search(text) else f"${text}$"


@gold(
    (("B",), "B"),
    ((" (c). ",), None),
    (("(C).",), "C"),
    (("[D]",), "D"),
    (("B) Paris",), "B"),
    (("(B) Paris",), "B"),
    (("Let me see. The answer is (A).",), "A"),
    (("Answer: C because it is blue",), "C"),
    (("The answer is A. No, the correct answer is B.",), "B"),
    ((r"Both fit, so \boxed{D}",), "D"),
    ((r"\boxed{\text{D}}",), "D"),
    (("The best option is B.",), "B"),
    (("A or B",), None),
    (("A cat sat.",), None),
    (("I think so",), None),
    (("The answer is Apple",), None),
    (("The answer is A because it is red",), "A"),
    (("Answer: I think it is late",), None),
    (("",), None),
)
def choice_letter(text: str) -> str | None:
    """The capital letter that an answer to a multiple-choice question chooses; None where none is stated.

    In this order: a last box that holds a letter; the whole text, brackets or a full stop around it allowed; the last
    `answer`, `option` or `choice`, with `is` or a colon, before a letter; a letter at the start as options are listed,
    `B) Paris` or `(B) Paris`.
    """
    box = boxed(text)
    for candidate in (box.removeprefix("\\text{").removesuffix("}") if box else "", text):
        if found := _LETTER.fullmatch(candidate.strip().removesuffix(".")):
            return found.group(1)
    if stated := last_match(_STATED_CHOICE, text):
        return stated.group(1)
    listed = _OPTION_FIRST.match(text.lstrip())
    return (listed.group(1) or listed.group(2)) if listed else None


@gold(
    (("3 + 4 = 7\n#### 7",), "7"),
    ((r"So \boxed{\frac{1}{2}}. The answer is 3",), r"\frac{1}{2}"),
    (("She has 5 left.\nA: 90,000",), "90,000"),
    (("The answer is 12. I am sure.\nThe answer is **13**.",), "13"),
    (("**Answer:** 4 apples",), "4 apples"),
    (("no statement",), None),
)
def final_answer(text: str) -> str | None:
    """The answer that a solution states: its last box, else what follows the last `####`, `answer is`, `answer:`, or `A:`
    at a line's start, to the end of that line; None where it states none. Asterisks around it and its full stop are dropped.
    """
    box = boxed(text)
    if box is not None:
        return box
    stated = last_match(_STATED, text)
    if stated is None:
        return None
    return text[stated.end() :].lstrip(" *").partition("\n")[0].strip(" *\t\r").removesuffix(".").strip(" *")
