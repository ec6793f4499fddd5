"""Real answers with real reward-model scores: a gate by a verifier, a mix with a precomputed model, groups of eight."""

import json
import math

import pytest

import rewardlang as rl

pytest.importorskip("math_verify")

SPEC = """
use std.math: math_equal
use std.group: centred, pass_rate

setting single_turn
input problem : id
group by problem size [8, 8]
input pred : text
input answer : text
model score(pred: text, answer: text) -> float in [-10, 10]
    on_error invalid

let correct = math_equal(pred, answer)
reward = gate correct {
    correctness: 1
    style: 0.2 * sigmoid(score(pred, answer) ?? 0)
} else 0

output share = pass_rate(correct)
output credit = centred(correct)
ensure reward in [0, 1.2]
ensure (reward when correct) > (reward when not correct)
"""


@pytest.fixture(scope="module")
def rows(shared):
    found = []
    for line in (shared / "data/math_samples_rm_60.jsonl").read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        for pred, label, score in zip(problem["pred"], problem["score"], problem["pred_score"]):
            found.append({"problem": problem["idx"], "pred": pred, "answer": problem["answer"], "label": label,
                          "score": score[0]})
    return found


@pytest.fixture(scope="module")
def out(rows):
    reward = rl.compile(text=SPEC)
    return reward({name: [row[name] for row in rows] for name in ("problem", "pred", "answer", "score")})


def test_the_gate_opens_where_the_stored_label_says_right(rows, out):
    got = [bool(x) for x in out.gates["correct"]]
    differs = [(row["pred"], row["answer"]) for row, one in zip(rows, got) if one != row["label"]]
    assert differs == []


def test_the_mix_is_what_the_formula_says(rows, out):
    expected = [1 + 0.2 / (1 + math.exp(-row["score"])) if row["label"] else 0 for row in rows]
    assert out.to_lists("reward") == pytest.approx(expected, abs=1e-9)


def test_groups_are_the_eight_answers_to_one_problem(rows, out):
    by_problem: dict[int, list[bool]] = {}
    for row in rows:
        by_problem.setdefault(row["problem"], []).append(row["label"])
    shares = [sum(by_problem[row["problem"]]) / 8 for row in rows]
    assert out.to_lists("share") == pytest.approx(shares)
    assert out.to_lists("credit") == pytest.approx([row["label"] - share for row, share in zip(rows, shares)])


def test_a_pair_is_checked_once_however_often_it_occurs(rows, out):
    distinct = len({(row["pred"], row["answer"]) for row in rows})
    assert out.counts["std.math.math_equal"].evaluated == distinct
