"""Random graphs: no value the reference finds lies outside its certified range, and none is invalid unannounced."""

import pytest
from handmade import RandomGraph, reference

from rewardlang.facts.contracts.witness import entries
from rewardlang.facts.failures import total
from rewardlang.facts.ranges import Ranges
from rewardlang.facts.search.prove import bounds

_SLACK = 1e-9


def _lies_in(value, interval) -> bool:
    return interval.lo - _SLACK * (1 + abs(value)) <= value <= interval.hi + _SLACK * (1 + abs(value))


@pytest.mark.parametrize("seed", range(200))
def test_values_lie_in_their_ranges_and_failures_are_foreseen(seed):
    graph = RandomGraph(seed)
    ranges = Ranges(graph.spec)
    for _ in range(6):
        rollouts, lengths = graph.rollouts(3)
        values = reference(graph.spec, graph.nodes(), rollouts, lengths)
        for node, found in values.items():
            fact = ranges.fact(node)
            for value in (entry for rollout in found for entry in entries(rollout)):
                if value is None:
                    assert fact.fails, f"{node} is invalid, and was said never to be"
                else:
                    assert fact.range is not None, f"{node} is {value}, and was said never to be valid"
                    assert _lies_in(float(value), fact.range), f"{node} is {value}, outside {fact.range}"


@pytest.mark.parametrize("seed", range(40))
def test_branch_and_bound_is_sound_and_its_points_are_reached(seed):
    graph = RandomGraph(seed, size=14)
    ranges = Ranges(graph.spec)
    node = graph.spec.outputs["reward"].node
    found = bounds(ranges, node, boxes=40)
    for _ in range(10):
        rollouts, lengths = graph.rollouts(3)
        for value in reference(graph.spec, [node], rollouts, lengths)[node]:
            if value is not None:
                assert found is not None and _lies_in(float(value), found.outer)
    if found is not None and found.inner is not None:
        assert found.outer.contains(found.inner)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_called_total_is_defined_on_every_row(seed):
    graph = RandomGraph(seed)
    ranges = Ranges(graph.spec)
    safe = total(ranges, graph.nodes())
    for _ in range(6):
        values = reference(graph.spec, graph.nodes(), *graph.rollouts(3))
        for node in safe:
            assert all(entry is not None for rollout in values[node] for entry in entries(rollout))
