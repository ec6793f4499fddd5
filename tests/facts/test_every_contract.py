"""Each contract of the language: three programs that keep it and three that do not, replayed, and one that stays honestly open."""

from collections import Counter
from operator import ge, gt, le, lt

import numpy as np
import pytest
from contracts import CONTRACTS, DECIDED, INPUTS, program
from programs import facts_of

import rewardlang as rl
from rewardlang.cli.expectations import run_example
from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED

IDS = [f"{contract}-{number}-{status}" for number, (contract, _, _, status) in enumerate(CONTRACTS)]


@pytest.mark.parametrize(("contract", "text", "claim", "status"), CONTRACTS, ids=IDS)
def test_the_verdict(contract, text, claim, status):
    (verdict,) = facts_of(program(text, claim)).ensures
    assert verdict.status == status, (verdict.witness, verdict.known)
    assert status != UNPROVED or verdict.known
    if status == REFUTED:
        _REPLAY[contract](text, claim, verdict)


def _word(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _given(assignment: dict) -> str:
    return "".join(f"    {name} = {_word(value)}\n" for name, value in assignment.items())


def _outcomes(text: str, example: str):
    """What the example blocks of the program come to, by the compiled reward."""
    found = rl.load(text=program(text, "reward == reward").replace("ensure reward == reward\n", "") + example)
    return [outcome for each in found.spec.examples for outcome in run_example(found, each, {}, ())]


def _as_example(text: str, claim: str, verdict) -> None:
    """The witness pasted as an example fails what was claimed."""
    claimed = claim.split(" when ")[0]
    if "low" in claim:      # a chain: each of its comparisons as an output
        parts = claim.replace("<=", "§<=§").replace("< ", "§<§ ").split("§")
        outputs = "".join(f"output part{i} = {parts[i - 1].strip()} {parts[i]} {parts[i + 1].strip()}\n" for i in range(1, len(parts), 2))
        expects = "".join(f"    expect part{i} == true\n" for i in range(1, len(parts), 2))
        text = f"{text}\n{outputs}"
    else:
        outputs, expects = "", f"    expect {claimed}\n"
    given = {name: value for name, value in verdict.witness.items() if name in INPUTS}
    outcomes = _outcomes(text, f'example "witness" {{\n{_given(given)}{expects}}}\n')
    assert any(not outcome.passed and None not in outcome.got for outcome in outcomes), outcomes


_BREAKS = {">": le, ">=": lt, "<": ge, "<=": gt}


def _as_pair(text: str, claim: str, verdict) -> None:
    """Both samples of a pair get the values that were said, and these break the claim."""
    first, second = verdict.witness["first"], verdict.witness["second"]
    values = []
    for side in (first, second):
        (outcome,) = _outcomes(text, f'example "side" {{\n{_given(side)}    expect reward == 12345\n}}\n')
        values += outcome.got
    assert values == pytest.approx(verdict.witness["values"], abs=1e-6)
    if " when " in claim:
        op = next(word for word in claim.split() if word in _BREAKS)
        assert _BREAKS[op](*values)
        return
    source = claim.split()[-1]
    assert first[source] < second[source] and all(first[name] == second[name] for name in first if name != source)
    falls, level = values[0] > values[1], values[0] == values[1]
    rises = values[0] < values[1]
    assert rises if "decreasing" in claim else falls or "strictly" in claim and level


def _as_episode(text: str, claim: str, verdict) -> None:
    """An episode of the witness returns what breaks the claim."""
    steps = verdict.witness["steps"]
    columns = {name: [[value] * steps] for name, value in verdict.witness.items() if name in "dgh"}
    rewards = rl.compile(text=program(text, "reward == reward").replace("ensure reward == reward\n", ""))(columns).to_lists("reward")[0]
    total = sum(reward * (0.9 if "discounted" in claim else 1) ** step for step, reward in enumerate(rewards))
    _, op, *ends = claim.replace(",", " ").replace("[", " ").replace("]", " ").split()
    low, high = {"in": ends, "<=": ["-inf", *ends], ">=": [*ends, "inf"]}[op]
    assert not float(low) <= total <= float(high)


def _as_loop(text: str, claim: str, verdict) -> None:
    """Going round the loop of the witness ten times pays ten times its gain."""
    way = [*verdict.witness["stem"], *(verdict.witness["loop"] * 10)]
    columns = {name: [[name in step["label"] for step in way]] for name in "gh"}
    rewards = rl.compile(text=program(text, "reward == reward").replace("ensure reward == reward\n", ""))(columns).to_lists("reward")[0]
    assert sum(rewards[len(verdict.witness["stem"]):]) == pytest.approx(10 * verdict.witness["gain"], abs=1e-5)
    assert verdict.witness["gain"] > 0


def _as_futures(text: str, claim: str, verdict) -> None:
    """Rollouts that are alike up to what is claimed, and whose rewards there differ with what comes later, or with other rollouts."""
    reward = rl.compile(text=program(text, "reward == reward").replace("ensure reward == reward\n", ""))
    later = [[1, 2], [1, 7]] if claim.endswith("step") else [[1, 2], [1, 2]]
    others = [[0, 0], [0, 0]] if claim.endswith("step") else [[0, 0], [9, 9]]
    got = [reward({"d": [own, other]}).to_lists("reward")[0] for own, other in zip(later, others)]
    assert np.ravel(got[0])[0] != np.ravel(got[1])[0]


def _as_said(text: str, claim: str, verdict) -> None:
    """What is decided by the graph says what it found; `test_contracts.py` plays potentials forth and back."""
    assert verdict.shows or verdict.known or verdict.witness


_REPLAY = {"range": _as_example, "when": _as_example, "chain": _as_example, "dominance": _as_pair, "increasing": _as_pair,
           "strictly": _as_pair, "decreasing": _as_pair, "return": _as_episode, "farmable": _as_loop,
           "forever": _as_episode, "discounted": _as_episode, "availability": _as_futures, "class": _as_said, "potential": _as_said}


def test_each_has_three_of_both_kinds_and_one_that_stays_open():
    counts = Counter((contract, status) for contract, _, _, status in CONTRACTS)
    contracts = {contract for contract, *_ in CONTRACTS}
    assert contracts == set(_REPLAY)
    for contract in contracts:
        assert counts[contract, PROVED] >= 3 and counts[contract, REFUTED] >= 3, contract
        assert counts[contract, UNPROVED] >= 1 or contract in DECIDED, contract
