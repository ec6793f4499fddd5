"""Systems of samples, neighbours and steps: PF-PPO, RewardFusion, step reductions, self-alignment, resting arms."""

import math

from drawn import system

from by_hand.common import deviation, each, groups, mean, sigmoid


def _scores(columns, rng):
    columns["score"] = [None if rng.random() < 0.15 else rng.choice([-2, 0, 0.5, 0.5, 3]) for _ in columns["group"]]


@system("pf-ppo", adjust=_scores, params=lambda rng: {
    "strategy": rng.choice(["bw", "br", "bon", "power"]), "power": rng.choice([0, 0.5, 1, 2, 3])})
def pf_ppo(columns, params):
    score, strategy = columns["score"], params["strategy"]
    if strategy == "power":
        return {"weight": [0 if s is None else abs(s) ** params["power"] for s in score]}
    weight = [0.0] * len(score)
    for places in groups(columns["group"]):
        ranked = sorted((i for i in places if score[i] is not None), key=lambda i: score[i])
        for i in ranked:
            best, worst = i == ranked[-1], i == ranked[0]
            weight[i] = {"bw": float(best or worst), "br": 0.4 if best else 0.1, "bon": float(best)}[strategy]
    return {"weight": weight}


def _neighbours(columns, rng):
    refs = [rng.choice([0, 1, 3, 8]) for _ in columns["rm_score"]]
    columns["neighbour_score"] = [[rng.uniform(-3, 3) for _ in range(n)] for n in refs]
    columns["neighbour_similarity"] = [[rng.choice([-1, 0, 0.5, 0.9, 0.95, 0.95, 1]) for _ in range(n)] for n in refs]
    columns["neighbour_text"] = [[rng.choice(["", "a", "A", "b", "a ", "é"]) for _ in range(n)] for n in refs]


@system("reward-inconsistency", adjust=_neighbours, missing=0.2, params=lambda rng: {
    "min_similarity": rng.choice([0, 0.5, 0.9, 0.95, 1]), "k": rng.choice([0, 1, 2, 5, 100])})
def reward_inconsistency(columns, params):
    def rule(row):
        near = row["neighbour_similarity"]
        kept = [i for i, similarity in enumerate(near) if similarity >= params["min_similarity"]]
        kept = sorted(kept, key=lambda i: -near[i])[:params["k"]]
        firsts = {row["neighbour_text"][i]: i for i in reversed(kept)}.values()
        if row["rm_score"] is None:
            return {"reward": None}
        return {"reward": (row["rm_score"] + sum(near[i] * row["neighbour_score"][i] for i in firsts)) / (1 + sum(near[i] for i in firsts))}
    return each(columns, rule)


@system("rewardmath", missing=0.1, params=lambda rng: {"eps": rng.choice([1e-4, 1e-6, 0.1, 0.4])})
def rewardmath(columns, params):
    reductions = {
        "reward": min, "prm_max": max, "prm_prod": math.prod, "prm_geometric_mean": lambda p: math.prod(p) ** (1 / len(p)),
        "prm_mean": mean, "prm_last": lambda p: p[-1],
        "prm_mean_logit": lambda p: sigmoid(mean([math.log(x / (1 - x)) for x in p])),
        "prm_mean_odds": lambda p: mean([x / (1 - x) for x in p])}

    def rule(row):
        p = row["step_score"]
        if not p:
            return dict.fromkeys(reductions, 0.5)
        if None in p:
            return dict.fromkeys(reductions)
        clipped = [max(params["eps"], min(1 - params["eps"], x)) for x in p]
        return {name: reduce(clipped if name in ("prm_mean_logit", "prm_mean_odds") else p) for name, reduce in reductions.items()}
    return each(columns, rule)


def _tokens(columns, rng):
    columns["logp_given_query"] = [[rng.choice([0, -0.1, -rng.random() * 5]) for _ in range(rng.randint(0, 4))] for _ in columns["group"]]
    columns["logp_alone"] = [[rng.choice([0, 0, -3, -rng.random()]) for _ in row] for row in columns["logp_given_query"]]
    columns["length"] = [rng.choice([1, 2, 50, 50, 4000]) for _ in columns["group"]]


@system("sar", adjust=_tokens, tol=1e-5, params=lambda rng: {
    "alpha": rng.choice([0, 0.2, 0.7]), "form": rng.choice(["relative", "log", "difference", "negative"]),
    "ppl_cap": rng.choice([None, 0, -3, 1, 1.2, 5])})
def sar(columns, params):
    form, cap = params["form"], params["ppl_cap"]

    def aligned(given, alone):
        if not given:
            return 0.0
        q, a = -mean(given), -mean(alone)
        if form != "log":
            q, a = math.exp(q), math.exp(a)
        if cap is not None and cap > 1:
            q, a = min(q, cap), min(a, cap)
        return {"difference": a - q, "negative": 5 - q}.get(form, max((a - q) / (a + 1e-9), -1))

    own = [aligned(*pair) for pair in zip(columns["logp_given_query"], columns["logp_alone"], strict=True)]
    correct, length, rows = columns["correct"], columns["length"], range(len(own))
    found = {"self_aligned": own, "reward": [bool(right) + params["alpha"] * value for right, value in zip(correct, own, strict=True)],
             "o1_pruner": [0.0 for _ in rows], "efficiency": [0.0 for _ in rows]}
    for places in groups(columns["group"]):
        centre = mean([length[i] for i in places])
        right = [length[i] for i in places if correct[i]]
        for i in places:
            found["o1_pruner"][i] = -max(-1, min(1, (length[i] - centre) / length[i]))
            if correct[i] and len(right) > 1:
                found["efficiency"][i] = -2 * (sigmoid((length[i] - mean(right)) / (deviation(right) + 1e-5)) - 0.5)
    return found


TABLES = [[[0.1, 0.5, 0.8, 0.9], [0.3, 0.4, 0.45, 0.45]], [[1.0]], [[0.0, 2.0], [0.5], [-1.0, -0.5, 0.25]]]


def _pulls(columns, rng):
    columns["pull"] = [[[rng.random() < 0.3 for _ in range(2)] for _ in range(rng.choice([0, 1, 4, 9]))] for _ in columns["pull"]]


def _resting(columns, tables):
    def rule(row):
        idle, rewards, states = [len(table) for table in tables], [], []
        for pulled in row["pull"]:
            states.append(idle)
            rewards.append(sum(table[d - 1] for table, d, on in zip(tables, idle, pulled, strict=True) if on))
            idle = [1 if on else min(d + 1, len(table)) for table, d, on in zip(tables, idle, pulled, strict=True)]
        return {"reward": rewards, "idle": states}
    return each(columns, rule)


@system("recovering-rewards", adjust=_pulls, params=lambda rng: {"recovery": rng.choice([TABLES[0], [[-1.0, 2.0, 2.5], [0.5]], [[0.0], [0.0]]])})
def recovering_rewards(columns, params):
    return _resting(columns, params["recovery"])
