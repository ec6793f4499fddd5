"""Small environments in which one formalism orders policies as another cannot: the strict inclusions, by numbers.

Policies are numbers: p is the probability of the second of two actions in the first state, q that in the second. A formalism
is refuted by an identity that all of its objectives obey, which random members confirm, and the other objective breaks.
"""

import math
import random

import pytest

CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def two_steps(pay, p, q):
    """The expected pay of a run of two states with two actions each, by enumeration of its four trajectories."""
    weights = {(a, b): (p if a else 1 - p) * (q if b else 1 - q) for a, b in CORNERS}
    return sum(weight * pay(a, b) for (a, b), weight in weights.items())


def entropy(*probabilities):
    return -sum(x * math.log(x) for x in probabilities if x > 0)


def markov(seed):
    """A random Markov reward on the two steps, discounted."""
    draw = random.Random(seed)
    first, second, rate = [[draw.uniform(-1, 1) for _ in range(2)] for _ in range(2)] + [draw.random()]
    return lambda a, b: first[a] + rate * second[b]


def crossed(value):
    """0 for everything that is a function of p plus a function of q."""
    return value(0, 1) + value(1, 0) - value(0, 0) - value(1, 1)


def machine(p, q):
    """A machine that pays where the two actions differ."""
    return two_steps(lambda a, b: a != b, p, q)


@pytest.mark.parametrize("seed", range(20))
def test_markov_and_regularised_rewards_are_sums_over_the_states(seed):
    pay = markov(seed)
    assert crossed(lambda p, q: two_steps(pay, p, q)) == pytest.approx(0)
    weight = random.Random(seed).uniform(-2, 2)
    regularised = lambda p, q: two_steps(pay, p, q) + weight * (entropy(p, 1 - p) + entropy(q, 1 - q))  # noqa: E731
    assert crossed(regularised) == pytest.approx(0)


def test_a_machine_orders_as_no_markov_or_regularised_reward_can():
    assert crossed(machine) == 2
    assert min(machine(0, 1), machine(1, 0)) > max(machine(0, 0), machine(1, 1))     # a sum cannot order the corners so


def test_a_machine_orders_as_no_function_of_a_markov_return_can():
    # A return is a*p + b*q + c. Where one action is fair the machine gives 1/2 whatever the other is, so the function would
    # have to be constant on an interval, unless a = b = 0; and then it tells no policies apart.
    assert {machine(0.5, q / 10) for q in range(11)} == {0.5} == {machine(p / 10, 0.5) for p in range(11)}
    assert machine(0, 1) != machine(0, 0)


def test_a_function_of_an_expectation_is_no_expectation():
    target = lambda p: -(p - 0.5) ** 2  # noqa: E731
    assert target(0.5) > max(target(0), target(1))       # an expectation at a mixture lies between those of its ends


def test_a_function_of_an_expectation_is_no_sum_over_the_states():
    assert crossed(lambda p, q: -(p + q - 1) ** 2) == 2


def test_entropy_is_no_expectation_of_trajectories():
    assert entropy(0.5, 0.5) > max(entropy(0, 1), entropy(1, 0))


@pytest.mark.parametrize("seed", range(20))
def test_entropy_is_no_function_of_a_markov_return(seed):
    draw = random.Random(seed)
    w = [draw.uniform(-1, 1) for _ in range(3)]
    across = [w[1] - w[2], w[2] - w[0], w[0] - w[1]]      # adds up to 0, and changes no return
    scale = 0.3 / max(abs(x) for x in across)
    policy = [1 / 3 + scale * x for x in across]
    assert sum(a * b for a, b in zip(w, policy)) == pytest.approx(sum(w) / 3)
    assert entropy(*policy) < entropy(1 / 3, 1 / 3, 1 / 3) - 1e-6


def reaching(q, steps=10**12):
    """The probability that a state is left at some time, where each step leaves it with probability q."""
    return -math.expm1(steps * math.log1p(-q)) if q < 1 else 1.0


def waiting(reward, goal, q, rate=0.99):
    """The discounted return of waiting for the same event, `reward` a step and `goal` when it comes."""
    return (reward + q * goal) / (1 - rate * (1 - q))


@pytest.mark.parametrize("seed", range(20))
def test_the_probability_of_a_formula_jumps_where_returns_do_not(seed):
    draw = random.Random(seed)
    reward, goal = draw.uniform(-1, 1), draw.uniform(-1, 1)
    assert abs(waiting(reward, goal, 1e-9) - waiting(reward, goal, 0)) < 1e-4
    assert reaching(1e-9) > 0.999 and reaching(0) == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_long_run_average_has_no_limit_where_returns_have_one(seed):
    draw = random.Random(seed)
    first, second = draw.uniform(-1, 1), draw.uniform(-1, 1)

    def average(p, q):
        return p / (p + q)            # the share of time in the second of two states, left with probability q

    def discounted(p, q, rate=0.9):
        a, b = 1 - rate * (1 - p), 1 - rate * (1 - q)
        return (b * first + rate * p * second) / (a * b - rate**2 * p * q)

    small = 1e-9
    assert average(small, 3 * small) == pytest.approx(0.25) and average(3 * small, small) == pytest.approx(0.75)
    assert discounted(small, 3 * small) == pytest.approx(discounted(3 * small, small), abs=1e-6)


def test_what_happens_once_is_nothing_to_a_long_run_average():
    def average(first, steps=10**9):
        return first / steps          # a first reward, and then none

    assert average(1) == pytest.approx(average(0), abs=1e-8)      # a Markov return is 1 and 0


def test_the_least_of_two_returns_is_no_expectation():
    least = lambda p: min(p, 1 - p)  # noqa: E731
    assert least(0.5) > max(least(0), least(1))


@pytest.mark.parametrize("weight", [1, 10, 1e3, 1e6])
def test_no_weighted_sum_orders_as_a_lexicographic_objective(weight):
    better, worse = (0.5 + 0.1 / weight, 0.0), (0.5, 1.0)
    assert better > worse                                                     # as a lexicographic order of pairs
    assert weight * better[0] + better[1] < weight * worse[0] + worse[1]


def test_what_a_policy_does_where_it_never_comes_is_in_no_lottery():
    policies = [{"start": 0, "elsewhere": action} for action in (0, 1)]
    lotteries = [(policy["start"],) for policy in policies]                   # `elsewhere` is never reached
    assert lotteries[0] == lotteries[1] and policies[0] != policies[1]


def test_a_return_with_a_small_discount_tells_all_trajectories_apart():
    """D1: with n rewards 0 to n - 1 and a discount below 1 / n, any function of trajectories is one of the return."""
    n, rate = 4, 0.24
    runs = [(a, b, c, d) for a in range(n) for b in range(n) for c in range(n) for d in range(n)]
    assert len({sum(reward * rate**step for step, reward in enumerate(run)) for run in runs}) == len(runs)
