"""Rows are asked about once, in micro-batches of like length, wherever in a program the same question stands."""

from collections import Counter

import pytest

import rewardlang as rl
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.words import RewardError


class Spy:
    """A function that remembers on what it was called."""

    def __init__(self, function):
        self.function, self.seen = function, []

    def __call__(self, *args):
        self.seen.append(args if len(args) > 1 else args[0])
        return self.function(*args)


def lengths(texts):
    """A model: how long each text is."""
    return [float(len(text)) for text in texts]


def test_micro_batches_hold_texts_of_like_length_and_results_keep_their_order():
    quality = Spy(lengths)
    reward = rl.compile(text="""
        input answer : text
        model quality(answer: text) -> float in [0, 100]  batch 2
        reward = quality(answer)
    """, bind={"quality": quality})
    out = reward({"answer": ["a", "bbbbb", "cc", "dddd", "eee"]})
    assert out.to_lists("reward") == [1, 5, 2, 4, 3]
    assert quality.seen == [["bbbbb", "dddd"], ["eee", "cc"], ["a"]]
    assert out.counts["quality"] == Counts(demanded=5, evaluated=5)


def test_a_micro_batch_that_raises_fails_alone():
    def quality(texts):
        if "bad" in texts:
            raise RuntimeError("no memory")
        return lengths(texts)

    reward = rl.compile(text="""
        input answer : text
        model quality(answer: text) -> float in [0, 100]  batch 1
        reward = quality(answer)
    """, bind={"quality": quality})
    out = reward({"answer": ["a", "bad", "cc"]})
    assert out.to_lists("reward") == [1, None, 2]
    assert out.counts["quality"].failed == 1 and out.counts["quality"].causes == Counter(error=1)


SHARED = """
input first : text
input second : text
model quality(answer: text) -> float in [0, 100]
let a = quality(first)
let b = quality(second)
reward = gate first == "go" { a + b } else a
"""


def test_a_model_that_is_called_twice_is_asked_once_about_equal_texts():
    quality = Spy(lengths)
    out = rl.compile(text=SHARED, bind={"quality": quality})(
        {"first": ["go", "go", "no", "xx"], "second": ["no", "go", "never", "never"]})
    assert sorted(text for texts in quality.seen for text in texts) == ["go", "no", "xx"]
    assert out.to_lists("reward") == [4, 4, 2, 2]
    # Six entries are demanded: four of the first, two of the second, and of all these three differ.
    assert out.counts["quality"] == Counts(demanded=6, evaluated=3, deduplicated=3)


def test_lists_that_are_equal_are_asked_about_once():
    judge = Spy(lambda talks: [float(len(talk)) for talk in talks])
    reward = rl.compile(text="""
        input talk : json
        model judge(talk: json) -> float in [0, 10]
        reward = judge(talk)
    """, bind={"judge": judge})
    talk = [{"role": "user", "content": "hi"}]
    out = reward({"talk": [talk, [], [dict(talk[0])]]})
    assert judge.seen == [[talk, []]] and out.to_lists("reward") == [1, 0, 1]


def test_numbers_beyond_the_declared_range_are_clipped_and_counted_or_an_error():
    text = """
        input answer : text
        model quality(answer: text) -> float in [0, 3]  out_of_range {}
        reward = quality(answer)
    """
    out = rl.compile(text=text.format("clip"), bind={"quality": lengths})({"answer": ["aaaaa", "aa", ""]})
    assert out.to_lists("reward") == [3, 2, 0] and out.counts["quality"] == Counts(demanded=3, evaluated=3, clipped=1)
    with pytest.raises(RewardError, match=r"`quality` is out of \[0, 3\]: 5"):
        rl.compile(text=text.format("error"), bind={"quality": lengths})({"answer": ["aaaaa"]})


def test_tensor_models_clip_too_and_are_asked_in_parts():
    seen = []

    def score(x):
        seen.append(len(x))
        return 2 * x

    reward = rl.compile(text="""
        input x : float
        model score(x: float) -> float in [0, 3]  out_of_range clip batch 2
        reward = score(x)
    """, bind={"score": score})
    out = reward({"x": [1.0, 5.0, -1.0]})
    assert out.to_lists("reward") == [2, 3, 0] and out.counts["score"].clipped == 2 and seen == [2, 1]


def test_answers_are_kept_in_a_file_by_version(tmp_path):
    quality = Spy(lengths)
    text = ('input answer : text\nmodel quality(answer: text) -> float in [0, 9]  cache "{}" version "{}"\n'
            'reward = quality(answer)')

    def score(version, *answers):
        reward = rl.compile(text=text.format(tmp_path / "answers.db", version), bind={"quality": quality})
        out = reward({"answer": list(answers)})
        return out.to_lists("reward"), out.counts["quality"]

    assert score("1", "a", "bb", "a") == ([1, 2, 1], Counts(demanded=3, evaluated=2, deduplicated=1))
    assert score("1", "bb", "ccc", "0123456789") == ([2, 3, None], Counts(demanded=3, evaluated=2, cached=1, failed=1))
    assert score("1", "ccc", "0123456789") == ([3, None], Counts(demanded=2, evaluated=1, cached=1, failed=1))
    assert score("2", "a") == ([1], Counts(demanded=1, evaluated=1))
    assert quality.seen == [["a", "bb"], ["ccc", "0123456789"], ["0123456789"], ["a"]]


def test_a_profile_says_what_was_saved():
    reward = rl.compile(text="""
        input answer : text
        input ok : bool
        model quality(answer: text) -> float in [0, 9]
        reward = gate ok { quality(answer) } else 0
    """, bind={"quality": lengths})
    for _ in range(2):
        reward({"answer": ["a", "a", "bb", "c", "0123456789"], "ok": [True, True, True, False, True]})
    profile = reward.profile()
    assert (profile.batches, profile.rollouts, profile.counts["quality"].entries) == (2, 10, 10)
    assert profile.counts["quality"] == Counts(demanded=8, evaluated=6, deduplicated=2, failed=2)
    assert profile.saved("quality")[0] == 4
    assert "10 entries, 8 demanded, 6 evaluated, 2 equal to another, 2 failed" in str(profile)
    assert "failures: 2 range" in str(profile)
    reward({"answer": ["a"], "ok": [True]})
    assert profile.batches == 2


def test_entries_of_a_lifted_call_leave_padding_out():
    reward = rl.compile(text="""
        axis part ragged
        input parts : text[part]
        model quality(answer: text) -> float in [0, 9]
        reward = sum(quality(parts) over part)
    """, bind={"quality": lengths})
    out = reward({"parts": [["a", "bb"], [], ["ccc", "d", "a"]]})
    assert out.to_lists("reward") == [3, 0, 5]
    assert out.counts["quality"].entries == 5 and out.counts["quality"] == Counts(demanded=5, evaluated=4, deduplicated=1)


EARLY = """
input answer : text
input right : bool
input floor : float in [0, 3]
model quality(answer: text) -> float in [-1, 2]  on_error 0
reward = {term}
"""


@pytest.mark.parametrize(("term", "asked", "expected"), [
    ("right * quality(answer)", ["a", ""], [-1, 0, None, 1]),
    ("max(floor, quality(answer))", ["", "bb"], [1, 3, None, 2]),
    ("min(quality(answer), -1 - floor)", ["bb"], [-2, -4, None, -1]),
    ("quality(answer) * (floor == 3) + right", ["ccc"], [1, 3, None, 1]),
])
def test_a_model_is_not_asked_where_something_cheaper_decides(term, asked, expected):
    values = {"a": -1.0, "ccc": 2.0, "": 1.0, "bb": -0.5}
    quality = Spy(lambda texts: [values[text] for text in texts])
    reward = rl.compile(text=EARLY.format(term=term), bind={"quality": quality})
    answers, right, floor = {
        "right * quality(answer)": (["a", "ccc", None, ""], [True, False, False, True], [0, 0, 0, 0]),
        "max(floor, quality(answer))": (["", "a", None, "bb"], [True] * 4, [1, 3, 3, 2]),
        "min(quality(answer), -1 - floor)": (["a", "ccc", None, "bb"], [True] * 4, [1, 3, 3, 0]),
        "quality(answer) * (floor == 3) + right": (["a", "ccc", None, "bb"], [True] * 4, [1, 3, 3, 0]),
    }[term]
    out = reward({"answer": answers, "right": right, "floor": floor})
    assert out.to_lists("reward") == expected
    assert [text for texts in quality.seen for text in texts] == asked


CLAIMED = """
axis part ragged
input answer : text
input right : bool
input parts : text[part]
input fine : bool[part]
model quality(answer: text) -> float in [0, 1]  on_error 0
model good(answer: text) -> bool  on_error false
reward = {term}
"""
#: What decides, the rows of four on which the model is asked all the same, and the rewards; it says 0.5, 1, 0 and 0.25.
CLAIMS = {
    "max(right, quality(answer))": ([1, 3], [1, 1, 1, 0.25]),
    "min(right, quality(answer))": ([0, 2], [0.5, 0, 0, 0]),
    "prod([right, quality(answer)] over item)": ([0, 2], [0.5, 0, 0, 0]),
    "max([quality(answer), right] over item)": ([1, 3], [1, 1, 1, 0.25]),
    "any([quality(answer) > 0.7, right] over item)": ([1, 3], [1, 1, 1, 0]),
    "all([right, quality(answer) > 0.7] over item)": ([0, 2], [0, 0, 0, 0]),
    "clamp(right + quality(answer), 0, 1)": ([1, 3], [1, 1, 1, 0.25]),
    "min(1, 2 * right + quality(answer))": ([1, 3], [1, 1, 1, 0.25]),
    "max(0, quality(answer) - right)": ([1, 3], [0, 1, 0, 0.25]),
    "(right + quality(answer) >= 1)": ([1, 3], [1, 1, 1, 0]),
    "(quality(answer) < 2 * right)": ([], [1, 0, 1, 0]),
    "right + quality(answer) in [2, 3]": ([0, 2], [0, 0, 0, 0]),
    "prod(fine * quality(answer) over part)": ([0, 3], [0.25, 0, 0, 0.0625]),
    "any(fine or quality(parts) > 0.7 over part)": ([1, 2], [1, 1, 1, 1]),
    "prod(fine * quality(parts) over part)": ([0, 2, 3], [0, 0, 0, 0.125]),
    "quality(answer) * good(answer)": ([0, 1], [0.5, 1, 0, 0]),
}


@pytest.mark.parametrize("term", CLAIMS)
def test_early_decisions_ask_exactly_the_rows_that_are_left(term):
    rows, expected = CLAIMS[term]
    answers, said = ["a", "b", "c", "d"], {"a": 0.5, "b": 1.0, "c": 0.0, "d": 0.25}
    quality, good = Spy(lambda texts: [said[text] for text in texts]), Spy(lambda texts: [text in "ab" for text in texts])
    reward = rl.compile(text=CLAIMED.format(term=term), bind={"quality": quality, "good": good})
    out = reward({"answer": answers, "right": [True, False, True, False], "parts": [["a", "c"], ["c", "a"], ["c", "b"], ["a", "d"]],
                  "fine": [[True, True], [False, True], [False, False], [True, True]]})
    assert out.to_lists("reward") == pytest.approx(expected)
    assert sorted(text for texts in quality.seen for text in texts) == [answers[row] for row in rows]
    assert out.counts["quality"].evaluated == len(rows)


def test_a_null_is_never_decided_away():
    reward = rl.compile(text=CLAIMED.format(term="max(right, quality(answer)) + min(1, right + quality(answer))"),
                        bind={"quality": lengths, "good": lengths})
    assert reward({"answer": [None, "a", None], "right": [True, True, None]}).to_lists("reward") == [None, 2, None]
