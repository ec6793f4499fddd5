"""Checks of machines held to brute force over all letters, places and short runs."""

import random
from itertools import product as tuples
from math import inf

import pytest
from random_machines import LETTERS, machine

from rewardlang.automata.formula import atom, make
from rewardlang.automata.gains import most, paying_loop
from rewardlang.automata.machine import Edge, Machine, NoEdge
from rewardlang.automata.machine_checks import counter_laws, missing, never_taken, overlaps, stuck, unreached
from rewardlang.automata.trace import holds
from rewardlang.automata.unfold import Choices, Unfolded, unfold

SEEDS = range(80)


def pay(arrow) -> float:
    return arrow.reward


def holding(one: Machine, state: int, counts: tuple, letter: frozenset) -> list[int]:
    """The written edges of a state whose guards hold."""
    told = letter | {name for name, test in one.tests.items() if test.holds(counts)}
    return [number for number in one.leaving[state] if not one.edges[number].otherwise and holds(one.edges[number].guard, [told])]


def without_otherwise(one: Machine) -> Machine:
    return Machine(one.states, one.start, one.edges[:-1], one.finals, one.counters, one.tests)


def values(one: Machine) -> list[tuple]:
    return [(n,) for n in range(one.counters[0].low, one.counters[0].high + 1)] if one.counters else [()]


@pytest.mark.parametrize("seed", SEEDS)
def test_overlaps_and_missing_cases_are_those_of_some_letter(seed):
    one = without_otherwise(machine(random.Random(seed), counting=seed % 2 == 1))
    law = make("not", make("and", atom("a"), atom("b"))) if seed % 3 == 0 else make("true")
    letters = [letter for letter in LETTERS if holds(law, [letter])]
    choices = Choices(one, [*counter_laws(one), law])
    pairs, open_states = set(), set()
    for state in range(len(one.states)):
        for counts, letter in tuples(values(one), letters):
            found = holding(one, state, counts, letter)
            pairs |= {(a, b) for a in found for b in found if a < b}
            open_states |= set() if found or state in one.finals else {state}
    reported = list(overlaps(choices))
    assert {(each.one, each.other) for each in reported} == pairs
    assert {each.state for each in missing(choices)} == open_states
    for each in reported:
        told = each.letter
        assert any({name for name, test in one.tests.items() if test.holds(counts)} == told & set(one.tests)
                   for counts in values(one)), "no value of the counter gives these tests"
        assert holds(law, [told]) and all(holds(one.edges[number].guard, [told]) for number in (each.one, each.other))
    for each in missing(choices):
        told = each.letter
        assert not any(holds(one.edges[number].guard, [told]) for number in one.leaving[each.state])


@pytest.mark.parametrize("seed", SEEDS)
def test_states_of_no_use_are_found(seed):
    one = machine(random.Random(seed), 5, counting=seed % 2 == 1)
    seen, queue = {one.begin}, [one.begin]
    moves, taken = {}, set()
    for place in queue:
        for letter in LETTERS:
            step = one.step(*place, letter)
            moves.setdefault(place, set()).add((step.state, step.counts))
            taken.add(step.edge)
            if (step.state, step.counts) not in seen:
                seen.add((step.state, step.counts))
                queue.append((step.state, step.counts))
    ends = {place for place in seen if place[0] in one.finals}
    while True:
        more = {place for place in seen if moves[place] & ends} | ends
        if more == ends:
            break
        ends = more
    unfolded = unfold(one)
    assert {tuple(place) for place in unfolded.places} == seen
    assert set(unreached(unfolded)) == set(range(5)) - {state for state, _ in seen}
    wanted = {state for state, _ in seen} - {state for state, _ in ends} if ends else set()
    assert set(stuck(unfolded)) == wanted
    assert not set(never_taken(unfolded.choices)) & taken


def brute(unfolded: Unfolded, steps: int, discount: float) -> float:
    """The best sum of exactly so many steps; a final place stays and pays nothing."""
    best = {0: 0.0}
    weight = 1.0
    for _ in range(steps):
        after: dict[int, float] = {}
        for place, total in best.items():
            for arrow in unfolded.arrows[place]:
                after[arrow.target] = max(after.get(arrow.target, -inf), total + weight * arrow.reward)
            if not unfolded.arrows[place]:
                after[place] = max(after.get(place, -inf), total)
        best, weight = after, weight * discount
    return max(best.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_most_that_a_run_adds_up_to(seed):
    unfolded = unfold(machine(random.Random(seed), 5, counting=seed % 2 == 1, rewards=(0, 1, -1, -0.25, 0.5)))
    for low, high, discount in ((0, 7, 1), (4, 4, 1), (3, 9, 0.9), (0, 0, 1)):
        wanted = max(brute(unfolded, steps, discount) for steps in range(low, high + 1))
        found = most(unfolded, pay, (low, high), discount)
        assert wanted - 1e-9 <= found <= wanted + 1e-9
    found = most(unfolded, pay, (0, inf), 0.5)
    wanted = max(brute(unfolded, steps, 0.5) for steps in range(60))
    assert wanted <= found <= wanted + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_paying_loop_is_one_and_none_is_missed(seed):
    unfolded = unfold(machine(random.Random(seed), 5, rewards=(0, 0, -1, -1, 1)))
    count = len(unfolded.places)
    grows = max(brute(unfolded, steps, 1) for steps in range(6 * count + 1)) > \
        max(brute(unfolded, steps, 1) for steps in range(count + 1))
    found = paying_loop(unfolded, pay, still=True)
    assert (found is not None) == grows
    assert (most(unfolded, pay, (0, inf)) == inf) == grows
    if found is not None:
        way = (*found.stem, *found.loop)
        assert way[0].source == 0 and found.loop[-1].target == found.loop[0].source
        assert all(one.target == other.source for one, other in zip(way, way[1:]))
        assert sum(arrow.reward for arrow in found.loop) == found.gain > 0


def test_a_run_that_falls_off_says_so():
    one = Machine(("a", "b"), 0, (Edge((0,), 1, atom("p")),), frozenset([1]))
    with pytest.raises(NoEdge, match="no edge leaves `a`"):
        one.run([{"q"}])


def test_large_machines_are_checked_in_time():
    draw = random.Random(1)
    edges = []
    for state in range(1000):
        taken = []
        for name in draw.sample(range(20), 4):
            guard = make("and", *[make("not", atom(f"p{other}")) for other in taken], atom(f"p{name}"))
            edges.append(Edge((state,), draw.randrange(1000), guard, (), draw.choice([0, 0, -1, 1])))
            taken.append(name)
        edges.append(Edge((state,), state, make("and", *[make("not", atom(f"p{other}")) for other in taken])))
    one = Machine(tuple(map(str, range(1000))), 0, tuple(edges), frozenset([999]))
    choices = Choices(one)
    assert not list(overlaps(choices)) and {each.state for each in missing(choices)} == set()
    unfolded = unfold(one)
    assert len(unreached(unfolded)) + len({place.state for place in unfolded.places}) == 1000
    assert paying_loop(unfolded, pay) is not None
