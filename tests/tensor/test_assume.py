"""`assume` on the data: rows that break one are input errors, by its text, and no other row sees what they say."""

import torch

import rewardlang as rl

SPEC = """
input x : float
input y : float? in [0, 9] = 1
input s : float[step] = 0
assume 0 <= x and x <= 3
reward = x * y
output mean = mean(x over batch)
"""
TEXT = "`assume 0 <= x and x <= 3` does not hold"


def test_a_row_that_breaks_an_assumption_is_an_input_error_of_that_row():
    out = rl.compile(text=SPEC)({"x": [2, 4, 1], "y": [1, 1, 2]})
    assert out.to_lists("reward") == [2, None, 2] and out.reward.tolist() == [2, 0, 2]
    assert out.invalid == out.misread == [None, TEXT, None]
    assert out.valid.tolist() == [True, False, True]


def test_a_window_over_rollouts_does_not_see_what_the_proofs_rule_out():
    program = rl.load(text=SPEC)
    assert (float(program.outputs["mean"].bounds.lo), float(program.outputs["mean"].bounds.hi)) == (0, 3)
    out = rl.compile(text=SPEC)({"x": [2, 400, 1]})
    assert out.to_lists("mean") == [1.5, None, 1.5]


def test_no_row_breaks_it():
    out = rl.compile(text=SPEC)({"x": torch.tensor([0.0, 3.0], requires_grad=True)})
    assert out.misread == [None, None] and out.to_lists("reward") == [0, 3]
    out.reward.sum().backward()


def test_an_assumption_on_nulls_and_wrong_data():
    out = rl.compile(text=SPEC + "assume y > 0\n")({"x": [2, float("nan"), 2, 2], "y": [1, 1, None, 0]})
    assert out.misread == [None, "column `x`: is NaN", "`assume y > 0` does not hold", "`assume y > 0` does not hold"]


def test_every_position_must_hold_and_padding_does_not_count():
    text = "input s : float[step]\nassume s > 1\nreward = sum(s over step)"
    out = rl.compile(text=text)({"s": [[2, 2], [2], [], [2, 1]]})
    assert out.to_lists("reward") == [4, 2, 0, None] and out.misread[3] == "`assume s > 1` does not hold"


def test_texts_relations_and_columns_that_no_output_reads():
    text = "input a : float\ninput b : float\ninput t : text\nassume a <= b\nassume t == \"go\"\nreward = a"
    out = rl.compile(text=text)({"a": [1, 2, 1], "b": [1, 1, 1], "t": ["go", "go", "no"]})
    assert out.misread == [None, "`assume a <= b` does not hold", '`assume t == "go"` does not hold']
    assert out.to_lists("reward") == [1, None, None]


def test_an_assumption_is_not_held_against_columns_that_are_not_there():
    text = "input a : float\ninput b : float\nassume a <= b\nreward = a\noutput difference = b - a"
    out = rl.compile(text=text)({"a": [1, 2]})
    assert out.to_lists("reward") == [1, 2] and out.misread == [None, None]


def test_data_that_are_wrong_but_not_needed_are_not_misread():
    text = "input x : float in [0, 1]\ninput ok : bool\nreward = gate ok { x } else -1"
    out = rl.compile(text=text)({"x": [7, 7, None], "ok": [False, True, True]})
    assert out.misread == [None, "column `x`: is out of [0, 1]: 7", None]
    assert out.invalid == [None, "column `x`: is out of [0, 1]: 7", "column `x`: is null"]


def test_unequal_lengths_and_types_are_misread():
    text = "input x : float[step]\ninput y : float[step]\nreward = sum(x * y over step)"
    out = rl.compile(text=text)({"x": [[1], [1], [1]], "y": [[1], [1, 2], ["a"]]})
    assert out.misread == [None, "`x` has 1 along `step` and `y` has 2; they must agree", "column `y`: is no float: 'a'"]


def test_a_batch_of_no_rows():
    assert rl.compile(text=SPEC)({"x": [], "y": []}).misread == []
