"""Random graphs mean the same before and after all passes, to the last failure."""

from math import isclose, isfinite
from types import SimpleNamespace

import pytest
from handmade import RandomGraph, reference

import rewardlang as rl
from rewardlang.facts.contracts.witness import entries
from rewardlang.facts.ranges import Ranges
from rewardlang.ir.node import reachable
from rewardlang.rewrite.passes import PASSES, optimise


def _same(one, other) -> bool:
    if one is None or other is None or isinstance(one, bool) or not isfinite(one):
        return one == other
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("seed", range(150))
def test_every_value_and_every_failure_is_kept(seed):
    graph = RandomGraph(seed, size=30)
    before = graph.spec
    after = optimise(before, SimpleNamespace(ranges=Ranges(before)))
    pairs = [(before.outputs[name].node, after.outputs[name].node) for name in before.outputs]
    for _ in range(4):
        rollouts, lengths = graph.rollouts(3)
        old = reference(before, [pair[0] for pair in pairs], rollouts, lengths)
        new = reference(after, [pair[1] for pair in pairs], rollouts, lengths)
        for one, other in pairs:
            for left, right in zip(entries(old[one]), entries(new[other])):
                assert _same(left, right), f"{one} was {left} and is {right} as {other}"


def test_something_is_rewritten_at_all():
    fewer = 0
    for seed in range(30):
        before = RandomGraph(seed, size=30).spec
        after = optimise(before, SimpleNamespace(ranges=Ranges(before)))
        reward = [reachable([spec.outputs["reward"].node]) for spec in (before, after)]
        fewer += len(reward[1]) < len(reward[0])
    assert fewer >= 5


def test_equal_nodes_stay_one_node():
    for seed in range(20):
        before = RandomGraph(seed, size=30).spec
        nodes = optimise(before, SimpleNamespace(ranges=Ranges(before))).graph.nodes
        parts = [(node.op, node.args, node.type, node.attrs) for node in nodes]
        assert len(set(parts)) == len(nodes), seed


def test_passes_are_named_once_and_say_why_they_stand_there():
    assert len({one.name for one in PASSES}) == len(PASSES)
    assert all(one.why and one.rules for one in PASSES)


def test_a_null_is_as_invalid_after_all_passes_as_before():
    reward = rl.compile(text="""
        input b : float in [0, 1]
        output compared = 0 <= b
        output decided = gate (0 <= b <= 1) ?? false { 1 } else 0
        output asked = valid(b <= b)
        output product = 0 * b
        output difference = b - b
        output counted = count(over batch where (b <= 2) ?? false)
    """)
    out = reward({"b": [None, 0.5]})
    assert {name: out.to_lists(name) for name in out.outputs} == {
        "compared": [None, True], "decided": [0, 1], "asked": [False, True], "product": [None, 0], "difference": [None, 0],
        "counted": [1, 1]}
