"""Contracts about returns, shaping and pairs: proved ones hold when played, refuted ones fail when their witness is replayed."""

import random

import pytest
from programs import facts_of

from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED
from rewardlang.facts.contracts.witness import entries
from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate

STEPS = """
    setting {setting}
    input d : float[step] in [0, 10]
    input e : float[step] in [-1, 1]
    input g : bool[step]
    param alpha in [0, 0.5] = 0.1
"""


def verdicts(text: str, setting: str = "episodic horizon 50 discount 0.9") -> list:
    """The verdicts on the claims of a program over `d`, `e`, `g` and `alpha`."""
    return list(facts_of(STEPS.format(setting=setting) + _indented(text)).ensures)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def played(facts, rollout: dict) -> list:
    """The rewards of one rollout, by the reference interpreter; values by name, lists along `step`."""
    node = facts.spec.outputs["reward"].node
    nodes = reachable([node])
    steps = max((len(value) for value in rollout.values() if isinstance(value, list)), default=2)

    def leaf(part, rollout_number, *_):
        value = rollout.get(part["name"], {"alpha": 0.1}.get(part["name"], False if part["name"] == "g" else 0))
        return value if isinstance(value, list) or not part.type.axes else [value] * steps

    return entries(evaluate(nodes, 1, leaf, lambda axis, i: steps)[node][0])


POTENTIAL = [
    ("reward = 0.9 * ahead(d, 0) - d", "0.9", PROVED),
    ("reward = alpha * (0.9 * ahead(-2 * d + e, 0) + 2 * d - e)", "0.9", PROVED),
    ("reward = d - prev(d, 0) - (d - ahead(d, 0)) - (ahead(d, 0) - prev(d, 0))", "0.5", PROVED),
    ("reward = ahead(1 - d / 10, 0) - (1 - d / 10)", "1", PROVED),
    ("reward = shaped(m, discount = 0.9)\nmachine m {\n    start a\n    a -> b when g : 1\n    otherwise stay\n    final b\n}", "0.9", PROVED),
    ("reward = progress(eventually g, discount = 0.9)", "0.9", PROVED),
    ("reward = max(d - ahead(d, 10), 0)", "0.9", REFUTED),
    ("reward = 0.9 * ahead(d, 0) - d", "0.99", REFUTED),
    ("reward = 0.9 * ahead(d, 5) - d", "0.9", REFUTED),
    ("reward = d", "0.9", REFUTED),
    ("reward = 0.9 * ahead(d ** 2, 0) - 0.5 * (d + d) * d", "0.9", UNPROVED),
]


@pytest.mark.parametrize("text, discount, status", POTENTIAL, ids=[f"{row[0]} at {row[1]}" for row in POTENTIAL])
def test_potential_based(text, discount, status):
    facts = facts_of(STEPS.format(setting="episodic horizon 50 discount 0.9")
                     + _indented(f"{text}\nensure potential_based(reward, discount = {discount})"))
    (verdict,) = facts.ensures
    assert verdict.status == status
    if status == REFUTED:
        sums = [sum(reward * float(discount) ** t for t, reward in enumerate(played(facts, verdict.witness[side])))
                for side in ("first", "second")]
        assert sums == pytest.approx(verdict.witness["values"])
        firsts = [next(iter(verdict.witness[side].values()))[0] for side in ("first", "second")]
        assert firsts[0] == firsts[1] and abs(sums[0] - sums[1]) > 1e-6
        assert verdict.reason == ("discount-mismatch" if discount == "0.99" else "shaping-not-invariant")


RETURNS = [
    ("reward = d - ahead(d, 0)", "return in [0, 10]", PROVED),
    ("reward = 3 * (d - prev(d, 0)) + at_last(any(g over step), step)", "return in [-0, 31]", PROVED),
    ("reward = alpha * (d - ahead(d, 0))", "return in [0, 5]", PROVED),
    ("reward = 0.9 * ahead(d, 0) - d", "discounted in [-10, 0]", PROVED),
    ("reward = 0.8 * ahead(d, 0) - d", "discounted in [-20, 0]", PROVED),
    ("reward = delta(d, 0)", "discounted in [0, 19]", PROVED),
    ("reward = d", "discounted in [0, 100]", PROVED),
    ("reward = d - ahead(d, 0)", "return in [0, 9]", REFUTED),
    ("reward = e", "return in [-49, 49]", REFUTED),
    ("reward = 0.5 - d", "return >= -400", REFUTED),
    ("reward = max(d - ahead(d, 10), 0)", "return <= 499", UNPROVED),
]


@pytest.mark.parametrize("text, claim, status", RETURNS, ids=[f"{row[0]}: {row[1]}" for row in RETURNS])
def test_returns(text, claim, status):
    facts = facts_of(STEPS.format(setting="episodic horizon 50 discount 0.9") + _indented(f"{text}\nensure {claim}"))
    verdict = facts.ensures[0]
    assert verdict.status == status, verdict
    if status == REFUTED:
        rollout = {name: [value] * verdict.witness["steps"] for name, value in verdict.witness.items() if name in "deg"}
        assert f"gives {sum(played(facts, rollout)):.6g}" in verdict.shows


@pytest.mark.parametrize("setting", ["episodic horizon 6 discount 0.9", "episodic horizon [2, 6] discount 0.5",
                                     "episodic horizon 6", "single_turn", "continuing discount 0.9"])
def test_returns_of_any_sum_hold_when_played(setting):
    chance = random.Random(4)
    parts = ["d", "e", "ahead(d, 0)", "ahead(d, 3)", "prev(d, 1)", "delta(e, 0)", "ahead(d - e, 0)", "at_last(g_all, step)",
             "at_first(2, step)", "alpha * (d - ahead(d, 0))", "prev(e, 0) / (1 + alpha)", "1"]
    for _ in range(25):
        chosen = [f"{chance.choice([1, -1, 0.9, 0.5, -2])} * ({chance.choice(parts)})" for _ in range(chance.randint(1, 4))]
        text = STEPS.format(setting=setting) + _indented("let g_all = all(g over step)\nreward = e - e + " + " + ".join(chosen))
        facts = facts_of(text)
        output, rate = facts.output("reward"), facts.spec.setting.discount or 1
        least, most = facts.spec.setting.horizon or (1, 6)
        for _ in range(20):
            steps = chance.randint(least, most)
            rollout = {"d": [chance.choice([0, 10, chance.uniform(0, 10)]) for _ in range(steps)],
                       "e": [chance.choice([-1, 1]) for _ in range(steps)],
                       "g": [chance.random() < 0.5 for _ in range(steps)], "alpha": chance.choice([0, 0.5])}
            rewards = played(facts, rollout)
            plain = sum(rewards)
            weighed = sum(reward * rate ** step for step, reward in enumerate(rewards))
            slack = 1e-9 * (1 + abs(plain))
            assert output.return_bounds.lo - slack <= plain <= output.return_bounds.hi + slack, text
            assert output.discounted_bounds.lo - slack <= weighed <= output.discounted_bounds.hi + slack, text


PLAIN = """
    input correct : bool
    input tokens : int in [0, 1000]
    input x : float in [0, 1]
    input y : float in [0, 1]
"""

CLAIMS = [
    ("reward = correct - 0.0009 * tokens", "(reward when correct) > (reward when not correct)", PROVED),
    ("reward = gate correct { 1 + x } else 0.5 * x", "(reward when correct) > (reward when not correct)", PROVED),
    ("reward = correct + x * (1 - x)", "(reward when correct) > (reward when not correct)", PROVED),
    ("reward = correct - 0.002 * tokens", "(reward when correct) > (reward when not correct)", REFUTED),
    ("reward = correct + 1.5 * x", "(reward when correct) > (reward when not correct)", REFUTED),
    ("reward = gate correct { x } else 0.1", "(reward when correct) > (reward when not correct)", REFUTED),
    ("reward = 2 * x * y / (x + y + 0.000001)", "reward in [0, 1]", PROVED),
    ("reward = x * (1 - x)", "reward <= 0.25", PROVED),
    ("reward = correct * x - 0.5", "reward in [-0.5, 0.5]", PROVED),
    ("reward = x ** 3 - x", "reward <= -0.1", REFUTED),
    ("reward = x * (1 - x)", "reward <= 0.24", REFUTED),
    ("reward = correct * x", "reward < 1", REFUTED),
    ("reward = x ** 3 - x + 0.38490017945975052 * x", "reward increasing in correct", PROVED),
    ("reward = correct * x", "reward increasing in x", PROVED),
    ("reward = sigmoid(x) - 0.5 * y", "reward strictly increasing in x", PROVED),
    ("reward = x * (1 - x)", "reward increasing in x", REFUTED),
    ("reward = correct - 0.001 * tokens", "reward increasing in tokens", REFUTED),
    ("reward = y * (x - 0.5)", "reward increasing in y", REFUTED),
    ("reward = x * y - sin(x * y)", "reward strictly increasing in x", REFUTED),
]


@pytest.mark.parametrize("text, claim, status", CLAIMS, ids=[f"{row[0]}: {row[1]}" for row in CLAIMS])
def test_claims_of_one_rollout_and_of_pairs(text, claim, status):
    facts = facts_of(PLAIN + _indented(f"{text}\noutput all = x + y + tokens + correct\nensure {claim}"))
    verdict = facts.ensures[0]
    assert verdict.status == status, verdict
    if status == REFUTED and "values" in verdict.witness:
        replayed = [played(facts, verdict.witness[side])[0] for side in ("first", "second")]
        assert replayed == pytest.approx(verdict.witness["values"])
    elif status == REFUTED:
        assert f"gives {played(facts, verdict.witness)[0]:.6g}" in verdict.shows


@pytest.mark.parametrize("text, claim", [
    ("reward = (sin(x) ** 2 + cos(x) ** 2) * (1 + 0 * y)", "reward <= 1"),
    ("reward = log(exp(x) + exp(y)) - max(x, y)", "reward <= 0.69314718055994531"),
])
def test_what_is_true_and_not_proved_says_so(text, claim):
    (verdict,) = facts_of(PLAIN + _indented(f"{text}\noutput all = tokens + correct\nensure {claim}")).ensures
    assert verdict.status == UNPROVED and "known" in verdict.known
