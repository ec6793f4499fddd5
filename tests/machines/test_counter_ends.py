"""Counters whose ranges rest on params, and rewards that look at counters of earlier steps: against a plain machine by hand."""

import random

import pytest

import rewardlang as rl
from rewardlang.program import check_source
from rewardlang.text.source import Source

HEAD = """setting episodic horizon 40 discount 0.9
input p : bool[step]
input q : bool[step]
param k : int in [0, 5] = 2
"""
TEXT = HEAD + """machine m {
    start a
    counter n in [-1, 2 * k]
    counter top in [0, 30]
    a -> b when p and n >= k do n += 3, n -= 1, top += 1 : cummax(n over step) + prev(top, 7)
    a -> a when p and not (n >= k) do n += 1 : n
    b -> a when q do n -= 4
    otherwise stay : delta(n, 0)
}
reward = m.reward
output n = m.n
output place = m.state
"""


def by_hand(row: list[tuple[bool, bool]], k: int) -> list[tuple]:
    """After each step: what is paid, the state, n."""
    state, n, top, before, tops, found = "a", 0, 0, [], [], []

    def kept(value):
        return min(max(value, -1), 2 * k)
    for p, q in row:
        before.append(n)
        tops.append(top)
        if state == "a" and p and n >= k:
            paid, state, n, top = max(before) + (tops[-2] if len(tops) > 1 else 7), "b", kept(kept(n + 3) - 1), min(top + 1, 30)
        elif state == "a" and p:
            paid, n = n, kept(n + 1)
        elif state == "b" and q:
            paid, state, n = 0, "a", kept(n - 4)
        else:
            paid = n - (before[-2] if len(before) > 1 else 0)
        found.append((paid, state, n))
    return found


@pytest.mark.parametrize("k", range(6))
def test_a_range_of_params_is_kept_at_once_and_step_by_step(k):
    draw, reward = random.Random(k), rl.compile(text=TEXT, params={"k": k})
    rows = [[(draw.random() < 0.7, draw.random() < 0.4) for _ in range(n)] for n in (40, 1, 22)]
    out = reward({"p": [[p for p, _ in row] for row in rows], "q": [[q for _, q in row] for row in rows]})
    found = zip(out.to_lists("reward"), out.to_lists("place"), out.to_lists("n"), strict=True)
    wanted = [by_hand(row, k) for row in rows]
    assert [list(zip(*row, strict=True)) for row in found] == wanted
    state = reward.start(1)
    for (p, q), (paid, _, n) in zip(rows[0], wanted[0], strict=True):
        step, state = reward.step({"p": [p], "q": [q]}, state)
        assert (step.reward.tolist(), step.output("n").tolist()) == ([paid], [n])


@pytest.mark.parametrize(("range_", "code"), [
    ("[0, k + 1]", None), ("[-k, 3]", None), ("[k + 1, 9]", "RW323"), ("[0, j]", "RW323"), ("[0, k / 2]", "RW323"), ("[0, size]", "RW120"),
    ("[0, loose]", "RW323"),
])
def test_which_ranges_a_counter_may_have(range_, code):
    text = HEAD + "param j : int in [0, inf] = 3\nparam loose in [0, 1] = 1\ninput size : int in [0, 9]\nmachine m {\n    start a\n" \
        f"    counter n in {range_}\n    a -> a when p do n += 1 : -0.1 * n\n    otherwise stay\n}}\nreward = m.reward\n"
    errors = [found for found in check_source(Source("a.rwd", text)) if found.severity == "error"]
    assert [(found.code, found.span.source.text[found.span.start:].startswith(("counter n", "in ["))) for found in errors] == \
        ([] if code is None else [(code, True)])


def test_words_along_an_axis_need_one():
    text = "input p : bool[step]\ninput w : bool[turn]\nmachine m {\n    start a\n    counter n in [0, 3]\n" \
        "    a -> a when p do n += 1 : prev(n, 0)\n    otherwise stay\n}\nreward = 0 * m.reward\n"
    assert {found.code for found in check_source(Source("a.rwd", text)) if found.severity == "error"} == {"RW107"}
    told = text.replace("machine m {", "machine m over step {")
    assert not [found for found in check_source(Source("a.rwd", told)) if found.severity == "error"]
