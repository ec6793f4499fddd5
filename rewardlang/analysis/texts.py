"""Texts cut into sentences and shorter pieces, and how much they repeat themselves."""

import re

from rewardlang.verifiers.text import repeated_ngrams

_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_WORD = re.compile(r"\S+")
_BREAKS = frozenset(",;!?")


def sentence_bounds(text: str) -> list[int]:
    """0 and the offset at which each sentence ends: after `.`, `!` or `?` before a blank or the end, and after what is left."""
    bounds = [0, *(match.end() for match in _SENTENCE.finditer(text))]
    rest = len(text.rstrip())
    return bounds if rest <= bounds[-1] else [*bounds, rest]


def subsentence_bounds(text: str, min_words: int = 5) -> list[int]:
    """The offsets at which pieces of sentences start, and the length of the text.

    A sentence is cut before a word that follows `,`, `;`, `!` or `?`, if at least `min_words` stand before it in its piece and
    more than these behind; a shorter piece is joined with the one before. Source: Wu et al. (arXiv 2306.01693).
    """
    ends = sentence_bounds(text)
    offsets: list[int] = []
    for start, end in zip(ends, ends[1:]):
        words = list(_WORD.finditer(text, start, end))
        offsets += [words[i].start() for i in _starts([match.group() for match in words], min_words)]
    return [*offsets, len(text)]


def _starts(words: list[str], least: int) -> list[int]:
    """The words of one sentence that start a piece."""
    starts, last = [0] if words else [], 0
    for i in range(1, len(words)):
        if words[i - 1][-1] not in _BREAKS or i + least >= len(words):
            continue
        if i - last >= least:
            starts.append(i)
        elif last > 0:
            starts[starts.index(last)] = i
        else:
            continue
        last = i
    return starts


def repeated_ngram_ratio(text: str, n: int) -> float:
    """Distinct n-grams of words that occur more than once, by the number of all n-grams; 0 where there are none."""
    if n < 1:
        raise ValueError(f"`n` is {n}, and must be at least 1")
    return repeated_ngrams(text, n)
