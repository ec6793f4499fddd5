"""Similarities, repetition and boxes against slow, independent definitions on random texts."""

import random
import re
from collections import Counter

import pytest

from rewardlang.verifiers import similarity, tags, text

ALPHABETS = ["ab", "abc ", "the cat sat on mat. é🙂", "xy" * 3 + "z"]


def random_pairs(count, longest):
    chance = random.Random(7)
    for _ in range(count):
        letters = chance.choice(ALPHABETS)
        yield tuple("".join(chance.choices(letters, k=chance.randrange(longest))) for _ in range(2))


def table(a, b):
    """Levenshtein distance and longest common subsequence by the textbook tables."""
    edits, common = list(range(len(b) + 1)), [0] * (len(b) + 1)
    for i, x in enumerate(a, 1):
        old_edits, edits = edits, [i] + [0] * len(b)
        old_common, common = common, [0] * (len(b) + 1)
        for j, y in enumerate(b, 1):
            edits[j] = min(old_edits[j] + 1, edits[j - 1] + 1, old_edits[j - 1] + (x != y))
            common[j] = old_common[j - 1] + 1 if x == y else max(old_common[j], common[j - 1])
    return edits[-1], common[-1]


def test_edit_similarity():
    for a, b in random_pairs(400, 90):
        longest = max(len(a), len(b))
        expected = 1 - table(a, b)[0] / longest if longest else 1.0
        assert similarity.edit_similarity(a, b) == pytest.approx(expected, abs=1e-12), (a, b)


def test_rouge_l():
    for a, b in random_pairs(400, 120):
        ours, theirs = (re.findall(r"[a-z0-9]+", side.lower()) for side in (a, b))
        expected = 2 * table(ours, theirs)[1] / (len(ours) + len(theirs)) if ours and theirs else 0.0
        assert similarity.rouge_l(a, b) == pytest.approx(expected, abs=1e-12), (a, b)


def test_token_f1():
    for a, b in random_pairs(400, 60):
        ours, theirs = Counter(similarity.squad_tokens(a)), Counter(similarity.squad_tokens(b))
        shared = sum(min(ours[token], theirs[token]) for token in ours)
        if not ours or not theirs:
            expected = float(ours == theirs)
        else:
            precision, recall = shared / ours.total(), shared / theirs.total()
            expected = 2 * precision * recall / (precision + recall) if shared else 0.0
        assert similarity.token_f1(a, b) == pytest.approx(expected, abs=1e-12), (a, b)


def test_repetition():
    for a, _ in random_pairs(200, 120):
        for n in (1, 2, 3):
            words = a.lower().split()
            grams = [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]
            expected = 1 - len(set(grams)) / len(grams) if grams else 0.0
            assert text.repetition(a, n) == pytest.approx(expected, abs=1e-12)


def test_boxes_with_random_braces():
    chance = random.Random(3)
    for _ in range(500):
        inside = "".join(chance.choices(["{", "}", "a", "\\{", "\\}"], k=chance.randrange(12)))
        depth, closed_at = 1, None
        bare = inside.replace("\\{", "oo").replace("\\}", "cc")
        for at, character in enumerate(bare + "}"):
            depth += (character == "{") - (character == "}")
            if depth == 0:
                closed_at = at
                break
        expected = None if closed_at is None else (inside + "}")[:closed_at]
        assert tags.boxed("\\boxed{" + inside + "}") == expected, inside
