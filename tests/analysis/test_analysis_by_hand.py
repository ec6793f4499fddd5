"""Analysis functions against small formulas written from their pages alone, with ties, zeros, single entries and huge numbers."""

import math
import random
from itertools import permutations, product

import pytest

from rewardlang import analysis

SEEDS = range(25)


def close(got, wanted, tolerance=1e-8):
    return got == wanted or abs(got - wanted) <= tolerance * max(1, abs(wanted))


def _hull(points):
    """Corners by Andrew's monotone chain on exact whole numbers; the first row of equal points."""
    order = sorted({p: i for i, p in reversed(list(enumerate(points)))}.items())

    def half(run):
        kept = []
        for p, i in run:
            while len(kept) > 1 and ((kept[-1][0][0] - kept[-2][0][0]) * (p[1] - kept[-2][0][1])
                                     - (kept[-1][0][1] - kept[-2][0][1]) * (p[0] - kept[-2][0][0])) <= 0:
                kept.pop()
            kept.append((p, i))
        return [i for _, i in kept]
    return sorted({*half(order), *half(order[::-1])})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scale", [1.0, 1e-11, 1e6])
def test_the_hull_is_that_of_the_monotone_chain(seed, scale):
    rng = random.Random(seed)
    points = [(rng.randint(0, 4), rng.randint(0, 4)) for _ in range(rng.randint(1, 12))]
    assert analysis.convex_hull_select([[scale * x, scale * y] for x, y in points]) == _hull(points), points
    assert analysis.convex_hull_select([[scale * y, 0.0, scale * x, 0.0] for x, y in points]) == _hull(points), points


@pytest.mark.parametrize("points, corners", [
    ([[5.0, 5.0]], [0]), ([[0.1, 0.7], [0.1, 0.7], [0.1, 0.7]], [0]), ([[1.0], [3.0], [2.0], [3.0]], [0, 1]),
    ([[0, 0], [2, 2], [1, 1], [2, 2], [0, 0]], [0, 1]), ([[0, 0, 0], [0, 0, 0]], [0])])
def test_hulls_of_lines_and_points(points, corners):
    assert analysis.convex_hull_select(points) == corners


@pytest.mark.parametrize("seed", SEEDS)
def test_squared_correlation(seed):
    rng = random.Random(seed)
    n, scale = rng.randint(1, 6), rng.choice([1, 1e-9, 1e9])
    x, y = ([rng.choice([0, 1, rng.random()]) for _ in range(n)] for _ in range(2))
    w = [rng.choice([0, 0.5, 2]) for _ in range(n - 1)] + [1]
    mx, my = (sum(a * b for a, b in zip(w, values)) / sum(w) for values in (x, y))
    vx, vy = (sum(a * (b - m) ** 2 for a, b in zip(w, values)) for values, m in ((x, mx), (y, my)))
    got = analysis.r_squared([scale * a for a in x], y, w)
    if min(vx, vy) < 1e-20:
        assert got is None
    else:
        assert close(got, sum(a * (b - mx) * (c - my) for a, b, c in zip(w, x, y)) ** 2 / vx / vy)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_against_many_and_ranks(seed):
    rng = random.Random(seed)
    chosen, rejected = ([rng.choice([0, 0.5, 1]) for _ in range(rng.randint(1, 4))] for _ in range(2))
    position = 1 + len([r for r in rejected if not r < max(chosen)])
    n = len(chosen) + len(rejected)
    assert analysis.one_vs_many(chosen, rejected) == {
        "accuracy": all(c > r for c in chosen for r in rejected), "accuracy_with_ties": all(c >= r for c in chosen for r in rejected),
        "mrr": 1 / position, "rank": (n - position) / (n - 1)}
    listed = chosen + rejected
    ranks = [sum(b > a for b in listed) + sum(b == a for b in listed[:i]) for i, a in enumerate(listed)]
    assert analysis.rank_positions(listed) == ranks
    own, other = listed, listed[::-1]
    share = {"consistent": 1, "half": 0.5, "inconsistent": 0}
    for ties, credit in share.items():
        assert close(analysis.consistency_rate(own, other, ties),
                     sum(1 if a > b else credit if a == b else 0 for a, b in zip(own, other)) / n)


@pytest.mark.parametrize("seed", SEEDS)
def test_tilts_and_the_best_of_n(seed):
    rng = random.Random(seed)
    n = rng.randint(1, 5)
    r = [rng.choice([0, 1, -2, 3.5]) for _ in range(n)]
    raw = [rng.choice([0, 1, 3]) for _ in range(n - 1)] + [1]
    p, beta, k = [x / sum(raw) for x in raw], rng.choice([0.1, 1, 50]), rng.randint(1, 4)
    z = sum(a * math.exp(b / beta) for a, b in zip(p, r))
    phi = [a * math.exp(b / beta) / z for a, b in zip(p, r)]
    got = analysis.tilt(r, p, beta)
    assert all(map(close, got["probs"], phi)) and close(got["log_partition"], math.log(z))
    assert close(got["expected_reward"], sum(a * b for a, b in zip(phi, r)))
    assert close(got["kl"], sum(a * math.log(a / b) for a, b in zip(phi, p) if a))
    assert close(got["ess_fraction"], 1 / sum(a * a / b for a, b in zip(phi, p) if b))
    mass = [0.0] * n
    for draw in product(range(n), repeat=k):  # each draw pays the level of its best, shared in proportion to p
        top = max(r[i] for i in draw)
        level = sum(b for a, b in zip(r, p) if a == top)
        for i in range(n):
            if r[i] == top and level:
                mass[i] += math.prod(p[j] for j in draw) * p[i] / level
    best = analysis.best_of_n(r, p, n=k)
    assert all(map(close, best["probs"], mass)) and close(best["expected_reward"], sum(a * b for a, b in zip(mass, r)))
    assert best["kl"] <= best["kl_bound"] + 1e-12 and close(best["kl_bound"], math.log(k) - (k - 1) / k)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_budget_of_kl(seed):
    rng = random.Random(seed)
    r, raw = [0, 1, 1, rng.choice([2, 5])], [rng.choice([1, 3]) for _ in range(4)]
    p, budget = [x / sum(raw) for x in raw], rng.choice([0.001, 0.1, 0.5])
    got = analysis.tilt_to_kl(r, p, budget)
    if budget < -math.log(p[3]):
        assert close(got["kl"], budget, 1e-6) and got["beta"] > 0
    else:
        assert got["beta"] == 0 and got["probs"] == [0, 0, 0, 1]
    assert analysis.tilt_to_kl([1, 1], kl=0)["beta"] == math.inf and analysis.tilt_to_kl([1, 1], kl=0)["probs"] == [0.5, 0.5]
    with pytest.raises(ValueError, match="equal"):
        analysis.tilt_to_kl([1, 1, 9], [0.5, 0.5, 0], kl=0.1)


def test_curves_that_never_come_down_have_no_peak():
    """Whatever its rounding, a straight line has none; one that turns beyond all floats neither."""
    nothing = {"distance": None, "kl": None, "value": None, "zero_distance": None}
    assert analysis.overoptimization_peak(1, 0) == analysis.overoptimization_peak(1, -1) == nothing
    assert analysis.overoptimization_peak(1, 1e-9) == nothing
    found = analysis.fit_overoptimization([0, 1, 4, 9], [0, 0.3, 0.6, 0.9])
    assert close(found["alpha"], 0.3) and abs(found["beta"]) < 1e-9 and found["peak_kl"] is found["peak_value"] is None
    for bad in ([1.0], [0.0, 0.0, 4.0], [4.0, 4.0]):
        with pytest.raises(ValueError):
            analysis.fit_overoptimization(bad, [1.0] * len(bad))


@pytest.mark.parametrize("A, fraction, steps", [
    ([[0.1]], 0.01, 2), ([[0.5]], 0.125, 3), ([[0.0]], 0.01, 0), ([[1, -1], [1, -1]], 0.01, 0), ([[0.6, 0.8], [-0.8, 0.6]], 0.01, None),
    ([[0.06, 0.08], [-0.08, 0.06]], 0.01, 2), ([[2.0]], 0.01, None)])
def test_how_far_a_linear_memory_reaches(A, fraction, steps):
    assert analysis.effective_horizon(A, fraction) == steps
    n = len(A)
    bounds = analysis.linear_memory_bounds(A, [[1.0]] * n, [[1.0] * n], [[0.0]], [0.0], [1.0])
    assert (bounds is None) == (steps is None)


def test_scalar_memories_by_their_series():
    """x' = a x + u, r = c x + d u: sums of d and c a^k, each partial sum counts."""
    for a, c, d, low, high in [(0.5, 2, 1, -1, 3), (-0.5, 2, 1, -1, 3), (0.5, -1, 4, 1, 2), (0, 1, 1, 0, 0)]:
        gains = [d] + [c * a ** k for k in range(200)]
        for sign, got in zip((-1, 1), analysis.linear_memory_bounds([[a]], [[1]], [[c]], [[d]], [low], [high])):
            sums, best = 0.0, -math.inf
            for g in gains:
                sums += max(sign * g * low, sign * g * high)
                best = max(best, sums)
            assert close(got, sign * best)
        assert close(analysis.long_run_gain([[a]], [[1]], [[c]], [[d]])[0], d + c / (1 - a))


@pytest.mark.parametrize("seed", SEEDS)
def test_circles_and_orders(seed):
    rng = random.Random(seed)
    n = rng.randint(1, 5)
    matrix = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            matrix[i][j] = rng.choice([-1, 0, 1, 1])
            matrix[j][i] = -matrix[i][j]
    orders = any(all(matrix[a][b] <= 0 or order.index(a) < order.index(b) for a in range(n) for b in range(n))
                 for order in permutations(range(n)))
    circles = sum(matrix[a][b] > 0 and matrix[b][c] > 0 and matrix[c][a] > 0 for a, b, c in permutations(range(n), 3)) // 3
    assert analysis.circular_triads(matrix) == {"acyclic": orders, "circular_triads": circles}


def test_nothing_at_all():
    """What an empty list gives where pages define it, or a named error."""
    assert analysis.circular_triads([]) == {"acyclic": True, "circular_triads": 0}
    assert analysis.fold_by_key([], [], time=[]) == analysis.fold_by_key([], []) == []
    assert analysis.lambda_returns([], [], 0.9, 0.5) == analysis.value_augmented_logits([], [], 1.0, 3) == []
    assert analysis.rank_positions([]) == analysis.parse_ranking_verdict("") == analysis.parse_pair_verdict("") == []
    assert analysis.regret(1.0, []) == 0 and analysis.repeated_ngram_ratio("", 20) == 0
    assert analysis.sentence_bounds(" \n") == [0] and analysis.subsentence_bounds("") == [0]
    assert analysis.better_worse_split([], []) == {"better_from": [], "better": [], "worse": []}
    assert analysis.preference_graph(1, []) == {"components": 1, "isolated": 1, "max_distance": None, "mean_distance": None}
    for call in (lambda: analysis.rank_agreement([], []), lambda: analysis.ips_estimate([], [], []), lambda: analysis.boltzmann([]),
                 lambda: analysis.best_of_n(answers=[], scores=[]), lambda: analysis.one_vs_many([], [1]), lambda: analysis.vendi_score([]),
                 lambda: analysis.vendi_score([[1, 0], [0, 1]], weights=[1.0]), lambda: analysis.tilt([], beta=1),
                 lambda: analysis.return_decomposition_loss([[1.0]], [1.0], [[3]]), lambda: analysis.inverse_gap_weighting([], 1.0)):
        with pytest.raises(ValueError):
            call()


def _standardized(batches, threshold, count):
    mean, var, outputs = 0.0, 1.0, []
    for batch in batches:
        n = len(batch)
        if n:
            m = sum(batch) / n
            v = sum((x - m) ** 2 for x in batch) / (n - 1) if n > 1 else 0.0
            delta = m - mean
            var = (var * count + v * n + delta * delta * count * n / (count + n)) / (count + n)
            mean, count = mean + delta * n / (count + n), count + n
        zs = [(x - mean) / math.sqrt(var) for x in batch]
        outputs.append([z if z > threshold else 0 for z in zs])
    return mean, var, count, outputs


@pytest.mark.parametrize("seed", SEEDS)
def test_running_moments_and_returns(seed):
    rng = random.Random(seed)
    batches = [[rng.choice([0, 0, 1, rng.uniform(-5, 5)]) for _ in range(rng.randint(0, 4))] for _ in range(4)]
    threshold, count = rng.choice([-0.5, 0, -9]), rng.choice([1e-4, 2])
    mean, var, total, outputs = _standardized(batches, threshold, count)
    got = analysis.running_standardize(batches, threshold=threshold, prior_count=count)
    assert list(got) == ["mean", "var", "count", "outputs"]
    assert close(got["mean"], mean) and close(got["var"], var) and close(got["count"], total)
    assert all(close(a, b) for x, y in zip(got["outputs"], outputs, strict=True) for a, b in zip(x, y, strict=True))
    r, v, gamma, lam = batches[0], [rng.random() for _ in batches[0]], rng.choice([0, 0.9, 1]), rng.choice([0, 0.5, 1])
    nexts = [*v[1:], 0.0]
    for t, found in enumerate(analysis.lambda_returns(r, v, gamma, lam)):
        deltas = [(gamma * lam) ** (k - t) * (r[k] + gamma * nexts[k] - v[k]) for k in range(t, len(r))]
        assert close(found, v[t] + sum(deltas))


def test_moments_without_spread_give_zero():
    assert analysis.running_standardize([[2.0]], prior_count=0)["outputs"] == [[0.0]]
