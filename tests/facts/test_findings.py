"""Findings of the facts: each lint on the smallest program that has the mistake, and on one that only looks like it."""

import pytest
from programs import codes, facts_of

HEAD = """
    input correct : bool
    input x : float in [0, 1]
    input y : float in [-1, 1]
    input tokens : int in [0, 1000]
    input id : id
    input steps : float[step] in [0, 1]
    axis test ragged
    input passed : bool[test]
    group by id
"""

FOUND = {
    "RW201": "reward = 1 / y",
    "RW501": "reward = gate x < 2 { x } else 0",
    "RW502": "reward = x - x",
    "RW505": "reward = { a: correct\n b: 0 * x }",
    "RW506": "reward = { a: correct\n b: 0.0005 * x }",
    "RW507": "reward = { a: correct\n b: -0.002 * tokens }",
    "RW509": "reward = correct + (gate x == 0.3 { 1 })",
    "RW510": "reward = correct - std(x over group, ddof = 1)",
    "RW512": "reward = max(0, x - 0.7)",
    "RW513": "reward = all(passed over test)",
    "RW361": "reward = (x - mean(x over group)) / (std(x over group, ddof = 0) + 1)",
}

SOUND = {
    "a guarded division": "reward = gate y > 0 { x / y }",
    "a division of what is never 0": "reward = x / (1 + tokens)",
    "a gate that depends": "reward = gate x < 0.5 { x }",
    "a bonus a step": "reward = gate steps >= 0 { 1 } else 0",
    "a term that weighs less than the answer": "reward = { a: correct\n b: -0.0009 * tokens }",
    "a comparison that guards a divisor":
        "reward = correct + (gate x != 0 { correct / max(x, 0.1) + 0 * (1 / x ?? 0) } else 0)",
    "a spread with a group's size": "reward = correct - std(x over group, ddof = 0)",
    "a slope on all of the range": "reward = 1 - 0.5 * x",
    "a threshold": "reward = x > 0.9",
    "an `all` that needs an `any`": "reward = any(passed over test) and all(passed over test)",
    "a centred score": "reward = x - mean(x over group)",
    "a truth value over its spread":
        "reward = (correct - mean(correct over group)) / (std(correct over group, ddof = 0) + 1)",
}


@pytest.mark.parametrize("code", FOUND)
def test_a_mistake_is_found(code):
    assert code in codes(HEAD + f"    {_indented(FOUND[code])}\n")


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_left_alone(name):
    found = [code for code in codes(HEAD + f"    {_indented(SOUND[name])}\n") if code not in ("RW503", "RW501")]
    assert found == []


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def test_unused_declarations():
    facts = facts_of("""
        input used : float in [0, 1]
        input idle : float in [0, 1]
        param w in [0, 1] = 0.5
        verifier check(a: float) -> bool
            from "rewardlang.verifiers.answer:math_equal"  on_error false
        let spare = used + 1
        reward = used
    """)
    assert {(found.code, found.subject) for found in facts.diagnostics} == {
        ("RW503", "idle"), ("RW504", "w"), ("RW504", "check"), ("RW504", "spare")}


def test_a_verifier_that_fails_open():
    text = """
        input a : text
        verifier check(a: text) -> bool
            from "rewardlang.verifiers.answer:math_equal"  on_error {on_error}
        reward = {sign}check(a)
    """
    assert "RW508" in codes(text.format(on_error="true", sign=""))
    assert "RW508" not in codes(text.format(on_error="false", sign=""))
    assert "RW508" not in codes(text.format(on_error="true", sign="-"))


def test_a_model_without_a_range_has_no_bound():
    text = """
        input a : text
        model judge(a: text) -> float{range}
            on_error invalid
        reward = {call}
    """
    assert "RW511" in codes(text.format(range="", call="judge(a)"))
    assert "RW511" not in codes(text.format(range=" in [0, 1]", call="judge(a)"))
    assert "RW511" not in codes(text.format(range="", call="tanh(judge(a))"))


def test_a_domain_error_names_the_term_the_range_and_values_that_do_it():
    facts = facts_of("""
        input right : bool
        input alone : float in [0, 10]
        reward = { correctness: right
                   aligned: 0.2 * (1 / alone) }
    """)
    found = next(found for found in facts.diagnostics if found.code == "RW201")
    assert (found.subject, found.reason, found.witness) == ("aligned", "domain-error", {"alone": 0.0})
    assert "[0, 10]" in found.message and found.severity == "error"


def test_a_group_that_agrees_has_no_spread():
    facts = facts_of(HEAD + "    reward = correct / std(correct over group, ddof = 0)\n")
    assert "zero-spread-group" in {found.reason for found in facts.diagnostics}


def test_an_ensure_that_is_refuted_or_not_known_is_an_error():
    facts = facts_of("""
        input x : float in [0, 1]
        input id : id
        group by id
        reward = x - mean(x over group)
        ensure reward in [-0.5, 0.5]
        ensure reward < 1
    """)
    errors = {found.code for found in facts.diagnostics if found.severity == "error"}
    assert errors and errors <= {"RW210", "RW211"}
