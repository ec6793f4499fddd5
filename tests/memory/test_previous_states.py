"""States of truths in the words of time: `previous name` is `prev(name, false)`, and the other three alike."""

import pytest

import rewardlang as rl

HEAD = "setting episodic horizon 30\ninput x : bool[step]\ninput y : bool[step]\n"
PAIRS = [
    ("x or (previous s) and not y", "x or prev(s, false) and not y"), ("(weak_previous s) and not y", "prev(s, true) and not y"),
    ("x or (next s) and not y", "x or ahead(s, false) and not y"), ("(weak_next s) and not y", "ahead(s, true) and not y"),
    ("x or previous over step s", "x or prev(s over step, false)"),
]
COLUMNS = {"x": [[False, True, False, False, False], [True], [False, False]], "y": [[False, False, False, True, False], [True], [False, True]]}


@pytest.mark.parametrize(("word", "call"), PAIRS)
def test_a_word_of_time_carries_a_state_of_truths(word, call):
    one, other = (rl.compile(text=f"{HEAD}let s : bool[step] = {value}\nreward = s") for value in (word, call))
    assert one(COLUMNS).to_lists("reward") == other(COLUMNS).to_lists("reward")
    seen = [row for row in one(COLUMNS).to_lists("reward") if len(set(row)) > 1]
    assert seen, "the case shows something"


def test_states_of_two_kinds_carry_each_other():
    text = HEAD + "let on : bool[step] = x or (previous on) and prev(n, 0) < 2\nlet n : int[step] in [0, 9] = gate on { min(prev(n, 0) + 1, 9) }\nreward = n"
    assert rl.compile(text=text)(COLUMNS).to_lists("reward")[0] == [0, 1, 2, 0, 0]


@pytest.mark.parametrize(("line", "code"), [
    ("let s : int[step] in [0, 9] = min(9, 1 + (previous s))", "RW108"), ("let s : bool[step] = x or s", "RW103"),
    ("let s : bool[step] = x or previous (not s)", "RW103"),
])
def test_what_is_no_truth_of_another_step_is_refused(line, code):
    assert code in [found.code for found in rl.check(text=f"{HEAD}{line}\nreward = s")]
