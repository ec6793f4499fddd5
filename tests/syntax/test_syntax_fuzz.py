"""Bad input: whatever the text, the parser and the formatter answer with diagnostics, and in time."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardlang.syntax.format import format_source
from rewardlang.syntax.parse import ignores, parse, parse_expression
from rewardlang.text.source import Source

GOOD = '''"""A whole file."""
use std.text: tagged, between as inside
setting episodic horizon [1, 500] discount 0.99
axis joint = {hip, knee}
input torque : float[step, joint]? in [-80, 80] unit "N*m" from policy of given "t" = 0
group by prompt_id size [2, 16]
param labels : table[text] of float = {"a": 1, "b": -2}
model quality(prompt: text, x: float = 1) -> { ok: bool, score: float in [0, 1] }
    from "hf:./r" timeout 2 s on_error invalid
let far : int[step] in [0, 1000] = clamp(prev(far, 0) + (gate off { 1 } else -1), 0, 1000)
def f(x: float, y: enum{a, b} = a) -> float = match y { a: x else: -x ** 2 ?? 0 }
reward = gate always[0, 20] (p until q) and 0 <= x < 1 {
    one: sum(x over [turn, token], ddof = 0) + count(over claim where m)  # why
    two: -0.5 * x.over[batch -> rival]
} else -1
machine m over turn {
    start a
    counter n in [0, 3]
    a, b -> c  when x and n < 2  do n += 1 : +0.1
    otherwise stay                         : -1
    final c
}
objective maximize E[return] - 0.05 * KL(policy, reference) subject to E[cost] <= 1
ensure (reward when p) > (reward when not p)
example "t" {
    sample { x = [1, [2, 3]], over = { ok: true, score: 1 } }
    expect reward == [1, -1] +- 1e-6
}
'''
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def survives(text: str) -> None:
    """Everything that reads text gives an answer whose diagnostics can be shown."""
    source = Source("text", text)
    program, diagnostics = parse(source)
    for diagnostic in diagnostics:
        assert diagnostic.message
        assert diagnostic.position[0] >= 1
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
    ignores(source)
    parse_expression(source)
    result = format_source(source)
    if not result.diagnostics:
        again = parse(Source("text", result.text))
        assert again == (program, [])
        assert format_source(Source("text", result.text)).text == result.text


def test_the_good_file_is_good():
    assert not parse(Source("text", GOOD))[1]
    survives(GOOD)


@QUICK
@given(st.text(max_size=200))
def test_any_text(text):
    survives(text)


@QUICK
@given(st.lists(st.sampled_from(GOOD.replace("\n", " \n ").split(" ")), max_size=40))
def test_any_words_in_any_order(parts):
    survives(" ".join(parts))


@QUICK
@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
def test_truncations_and_cuts(low, high):
    survives(GOOD[:low])
    survives(GOOD[:min(low, high)] + GOOD[max(low, high):])


@QUICK
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_swaps_of_words_and_signs(chance: random.Random, swaps):
    parts = GOOD.replace("\n", " \n ").split(" ")
    for _ in range(swaps):
        one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        parts[one], parts[other] = parts[other], parts[one]
    survives(" ".join(parts).replace(" \n ", "\n"))


@QUICK
@given(st.binary(max_size=300), st.integers(0, len(GOOD)))
def test_bytes_anywhere(noise, place):
    survives(GOOD[:place] + noise.decode("latin-1") + GOOD[place:])


HUGE = {
    "a line of one megabyte": "let x = " + "a + " * 250_000 + "a",
    "brackets": "let x = " + "(" * 1_000_000,
    "escaped quotes": 'let x = "' + '\\"' * 500_000,
    "bare quotes": '\\"' * 500_000,
    "long quotes": '"""\n' + '\\"""\n' * 200_000,
    "NUL": "\0" * 1_000_000,
    "line breaks": "\n" * 1_000_000,
    "a number": "let x = " + "1" * 1_000_000,
    "a name": "let x = " + "a" * 1_000_000,
    "bad declarations": "x +\n" * 300_000,
    "bad terms": "reward = {\n" + "    t: 1 * * 2\n" * 6_000 + "}\n",
    "bad lines of many blocks": ("reward = {\n" + "    t: x = 2\n" * 150 + "}\n") * 300,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_texts_take_less_than_five_seconds(name):
    start = time.perf_counter()
    _, diagnostics = parse(Source("text", HUGE[name]))
    for diagnostic in diagnostics:
        assert diagnostic.message
    assert time.perf_counter() - start < 5


def test_many_threads_share_one_parser():
    texts = [GOOD.replace("0.99", f"0.{number}") for number in range(1, 40)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda text: parse(Source("text", text)), texts))
    assert results == [parse(Source("text", text)) for text in texts]
    assert all(result[0].span.source.text == text for result, text in zip(results, texts))
