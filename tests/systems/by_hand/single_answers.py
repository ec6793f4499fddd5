"""Systems that pay one answer: ACE-RL, Adv-GRPO, Adyen, CDR, CRM, implicit rewards, T-REG, VAS, Clip and Delta, HERON."""

import math

from drawn import system

from by_hand.common import deviation, each, groups, mean, sigmoid


def _lengths(columns, rng):
    columns["length"] = [rng.choice([0, 1, 10, rng.randint(0, 2000)]) for _ in columns["length"]]
    columns["target_length"] = [rng.choice([1, 10, rng.randint(1, 500)]) for _ in columns["length"]]


@system("ace-rl", adjust=_lengths, missing=0.2)
def ace_rl(columns, params):
    def rule(row):
        l, r = row["length"], row["target_length"]
        score = 0 if l == 0 else max(0, 1 - (l / r - 1) / 3) if l > r else max(0, 1 - (r / l - 1) / 2)
        grades = [grade or 0 for grade in row["constraint_score"]]
        met = mean(grades) if grades else None
        return {"length_score": score, "constraint_mean": met, "reward": None if met is None else (score + met) / 2}
    return each(columns, rule)


def _unit(vector):
    norm = math.sqrt(sum(x * x for x in vector))
    return [x / (norm + 1e-6) for x in vector]


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def _cosine(a, b):
    size = math.sqrt(_dot(a, a)) * math.sqrt(_dot(b, b))
    return _dot(a, b) / size if size else 0.0


def _features(columns, rng):
    def vector():
        return [rng.choice([0, rng.uniform(-3, 3)]) for _ in range(3)]
    rows = len(columns["group"])
    for name in ("cls_feature", "embedding"):
        columns[name] = [vector() for _ in range(rows)]
    patches = [rng.randint(0, 4) for _ in range(rows)]
    columns["patch_feature"] = [[vector() for _ in range(n)] for n in patches]
    columns["patch_score"] = [[rng.uniform(-15, 15) for _ in range(n)] for n in patches]
    columns["cls_score"] = [rng.uniform(-15, 15) for _ in range(rows)]
    columns["references"] = [[vector() for _ in range(rng.randint(0, 3))] for _ in range(rows)]


@system("adv-grpo", adjust=_features, params=lambda rng: {
    "cls_weight": rng.random(), "head_weight": [0.5, -1.0, 2.0], "head_bias": rng.uniform(-1, 1), "global_std": rng.random() < 0.5})
def adv_grpo(columns, params):
    def clipped(x):
        return max(-10, min(10, x))

    def head(vector):
        return _dot(params["head_weight"], _unit(vector)) + params["head_bias"]

    def both(whole, patches):
        share = params["cls_weight"]
        return share * whole + (1 - share) * mean(patches) if patches else whole

    def rule(row):
        near = [_cosine(row["embedding"], reference) for reference in row["references"]]
        return {"reward": both(clipped(row["cls_score"]), [clipped(x) for x in row["patch_score"]]),
                "reward_from_features": both(head(row["cls_feature"]), [head(x) for x in row["patch_feature"]]),
                "reference_similarity": max(near) if near else None}

    found = each(columns, rule)
    scores = columns["score"]
    found["advantage"] = [0.0] * len(scores)
    for places in groups(columns["group"]):
        own = [scores[i] for i in places]
        spread = deviation(scores if params["global_std"] else own)
        for i in places:
            found["advantage"][i] = (scores[i] - mean(own)) / (spread + 1e-4)
    return found


@system("adyen", missing=0.3, params=lambda rng: {"pending": rng.choice([0, 0.25, 1]), "clip_max": rng.choice([1, 10, 1e9])})
def adyen(columns, params):
    def rule(row):
        paid = params["pending"] if row["authorised"] is None else float(row["authorised"])
        ratio = None if row["propensity"] is None or row["target_prob"] is None else row["target_prob"] / row["propensity"]
        return {"reward": paid, "ips_reward": None if ratio is None else paid * min(ratio, params["clip_max"])}
    return each(columns, rule)


def _prompts(columns, rng):
    columns["domain"] = [rng.choice(["general", "safety", "code", "math", "law"]) for _ in columns["domain"]]
    for side in ("strong", "weak"):
        columns[f"{side}_prompt_len"] = [rng.randint(0, 4) for _ in columns["domain"]]


@system("cdr", adjust=_prompts, missing=0.1, params=lambda rng: {"span_shift": rng.choice([0, 1])})
def cdr(columns, params):
    def side(row, name):
        start = row[f"{name}_prompt_len"] - params["span_shift"]
        counted = [x for at, (x, skip) in enumerate(zip(row[f"{name}_logp"], row[f"{name}_skip"], strict=True))
                   if at >= start and not skip]
        return None if None in counted else sum(counted), len(counted)

    def rule(row):
        (strong, n), (weak, _) = side(row, "strong"), side(row, "weak")
        reward = None if strong is None or weak is None else strong - weak
        average = None if reward is None else reward / max(1, n)
        names = ["general", "safety", "code", "math"]
        routed = row["strong_sum"][names.index(row["domain"]) if row["domain"] in names else 0]
        return {"reward": reward, "reward_avg": average, "reward_bounded": None if average is None else math.tanh(average),
                "reward_routed": None if routed is None or row["weak_sum"] is None else routed - row["weak_sum"]}
    return each(columns, rule)


@system("crm-crf", missing=0.2, params=lambda rng: {"alpha": rng.choice([0, 0.5, 1])})
def crm_crf(columns, params):
    def rule(row):
        bonus = 1 + params["alpha"] * (row["conciseness"] or 0) * (row["anneal"] + row["difficulty"])
        return {"bonus": bonus, "reward": bonus if row["correct"] else 0}
    return each(columns, rule)


@system("daa-overopt", params=lambda rng: {"beta": rng.choice([0.1, 1])})
def daa_overopt(columns, params):
    def rule(row):
        gaps = [None if a is None or b is None else a - b for a, b in zip(row["logp"], row["ref_logp"], strict=True)]
        return {"reward": None if None in gaps else params["beta"] * sum(gaps)}
    return each(columns, rule)


@system("t-reg", missing=0.1, params=lambda rng: {"beta": rng.choice([0.1, 1])})
def t_reg(columns, params):
    def minus(a, b):
        return None if a is None or b is None else a - b

    def rule(row):
        better, implicit = [], []
        for keep, a, b, mine, ref in zip(*(row[name] for name in ("mask", "logp_better", "logp_worse", "logp_policy", "logp_ref")),
                                         strict=True):
            gap, own = minus(a, b), minus(mine, ref)
            better.append(0 if not keep else None if gap is None else sigmoid(gap) - 0.5)
            implicit.append(0 if not keep else None if own is None else params["beta"] * own)
        parts = [None if x is None or y is None else x * y for x, y in zip(better, implicit, strict=True)]
        return {"reward": better, "implicit": implicit, "implicit_return": None if None in implicit else sum(implicit),
                "alignment": None if None in parts else sum(parts)}
    return each(columns, rule)


@system("vas", missing=0.2, params=lambda rng: {"weight_helpful": rng.choice([0, 1, -2.5]), "weight_harmless": rng.choice([0, 1, 3])})
def vas(columns, params):
    def rule(row):
        parts = [(params[f"weight_{name}"], row[name]) for name in ("helpful", "harmless")]
        known = all(weight == 0 or score is not None for weight, score in parts)
        return {"reward": sum(weight * score for weight, score in parts if weight) if known else None}
    return each(columns, rule)


@system("clip-delta", missing=0.2, params=lambda rng: {"eta": rng.choice([0.3, 0.7]), "alpha": rng.choice([0.02, 0.5])})
def clip_delta(columns, params):
    def delta(y):
        k = len(y)
        return [0.0 if at == k - 1 else y[at] if at == k - 2 else y[at] - y[at + 1] for at in range(k)]

    def rule(row):
        x = row["prm"]
        clipped = [min(score - params["eta"], 0) for score in x]
        shapes = {"reward": delta(clipped), "clip_reward": clipped, "delta_reward": delta(x), "raw_reward": x}
        return {name: [params["alpha"] * part + (at == len(x) - 1 and bool(row["correct"])) for at, part in enumerate(shape)]
                for name, shape in shapes.items()}
    return each(columns, rule)


@system("heron", missing=0.1, params=lambda rng: {
    "hierarchy": rng.sample(range(4), 4), "sigma": [rng.choice([0, 0.5, 1.5]) for _ in range(4)]})
def heron(columns, params):
    factors = columns["factor"]
    stds = []
    for c in range(4):
        known = [row[c] for row in factors if row[c] is not None]
        n = len(known)
        stds.append(deviation(known) * math.sqrt(n / (n - 1)) if n > 1 else 0.0)

    def preferred(a, b):
        for level, c in enumerate(params["hierarchy"]):
            if a[c] is None or b[c] is None:
                continue
            if abs(a[c] - b[c]) > params["sigma"][level] * stds[c]:
                return 1 if a[c] > b[c] else -1
        return 0
    return {"preference": [[preferred(a, b) for b in factors] for a in factors]}
