"""Ensembles, groups and populations as users write them, beside numpy and scipy by hand."""

import math

import pytest

np = pytest.importorskip("numpy", reason="numpy is not installed")

import rewardlang as rl

HEADS = np.array([[0.2, 0.4, -0.1, 0.7], [1.0, 1.0, 1.0, 1.0], [-2.0, 0.5, 0.5, 3.0]])
ENSEMBLE = """
axis head = 4
axis option = 3
input answer : text
param weights : float[head] in [0, 1] = [0.1, 0.2, 0.3, 0.4]
model scores(answer: text) -> float[head] in [-5, 5]  on_error 0
model others(answer: text) -> float[option, head] in [-5, 5]  on_error 0
let all = scores(answer)
output average = mean(all over head)
output worst = min(all over head)
output low = quantile(all over head, q = 0.25)
output cautious = mean(all over head) - 0.5 * std(all over head, ddof = 1)
output disagreement = std(all over head, ddof = 0)
output convex = sum(weights * all over head)
output surest = argmin(std(others(answer) over head, ddof = 0) over option)
"""


def test_ensembles():
    options = np.stack([HEADS, HEADS * 0.1, HEADS + np.array([0, 0, 0, 5.0]).clip(0, 1)], axis=1)
    reward = rl.compile(text=ENSEMBLE, bind={
        "scores": lambda texts: [HEADS[int(text)].tolist() for text in texts],
        "others": lambda texts: [options[int(text)].tolist() for text in texts]})
    out = reward({"answer": ["0", "1", "2"]})
    expected = {
        "average": HEADS.mean(1), "worst": HEADS.min(1), "low": np.quantile(HEADS, 0.25, axis=1),
        "cautious": HEADS.mean(1) - 0.5 * HEADS.std(1, ddof=1), "disagreement": HEADS.std(1),
        "convex": HEADS @ np.array([0.1, 0.2, 0.3, 0.4]), "surest": options.std(2).argmin(1)}
    for name, values in expected.items():
        assert out.to_lists(name) == pytest.approx(values.tolist(), abs=1e-9), name


GROUPS = """
use std.group: kendall, leave_one_out, is_best, pass_rate
input prompt : id
input score : float in [-10, 10]
input judged : float in [-10, 10]
input correct : bool
group by prompt
axis rival like group
output average = mean(score over group)
output spread0 = std(score over group, ddof = 0)
output spread1 = std(score over group, ddof = 1)
output place = rank(score over group, ties = average)
output least = rank(score over group, ties = min)
output dense = rank(score over group, ties = dense)
output others = leave_one_out(score)
output share = softmax(score over group where correct) ?? 0
output best = is_best(score)
output worst = score <= min(score over group)
output agreement = kendall(score, judged)
keep kept = pass_rate(correct) > 0 and pass_rate(correct) < 1
weight importance = 1 / count(over group)
preference preferred = max(score - score[group -> rival], 0)
reward = score - mean(score over group)
"""
SCORES = {1: [0.5, 2.0, 2.0, -1.0], 2: [3.0, 1.0, 0.0], 3: [4.0, 4.5]}
JUDGED = {1: [1.0, 5.0, 2.0, 0.0], 2: [0.0, 1.0, 2.0], 3: [1.0, 2.0]}
RIGHT = {1: [True, True, False, False], 2: [False, False, False], 3: [True, True]}


def grouped(function):
    """A function of the scores, the judged and the right of a group, one value a sample, over all rows."""
    return [float(value) for key in SCORES for value in function(np.array(SCORES[key]), np.array(JUDGED[key]), np.array(RIGHT[key]))]


def tau(x, y):
    """Kendall's tau-a, by the definition."""
    n = len(x)
    return sum(np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i in range(n) for j in range(n)) / (n * (n - 1))


def masked_softmax(x, right):
    """Over the right alone; 0 for the others."""
    if not right.any():
        return np.zeros(len(x))
    shares = np.where(right, np.exp(x - x.max()), 0)
    return shares / shares.sum()


def test_groups():
    columns = {"prompt": [key for key in SCORES for _ in SCORES[key]], "score": [x for key in SCORES for x in SCORES[key]],
               "judged": [x for key in SCORES for x in JUDGED[key]], "correct": [x for key in SCORES for x in RIGHT[key]]}
    out = rl.compile(text=GROUPS)(columns)

    def ranks(x, how):
        larger, equal = (x[None] > x[:, None]).sum(1), (x[None] == x[:, None]).sum(1)
        return {"min": larger + 1, "average": larger + (equal + 1) / 2,
                "dense": np.array([len({y for y in x if y > value}) + 1 for value in x])}[how]

    expected = {
        "average": grouped(lambda x, j, r: np.full(len(x), x.mean())), "spread0": grouped(lambda x, j, r: np.full(len(x), x.std())),
        "spread1": grouped(lambda x, j, r: np.full(len(x), x.std(ddof=1))), "place": grouped(lambda x, j, r: ranks(x, "average")),
        "least": grouped(lambda x, j, r: ranks(x, "min")), "dense": grouped(lambda x, j, r: ranks(x, "dense")),
        "others": grouped(lambda x, j, r: x - (x.sum() - x) / (len(x) - 1)), "share": grouped(lambda x, j, r: masked_softmax(x, r)),
        "best": grouped(lambda x, j, r: x == x.max()), "worst": grouped(lambda x, j, r: x == x.min()),
        "agreement": grouped(lambda x, j, r: np.full(len(x), tau(x, j))),
        "kept": grouped(lambda x, j, r: np.full(len(x), 0 < r.mean() < 1)),
        "importance": grouped(lambda x, j, r: np.full(len(x), 1 / len(x))), "reward": grouped(lambda x, j, r: x - x.mean())}
    for name, values in expected.items():
        assert out.to_lists(name) == pytest.approx(values, abs=1e-9), name
    pairs = out.pairs("preferred")
    score = columns["score"]
    wanted = {(i, j): score[i] - score[j] for i in range(9) for j in range(9)
              if columns["prompt"][i] == columns["prompt"][j] and score[i] > score[j]}
    found = dict(zip(zip(pairs.chosen.tolist(), pairs.rejected.tolist(), strict=True), pairs.margin.tolist(), strict=True))
    assert found == pytest.approx(wanted)


POPULATION = """
use std.stats: frechet, vendi
axis dim = 2
axis column like dim
axis rival like group
axis peer like group
axis mode = 3
input prompt : id
input feature : float[dim] in [-10, 10]
group by prompt
param ref_mean : float[dim]
param ref_cov : float[dim, column]
param modes : float[mode, dim]
param blank : float[dim]
let n = count(over group)
let me = cumcount(over group) - 1

let center = mean(feature over group)
let off = feature - center
let spread = sum(off * off[dim -> column] over group) / n
let whole = frechet(center, spread, ref_mean, ref_cov)
let theirs = feature[group -> rival]
let center_without = mean(theirs over rival where index(rival) != me)
let off_without = theirs - center_without
let spread_without = sum(off_without * off_without[dim -> column] over rival where index(rival) != me) / max(n - 1, 1)
output distance = whole
output distance_credit = frechet(center_without, spread_without, ref_mean, ref_cov) - whole

let gap = feature[group -> rival] - feature[group -> peer]
let kernel = exp(-sum(gap ** 2 over dim))
let even = every(1 / n, rival)
let others = gate index(rival) == me { 0 } else 1 / max(n - 1, 1)
output diversity = vendi(kernel, even)
output diversity_credit = vendi(kernel, even) - vendi(kernel, others)

let reaches = norm(feature - modes over dim) < 1
let number = sum(reaches over group)
output coverage = mean(number > 0 over mode)
output alone = coverage - mean(number - reaches > 0 over mode)
output swap = coverage - mean(number - reaches > 0 or norm(blank - modes over dim) < 1 over mode)
"""


def distance(points, mean, cov):
    """The squared Frechet distance of the Gaussian of some points to another, by eigenvalues."""
    mine, spread = points.mean(0), np.cov(points.T, ddof=0)
    roots = np.sqrt(np.linalg.eigvals(spread @ cov).astype(complex)).real.sum()
    return float(((mine - mean) ** 2).sum() + np.trace(spread) + np.trace(cov) - 2 * roots)


def diversity(points):
    """The Vendi score of a Gaussian kernel: exp of the entropy of its eigenvalues."""
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1))
    values = np.linalg.eigvalsh(kernel / len(points)).clip(1e-15)
    return float(math.exp(-(values * np.log(values)).sum()))


def coverage(points, modes):
    """The share of modes that some point is near."""
    return float((np.linalg.norm(points[:, None] - modes[None], axis=-1) < 1).any(0).mean())


def test_populations_with_credit_to_their_samples():
    source = np.random.default_rng(3)
    points = {"a": source.normal(size=(5, 2)), "b": source.normal(size=(4, 2)) * 2}
    mean, cov = np.array([0.5, -0.5]), np.array([[1.0, 0.2], [0.2, 2.0]])
    modes, blank = np.array([[0.0, 0.0], [1.5, 1.0], [-2.0, 0.5]]), np.array([-2.0, 0.0])
    reward = rl.compile(text=POPULATION, params={
        "ref_mean": mean.tolist(), "ref_cov": cov.tolist(), "modes": modes.tolist(), "blank": blank.tolist()})
    out = reward({"prompt": [key for key in points for _ in points[key]], "feature": [x.tolist() for key in points for x in points[key]]})
    expected = {name: [] for name in out.outputs}
    for found in points.values():
        for row in range(len(found)):
            rest = np.delete(found, row, axis=0)
            swapped = np.concatenate([rest, blank[None]])
            expected["distance"].append(distance(found, mean, cov))
            expected["distance_credit"].append(distance(rest, mean, cov) - distance(found, mean, cov))
            expected["diversity"].append(diversity(found))
            expected["diversity_credit"].append(diversity(found) - diversity(rest))
            expected["coverage"].append(coverage(found, modes))
            expected["alone"].append(coverage(found, modes) - coverage(rest, modes))
            expected["swap"].append(coverage(found, modes) - coverage(swapped, modes))
    assert len({round(x, 6) for x in expected["swap"]}) > 1 and len({round(x, 6) for x in expected["alone"]}) > 1
    for name, values in expected.items():
        assert out.to_lists(name) == pytest.approx(values, abs=1e-5), name
