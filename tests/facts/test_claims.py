"""Ensures: proved, refuted by what the reference finds too, or not known; never the wrong one."""

import time

import pytest
from programs import facts_of

from rewardlang import check
from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED

PLAIN = """
    input x : float in [0, 1]
    input y : float in [-2, 1]
    input tokens : int in [0, 4096]
    input correct : bool
    input formatted : bool
    param w in [0, 0.5] = 0.25
    reward = gate formatted { correct - w * tokens / 4096 } else -1
    output squared = x * x - 2 * x + 1
    output product = x * (1 - x)
    output even = y ** 2
    output wave = 0.5 * (1 + cos(pi * tokens / 5000))
    output flat = min(x, 0.5)
    output gated = gate correct { x } else -x
    output wanted = -abs(20 - tokens)
"""

CLAIMS = {
    "reward in [-1, 1]": PROVED,
    "reward in [-0.9, 1]": REFUTED,
    "reward < 1": REFUTED,
    "reward <= 1": PROVED,
    "squared in [0, 1]": PROVED,
    "squared <= 1": PROVED,
    "product <= 0.25": PROVED,
    "product < 0.2": REFUTED,
    "even >= 0": PROVED,
    "even in [0, 4]": PROVED,
    "even in [0, 3]": REFUTED,
    "flat <= x": PROVED,
    "x <= flat": REFUTED,
    "reward >= -0.5 when formatted": PROVED,
    "reward >= 0.5 when formatted and correct": PROVED,
    "reward >= 0.6 when formatted and correct": REFUTED,
    "(reward when correct and formatted) > (reward when not correct)": PROVED,
    "(reward when correct) > (reward when not correct)": REFUTED,
    "(wanted when tokens == 20) > (wanted when tokens != 20)": PROVED,
    "(wanted when tokens == 21) > (wanted when tokens != 21)": REFUTED,
    "(reward when formatted) >= (reward when not formatted)": PROVED,
    "(reward when formatted) > (reward when not formatted and x > 2)": PROVED,
    "reward decreasing in tokens": PROVED,
    "reward increasing in correct": PROVED,
    "reward increasing in tokens": REFUTED,
    "wave decreasing in tokens": PROVED,
    "even increasing in y": REFUTED,
    "flat increasing in x": PROVED,
    "flat strictly increasing in x": REFUTED,
    "gated increasing in x": REFUTED,
    "gated increasing in x when correct": PROVED,
    "availability(reward) <= episode": PROVED,
    "availability(reward) <= step": REFUTED,
}


@pytest.fixture(scope="module")
def verdicts():
    facts = facts_of(PLAIN + "".join(f"    ensure {claim}\n" for claim in CLAIMS))
    return dict(zip(CLAIMS, facts.ensures, strict=True))


@pytest.mark.parametrize("claim", CLAIMS)
def test_verdict(verdicts, claim):
    assert verdicts[claim].status == CLAIMS[claim], verdicts[claim]


def test_a_refutation_names_the_values_that_do_it(verdicts):
    verdict = verdicts["reward >= 0.6 when formatted and correct"]
    assert verdict.witness["correct"] is True and verdict.witness["formatted"] is True
    found = 1 - verdict.witness["w"] * verdict.witness["tokens"] / 4096
    assert found < 0.6 and f"{found:.6g}" in verdict.shows


def test_a_pair_names_both_rollouts(verdicts):
    witness = verdicts["(reward when correct) > (reward when not correct)"].witness
    assert witness["first"]["correct"] is True and witness["second"]["correct"] is False
    assert witness["values"][0] <= witness["values"][1]


def test_params_are_shared_by_a_pair():
    text = """
        input right : bool
        input style : float in [0, 1]
        param w in [1, 10] = 2
        reward = w * right + w * 0.9 * style
        ensure (reward when right) > (reward when not right)
    """
    assert [verdict.status for verdict in facts_of(text).ensures] == [PROVED]
    assert [verdict.status for verdict in facts_of(text.replace("0.9", "1.1")).ensures] == [REFUTED]


def test_a_param_that_decides_alone_is_no_crash():
    facts = facts_of("""
        input x : float in [0, 1]
        param w in [0, 1] = 0.5
        reward = x * w
        ensure (reward when x > 0.5) > (reward when x < 0.5)
        ensure (reward when x > 0.5) >= (reward when x < 0.5)
    """)
    strict, weak = facts.ensures
    assert strict.status != PROVED, "at w = 0 both are 0"
    assert weak.status != REFUTED


@pytest.mark.parametrize("claim, status", [
    ("(x when c) != (x when not c)", UNPROVED), ("(x when c) == (x when not c)", REFUTED),
    ("(x when c) != (x + 2 when not c)", PROVED), ("(2 when c) == (2 when not c)", PROVED),
    ("(x when c) == (0 when not c)", REFUTED), ("(0 when c) == (x when not c)", REFUTED),
])
def test_equality_of_a_pair_looks_at_both_ends(claim, status):
    facts = facts_of(f"""
        input x : float in [0, 1]
        input c : bool
        output y = gate c {{ x }} else 0
        ensure {claim}
    """)
    assert [verdict.status for verdict in facts.ensures] == [status]


def test_a_population_can_be_the_witness():
    facts = facts_of("""
        input id : id
        group by id
        input correct : bool
        input tokens : int in [1, 100]
        reward = correct - 2 * (tokens - mean(tokens over group)) / 100
        ensure (reward when correct) > (reward when not correct)
    """)
    assert facts.ensures[0].status == REFUTED


RETURNS = {
    "ensure return in [-20, 0]": PROVED,
    "ensure return in [-10, 0]": REFUTED,
    "ensure discounted in [-10, 0]": PROVED,
    "ensure discounted in [-5, 0]": REFUTED,
}


@pytest.mark.parametrize("claim", RETURNS)
def test_returns_over_a_horizon(claim):
    facts = facts_of(f"""
        setting episodic horizon 10 discount 0.8
        input cost : float[step] in [0, 2]
        reward = -cost
        {claim}
    """)
    assert facts.ensures[0].status == RETURNS[claim]


def test_what_telescopes_is_bounded_for_any_number_of_steps():
    facts = facts_of("""
        input score : float[segment] in [0, 1]
        input correct : bool
        param alpha in [0, 0.2] = 0.1
        reward = { outcome: at_last(correct, segment)
                   process: alpha * (score - ahead(score, 0)) }
        ensure return in [0, 1.2]
        ensure return in [0, 1.1]
    """)
    assert [verdict.status == PROVED for verdict in facts.ensures] == [True, False]


def test_failures_are_no_values():
    facts = facts_of("""
        input x : float in [0, 1]
        model judge(a: float) -> float in [2, 3]
            on_error invalid
        reward = judge(x)
        output guarded = judge(x) ?? 0
        ensure reward >= 2
        ensure guarded >= 2
    """)
    assert facts.ensures[0].status == PROVED
    assert facts.ensures[1].status != PROVED, "where the judge fails it is 0"
    assert facts.output("reward").invalid_from == ("judge",)
    assert facts.output("guarded").invalid_from == ()


def test_a_pair_is_refuted_at_a_corner_of_the_params():
    found = check(text="""
        input x : float in [0, 1]
        param w in [0, 1] = 0.5
        reward = x * w
        ensure (reward when x > 0.5) > (reward when x < 0.5)
    """)
    assert [d.code for d in found] == ["RW210"]
    assert found[0].witness["first"]["w"] == found[0].witness["second"]["w"] == 0


def test_a_pair_with_many_params_is_looked_at_in_bounded_time():
    rows = "".join(f"param p{n} in [0, 1] = 0.5\ninput x{n} : float in [0, 1]\n" for n in range(64))
    terms = "\n".join(f"  t{n}: p{n} * x{n}" for n in range(64))
    start = time.perf_counter()
    found = check(text=f"{rows}reward = {{\n{terms}\n}}\nensure (reward when x0 > 0.5) > (reward when x0 < 0.2)\n")
    assert time.perf_counter() - start < 5
    assert [d.code for d in found] == ["RW211"]
