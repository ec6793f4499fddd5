"""What populations and tails order as no expectation can, and what is no objective at all, by numbers on one-shot choices."""

import math

import pytest


def tail_mean(outcomes, level):
    """The mean of the worst part of a law, given as (value, probability) pairs: CVaR by its definition."""
    left, total = level, 0.0
    for value, weight in sorted(outcomes):
        taken = min(weight, left)
        total, left = total + taken * value, left - taken
    return total / level


def test_a_tail_mean_orders_as_no_expectation_of_trajectories_can():
    # One action pays 1/2, the other 0 or 1 by a coin; the policy takes the second with probability p.
    value = lambda p: tail_mean([(0.5, 1 - p), (0.0, p / 2), (1.0, p / 2)], 0.25)  # noqa: E731
    assert value(0.0) == 0.5
    assert value(0.5) == value(0.75) == value(1.0) == 0     # an expectation is linear in p: equal twice, it is constant


def test_the_chance_that_one_of_several_is_right_is_no_expectation_of_one():
    # Two prompts, one answer each that is right with probabilities p and q; an expectation is linear along the diagonal.
    value = lambda p, q: (1 - (1 - p) ** 4) + (1 - (1 - q) ** 4)  # noqa: E731
    assert value(0.5, 0.5) > value(1, 0) == value(0, 1)     # a sum of a*p and b*q that is equal at the ends is equal between


def deviation(pay, weights):
    mean = sum(r * w for r, w in zip(pay, weights, strict=True))
    return math.sqrt(sum(w * (r - mean) ** 2 for r, w in zip(pay, weights, strict=True)))


def turn(pay, weights, step=1e-5):
    """The curl of the field in which a standardised reward pushes the probabilities of three actions, the last one left over."""
    def field(k, first, second):
        return (pay[k] - pay[2]) / deviation(pay, (first, second, 1 - first - second))
    first, second, _ = weights
    along_second = (field(0, first, second + step) - field(0, first, second - step)) / (2 * step)
    along_first = (field(1, first + step, second) - field(1, first - step, second)) / (2 * step)
    return along_second - along_first


@pytest.mark.parametrize("weights", [(0.2, 0.3, 0.5), (0.6, 0.1, 0.3), (1 / 3, 1 / 3, 1 / 3)])
def test_a_standardised_real_reward_pushes_along_no_gradient_and_a_binary_one_does(weights):
    assert abs(turn((0.0, 1.0, 3.0), weights)) > 0.01
    assert turn((0.0, 1.0, 1.0), weights) == pytest.approx(0, abs=1e-6)
    assert turn((1.0, 0.0, 0.0), weights) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9])
def test_what_a_standardised_truth_ascends(p, step=1e-6):
    ascended = lambda x: 2 * math.asin(math.sqrt(x))  # noqa: E731
    slope = (ascended(p + step) - ascended(p - step)) / (2 * step)
    assert slope == pytest.approx(1 / deviation((1.0, 0.0), (p, 1 - p)), rel=1e-6)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.7, 1.0])
def test_a_comparison_with_oneself_is_worth_the_same_to_every_policy(p):
    weights, beats = (p, 1 - p), ((0.5, 0.9), (0.1, 0.5))
    assert sum(weights[i] * weights[j] * beats[i][j] for i in range(2) for j in range(2)) == pytest.approx(0.5)
