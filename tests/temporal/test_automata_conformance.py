"""The shared verdicts and state counts, all of them; the truth at every step by a mark in the letters."""

import json

import pytest
from formulas import formula

from rewardlang.automata.formula import atom, conjunction, make, mirrored
from rewardlang.automata.trace import holds, truths
from rewardlang.automata.translate import at_last, translate


def rows(shared, name):
    """The rows of a shared file."""
    path = shared / "conformance" / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"no {path.name} beside the project")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name, count", [("ltlf", 648), ("ltlf_past", 532)])
def test_verdicts(shared, name, count):
    found = rows(shared, name)
    assert len(found) >= count
    for row in found:
        drawn = formula(row["formula"])
        assert holds(drawn, row["trace"]) == row["expected"], row["id"]
        assert translate(drawn).accepts(row["trace"]) == row["expected"], row["id"]


def test_truth_at_every_step(shared):
    for row in rows(shared, "ltlf_past"):
        drawn, trace, expected = formula(row["formula"]), row["trace"], row["expected_trace"]
        assert truths(drawn, trace) == expected, row["id"]
        marked = translate(make("eventually", conjunction([atom("here"), drawn])))
        for at in range(len(trace)):
            steps = [[*step, "here"] if n == at else step for n, step in enumerate(trace)]
            assert marked.accepts(steps) == expected[at], (row["id"], at)


def test_truth_at_every_step_in_one_pass(shared):
    passes = 0
    for row in rows(shared, "ltlf_past"):
        drawn, trace, expected = formula(row["formula"]), row["trace"], row["expected_trace"]
        if not drawn.future:
            online = translate(at_last(drawn))
            assert [online.accepting[state] for state in online.run(trace)[1:]] == expected, row["id"]
            passes += 1
        elif not drawn.past:
            backward = translate(at_last(mirrored(drawn)))
            assert [backward.accepting[state] for state in backward.run(trace[::-1])[1:]] == expected[::-1], row["id"]
            passes += 1
    assert passes > 100


def test_numbers_of_states(shared):
    found = rows(shared, "ltlf_dfa_states")
    assert len(found) >= 167
    for row in found:
        assert len(translate(formula(row["formula"]))) == row["min_dfa_states"], row["id"]
