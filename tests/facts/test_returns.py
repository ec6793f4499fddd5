"""Returns of gated, weighed and ending rewards: bounds by hand, and rewards drawn at random that are played and stay within theirs."""

import random
from fractions import Fraction
from math import inf

import pytest
from programs import facts_of

from rewardlang.facts.contracts.witness import entries
from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate

INPUTS = """
    input a : float[step] in [0, 100]
    input e : float[step] in [-1, 1]
    input q : float[step] in [0, 1]
    input c : bool[step]
    input d : bool[step]
    input last_word : float in [-2, 1]
    machine task {
        start out
        out -> inside when c : 3
        inside -> out when not c and d : -5
        inside -> done when c and d : 10
        otherwise stay : -q
        final done
    }
    machine prize {
        start waiting
        waiting -> paid when c : 7
        otherwise stay
        final paid
    }
"""


def facts(text: str, setting: str = "episodic"):
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return facts_of(f"    setting {setting}\n{INPUTS}{lines}")


ASSUMED = ["assume a >= prev(a, 0)", "assume prev(a, 0) <= a", "assume a - prev(a, 0) >= 0", "assume delta(a, 0) >= 0", "assume 0 <= 2 * delta(a, 0)"]
CHANGES = ["a - prev(a, 0)", "delta(a, 0)", "-(prev(a, 0) - a)"]


@pytest.mark.parametrize("assumed", ASSUMED)
@pytest.mark.parametrize("change", CHANGES)
def test_progress_that_only_rises_is_bounded_for_every_horizon_however_it_is_written(assumed, change):
    found = facts(f"{assumed}\nreward = gate c {{ 0.5 * q * ({change}) }}\noutput same = prev(a, 0)").output("reward")
    assert (found.return_bounds.lo, found.return_bounds.hi) == (0, 50)


#: A reward without a horizon, and what its return lies in, by hand; None: no bound that is known.
BY_HAND = [
    ("reward = gate c { a - prev(a, 0) }", -inf, inf),                  # may fall where the gate is closed, and rise where it is open
    ("assume a >= prev(a, 0)\nreward = (gate c { 1 } else 0.2) * (gate d { delta(a, 0) })", 0, 100),
    ("assume a >= prev(a, 0)\nreward = -delta(a, 0) / (1 + q)", -100, 0),
    ("assume a >= prev(a, 0)\nreward = (1 - 2 * q) * delta(a, 0)", -100, 100),
    ("assume a >= prev(a, 0)\nreward = max(delta(a, 0) - 1, 0)", 0, 100),
    ("assume a >= prev(a, 0) and q > 0\nreward = gate c { delta(a, 0) } else -0.5 * delta(a, 0)", -50, 100),
    ("reward = gate c { prize.reward }", 0, 7),
    ("reward = prize.reward * (q - 0.5)", Fraction(-7, 2), Fraction(7, 2)),
    ("reward = gate index(step) == length(step) - 1 { last_word } else { ahead(q, 0) - q }", -3, 2),
    ("reward = gate index(step) + 1 >= length(step) { last_word }", -2, 1),
    ("assume not prev(d, false)\nreward = gate d { 5 * e }", -5, 5),
    ("assume d implies index(step) == length(step) - 1\nreward = gate d { 5 * e } else { ahead(q, 0) - q }", -6, 6),
    ("assume cumsum(q over step) <= 1\nreward = 3 * q * c", 0, 3),
    ("assume sum(q over step) <= 1\nreward = gate c { 3 * q } else -q", -1, 3),
    ("reward = gate d { 5 * e }", -inf, inf),
]


@pytest.mark.parametrize(("text", "low", "high"), BY_HAND, ids=[row[0] for row in BY_HAND])
def test_returns_by_hand(text, low, high):
    found = facts(text).output("reward").return_bounds
    assert (found.lo, found.hi) == (low, high)


def test_a_null_that_a_gate_hides_may_not_break_a_bound():
    """A null is skipped by the gate, and with it the step that fell: without an assumption that reads it nothing is concluded."""
    text = "let top = cummax(a over step)\nreward = gate c { a - prev(a, 0) }"
    assert facts(text).output("reward").return_bounds.hi == inf
    text = "input r : float[step] in [0, 100]\nassume not c implies r >= prev(r, 0)\nreward = gate c { r - prev(r, 0) }"
    assert facts(text).output("reward").return_bounds.hi == inf


def test_the_range_of_a_value_between_running_extremes():
    running = "let low = cummin(a over step)\nlet high = cummax(a over step)\n"
    for text in ("reward = gate high > low { (a - low) / (high - low) }", "reward = (a - low) / (high - low) ?? 0",
                 "reward = (a - low) / max(high - low, 0.001)", "reward = 1 - gate high > low { (high - a) / (high - low) }"):
        text = text.replace("1 - gate", "gate")
        bounds = facts(running + text).output("reward").bounds
        assert (bounds.lo, bounds.hi) == (0, 1), text
    assert facts(running + "reward = high - low").output("reward").bounds.lo == 0


def test_a_sum_within_the_program_telescopes_too():
    found = facts("assume a >= prev(a, 0)\nreward = at_last(sum(gate c { delta(a, 0) } over step) / 100, step)").output("reward")
    assert (found.bounds.lo, found.bounds.hi) == (0, 1) and found.return_bounds.hi == 1


# Drawn at random ------------------------------------------------------------------------------------------------

DENSE = ["1", "q", "e", "e - 0.3", "delta(a, 0) / 10", "a - prev(a, 0)", "ahead(q, 0) - q", "delta(e, 0)", "task.reward", "prize.reward",
         "cummax(q over step)", "at_last(last_word, step)", "prev(q, 0.5)", "at_first(last_word, step)"]
GATES = ["c", "d", "not c", "q > 0.5", "task.in(inside)", "task.done", "prize.done", "index(step) == length(step) - 1", "a > prev(a, 0)"]
ASSUMPTIONS = ["", "assume a >= prev(a, 0)", "assume delta(a, 0) >= 0", "assume not prev(d, false)", "assume cumsum(q over step) <= 1.5"]


def drawn(draw: random.Random, depth: int = 2) -> str:
    """A step reward as text."""
    kind = draw.choice(["dense"] if depth == 0 else ["dense", "gate", "gate", "product", "sum", "sum", "choice", "minus"])
    inner = [drawn(draw, depth - 1) for _ in range(2)] if kind != "dense" else []
    if kind == "dense":
        return f"({draw.choice(DENSE)})"
    if kind == "gate":
        closed = f" else {{ {inner[1]} }}" if draw.random() < 0.5 else ""
        return f"(gate {draw.choice(GATES)} {{ {inner[0]} }}{closed})"
    if kind == "product":
        return f"({draw.choice(['q', '(1 - 2 * q)', 'e', inner[1], '-0.5'])} * {inner[0]})"
    if kind == "sum":
        return f"({inner[0]} {draw.choice('+-')} {inner[1]})"
    return f"{draw.choice(['min', 'max'])}({inner[0]}, {inner[1]})" if kind == "choice" else f"(-{inner[0]})"


def rollout(draw: random.Random, steps: int, nulls: bool) -> dict:
    """Values of all inputs at so many steps."""
    climbs = draw.random() < 0.6
    a = [draw.choice([0, 100, draw.uniform(0, 100)]) for _ in range(steps)]
    q = [draw.choice([0, 1, 0.5]) for _ in range(steps)]
    values = {"a": sorted(a) if climbs else a, "e": [draw.choice([-1, 1, 0.2]) for _ in range(steps)],
              "q": [0] * (steps - 1) + q[:1] if draw.random() < 0.3 and steps else q,
              "c": [draw.random() < 0.5 for _ in range(steps)],
              "d": [draw.random() < 0.5 for _ in range(steps)] if draw.random() < 0.5 else [False] * (steps - 1) + [True] * (steps > 0)}
    if nulls and steps:
        values[draw.choice("aeqcd")][draw.randrange(steps)] = None
    return {**values, "last_word": draw.choice([-2, 1, 0.3])}


def play(found, node, given: dict, steps: int) -> list | None:
    """The rewards of a rollout by the reference interpreter; None if an assumption does not hold, or a reward is invalid."""
    roots = [node, *found.spec.assumptions]
    nodes = reachable(roots)
    values = evaluate(nodes, 1, lambda part, *_: given[part["name"]], lambda axis, i: steps)
    if any(entry is not True for fact in roots[1:] for entry in entries(values[fact][0])):
        return None
    rewards = entries(values[node][0])
    return None if None in rewards else rewards


SETTINGS = {"episodic": (0, 6), "episodic discount 0.9": (0, 6), "episodic horizon 5 discount 0.5": (5, 5),
            "episodic horizon [2, 6] discount 0.9": (2, 6), "continuing discount 0.95": (0, 6)}


@pytest.mark.parametrize("setting", SETTINGS)
def test_rewards_drawn_at_random_return_what_is_said(setting):
    draw = random.Random(setting)
    least, most = SETTINGS[setting]
    finite = 0
    for _ in range(25):
        assumed = draw.choice(ASSUMPTIONS)
        text = f"{assumed}\noutput quiet = a + q + e + c + d + last_word\nreward = e - e + {drawn(draw)}"
        found = facts(text, setting)
        output, rate = found.output("reward"), found.spec.setting.discount or 1
        finite += output.return_bounds.is_finite
        node = found.spec.outputs["reward"].node
        for number in range(24):
            steps = draw.randint(least, most)
            given = rollout(draw, steps, nulls=number % 4 == 0)
            rewards = play(found, node, given, steps)
            if rewards is None:
                continue
            for bounds, total in ((output.return_bounds, sum(rewards)),
                                  (output.discounted_bounds, sum(r * rate ** t for t, r in enumerate(rewards)))):
                slack = 1e-9 * (1 + abs(total))
                assert bounds.lo - slack <= total <= bounds.hi + slack, (text, given, rewards)
    assert finite >= 4
