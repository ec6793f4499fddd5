"""What people who know Python write first is answered by what to write instead, and by nothing that follows from it."""

import pytest

from rewardlang.program import check


def findings(text: str) -> list[tuple[str, str]]:
    """Code and message of each finding."""
    return [(found.code, found.message) for found in check(text=text)]


@pytest.mark.parametrize("claim", ["ensure reward in [0, 1]", "ensure class(reward) <= RM", "ensure (reward when ok) > 0"])
def test_a_broken_reward_is_not_missing_too(claim):
    assert [code for code, _ in findings(f"input ok : bool\nreward = 1.0 if ok else -1\n{claim}\n")] == ["RW020"]


def test_a_reward_that_is_not_there_is_missing():
    assert ("RW101", "`reward` is not declared here") in findings("input ok : bool\noutput o = ok\nensure reward in [0, 1]\n")


@pytest.mark.parametrize(("written", "meant"), [
    ("median(x over step)", "quantile(x over a, q = 0.5)"), ("len(x)", "length(a)"), ("int(x)", "floor(x)"),
    ("average(x over step)", "mean(x over a)"), ("ln(x)", "log(x)")])
def test_functions_of_other_languages(written, meant):
    ((code, message),) = findings(f"input x : float[step] in [1, 2]\nreward = {written}\n")
    assert code == "RW106" and meant in message
