"""Plain text in linear time: parts, counts, cuts and cases, none of which ever fails.

An empty part occurs nowhere: that every text contains it is no fact a reward may rest on, as where an answer is missing.
"""

from collections import Counter

from rewardlang.verifiers.gold import gold


@gold((("a cat", "cat"), True), (("a cat", "Cat"), False), (("", "x"), False), (("x", ""), False))
def contains(text: str, part: str) -> bool:
    """Whether `part` occurs, case and all."""
    return part != "" and part in text


@gold((("a cat", ["dog", "cat"]), True), (("a cat", ["dog"]), False), (("a cat", []), False), (("a", [""]), False))
def contains_any(text: str, parts: list[str]) -> bool:
    """Whether at least one of `parts` occurs."""
    return any(part in text for part in parts if part)


@gold((("a cat", ["a", "cat"]), True), (("a cat", ["a", "dog"]), False), (("a cat", []), True), (("a", ["a", ""]), False))
def contains_all(text: str, parts: list[str]) -> bool:
    """Whether each of `parts` occurs; true where there are none."""
    return all(part in text for part in parts) and "" not in parts


@gold((("banana", "an"), 2), (("aaa", "aa"), 1), (("", "a"), 0), (("a", ""), 0))
def count_of(text: str, part: str) -> int:
    """How often `part` occurs, without overlap."""
    return text.count(part) if part else 0


@gold((("<think>x", "<think>"), True), ((" <think>", "<think>"), False), (("x", ""), False))
def starts_with(text: str, part: str) -> bool:
    """Whether the text begins with `part`."""
    return part != "" and text.startswith(part)


@gold((("The end.", "."), True), (("The end.\n", "."), False), (("x", ""), False))
def ends_with(text: str, part: str) -> bool:
    """Whether the text ends with `part`."""
    return part != "" and text.endswith(part)


@gold((("x = 1 # one # two", "#"), "x = 1 "), (("x", "#"), "x"), (("#x", "#"), ""), (("x", ""), "x"))
def before_first(text: str, marker: str) -> str:
    """The text before the first `marker`; all of it where there is none."""
    return text.partition(marker)[0] if marker else text


@gold((("<think>a</think>b</think>c", "</think>"), "b</think>c"), (("x", "#"), ""), (("x#", "#"), ""), (("x", ""), ""))
def after_first(text: str, marker: str) -> str:
    """The text after the first `marker`; empty where there is none."""
    return text.partition(marker)[2] if marker else ""


@gold((("a # b # c", "#"), "a # b "), (("x", "#"), "x"), (("x", ""), "x"))
def before_last(text: str, marker: str) -> str:
    """The text before the last `marker`; all of it where there is none."""
    before, found, _ = text.rpartition(marker) if marker else ("", "", "")
    return before if found else text


@gold((("1 #### 2 #### 18", "####"), " 18"), (("18", "####"), ""), (("A: 3\nA: 4", "A:"), " 4"), (("x", ""), ""))
def after_last(text: str, marker: str) -> str:
    """The text after the last `marker`; empty where there is none."""
    _, found, after = text.rpartition(marker) if marker else ("", "", "")
    return after if found else ""


@gold((("a,b,,c", ","), ["a", "b", "", "c"]), (("", ","), [""]), (("abc", ","), ["abc"]), (("ab", ""), ["ab"]))
def split(text: str, separator: str) -> list[str]:
    """The parts between `separator`s, empty ones too; always at least one."""
    return text.split(separator) if separator else [text]


@gold((("  two words\n",), ["two", "words"]), (("",), []))
def words(text: str) -> list[str]:
    """The parts between white space."""
    return text.split()


@gold((("a\nb\r\nc",), ["a", "b", "c"]), (("a\n",), ["a"]), (("",), []), (("a\n\nb",), ["a", "", "b"]))
def lines(text: str) -> list[str]:
    """The lines, without their ends."""
    return text.splitlines()


@gold((("  two words\n",), 2), (("",), 0), (("don't",), 1))
def word_count(text: str) -> int:
    """The number of parts between white space."""
    return len(text.split())


@gold((("né🙂",), 3), (("",), 0))
def character_count(text: str) -> int:
    """The number of Unicode code points."""
    return len(text)


@gold((("a\nb",), 2), (("a\n",), 1), (("",), 0))
def line_count(text: str) -> int:
    """The number of lines."""
    return len(text.splitlines())


@gold((("  x y\n",), "x y"), (("",), ""))
def strip(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip()


@gold((("AbC É",), "abc é"))
def lower(text: str) -> str:
    """The text in small letters."""
    return text.lower()


@gold((("Straße",), "strasse"), (("AbC É",), "abc é"))
def casefold(text: str) -> str:
    """The text as it is compared whatever its case: `lower`, and more (ß is ss)."""
    return text.casefold()


@gold((("AbC é",), "ABC É"))
def upper(text: str) -> str:
    """The text in capital letters."""
    return text.upper()


@gold((("a-b-c", "-", "+"), "a+b+c"), (("abc", "b", ""), "ac"), (("a", "", "x"), "a"))
def replace(text: str, old: str, new: str) -> str:
    """The text with each `old` replaced by `new`."""
    return text.replace(old, new) if old else text


@gold(((["a", "b"], "-"), "a-b"), ((["a", "b"], ""), "ab"), (([], "-"), ""))
def join(parts: list[str], separator: str) -> str:
    """The parts one after another, with the separator between."""
    return separator.join(parts)


@gold(
    (("a a a a", 2), 1 - 1 / 3),
    (("one two three", 3), 0.0),
    (("The the THE", 1), 1 - 1 / 3),
    (("one two", 3), 0.0),
    (("", 1), 0.0),
    (("a b", 0), 0.0),
)
def repetition(text: str, n: int) -> float:
    """The share of n-grams of words that say again what was said: 1 - distinct / all, from 0 to below 1.

    Words are the lower-cased parts between white space. A text of fewer than `n` words has no n-grams and repeats nothing.
    """
    tokens = text.lower().split()
    total = len(tokens) - n + 1
    if n < 1 or total < 1:
        return 0.0
    distinct = len(set(zip(*(tokens[start:] for start in range(n)), strict=False)))
    return 1.0 - distinct / total


@gold(
    (("a b a b", 2), 1 / 3),
    (("a b c d", 2), 0.0),
    (("a a a a", 1), 0.25),
    (("A a", 1), 0.0),
    (("a", 2), 0.0),
    (("a a", 0), 0.0),
)
def repeated_ngrams(text: str, n: int) -> float:
    """How many different n-grams of words occur more than once, by the number of all n-grams; 0 where there are none."""
    words = text.split()
    counts = Counter(zip(*(words[start:] for start in range(n)), strict=False))
    return sum(count > 1 for count in counts.values()) / counts.total() if counts else 0.0
