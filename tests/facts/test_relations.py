"""Ranges of values that know of each other: compared, of one group or list, parts of a whole; attacked with random data."""

import pytest
from gatherings import outside
from programs import codes, facts_of

GROUP = """setting single_turn
group by prompt size [1, 16]
input prompt : id
input r : float in [0, 1]
input b : bool
"""
LIST = """setting single_turn
axis item ragged
input x : float[item] in [0, 1]
input v : float[item] in [-2, 3]
input key : int[item] in [0, 3]
"""
ORDERED = """setting single_turn
input a : float in [0, 10]
input b : float in [0.5, 10]
input c : float in [0, 10]
assume a <= b
assume b <= c
"""

#: Programs, a value, its exact range.
EXACT = [
    (GROUP, "(r - mean(r over group)) / std(r over group, ddof = 0) ?? 0", (-(15**0.5), 15**0.5)),       # √(G - 1)
    (GROUP, "(r - mean(r over group)) / std(r over group, ddof = 1) ?? 0", (-3.75, 3.75)),               # (G - 1)/√G
    # one apart from 15: (15/16) / (√15/16 + 0.1)
    (GROUP, "(r - mean(r over group)) / (std(r over group, ddof = 0) + 0.1)", (-15 / (15**0.5 + 1.6), 15 / (15**0.5 + 1.6))),
    (GROUP, "(5 * r - 5 * mean(r over group)) / std(r over group, ddof = 0) ?? 0", (-5 * 15**0.5, 5 * 15**0.5)),
    (GROUP, "sum(r - mean(r over group) over group)", (0, 0)),
    (GROUP, "mean(2 * r + 1 - 2 * mean(r over group) over group)", (1, 1)),
    (GROUP, "r - mean(r over group)", (-15 / 16, 15 / 16)),
    (GROUP, "r - max(r over group)", (-1, 0)),
    (GROUP, "(r / sum(r over group)) ?? 0", (0, 1)),
    (GROUP, "sum(softmax(r over group) over group)", (1, 1)),
    (GROUP, "sum(softmax(r over group) * (3 * r - 1) over group)", (-1, 2)),
    (GROUP, "sum((softmax(r over group where b) ?? 0) * (r + 1) over group)", (0, 2)),
    (GROUP, "(sum(r over group) - r) / max(count(over group) - 1, 1)", (0, 1)),
    (GROUP, "r - (sum(r over group) - r) / max(count(over group) - 1, 1)", (-1, 1)),
    (GROUP, "1 - (rank(r over group, ties = min) - 1) / max(count(over group) - 1, 1)", (0, 1)),
    (GROUP, "sum(b over group) / count(over group)", (0, 1)),
    (LIST, "mean(x over item) - min(x over item)", (0, 1)),
    (LIST, "(first(x over item where v > 0) ?? 0) - max(x over item)", (-1, 0)),
    (LIST, "(max(x over item) / sum(x over item)) ?? 0", (0, 1)),
    (LIST, "(max(sum(x over item by key) over item) / sum(x over item)) ?? 0", (0, 1)),
    (LIST, "(sum(x * v over item) / sum(x over item)) ?? 0", (-2, 3)),
    (LIST, "sum(x * v over item) / max(sum(x over item), 1)", (-2, 3)),
    (LIST, "count(over item where x > 0.5) / max(count(over item), 1)", (0, 1)),
    (ORDERED, "c - a", (0, 10)),
    (ORDERED, "a / b", (0, 1)),
    (ORDERED, "a * c - b * c", (-100, 0)),
    (ORDERED, "gate c >= 2 * b { c / b } else 2", (2, 20)),
    (ORDERED, "gate a < c { 1 / (1 + c - a) } else 1", (1 / 11, 1)),
]


@pytest.mark.parametrize("head, text, exact", EXACT, ids=[row[1] for row in EXACT])
def test_the_range_is_that_of_calculus(head, text, exact):
    found = facts_of(f"{head}output y = {text}\nreward = 1\n").output("y").bounds
    width = max(exact[1] - exact[0], 1)
    assert exact[0] - 1e-5 * width <= found.lo <= exact[0] + 1e-12 and exact[1] - 1e-12 <= found.hi <= exact[1] + 1e-5 * width


ASSUMED = [
    ("x * (1 - y)", "x <= y", (0, 0.25)),
    ("x * y", "x + y <= 1", (0, 0.25)),
    ("x ** 2 + y", "x + y <= 1", (0, 1)),
    ("x / (x + y + 1)", "x <= y", (0, 1 / 3)),
]


@pytest.mark.parametrize("text, assumed, exact", ASSUMED, ids=[row[0] for row in ASSUMED])
def test_a_search_stays_where_the_assumptions_hold(text, assumed, exact):
    """No point outside is taken for reached, and what lies outside is cut off."""
    facts = facts_of(f"input x : float in [0, 1]\ninput y : float in [0, 1]\nassume {assumed}\nreward = {text}\n")
    found = facts.reached(facts.spec.outputs["reward"].node)
    room = 0.01 * (exact[1] - exact[0])
    assert exact[0] - room <= found.outer.lo <= exact[0] and exact[1] <= found.outer.hi <= exact[1] + room
    assert found.inner is None or exact[0] - 1e-12 <= found.inner.lo and found.inner.hi <= exact[1] + 1e-12


DEFINED = ["1 / (x ** 2 - 2 * x + 1.01)", "sqrt(x ** 3 + 3 * x ** 2)", "log(1.001 - sin(x) * cos(x) * 2)", "1 / (x - x ** 2 - 1)"]
UNDEFINED = ["1 / (x ** 2 - 2 * x + 1)", "sqrt(x ** 2 - 2 * x + 0.99)", "log(x - x ** 2 + 6)", "1 / (x ** 3 - 1)"]


@pytest.mark.parametrize("text", DEFINED + UNDEFINED)
def test_only_what_is_undefined_somewhere_is_an_error(text):
    found = codes(f"input x : float in [0, 3]\nreward = {text}\n")
    assert ("RW201" in found) == (text in UNDEFINED)


OPEN = [
    (GROUP, "r - mean(r over group where b) ?? 0", (-1, 1)),                    # the own sample need not be among them
    (GROUP, "sum(r - mean(r over group where b) over group) ?? 0", (-16, 16)),
    (LIST, "(max(v over item) - sum(v over item)) ?? 0", (-1e9, 1e9)),          # a part of what can be negative is no part
    (ORDERED, "b - 2 * a", (-10, 10)),                                          # a = b = 10 and a = 0, b = 10
]


@pytest.mark.parametrize("head, text, reached", OPEN, ids=[row[1] for row in OPEN])
def test_nothing_is_concluded_of_what_only_looks_alike(head, text, reached):
    found = facts_of(f"{head}output y = {text}\nreward = 1\n").output("y").bounds
    assert found.lo <= reached[0] and reached[1] <= found.hi


@pytest.mark.parametrize("block", range(4))
def test_no_value_of_a_random_program_over_groups_and_lists_lies_outside(block):
    looked = 0
    for seed in range(15 * block, 15 * block + 15):
        count, found = outside(seed, batches=8)
        assert not found, found[:3]
        looked += count
    assert looked > 3_000
