"""Near names: what is proposed, what is too far, and the distance against a plain definition of it."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.text.near import did_you_mean, distance, hint

NAMES = ["tokens", "token", "completion", "formatted", "format_ok", "answer", "x", "ab", "reward"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tokns", "tokens"),
        ("tokesn", "tokens"),
        ("Tokens", "tokens"),
        ("formated", "formatted"),
        ("formatok", "format_ok"),
        ("rewrad", "reward"),
        ("anwser", "answer"),
        ("tokens", "token"),  # never the word itself
        ("zzz", None),
        ("y", None),  # one letter is near to every other
        ("cd", None),
        ("AB", "ab"),
        ("", None),
        ("completion" * 100_000, None),
    ],
)
def test_what_is_proposed(word, meant):
    assert did_you_mean(word, NAMES) == meant


def test_the_nearest_wins_and_ties_do_not_depend_on_order():
    for names in (["mount", "counts", "court"], ["court", "counts", "mount"]):
        assert did_you_mean("count", names) == "court"
    assert did_you_mean("cont", ["font", "count"]) == "count"


def test_a_hint_ends_a_sentence():
    assert hint("tokns", NAMES) == ": did you mean `tokens`?"
    assert hint("zzz", NAMES) == ""


def plain_distance(left: str, right: str) -> int:
    """The definition, letter by letter."""

    @cache
    def d(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        steps = min(d(i - 1, j) + 1, d(i, j - 1) + 1, d(i - 1, j - 1) + (left[i - 1] != right[j - 1]))
        if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
            steps = min(steps, d(i - 2, j - 2) + 1)
        return steps

    return d(len(left), len(right))


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_the_distance_is_the_defined_one_up_to_its_limit(left, right, limit):
    assert distance(left, right, limit) == min(plain_distance(left, right), limit + 1)
