"""The verdicts on 800 real GSM8K solutions agree with the stored ones, for each of the four models (docs/data/gsm8k.md)."""

import json

import pytest

from rewardlang.verifiers.answer import final_answer
from rewardlang.verifiers.numbers import last_number, number_equal, parse_number
from rewardlang.verifiers.text import after_last

MODELS = {"6b_finetuning": 45, "6b_verification": 75, "175b_finetuning": 65, "175b_verification": 110}
# Solutions that stop before they state an answer; the stored verdict is false for each.
WITHOUT_ANSWER = {
    ("6b_finetuning", 150),
    ("175b_finetuning", 5),
    ("175b_finetuning", 48),
    ("175b_finetuning", 150),
    ("175b_finetuning", 162),
}
# Where asking only whether the right number occurs in the stated answer pays for a wrong one.
CONTAINED_BUT_WRONG = {
    "6b_finetuning": [85, 88, 151, 191],
    "6b_verification": [151, 179, 191],
    "175b_finetuning": [41, 44, 151],
    "175b_verification": [98, 111, 183],
}


@pytest.fixture(scope="module")
def rows(shared):
    with open(shared / "data" / "gsm8k_model_solutions_200.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def by_stated_answer(solution, truth):
    return number_equal(after_last(solution, "A:"), after_last(truth, "A:"))


def by_final_answer(solution, truth):
    return number_equal(final_answer(solution) or "", final_answer(truth))


def by_last_number(solution, truth):
    return last_number(solution) == last_number(truth)


def disagreements(rows, model, verdict):
    return [
        at for at, row in enumerate(rows) if verdict(row[model]["solution"], row["ground_truth"]) != row[model]["is_correct"]
    ]


@pytest.mark.parametrize("verdict", [by_stated_answer, by_final_answer, by_last_number])
@pytest.mark.parametrize("model", MODELS)
def test_verdicts_agree_with_the_stored_ones(rows, model, verdict):
    assert disagreements(rows, model, verdict) == []


@pytest.mark.parametrize(("model", "right"), MODELS.items())
def test_as_many_are_right_as_the_data_says(rows, model, right):
    assert sum(by_stated_answer(row[model]["solution"], row["ground_truth"]) for row in rows) == right


def test_the_solutions_without_a_stated_answer_are_known(rows):
    found = {
        (model, at)
        for at, row in enumerate(rows)
        for model in MODELS
        if parse_number(after_last(row[model]["solution"], "A:")) is None
    }
    assert found == WITHOUT_ANSWER


@pytest.mark.parametrize("model", MODELS)
def test_a_part_of_the_answer_is_no_answer(rows, model):
    def occurs(solution, truth):
        return after_last(truth, "A:").strip() in after_last(solution, "A:")

    assert disagreements(rows, model, occurs) == CONTAINED_BUT_WRONG[model]


def test_every_reference_of_the_test_set_is_a_number(shared):
    with open(shared / "data" / "gsm8k_test_300.jsonl", encoding="utf-8") as lines:
        answers = [json.loads(line)["answer"] for line in lines]
    assert all(parse_number(after_last(answer, "####")) is not None for answer in answers)
    assert all(final_answer(answer) == after_last(answer, "####").strip() for answer in answers)
    assert len(answers) == 300


def test_svamp_answers_are_what_their_equations_give(shared):
    """The data's equations, worked out here by plain division, against its answers read back as text."""
    with open(shared / "data" / "svamp_200.jsonl", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        assert set(row["Equation"]) <= set("0123456789.()+-*/ ")
        value = eval(row["Equation"], {"__builtins__": {}})
        assert number_equal(str(value), str(row["Answer"]), 1e-9)
        assert not number_equal(str(value + 1), str(row["Answer"]), 1e-9)
