"""Rewards made of machines and of other values: all label traces of small machines drawn at random, played against the bounds."""

import random
from itertools import product

import pytest
from programs import facts_of

from rewardlang.facts.contracts.witness import entries
from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate

LETTERS = [(c, d) for c in (False, True) for d in (False, True)]
INPUTS = "input c : bool[step]\ninput d : bool[step]\ninput q : float[step] in [0, 1]\n"


def drawn(draw: random.Random, name: str = "m") -> str:
    """A machine of three states or four as text; the first edge that applies is taken."""
    states = ["s0", "s1", "s2", "s3"][:draw.choice([3, 4])]
    lines = ["    start s0", "    first match"]
    for state in states[:-1]:
        for guard in draw.sample(["c", "d", "c and d", "not c", "not d and c"], draw.randint(1, 2)):
            lines.append(f"    {state} -> {draw.choice(states)} when {guard} : {draw.choice(['1', '-1', '2.5', 'q', '-0.5 * q', '0'])}")
    lines.append(f"    otherwise stay : {draw.choice(['0', '-0.1', '0.2', 'q'])}")
    lines += [f"    final {states[-1]}"] if draw.random() < 0.7 else [f"    {states[-1]} -> s0 when d : -3"]
    return f"machine {name} {{\n" + "\n".join(lines) + "\n}\n"


SHARP = ["m.reward", "gate m.in(s1) { q } else m.reward", "gate not m.done { m.reward - 0.5 }", "gate m.in(s0) { 1 } else -1",
         "gate c { m.reward }", "(gate m.in(s1) { 1 } else 0.5) * m.reward"]
LOOSE = ["gate not m.done { m.reward - 0.5 * q }", "q * m.reward", "(2 * q - 1) * m.reward", "gate q > 0.5 { m.reward } else { -q }", "m.reward + (gate d { q } else -q)",
         "max(m.reward, q)", "m.reward + 0.5 * (ahead(q, 0) - q)", "gate c and not m.done { q } else { -m.reward }",
         "m.reward ?? -0.5", "gate prev(m.in(s1), false) { m.reward }", "abs(m.reward) - (gate m.in(s2) { q })", "m.reward * m.reward"]


def played(found, traces: list, denses: list) -> list[list]:
    """The rewards of many rollouts at once, by the reference interpreter."""
    node = found.spec.outputs["reward"].node
    columns = {"c": [[letter[0] for letter in trace] for trace in traces], "d": [[letter[1] for letter in trace] for trace in traces], "q": denses}
    values = evaluate(reachable([node]), len(traces), lambda part, i, *_: columns[part["name"]][i], lambda axis, i: len(traces[i]))
    return [entries(each) for each in values[node]]


def program(machine: str, reward: str, setting: str):
    return facts_of(f"setting {setting}\n{INPUTS}{machine}output quiet = c + d + q\nreward = {reward}\n")


def sums(rewards: list[list], rate: float) -> list[float]:
    return [sum(reward * rate ** step for step, reward in enumerate(each)) for each in rewards if None not in each]


@pytest.mark.parametrize("reward", SHARP)
@pytest.mark.parametrize("rate", [1, 0.5])
def test_over_three_steps_the_bounds_are_reached(reward, rate):
    draw = random.Random(f"{reward} {rate}")
    traces = [trace for trace in product(LETTERS, repeat=3) for _ in range(8)]
    denses = [list(dense) for _ in product(LETTERS, repeat=3) for dense in product([0, 1], repeat=3)]
    for _ in range(4):
        found = program(drawn(draw), reward, f"episodic horizon 3 discount {rate if rate != 1 else 0.9}")
        output, totals = found.output("reward"), sums(played(found, traces, denses), rate)
        bounds = output.return_bounds if rate == 1 else output.discounted_bounds
        assert (float(bounds.lo), float(bounds.hi)) == pytest.approx((min(totals), max(totals)), abs=1e-9), found.spec.outputs


@pytest.mark.parametrize("reward", [*SHARP, *LOOSE])
def test_no_trace_of_any_length_leaves_the_bounds(reward):
    draw = random.Random(reward)
    for number in range(5):
        setting, least, most = draw.choice([("episodic discount 0.9", 0, 6), ("episodic horizon [1, 6] discount 0.8", 1, 6),
                                            ("episodic horizon 4 discount 0.5", 4, 4), ("continuing discount 0.95", 0, 6)])
        found = program(drawn(draw), reward, setting)
        output, rate = found.output("reward"), found.spec.setting.discount
        longest = most if number == 0 else min(most, 4)
        for length in range(least, longest + 1):
            traces = list(product(LETTERS, repeat=length))
            traces = traces if len(traces) <= 1024 else [trace for trace in traces if trace[0] == LETTERS[number % 4]][::draw.choice([1, 2])]
            denses = [[draw.choice([0, 1, 0.5]) for _ in range(length)] for _ in traces]
            if number % 2 and length:       # nulls, which gates and `??` may hide
                denses = [[None if draw.random() < 0.1 else value for value in dense] for dense in denses]
                traces = [tuple((None if draw.random() < 0.05 else c, d) for c, d in trace) for trace in traces]
            rewards = played(found, traces, denses)
            for bounds, weight in ((output.return_bounds, 1), (output.discounted_bounds, rate)):
                for total in sums(rewards, weight):
                    assert bounds.lo - 1e-9 <= total <= bounds.hi + 1e-9, (total, bounds, found.spec.outputs)


def test_two_machines_and_a_potential_of_one():
    prize = "machine n {\n    start u\n    u -> v when d : 4\n    otherwise stay\n    final v\n}\n"
    traces = [trace for length in range(5) for trace in product(LETTERS, repeat=length)]
    for reward in ("gate n.reward > 0 { 2 } else 0", "n.reward * (gate m.in(s1) { 1 } else 0.5)", "(gate c { n.reward }) + (gate d { n.reward })"):
        for seed in range(3):
            found = program(drawn(random.Random(seed)) + prize, reward, "episodic")
            most = max(sums(played(found, traces, [[0] * len(trace) for trace in traces]), 1))
            assert most <= found.output("reward").return_bounds.hi <= {2: 2, 4: 4, 8: 8}.get(most, 4), (reward, seed)
    found = program(prize, "n.reward + shaped(n, discount = 0.9)", "episodic discount 0.9").output("reward")
    assert (found.discounted_bounds.lo, found.discounted_bounds.hi) == (-4, 0 + 4)
