"""Systems that compare the samples of one prompt: CREAM, Cooper, DRPO."""

from drawn import system

from by_hand.common import deviation, each, groups, mean, sigmoid, softmax


def _order(values):
    """Ascending ordinal ranks; of equal ones the first in the batch is lower."""
    return [sum(other < own or (other == own and there < here) for there, other in enumerate(values)) + 1
            for here, own in enumerate(values)]


def _agreement(now, before, method):
    n = len(now)
    if method == "top_order":
        return float(now.index(max(now)) == before.index(max(before)) and now.index(min(now)) == before.index(min(before)))
    a, b = _order(now), _order(before)
    if method == "spearman":
        return (2 - 6 * sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / (n * (n * n - 1))) / 2
    signs = [1 if (a[i] - a[j]) * (b[i] - b[j]) > 0 else -1 for i in range(n) for j in range(i)]
    return (sum(signs) / len(signs) + 1) / 2


@system("cream", params=lambda rng: {"method": rng.choice(["kendall", "spearman", "top_order"])}, missing=0.03)
def cream(columns, params):
    def minus(a, b):
        return None if a is None or b is None else a - b
    now = [minus(a, b) for a, b in zip(columns["logp_policy"], columns["logp_ref"], strict=True)]
    before = [minus(a, b) for a, b in zip(columns["logp_prev"], columns["logp_ref"], strict=True)]
    rows = len(now)
    consistency, selected, rejected = [None] * rows, [False] * rows, [False] * rows
    for places in groups(columns["group"]):
        if len(places) < 2 or any(now[i] is None or before[i] is None for i in places):
            continue
        mine, old = [now[i] for i in places], [before[i] for i in places]
        agreed = _agreement(mine, old, params["method"])
        for i in places:
            consistency[i] = agreed
        best, worst = mine.index(max(mine)), mine.index(min(mine))
        if best != worst:
            selected[places[best]] = rejected[places[worst]] = True
    return {"reward": now, "reward_prev": before, "consistency": consistency, "selected": selected, "rejected": rejected}


@system("cooper", missing=0.15)
def cooper(columns, params):
    reward = [None if logit is None else sigmoid(logit) for logit in columns["verify_logit"]]
    advantage, available = [None] * len(reward), [False] * len(reward)
    for places in groups(columns["group"]):
        known = [reward[i] for i in places if reward[i] is not None]
        for i in places:
            available[i] = any(columns["rule_correct"][j] for j in places)
            if reward[i] is not None:
                advantage[i] = (reward[i] - mean(known)) / (deviation(known) + 1e-6)
    return {"reward": reward, "advantage": advantage, "positive": columns["rule_correct"], "pair_available": available}


def _short(columns, source):
    columns["length"] = [source.randint(0, 100) for _ in columns["length"]]


@system("drpo", adjust=_short, params=lambda rng: {"max_length": 100, "lam": rng.choice([0.001, 0.1, 1]), "tau": rng.choice([0.5, 10])})
def drpo(columns, params):
    rows = len(columns["group"])
    reward, weight = [0.0] * rows, [0.0] * rows
    for places in groups(columns["group"]):
        right = [i for i in places if columns["correct"][i]]
        wrong = [i for i in places if not columns["correct"][i]]
        if right:
            for i, share in zip(right, softmax([(1 - columns["length"][i] / params["max_length"]) / params["lam"] for i in right]),
                                strict=True):
                weight[i] = share
        if right and wrong:
            for i in right:
                reward[i] = weight[i]
            for i, share in zip(wrong, softmax([columns["mean_logp"][i] / params["tau"] for i in wrong]), strict=True):
                reward[i] = -share
    return {"reward": reward, "length_weight": weight}


@system("brme", params=lambda rng: {"nominal_weight": rng.random()})
def brme(columns, params):
    def rule(row):
        means, stds = row["head_mean"], row["head_std"]
        if not means or None in means:
            return dict.fromkeys(("reward", "nominal", "worst", "spread"))
        worst = min(means)
        found = {"worst": worst, "spread": max(means) - worst, "nominal": None, "reward": None}
        if None not in stds:
            nominal = means[stds.index(min(stds))]
            share = params["nominal_weight"]
            found |= {"nominal": nominal, "reward": share * nominal + (1 - share) * worst}
        return found
    return each(columns, rule)
