"""Lists of tokens of one text, given to a function or a verifier of two lists, are laid along each other."""

import pytest

import rewardlang as rl

HEAD = """
input q : text
input a : text
model p(prompt: text, completion: text) -> float[token] in [-100, 0]
model r(prompt: text, completion: text) -> float[token] in [-100, 0]
verifier dot(x: float[t], y: float[t]) -> float
"""
ROWS = {"q": ["x", "y"], "a": ["aa bbb c", "d ee"]}


def of_words(factor, most=9):
    """Minus the length of each word, times a factor, of so many words."""
    return lambda prompts, texts: [[-float(len(word)) * factor for word in text.split()][:most] for text in texts]


def dot(x, y):
    return sum(one * other for one, other in zip(x, y, strict=True))


# By hand: the words have 2, 3, 1 and 1, 2 letters, and `r` says twice what `p` says.
@pytest.mark.parametrize(("body", "values", "cut"), [
    ("def gap(x: float[token], y: float[token]) -> float = mean((x - y) ** 2 over token)\nreward = gap(p(q, a), r(q, a))",
     [14 / 3, 5 / 2], [None, 5 / 2]),
    ("def inner(x: float[t], y: float[t]) -> float = sum(x * y over t)\n"
     "def outer(x: float[s], y: float[s]) -> float = inner(x, y) + inner(y, x)\nreward = outer(p(q, a), r(q, a))",
     [56, 20], [None, 20]),
    ("def low(x: float[t], y: float[t]) -> float = sum(x over t where (y < -2) ?? false)\nreward = low(p(q, a), r(q, a))",
     [-5, -2], [0, -2]),
    ("def ends(x: float[s], y: float[t]) -> float = sum(x over s) + sum(y over t)\nreward = ends(p(q, a), r(q, a))",
     [-18, -9], [-16, -9]),
    ("reward = dot(p(q, a), r(q, a)) ?? -9", [28, 10], [-9, 10]),
])
def test_arguments_are_laid_along_each_other(body, values, cut):
    for factor, most, wanted in ((2, 9, values), (2, 2, cut)):
        reward = rl.compile(text=HEAD + body, bind={"p": of_words(1), "r": of_words(factor, most), "dot": dot})
        assert reward(ROWS).to_lists("reward") == [value if value is None else pytest.approx(value) for value in wanted]


def test_lists_of_different_texts_stay_apart():
    body = "def gap(x: float[t], y: float[t]) -> float = mean((x - y) over t)\nreward = gap(p(q, a), r(a, q))"
    assert "RW" in rl.check(text=HEAD + body)[0].code
