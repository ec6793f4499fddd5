"""How alike two texts are: exact after normalising, by shared tokens, by edits, by longest common subsequence."""

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache

from rewardlang.verifiers.gold import FAILS, gold

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_PUNCTUATION_TO_BLANK = str.maketrans(string.punctuation, " " * len(string.punctuation))
_ARTICLES = {"a", "an", "the"}


def squad_tokens(text: str) -> list[str]:
    """The tokens that SQuAD's evaluation compares: lower case, ASCII punctuation deleted, articles dropped."""
    return [token for token in text.lower().translate(_NO_PUNCTUATION).split() if token not in _ARTICLES]


@gold(
    (("The Eiffel Tower!", "eiffel tower"), True),
    (("Eiffel", "eiffel tower"), False),
    (("U.S.A.", "usa"), True),
    (("", "the"), True),
)
def exact_match(got: str, want: str) -> bool:
    """Equality after SQuAD's normalising: case, ASCII punctuation, the articles a, an, the and white space do not count."""
    return squad_tokens(got) == squad_tokens(want)


@gold(
    (("the Eiffel Tower in Paris", "Eiffel Tower"), 2 * 2 / (4 + 2)),
    (("cat cat", "cat"), 2 * 1 / (2 + 1)),
    (("dog", "cat"), 0.0),
    (("", ""), 1.0),
    (("", "cat"), 0.0),
    (("Same, text.", "same text"), 1.0),
)
def token_f1(got: str, want: str) -> float:
    """F1 of shared tokens as SQuAD's evaluation has it: tokens as in `exact_match`, counted as often as they occur.

    Two texts without tokens are alike (1); one without, 0.
    """
    ours, theirs = squad_tokens(got), squad_tokens(want)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))


@gold(
    (("cat cat", "cat"), 1.0),
    (("the cat-dog", "cat bird"), 2 * 1 / (3 + 2)),
    (("", ""), 0.0),
    (("A b", "a B"), 1.0),
)
def token_set_f1(got: str, want: str) -> float:
    """F1 of the sets of words: lower case, ASCII punctuation to blanks, articles kept; 0 where either has no words."""
    ours = set(got.lower().translate(_PUNCTUATION_TO_BLANK).split())
    theirs = set(want.lower().translate(_PUNCTUATION_TO_BLANK).split())
    if not ours or not theirs:
        return 0.0
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


@gold(
    (("kitten", "sitting"), 1 - 3 / 7),
    (("same", "same"), 1.0),
    (("", ""), 1.0),
    (("", "abc"), 0.0),
    (("abc", "xyz"), 0.0),
    (("flaw", "lawn"), 0.5),
)
def edit_similarity(got: str, want: str) -> float:
    """1 - the Levenshtein distance in characters / the longer length; two empty texts are alike (1).

    Takes time in the product of the lengths / 64: declare it with a time limit.
    """
    longest = max(len(got), len(want))
    return 1.0 - _edits(got, want) / longest if longest else 1.0


def _edits(a: str, b: str) -> int:
    """Levenshtein distance, one column of the table a time as the bits of two integers (Myers 1999, Hyyrö 2003)."""
    if not a or not b:
        return len(a) or len(b)
    a, b = sorted((a, b), key=len)
    everywhere, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    where = _positions(a, set(b))
    rises, falls, distance = everywhere, 0, len(a)
    for character in b:
        equal = where.get(character, 0)
        stays = (((equal & rises) + rises) ^ rises) | equal | falls
        right_rises = falls | ~(stays | rises)
        right_falls = rises & stays
        distance += bool(right_rises & last) - bool(right_falls & last)
        right_rises = (right_rises << 1) | 1
        right_falls <<= 1
        rises = (right_falls | ~((equal | falls) | right_rises)) & everywhere
        falls = right_rises & (equal | falls) & everywhere
    return distance


@gold(
    (("the cat sat", "the cat sat"), 1.0),
    (("the cat sat on the mat", "the cat lay on a mat"), 2 * 4 / (6 + 6)),
    (("police kill the gunman", "police killed the gunman"), 2 * 3 / (4 + 4)),
    (("", "x"), 0.0),
    (("", ""), 0.0),
    (("The CAT", "the cat"), 1.0),
)
def rouge_l(got: str, want: str) -> float:
    """ROUGE-L F1: the longest common subsequence of words, twice its length / the words of both; 0 where either has none.

    Words are runs of ASCII letters and digits in lower case, without stemming. Takes time in the product of the lengths
    / 64: declare it with a time limit.
    """
    ours, theirs = (re.findall(r"[a-z0-9]+", side.lower()) for side in (got, want))
    if not ours or not theirs:
        return 0.0
    return 2 * _common_length(ours, theirs) / (len(ours) + len(theirs))


def _common_length(a: list[str], b: list[str]) -> int:
    """Length of the longest common subsequence, one row of the table a time as the bits of an integer (Hyyrö 2004)."""
    a, b = sorted((a, b), key=len)
    everywhere = (1 << len(a)) - 1
    where = _positions(a, set(b))
    row = everywhere
    for item in b:
        kept = row & where.get(item, 0)
        row = ((row + kept) | (row - kept)) & everywhere
    return len(a) - row.bit_count()


def _positions(items: str | list[str], wanted: set[str]) -> dict[str, int]:
    """For each wanted item, the bits of the places where it stands.

    Set in bytes first: setting one bit of an integer copies all of it. Only for wanted items, because the bits of many
    rare words would fill the memory.
    """
    places: dict[str, bytearray] = {}
    size = len(items) // 8 + 1
    for at, item in enumerate(items):
        if item in wanted:
            if item not in places:
                places[item] = bytearray(size)
            places[item][at >> 3] |= 1 << (at & 7)
    return {item: int.from_bytes(bits, "little") for item, bits in places.items()}


@gold(
    (("Привет, мир", "cyrillic"), 1.0),
    (("Привет world", "latin"), 5 / 11),
    (("123 !?", "latin"), 0.0),
    (("日本語", "han"), 1.0),
    (("ನಮಸ್ಕಾರ", "kannada"), 1.0),
    (("x", "klingon"), FAILS),
)
def script_share(text: str, script: str) -> float:
    """The share of the text's letters that belong to a script, by its name in the Unicode standard; 0 without letters.

    Han ideographs are `han`. Combining signs are no letters of their own.
    """
    _known_script(script)
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return 0.0
    return sum(_script(letter) == script for letter in letters) / len(letters)


@lru_cache(maxsize=1 << 16)
def _script(letter: str) -> str:
    """The first word of the letter's Unicode name, which is its script in all but ideographs."""
    first = unicodedata.name(letter, "").partition(" ")[0].lower()
    return "han" if first == "cjk" else first


_SCRIPT_NAMES = """
    latin greek cyrillic armenian hebrew arabic devanagari bengali gurmukhi gujarati oriya tamil telugu kannada malayalam
    sinhala thai lao tibetan myanmar georgian ethiopic khmer mongolian hangul hiragana katakana han
"""
_SCRIPTS = frozenset(_SCRIPT_NAMES.split())


def _known_script(script: str) -> None:
    if script not in _SCRIPTS:
        raise ValueError(f"no script {script!r}; known are {', '.join(sorted(_SCRIPTS))}")
