"""Lints of incentive: each on several forms of its mistake, and on what only looks like it."""

import pytest
from programs import facts_of

from rewardlang import check

HEAD = """
    input correct : bool
    input answered : bool
    input x : float in [0, 1]
    input y : float in [-1, 1]
    input tokens : int in [0, 1000]
    input target_length : int in [0, 1000]
    input id : id
    input steps : float[step] in [0, 1]
    axis claim ragged
    input scores : float[claim] in [0, 1]
    input completion : text
    model judge(text: text) -> float in [-4, 4]  on_error invalid
    verifier check(text: text) -> bool  from "rewardlang.verifiers.text:nothing"  timeout 2 s  on_error invalid
    group by id
"""

MISTAKES = [
    ("RW515", "reward = gate answered { y } else 0"),
    ("RW515", "reward = gate answered and correct { x - 0.5 } else 0"),
    ("RW515", "reward = gate not answered { 0 - x } else 0"),
    ("RW515", "reward = gate answered { gate correct { 1 } else -1 } else -0.5"),
    ("RW516", "reward = (judge(completion) ?? 4) / 4"),
    ("RW516", "reward = -(judge(completion) ?? -4)"),
    ("RW516", "reward = gate check(completion) ?? true { 1 } else 0"),
    ("RW516", "reward = (2 * check(completion) - 1) ?? 0"),
    ("RW517", "reward = gate correct { 2 } else { tokens / 1000 }"),
    ("RW517", "reward = correct + 0.001 * min(tokens, 500)"),
    ("RW517", "reward = gate correct { 2 } else { 0.5 * (1 - cos(pi * tokens / 1000)) }"),
    ("RW518", "reward = steps"),
    ("RW518", "reward = min(steps - 0.7, 0)"),
    ("RW518", "reward = sum(scores over claim)"),
    ("RW520", "reward = { a: correct\n b: 0.5 * correct + 0.1\n c: 0.1 * x }"),
    ("RW520", "reward = { a: correct\n b: 0.3 * x\n c: 0.2 * tanh(x) }"),
    ("RW520", "reward = gate answered { a: 0.3 * x\n b: x } else -1"),
    ("RW521", "reward = (2 * correct - 1) * x"),
    ("RW521", "reward = (gate correct { 1 } else -1) * (1 + 0.001 * tokens)"),
    ("RW522", "reward = -rank(x over group, ties = order) / 8"),
    ("RW522", "reward = x - first(x over group)"),
    ("RW522", "reward = clamp(0.1 * y, -1, 1)"),
    ("RW523", "reward = max(x, 1) + correct"),
    ("RW523", "reward = min(y, 2 + x)"),
    ("RW523", "reward = clamp(tokens + 2, 0, 1) + correct"),
    ("RW524", "let s = correct - 0.0005 * tokens\nreward = s - mean(s over group)"),
    ("RW524", "let s = correct * (1 - tokens / 2000)\nreward = (s - mean(s over group)) / 2"),
    ("RW526", "reward = gate correct { 1 - tokens / 1000 } else { 0.5 * x }"),
    ("RW526", "reward = gate correct { x } else { 0.1 * x }"),
    ("RW527", "reward = exp(judge(completion) ?? -4)"),
    ("RW527", "reward = ((judge(completion) ?? -4) + 4) ** 3"),
]

SOUND = [
    "reward = gate answered { y } else { 0 - 0.5 }",
    "reward = gate answered { y } else -1",
    "reward = gate answered { x } else 0",
    "reward = gate x > 0.5 { y } else 0",
    "reward = (judge(completion) ?? -4) / 4",
    "reward = gate check(completion) ?? false { 1 } else 0",
    "reward = correct - 0.0005 * tokens",
    "reward = correct - 0.0005 * abs(tokens - target_length)",
    "reward = gate correct { 1 + 0.5 * tokens / 1000 } else { 0 - tokens / 1000 }",
    "reward = steps - ahead(steps, 0)",
    "reward = at_last(correct, step) - 0.001 * steps",
    "reward = mean(scores over claim) ?? 0",
    "reward = { a: correct\n b: 0.2 * x\n c: -0.1 * tokens / 1000 }",
    "reward = { a: correct\n b: -0.0002 * tokens\n c: -0.2 * max(0, tokens - 800) / 200 }",
    "reward = correct * (1 + x)",
    "reward = y * x",
    "reward = -rank(x over group, ties = average) / 8",
    "reward = 0.1 * clamp(y, -0.5, 0.5)",
    "reward = clamp(2 * y, -1, 1)",
    "reward = max(x, 0) + correct",
    "let s = gate correct { 1 } else { -0.0005 * tokens }\nreward = s - mean(s over group)",
    "reward = gate correct { 2 - tokens / 1000 } else { 0.5 * x }",
    "reward = sigmoid(judge(completion) ?? -4)",
    "reward = tanh((judge(completion) ?? -4) / 4)",
]


def _said(text: str) -> list:
    lines = (HEAD + "".join(f"    {line}\n" for line in text.splitlines()))
    quiet = ("RW503", "RW504", "RW512")
    return [found for found in facts_of(lines).diagnostics if found.code not in quiet]


@pytest.mark.parametrize("code, text", MISTAKES, ids=[f"{code} {text}" for code, text in MISTAKES])
def test_a_mistake_is_found_with_its_reason_and_a_witness(code, text):
    found = [each for each in _said(text) if each.code == code]
    assert found, [each.message for each in _said(text)]
    assert found[0].reason and found[0].witness and found[0].subject


@pytest.mark.parametrize("text", SOUND)
def test_what_only_looks_like_one_is_left_alone(text):
    assert [each.message for each in _said(text)] == []


EARLY = """
    setting {setting}
    input crashed : bool[step]
    input speed : float[step] in [0, 1]
    reward = gate crashed {{ {crash} }} else {{ speed - {cost} }}
    done = crashed
"""


@pytest.mark.parametrize("setting, crash, cost, found", [
    ("episodic horizon 500 discount 0.99", "-1", "1.1", True),       # -0.1 a step is -9.93 in all
    ("episodic horizon 500 discount 0.99", "-10", "1.1", False),
    ("episodic horizon 100", "-9", "1.1", True),
    ("episodic horizon 100", "-11", "1.1", False),
    ("episodic horizon 500 discount 0.99", "-1", "0.9", False),      # driving fast pays
])
def test_ending_early_is_compared_with_the_best_that_can_follow(setting, crash, cost, found):
    codes = [each.code for each in facts_of(EARLY.format(setting=setting, crash=crash, cost=cost)).diagnostics]
    assert ("RW519" in codes) is found


def test_names_that_say_what_is_unwanted():
    text = """
        input speed : float in [0, 1]
        input collided : bool
        input cost : float in [0, 1]
        reward = {{ progress: 0.4 * speed
            {first}
            {second} }}
        {ensure}
    """
    codes = [each.code for each in facts_of(text.format(first="hit: -collided", second="spent: 0.4 * cost", ensure="")).diagnostics]
    assert codes == ["RW525"]
    meant = text.format(first="hit: -collided", second="spent: 0.4 * cost", ensure="ensure reward increasing in cost")
    assert [each.code for each in facts_of(meant).diagnostics] == []
    term = text.format(first="penalty: collided", second="spent: -0.4 * cost", ensure="")
    assert [each.code for each in facts_of(term).diagnostics] == ["RW525"]


def test_a_default_that_counts_as_right():
    text = "input {name} : bool = {value}\nreward = {sign}{name}\n"
    said = {(sign, value): [each.code for each in facts_of(text.format(name="verdict", value=value, sign=sign)).diagnostics]
            for sign in ("", "1 - ") for value in ("true", "false")}
    assert said == {("", "true"): ["RW528"], ("", "false"): [], ("1 - ", "true"): [], ("1 - ", "false"): []}


def test_a_count_over_the_run_of_no_argument_is_looked_at_for_bounds():
    text = ("input tokens : int\ninput k : id\ngroup by k\nlet seen = count(over run)\n"
            "reward = {\n    length: tokens - mean(tokens over group)\n    seen: 0.001 * seen\n}")
    assert "RW364" in {found.code for found in check(text=text)}
