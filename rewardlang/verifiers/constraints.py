"""Instructions about words, letters, case and length that can be checked, in the kinds of IFEval (arXiv 2311.07911).

A `relation` is one of `at least`, `at most`, `less than`, `more than`, `exactly`. Case does not count unless it is what
the instruction is about.
"""

import operator
import re

from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.regex import compiled

_RELATIONS = {
    "at least": operator.ge,
    "at most": operator.le,
    "less than": operator.lt,
    "more than": operator.gt,
    "exactly": operator.eq,
}
_WORD = re.compile(r"\w+")
# One word with what it holds inside: don't, well-known.
_WHOLE_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# Begins where the marks do and gives none of them back, so that a long run of marks is looked at once.
_SENTENCE_END = re.compile(r"(?<![.!?…。！？])([.!?…。！？]++)[\"'”’)\]*_]*+(?=\s+(\S)|\s*\Z)")
_LAST_WORD = re.compile(r"[\w.]*\Z")
_ABBREVIATED = "mr mrs ms dr prof st sr jr vs etc e.g i.e cf no vol fig inc ltd co dept approx a.m p.m u.s"
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_BLANK_LINES = re.compile(r"\n[ \t]*\n")


def _holds(found: int, relation: str, count: int) -> bool:
    if relation not in _RELATIONS:
        raise ValueError(f"no relation {relation!r}; known are {', '.join(_RELATIONS)}")
    return _RELATIONS[relation](found, count)


def _needs(words: list[str]) -> list[str]:
    if not words or not all(words):
        raise ValueError("needs words, none of them empty")
    return words


@gold(
    (("My Mom and my mother", ["mom", "mother"]), True),
    (("only mom", ["mom", "mother"]), False),
    (("x", []), FAILS),
)
def keywords_present(text: str, keywords: list[str]) -> bool:
    """Whether each keyword occurs, inside a longer word too."""
    text = text.casefold()
    return all(word.casefold() in text for word in _needs(keywords))


@gold(
    (("Rocks are nice", ["rock"]), True),
    (("A rock!", ["rock"]), False),
    (("C++ it is", ["c++"]), False),
    (("", ["rock"]), True),
)
def keywords_absent(text: str, keywords: list[str]) -> bool:
    """Whether none of the keywords occurs as a word of its own."""
    return not any(compiled(rf"(?i)(?<!\w){re.escape(word)}(?!\w)").search(text) for word in _needs(keywords))


@gold(
    (("war and War, warfare", "war", "at least", 3), True),
    (("war and War", "war", "less than", 2), False),
    (("", "war", "less than", 1), True),
    (("war", "war", "about", 1), FAILS),
)
def keyword_frequency(text: str, keyword: str, relation: str, count: int) -> bool:
    """Whether a keyword occurs so often, inside longer words too."""
    (keyword,) = _needs([keyword])
    return _holds(text.casefold().count(keyword.casefold()), relation, count)


@gold(
    (("Hello Lola", "l", "at least", 4), True),
    (("Hello", "l", "less than", 2), False),
    (("#a #b", "#", "exactly", 2), True),
    (("x", "xy", "exactly", 1), FAILS),
)
def letter_frequency(text: str, letter: str, relation: str, count: int) -> bool:
    """Whether one character occurs so often."""
    if len(letter) != 1:
        raise ValueError(f"needs one character, got {letter!r}")
    return _holds(text.lower().count(letter.lower()), relation, count)


@gold(
    (("One two, three.", "exactly", 3), True),
    (("don't", "exactly", 2), True),
    (("", "less than", 1), True),
    (("one two", "at least", 3), False),
)
def number_of_words(text: str, relation: str, count: int) -> bool:
    """Whether there are so many words: runs of letters, digits and underscores, so that `don't` counts as two."""
    return _holds(sum(1 for _ in _WORD.finditer(text)), relation, count)


@gold(
    (("It rains. Take an umbrella! Why?", "exactly", 3), True),
    (("Mr. Smith paid 3.50 to Dr. Who.", "exactly", 1), True),
    (("No full stop", "exactly", 1), True),
    (("He said “stop.” Then he left...", "exactly", 2), True),
    (("Fruit, e.g. apples, etc. is good. Yes", "exactly", 2), True),
    (("", "exactly", 0), True),
    (("Yes. No.", "less than", 2), False),
    (("J. R. R. Tolkien wrote it.", "exactly", 1), True),
)
def number_of_sentences(text: str, relation: str, count: int) -> bool:
    """Whether there are so many sentences.

    A sentence ends with `.`, `!` or `?` before white space or the end. A full stop does not end it after an initial or a
    common abbreviation, nor before a small letter. What remains after the last end is a sentence if it has a word.
    """
    found, start = 0, 0
    for end in _SENTENCE_END.finditer(text):
        if _ends_sentence(text, end):
            found += bool(_WORD.search(text, start, end.end()))
            start = end.end()
    found += bool(_WORD.search(text, start))
    return _holds(found, relation, count)


def _ends_sentence(text: str, end: re.Match) -> bool:
    mark, following = end.groups()
    if mark != "." or following is None:
        return True
    # Long enough for any abbreviation; the whole text before would cost quadratic time.
    word = _LAST_WORD.search(text[max(0, end.start() - 12) : end.start()]).group().lower()
    initial = len(word) == 1 and word.isalpha() and word != "i"
    return not (initial or word in _ABBREVIATIONS or following.islower())


@gold(
    (("One.\n***\nTwo.", 2), True),
    (("One.\n\n* * *\n\nTwo.\n***", 2), True),
    (("One.\n***\n***\nTwo.", 2), False),
    (("One ***bold*** word.", 1), True),
    (("One.\n\nTwo.", 2), False),
)
def number_of_paragraphs(text: str, count: int) -> bool:
    """Whether there are exactly so many paragraphs, none blank, with lines of three asterisks between them."""
    says_something = [False]
    for line in text.splitlines():
        if line.replace(" ", "").strip() == "***":
            says_something.append(False)
        elif line.strip():
            says_something[-1] = True
    # A divider before the first or after the last paragraph separates nothing.
    says_something = says_something[not says_something[0] : len(says_something) - (not says_something[-1])]
    return all(says_something) and len(says_something) == count


@gold(
    (("First one.\n\n“Weekend” plans.\n\nLast.", 3, 2, "weekend"), True),
    (("Weekend.\n\nTwo.", 3, 1, "weekend"), False),
    (("Weekends.", 1, 1, "weekend"), False),
    (("Only.", 1, 2, "only"), FAILS),
)
def paragraph_begins(text: str, paragraphs: int, n: int, word: str) -> bool:
    """Whether there are exactly so many paragraphs, blank lines between them, and the n-th (from 1) begins with a word."""
    if not 1 <= n <= paragraphs:
        raise ValueError(f"no paragraph {n} of {paragraphs}")
    parts = [part for part in _BLANK_LINES.split(text) if part.strip()]
    if len(parts) != paragraphs:
        return False
    first = _WHOLE_WORD.search(parts[n - 1])
    return first is not None and first.group().casefold() == word.strip().casefold()


@gold((("HELLO, 2 YOU!",), True), (("HELLO you",), False), (("123",), False), (("",), False))
def all_capital(text: str) -> bool:
    """Whether all letters are capital, and there is one."""
    return text.isupper()


@gold((("hello, 2 you!",), True), (("Hello",), False), (("",), False))
def all_lowercase(text: str) -> bool:
    """Whether all letters are small, and there is one."""
    return text.islower()


@gold(
    (("I like NASA and WELL-KNOWN names", "exactly", 3), True),
    (("no capitals", "at least", 1), False),
    (("A4 B-2", "exactly", 2), True),
)
def capital_words(text: str, relation: str, count: int) -> bool:
    """Whether so many words are all in capital letters; `I` and `A` are such words, `WELL-KNOWN` is one."""
    return _holds(sum(found.group().isupper() for found in _WHOLE_WORD.finditer(text)), relation, count)


@gold((("No comma here.",), True), (("One, two",), False), (("一，二",), True))
def no_comma(text: str) -> bool:
    """Whether the text has no comma `,`."""
    return "," not in text


@gold(
    (("Well. Any other questions? ", "any other questions?"), True),
    (('"Peace!"', "Peace!"), True),
    (("Peace! Bye", "Peace!"), False),
    (("x", " "), FAILS),
)
def ends_with_phrase(text: str, phrase: str) -> bool:
    """Whether the text ends with a phrase; white space at the end and quotation marks around do not count."""
    (phrase,) = _needs([phrase.strip()])
    return text.strip().strip('"').rstrip().casefold().endswith(phrase.casefold())


@gold((('"All of it."',), True), (('"Half" of it',), False), (('"',), False), (('""',), False))
def quoted(text: str) -> bool:
    """Whether the whole text stands between double quotation marks `"`."""
    text = text.strip()
    return len(text) > 2 and text.startswith('"') and text.endswith('"') and bool(text.strip('"').strip())


@gold(
    (("Write a poem.\nRoses are red", " write a poem. "), True),
    (("Sure! Write a poem.", "Write a poem."), False),
)
def repeats_prompt(text: str, prompt: str) -> bool:
    """Whether the text begins with the prompt."""
    (prompt,) = _needs([prompt.strip()])
    return text.strip().casefold().startswith(prompt.casefold())
