"""Systems that shape a model's score: ONI, OREAL, PAR."""

import math

from drawn import system

from by_hand.common import deviation, each, groups, mean, sigmoid

MESSAGES = ["", " ", "You kill the newt!", "you kill the newt!", "é"]
LABELS = [{}, {"": 1, "é": 1}, {"You kill the newt!": 1, " ": 0}]


def _messages(columns, rng):
    steps = [rng.randint(0, 6) for _ in columns["message"]]
    columns["message"] = [[None if rng.random() < 0.15 else rng.choice(MESSAGES) for _ in range(n)] for n in steps]
    columns["ext"] = [[rng.choice([0, -2.5, 1]) for _ in range(n)] for n in steps]
    columns["class_logit"] = [[[rng.choice([0, 1, -30, 800]) for _ in range(2)] for _ in range(n)] for n in steps]
    columns["rank_score"] = [[rng.choice([0.5, -1, 0, 1, rng.uniform(-4, 4)]) for _ in range(n)] for n in steps]
    columns["message_embedding"] = [[rng.choice([[0, 0], [3, 4], [-3, -4], [4, -3], [rng.random(), 1]]) for _ in range(n)] for n in steps]
    columns["goal_embedding"] = [rng.choice([[0, 0], [3, 4], [1e-3, 0]]) for _ in steps]
    columns["llm_response"] = [rng.choice(["", "foo", "xFOOx", "BAR", "BAR FOO", "F OO", "FO\nO"]) for _ in steps]


@system("oni", adjust=_messages, params=lambda rng: {
    "ext_coeff": rng.choice([0, 0.1, 10.0]), "int_coeff": rng.choice([0, 0.4, 1.0]), "beta": rng.choice([0, 0.5, 1, 3]),
    "labels": rng.choice(LABELS), "eta": rng.choice([0, 0.5, 0.8, 1]), "rank_mean": rng.choice([0, 1.5, -2]),
    "rank_var": rng.choice([1, 4, 1.5625]), "rank_threshold": rng.choice([-0.5, 0, 1]),
    "bow_threshold": rng.choice([None, -1, 0, 0.5])})
def oni(columns, params):
    def cosine(a, b):
        size = math.hypot(*a) * math.hypot(*b)
        value = sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0
        cut = params["bow_threshold"]
        return 0.0 if cut is not None and value <= cut else value

    def rule(row):
        told = row["message"]
        found = {name: [] for name in ("reward", "reward_classification", "reward_ranking", "novelty", "unseen")}
        for t, message in enumerate(told):
            missing = message is None
            fresh = None if missing else told[:t + 1].count(message) ** -params["beta"]
            found["novelty"].append(fresh)
            found["unseen"].append(None if missing else message not in params["labels"])
            low, high = row["class_logit"][t]
            z = (row["rank_score"][t] - params["rank_mean"]) / math.sqrt(params["rank_var"])
            values = {"reward": params["labels"].get(message, 0), "reward_classification": sigmoid(high - low) > params["eta"],
                      "reward_ranking": z if z > params["rank_threshold"] else 0}
            for name, value in values.items():
                found[name].append(params["ext_coeff"] * row["ext"][t] + (0 if missing else params["int_coeff"] * value * fresh))
        return found | {"annotation": int("FOO" in row["llm_response"]),
                        "bow_similarity": [cosine(vector, row["goal_embedding"]) for vector in row["message_embedding"]]}
    return each(columns, rule)


def _logits(columns, rng):
    columns["token_logit"] = [[rng.choice([0, 0, 2, -1, 40, -40, rng.uniform(-3, 3)]) for _ in range(rng.choice([0, 1, 2, 5, 10, 20]))]
                              for _ in columns["group"]]
    columns["group"] = [rng.choice("pqqq") for _ in columns["group"]]


@system("oreal", adjust=_logits, missing=0.3, params=lambda rng: {
    "shaping": rng.choice(["rloo", "grpo"]), "rescale": rng.choice(["threshold", "top_k"]),
    "threshold": rng.choice([0, 0.5, 0.9, 0.999]), "top_ratio": rng.choice([0, 0.1, 0.3, 0.5, 0.6, 0.7, 1])})
def oreal(columns, params):
    def weights(x):
        if params["rescale"] == "threshold":
            return [max(0, min(1, (p - params["threshold"]) / (1 - params["threshold"]))) for p in x]
        kept = sorted(range(len(x)), key=lambda at: (-x[at], at))[:int(params["top_ratio"] * len(x))]
        if not kept:
            return [0.0] * len(x)
        low, high = min(x[at] for at in kept), max(x[at] for at in kept)
        return [0.0 if at not in kept else 1.0 if high == low else (p - low) / (high - low) for at, p in enumerate(x)]

    def rule(row):
        means = [mean(row["token_logit"][:t + 1]) for t in range(len(row["token_logit"]))]
        won = bool(row["stopped"] and (row["rule_ok"] or row["judge_ok"]))
        loss = math.log1p(math.exp(-means[-1] if won else means[-1])) if means else None
        return {"outcome": 1 if won else -1, "positive_weight": weights([sigmoid(m) for m in means]),
                "negative_weight": weights([sigmoid(-m) for m in means]), "token_rm_loss": loss}

    found = each(columns, rule)
    outcome, rows = found["outcome"], len(columns["group"])
    found["advantage"] = [0.0] * rows
    for places in groups(columns["group"]):
        own = [outcome[i] for i in places]
        n = len(own)
        for i in places:
            if n > 1 and params["shaping"] == "rloo":
                found["advantage"][i] = outcome[i] - (sum(own) - outcome[i]) / (n - 1)
            elif n > 1:
                found["advantage"][i] = (outcome[i] - mean(own)) / (deviation(own) * math.sqrt(n / (n - 1)) + 1e-8)
    found["reward"] = [[found["advantage"][i] * w for w in found["positive_weight" if outcome[i] > 0 else "negative_weight"][i]]
                       for i in range(rows)]
    return found


def _updates(columns, rng):
    rows = len(columns["score"])
    columns["score"] = [rng.choice([0, 1, -5, 5, 300, -900, rng.uniform(-4, 4)]) for _ in range(rows)]
    columns["ref_scores"] = [[rng.choice([0, 1, -5, 5, rng.uniform(-4, 4)]) for _ in range(rng.choice([0, 1, 2, 9, 10, 12]))]
                             for _ in range(rows)]
    columns["length"] = [rng.choice([0, 8, 300, 301, 900]) for _ in range(rows)]
    columns["update"] = sorted(rng.choice([0, 1, 4]) for _ in range(rows))
    columns["logp"] = [[-rng.random() for _ in range(rng.randint(0, 4))] for _ in range(rows)]
    columns["ref_logp"] = [[-rng.random() for _ in row] for row in columns["logp"]]


FIT = (0.0002026691697803558, 5.296811671489128e-09, -0.010130912034729786, -1.7892410516002917e-07, 0.22878851143138285,
       0.5000008318663808)


def _poly(x):
    return 0.0 if x <= -5 else 1.0 if x >= 5 else sum(a * x ** (5 - at) for at, a in enumerate(FIT))


@system("par", adjust=_updates, tol=1e-5, params=lambda rng: {
    "k": rng.choice([0, 1.0, 7]), "max_ref": rng.choice([1, 10, 11]), "valid_len": rng.choice([0, 8, 300]),
    "len_penalty": rng.choice([0, 0.01, 2]), "kl_coef": rng.choice([0, 0.005, 1]), "margin": rng.choice([3.0, 0, -1]),
    "ceiling": rng.choice([1.0, 0, -2])})
def par(columns, params):
    k = params["k"]
    fine = [params["len_penalty"] * max(0, length - params["valid_len"]) for length in columns["length"]]
    shaped = [score - cost for score, cost in zip(columns["score"], fine, strict=True)]

    def over(s, refs, rule):
        kept = refs[:params["max_ref"]]
        return mean([rule(s - ref) for ref in kept]) if kept else None

    def lsc(s, refs):
        if not refs:
            return None
        spread = deviation(refs) * math.sqrt(len(refs) / (len(refs) - 1)) if len(refs) > 1 else 0.0
        x = s - (mean(refs) + 1.0364333894937898 * (spread + 1e-5))
        return min(x, 0) - math.log1p(math.exp(-abs(x)))

    def tokens(reward, logp, ref_logp):
        return [None if reward is None else (reward if t == len(logp) - 1 else 0) - params["kl_coef"] * (a - b)
                for t, (a, b) in enumerate(zip(logp, ref_logp, strict=True))]

    pairs = list(zip(shaped, columns["ref_scores"], strict=True))
    rules = {"reward": lambda x: sigmoid(k * x), "tanh": math.tanh, "centered": lambda x: x, "poly": _poly,
             "sgfc": lambda x: sigmoid(k * (x - params["margin"]))}
    found = {name: [over(s, refs, rule) for s, refs in pairs] for name, rule in rules.items()}
    found["uncentred_sigmoid"] = [sigmoid(k * s) for s in shaped]
    found["lsc"] = [lsc(s, refs) for s, refs in pairs]
    top = params["ceiling"]
    found["ceil"] = [min(min(score, top) - cost, top) for score, cost in zip(columns["score"], fine, strict=True)]
    found["token_reward"] = [tokens(*row) for row in zip(found["reward"], columns["logp"], columns["ref_logp"], strict=True)]
    found |= {"meanstd": [], "clip_running": [], "minmax": []}
    for s, update in zip(shaped, columns["update"], strict=True):
        seen = [x for x, when in zip(shaped, columns["update"], strict=True) if when <= update]
        m, d, low, high = mean(seen), deviation(seen), min(seen), max(seen)
        found["meanstd"].append(0.0 if low == high else (s - m) / d)
        found["clip_running"].append(max(m - d, min(m + d, s)))
        found["minmax"].append(0.0 if low == high else (s - low) / (high - low))
    return found
