"""Environments in which a formula's probability or a long-run average orders policies as other formalisms cannot."""

import math
import random

import pytest


def chain(p, q, reward, steps=200_000):
    """The mean reward of a run through two states, left with probability p and q, from the first; by its law at each step."""
    at, total = 1.0, 0.0
    for _ in range(steps):
        total += at * reward[0] + (1 - at) * reward[1]
        at = at * (1 - p) + (1 - at) * q
    return total / steps


def first_then_loop(p, reward, steps):
    """The mean reward where the first of two actions, the second with probability p, leads to a state that is never left."""
    return ((1 - p) * reward[0] + p * reward[1] + (steps - 1) * reward[2]) / steps


@pytest.mark.parametrize("seed", range(10))
def test_a_long_run_average_does_not_see_what_a_formula_says_of_the_first_step(seed):
    """LTL within no LAR: P[the first action is the second one] is p, and no average tells two policies apart."""
    draw = random.Random(seed)
    reward = [draw.uniform(-1, 1) for _ in range(3)]
    gaps = [abs(first_then_loop(0.9, reward, steps) - first_then_loop(0.1, reward, steps)) for steps in (10, 10**4, 10**8)]
    assert gaps[0] >= gaps[1] >= gaps[2] and gaps[2] < 1e-7


def test_the_average_of_the_chain_is_its_share_of_the_second_state():
    assert chain(0.02, 0.06, (0, 1)) == pytest.approx(0.25, abs=1e-3)
    assert chain(0.06, 0.02, (0, 1)) == pytest.approx(0.75, abs=1e-3)


def entropy(p):
    return -p * math.log(p) - (1 - p) * math.log(1 - p)


def regularised(p, q, pays, weight, rate):
    """The discounted return of the chain from its first state, `weight` times the policy's entropy at each state included."""
    first = pays[0] * (1 - p) + pays[1] * p + weight * entropy(p)
    second = pays[2] * (1 - q) + pays[3] * q + weight * entropy(q)
    a, b = 1 - rate * (1 - p), 1 - rate * (1 - q)
    return (b * first + rate * p * second) / (a * b - rate**2 * p * q)


@pytest.mark.parametrize("seed", range(20))
def test_an_average_orders_rays_that_a_regularised_return_cannot_tell_apart_near_their_end(seed):
    """LAR within no RRL: the average is constant on each ray q = k p, and differs from ray to ray. A regularised return with
    that order would be constant on each ray too; but all rays end in one point, at which it has one limit.
    """
    draw = random.Random(seed)
    pays, weight, rate = [draw.uniform(-1, 1) for _ in range(4)], draw.uniform(-2, 2), draw.uniform(0.1, 0.95)
    gaps = []
    for small in (1e-2, 1e-5, 1e-8):
        gaps.append(abs(regularised(small, 3 * small, pays, weight, rate) - regularised(3 * small, small, pays, weight, rate)))
    assert gaps[2] < 1e-5 and gaps[2] < gaps[0] + 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_a_regularised_return_is_not_constant_on_a_ray_unless_it_is_trivial(seed):
    draw = random.Random(seed)
    pays, weight, rate = [draw.uniform(-1, 1) for _ in range(4)], draw.uniform(0.1, 2), 0.9
    values = [regularised(t, 0.5 * t, pays, weight, rate) for t in (0.1, 0.4, 0.9)]
    assert max(values) - min(values) > 1e-3
