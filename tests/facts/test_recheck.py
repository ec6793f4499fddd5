"""The second opinion: it confirms true ranges, contradicts false ones, and catches an engine whose rules are wrong."""

import json
from pathlib import Path

import pytest
from programs import facts_of

from rewardlang.facts.recheck.ranges import CONTRADICTED, HOLDS, OPEN, recheck
from rewardlang.facts.search import derivatives, doubles
from rewardlang.values import elementary
from rewardlang.values.interval import Interval

BOUNDS = Path(__file__).resolve().parents[3] / "shared/conformance/bounds.jsonl"

TEXTS = [
    "input x : float in [0, 1]\nreward = x * (1 - x)",
    "input x : float in [0, 1]\ninput y : float in [-3, 3]\nreward = log(1 + x) * sigmoid(y) - abs(y)",
    "input x : float in [0, 1]\ninput y : float in [-3, 3]\ninput c : bool\ninput n : int in [0, 4096]\n"
    "reward = gate c { 0.3 * x * y + tanh(y) - 0.1 * (x - y) ** 2 } else -n / 4096",
    "input x : float in [0.5, 2]\ninput y : float in [0, 1]\nreward = max(x, y) / (x + y) + sqrt(x) - exp(-x * y)",
    "input x : float in [-2, 2]\nreward = sin(3 * x) + clamp(x, -1, 1) ** 3",
]


def opinion(text: str, change=lambda bounds: bounds):
    facts = facts_of(text)
    return recheck(facts.ranges, facts.spec.outputs["reward"].node, change(facts.output("reward").bounds))


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_true_is_confirmed_and_a_hundredth_less_is_contradicted_at_a_point(text):
    assert opinion(text).status == HOLDS
    for change in (lambda b: Interval(b.lo + b.width / 100, b.hi), lambda b: Interval(b.lo, b.hi - b.width / 100)):
        found = opinion(text, change)
        assert found.status == CONTRADICTED and found.point


def test_what_looks_beyond_an_entry_is_taken_as_given_and_named():
    text = "axis ref ragged\ninput s : float[ref] in [0, 1]\ninput x : float in [0, 2]\nreward = x * (max(s over ref) ?? 0)"
    found = opinion(text)
    assert found.status == HOLDS and [node.op for node in found.trusted] == ["max"]
    assert opinion(text, lambda bounds: Interval(0, 1)).status == OPEN      # no witness without the list


_HUMP = "input x : float in [0, 1]\ninput y : float in [0, 1]\nreward = x * (1 - x) * (1 - x) * (2 - y) * (y + 0.1)"

#: A rule of the engine, what it wrongly gives, and a program that rests on it.
CORRUPTED = {
    "products of doubles": (doubles, "mul", lambda a, b: (a[0] * b[0], a[0] * b[0]), _HUMP),
    "a slope": (derivatives, "_mul", lambda value, a, b: (doubles.ONE, doubles.ONE), _HUMP),
    "hyperbolic tangent": (elementary, "tanh", lambda a: Interval.of(0), "input x : float in [-1, 1]\nreward = tanh(x)"),
    "absolute value": (Interval, "__abs__", lambda a: Interval(0, 1), "input x : float in [-3, 2]\nreward = abs(x)"),
    "least of two": (Interval, "minimum", lambda a, b: a, "input x : float in [0, 2]\ninput y : float in [-1, 1]\nreward = min(x, y)"),
}


@pytest.mark.parametrize("name", CORRUPTED)
def test_a_corrupted_engine_is_caught(name, monkeypatch):
    owner, rule, wrong, text = CORRUPTED[name]
    assert opinion(text).status == HOLDS
    monkeypatch.setattr(owner, rule, wrong)
    table = {"mul": derivatives.VALUES, "_mul": derivatives.SLOPES}.get(rule)
    if table is not None:
        monkeypatch.setitem(table, "mul", wrong)
    assert opinion(text).status == CONTRADICTED


@pytest.mark.skipif(not BOUNDS.exists(), reason="the shared corpus lies beside the project")
def test_the_exact_ranges_of_the_corpus_are_confirmed_or_left_open():
    rows = [json.loads(line) for line in BOUNDS.open()]
    rows = [row for row in rows if not row.get("domain_error")][::6]
    said = []
    for row in rows:
        inputs = "".join(f"input {name} : float in [{low}, {high}]\n" for name, (low, high) in row["inputs"].items())
        facts = facts_of(inputs + f"reward = {row['expression']}\n")
        said.append(recheck(facts.ranges, facts.spec.outputs["reward"].node, facts.output("reward").bounds, 150).status)
    assert CONTRADICTED not in said and said.count(HOLDS) >= len(said) / 2, said
