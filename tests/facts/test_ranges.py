"""Ranges of single nodes, in plain and guarded places, and that they stay cheap in large programs."""

import time
from fractions import Fraction

import pytest
from handmade import Hand
from programs import facts_of

from rewardlang.facts.ranges import Ranges
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL

GUARDED = {
    "gate y > 0 { x / y }": (False, None),
    "gate y > 1 { 1 / (y - 1) }": (False, None),
    "gate y - 1 > 0 { log(y - 1) }": (False, None),
    "gate 2 * y > 0 { log(y) }": (False, None),
    "gate y != 0 { x / y }": (True, None),            # -1 and 1 have 0 between them: only the ends of a range are trimmed
    "gate not (y <= 0) and c { sqrt(y / 2) } else -1": (False, (-1, 1)),
    "gate c { gate y >= 1 { y } else 1 }": (False, (0, 2)),
    "gate y > 0 and x / y > 1 { 1 }": (False, (0, 1)),
    "gate x > 0 or y > 0 { x / y }": (True, None),
    "gate x == 0 { x } else 7": (False, (0, 7)),
    "gate x in [0, 1] { x } else 0": (False, (0, 1)),
    "gate abs(x) > 4 { 1 / x }": (True, None),
    "gate n > 2 { 1 / (n - 2) }": (False, (0, 1)),
    "1 / y ?? 9": (False, None),
    "gate valid(1 / y) { 1 / y }": (False, None),
    "gate min(y, 1) > 0 { log(y) }": (False, None),
    "gate clamp(y, 0, 1) > 0 { log(y) }": (False, None),
}


@pytest.mark.parametrize("expression", GUARDED)
def test_guards(expression):
    facts = facts_of(f"""
        input x : float in [-5, 5]
        input y : float in [-1, 2]
        input n : int in [0, 9]
        input c : bool
        reward = {expression}
    """)
    fails, wanted = GUARDED[expression]
    node = facts.spec.outputs["reward"].node
    assert facts.ranges.fails(node) is fails
    if wanted is not None:
        assert facts.output("reward").bounds == Interval(*wanted)


AXES = """
    input y : float[step] in [-1, 2]
    input total : float in [-1, 2]
    input id : id
    group by id
"""


@pytest.mark.parametrize("expression, low", [
    ("gate total > 1 { sum(total * y over step) }", None),
    ("gate any(y > 1 over step) { 1 }", 0),
    ("gate total > 1 { min(total over group) } else 9", -1),
    ("gate total > 1 { total - mean(total over group) } else 9", -1),
    ("max(y over step where y > 1) ?? 5", 1),
    ("min(gate y > 1 { 5 } else 7 over step) ?? 6", 5),
])
def test_a_gate_narrows_no_population(expression, low):
    facts = facts_of(AXES + f"    reward = {expression}\n")
    found = facts.ranges.of(facts.spec.outputs["reward"].node)
    assert found is not None and (low is None or abs(found.lo - low) < 1e-6)


def test_a_gate_along_steps_does_not_reach_into_a_sum_over_them():
    facts = facts_of(AXES + "    reward = mean(gate y > 1 { min(y over step) } else 2 over step) ?? 2\n")
    assert facts.ranges.of(facts.spec.outputs["reward"].node).lo == -1


def test_assumptions_hold_everywhere():
    facts = facts_of("""
        input logp : float[token]
        assume logp <= 0
        reward = mean(exp(logp) over token) ?? 0
    """)
    assert facts.output("reward").bounds == Interval(0, 1)


def test_what_an_assumption_says_of_a_plain_value_needs_a_position():
    facts = facts_of("""
        input limit : float
        input used : float[step] in [0, 1]
        assume used <= limit
        reward = limit
    """)
    assert facts.ranges.of(facts.spec.outputs["reward"].node).lo == float("-inf"), "without steps it says nothing"


def test_shared_parts_cancel():
    facts = facts_of("""
        input a : float in [0, 1]
        input b : float in [0, 1]
        output zero = (a + b) - (b + a)
        output swapped = abs(a - b) - abs(b - a)
        output half = a - 0.5 * a
        reward = a
    """)
    ends = {name: facts.ranges.of(facts.spec.outputs[name].node) for name in ("zero", "swapped", "half")}
    assert ends == {"zero": Interval(0, 0), "swapped": Interval(0, 0), "half": Interval(0, Fraction(1, 2))}


def test_the_own_value_lies_between_the_ends_of_its_group():
    facts = facts_of("""
        input id : id
        group by id
        input tokens : int in [1, 8192]
        let shortest = min(tokens over group)
        let longest = max(tokens over group)
        reward = 0.5 - (tokens - shortest) / max(longest - shortest, 1)
    """)
    assert facts.output("reward").bounds == Interval(Fraction(-1, 2), Fraction(1, 2))


def test_a_weighted_sum_knows_its_weights():
    facts = facts_of("""
        axis member = 3
        input vote : float[member] in [0, 1]
        reward = sum(vote * [0.5, 0.25, 0.25] over member)
        output turned = sum(vote * [1, -1, 0] over member)
    """)
    assert facts.output("reward").bounds == Interval(0, 1)
    assert facts.output("turned").bounds == Interval(-1, 1)


def _chain(length: int) -> float:
    hand = Hand()
    x = hand.leaf("x", 0, 1)
    switches = [hand.leaf(f"c{i}", type=BOOL) for i in range(50)]
    divisors = [hand.leaf(f"y{i}", -1, 1) for i in range(50)]
    for i in range(length):
        if i % 3 == 0:
            x = hand.op("gate", switches[i % 50], hand.op("mul", x, Fraction(1, 2)), hand.op("add", x, 1))
        elif i % 3 == 1:
            x = hand.op("minimum", hand.op("add", x, divisors[i % 50]), 5)
        else:
            y = divisors[i % 50]
            x = hand.op("gate", hand.op("gt", y, 0), hand.op("div", x, y), x)
    spec = hand.output(hand.op("tanh", x))
    begin = time.process_time()
    ranges = Ranges(spec)
    spent = time.process_time() - begin
    assert not ranges.fails(spec.outputs["reward"].node), "every division is guarded, however long the chain"
    return spent / len(spec.graph.nodes)


def test_a_chain_of_ten_thousand_guarded_lets_costs_little_for_each():
    assert _chain(10_000) < 3e-4


@pytest.mark.parametrize("value, low", [
    ("x ?? low", -3), ("(gate c { x } else 1) ?? low", -3),
    ("exp(x) ?? low", -3), ("v[2] ?? low", -3), ("length(step) ?? low", -3), ("mean(s over step) ?? low", -3),
    ("x ?? 0.5", 0),
])
def test_a_null_of_a_column_or_of_a_whole_list_reaches_the_fallback(value, low):
    facts = facts_of(f"""
        axis member = 3
        input x : float in [0, 1]
        input low : float in [-3, 1]
        input c : bool
        input v : float[member] in [0, 1]
        input s : float[step] in [0, 1]
        output total = mean(s over step) ?? 0
        reward = {value}
    """)
    assert facts.output("reward").bounds.lo == low


def test_an_arm_that_no_rollout_reaches_is_analysed_like_any_other():
    facts = facts_of("""
        input b : float in [0, 1]
        input n : int in [-3, 5]
        input c : bool
        input d : bool
        param v in [-2, 2] = 0.5
        input m : float? in [-3, 3]
        reward = gate not d {
            match { not c: match { c: v else: m }
                    else: b / n ?? v }
        } else v
    """)
    assert facts.invalid_from(facts.spec.outputs["reward"].node) == ("m",)
    assert facts.output("reward").bounds == Interval(-3, 3)
    assert not [found for found in facts.diagnostics if found.severity == "error"]


def test_a_product_where_an_order_is_assumed_is_no_sum_of_itself():
    facts = facts_of("""
        setting episodic
        input a : float[step] in [0, 100]
        input b : float[step] in [0, 1]
        assume a >= prev(a, 0)
        reward = (a - prev(a, 0)) * (1 - b)
    """)
    assert facts.output("reward").bounds == Interval(0, 100)


@pytest.mark.parametrize("condition", ["n < 1", "n == 0", "n == 1", "n > 1"])
def test_a_search_that_looks_at_parts_by_themselves_forgets_no_place_it_has_been(condition):
    facts = facts_of(f"""
        setting episodic horizon 100
        input y : float[step] in [-1, 1]
        input n : int[step] in [0, 2]
        input p : bool[step]
        let back : float[step] in [0, 9] = min(abs(y) + 0.5 * ahead(back, 1), 9)
        reward = gate p {{ gate {condition} {{ cumsum(1 + 0 * y over step) }} else 0 }} else {{ mean(back over step) ?? 0.25 }}
    """)
    assert facts.output("reward").bounds == Interval(0, 100)
