"""Whether a Markov reward could order some policies of a small environment in a given way, with a proof either way.

Source: Abel et al., "On the Expressivity of Markov Reward" (arXiv 2111.00876): what a reward is worth to a policy is linear
in the policy's occupancies, so that an order of finitely many policies is a question of linear programming.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from rewardlang.analysis.arrays import Numbers, array, discount, probabilities
from rewardlang.analysis.simplex import nonnegative_solution

#: More policies than these are refused: the proof is exact, and its work grows fast.
MOST_POLICIES = 256

Table = list[list[Fraction]]


def markov_certificate(values: Sequence[float], transition: Numbers, gamma: float, initial: Sequence[float],
                       policies: Numbers | None = None, tolerance: float = 1e-9) -> dict:
    """Whether some reward [s, a] orders stationary policies by their discounted return as `values` do; values that differ
    by at most `tolerance` are ties, and have to stay ties.

    `transition` is [s, a, s'], `initial` [s], `policies` [policy, s, a] the probability of each action, by default all
    deterministic ones in lexicographic order (the action of state 0 varies slowest). Where there is one, `realizable` is
    true and `reward` [s, a] such a reward. Else `better` has triples [i, j, weight], i a better policy than j, the weights
    adding up to 1, and `ties` the same of equals, such that the weighted differences of occupancies cancel: any reward
    gives their sum 0, and one that ordered the pairs right would give more. Exact, for the shortest decimals that give the
    numbers; another discount may have another answer, and what holds of these policies may fail for more of them.
    ValueError: wrong shapes, or more than 256 policies.
    """
    rates, start = probabilities(transition, "transition"), probabilities(initial, "initial")
    if rates.dim() != 3 or rates.shape[0] != rates.shape[2] or start.shape != rates.shape[:1]:
        shapes = f"{list(rates.shape)} and {list(start.shape)}"
        raise ValueError(f"`transition` is [s, a, s'] and `initial` [s], but they are {shapes}")
    states, actions = rates.shape[:2]
    choices = _choices(policies, states, actions)
    worth = array(values, "values", 1).tolist()
    if len(worth) != len(choices):
        raise ValueError(f"`values` has {len(worth)} entries for {len(choices)} policies")
    dynamics = [[_exact(row) for row in state] for state in rates.tolist()]
    rate, begin = Fraction(str(discount(gamma))), _exact(start.tolist())
    visits = [_occupancy(policy, dynamics, rate, begin) for policy in choices]
    return _certificate(*_pairs(worth, tolerance), visits, actions)


def _choices(policies: Numbers | None, states: int, actions: int) -> list[Table]:
    count = actions ** states if policies is None else len(policies)
    if count > MOST_POLICIES:
        raise ValueError(f"there are {count} policies, and at most {MOST_POLICIES} are looked at: name some in `policies`")
    if policies is None:
        return [[[Fraction(action == chosen) for action in range(actions)] for chosen in policy]
                for policy in product(range(actions), repeat=states)]
    given = probabilities(policies, "policies")
    if given.shape[1:] != (states, actions):
        raise ValueError(f"`policies` is {list(given.shape)}, and should be [policy, {states}, {actions}]")
    return [[_exact(row) for row in policy] for policy in given.tolist()]


def _exact(row: Sequence[float]) -> list[Fraction]:
    """Probabilities as the shortest decimals that they are, adding up to 1."""
    shares = [Fraction(str(share)) for share in row]
    return [share / sum(shares) for share in shares]


def _occupancy(policy: Table, dynamics: list[Table], gamma: Fraction, start: list[Fraction]) -> list[Fraction]:
    """The discounted number of times that each action is taken in each state: of m = start + gamma * P' m, times the
    policy."""
    size = len(start)
    flow = [[sum((policy[s][a] * dynamics[s][a][t] for a in range(len(policy[s]))), Fraction(0)) for s in range(size)]
            for t in range(size)]
    rows = [[Fraction(t == s) - gamma * flow[t][s] for s in range(size)] + [start[t]] for t in range(size)]
    for at in range(size):  # Gauss and Jordan; the matrix is never singular, as gamma is below 1
        pivot = next(row for row in range(at, size) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [entry / rows[at][at] for entry in rows[at]]
        for other in range(size):
            if other != at and rows[other][at]:
                share = rows[other][at]
                rows[other] = [entry - share * own for entry, own in zip(rows[other], rows[at])]
    return [rows[s][-1] * share for s in range(size) for share in policy[s]]


def _pairs(worth: list[float], tolerance: float) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Neighbours in the order: pairs (better, worse), and pairs of equals."""
    order = sorted(range(len(worth)), key=lambda i: -worth[i])
    better, ties = [], []
    for one, other in zip(order, order[1:]):
        (ties if worth[one] - worth[other] <= tolerance else better).append((one, other))
    return better, ties


def _certificate(better: list[tuple[int, int]], ties: list[tuple[int, int]], visits: Table, actions: int) -> dict:
    size = len(visits[0]) if visits else 0
    if not better:
        flat = [[0.0] * actions for _ in range(size // actions if actions else 0)]
        return {"realizable": True, "reward": flat, "better": None, "ties": None}
    gaps = [_gap(visits, pair) + [Fraction(1)] for pair in better]
    even = [_gap(visits, pair) + [Fraction(0)] for pair in ties]
    columns = [*gaps, *even, *([-entry for entry in gap] for gap in even)]
    weights, proof = nonnegative_solution(columns, [Fraction(0)] * size + [Fraction(1)])
    if weights is None:
        reward = [-float(entry / proof[-1]) for entry in proof[:-1]]
        return {"realizable": True, "reward": [reward[at:at + actions] for at in range(0, size, actions)], "better": None,
                "ties": None}
    first, rest = weights[:len(gaps)], weights[len(gaps):]
    balance = [one - other for one, other in zip(rest, rest[len(even):])]
    return {"realizable": False, "reward": None, "better": _weighed(better, first), "ties": _weighed(ties, balance)}


def _gap(visits: list[list[Fraction]], pair: tuple[int, int]) -> list[Fraction]:
    return [one - other for one, other in zip(visits[pair[0]], visits[pair[1]])]


def _weighed(pairs: list[tuple[int, int]], weights: list[Fraction]) -> list[list]:
    return [[one, other, float(weight)] for (one, other), weight in zip(pairs, weights) if weight]
