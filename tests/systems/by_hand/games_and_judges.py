"""Systems of games and of judges: GLEE, opinion summaries, HARMO."""

import math

from drawn import system

from by_hand.common import each, groups, mean


def _games(columns, rng):
    for i in range(len(columns["deal"])):
        columns["share"][i] = rng.choice([0, 0.5, 1, rng.random()]) if columns["deal"][i] else rng.choice([None, None, 0.3])
        columns["price"][i] = rng.choice([0, 0.5, 1, 2]) if columns["trade"][i] else rng.choice([None, None, 1.5])
        columns["round"][i] = rng.choice([1, 1, 2, 12, 99])
        for side in ("alice", "bob"):
            columns[f"delta_{side}"][i] = rng.choice([0, 1, 0.9])
            columns[f"value_{side}"][i] = rng.choice([0, 0.5, 1, 1.5, 2])
        rounds = rng.choice([0, 1, 2, 5])
        biased = rng.choice([0, 0.5, 1])
        columns["quality"][i] = [rng.random() < biased for _ in range(rounds)]
        columns["bought"][i] = [rng.random() < 0.5 for _ in range(rounds)]
        columns["product_value"][i] = rng.choice([1, 2, 4])


@system("glee", adjust=_games)
def glee(columns, _):
    def bargaining(row):
        if not row["deal"]:
            return [0, 0], 0, 1
        p, t = row["share"], row["round"]
        gains = [row["delta_alice"] ** (t - 1) * p, row["delta_bob"] ** (t - 1) * (1 - p)]
        return gains, sum(gains), 1 - 4 * (p - 0.5) ** 2

    def negotiation(row):
        low, high, x = row["value_alice"], row["value_bob"], row["price"]
        if not row["trade"]:
            return [0, 0], float(low >= high), 1
        return [x - low, high - x], float(low <= x <= high), 1 - 4 * (x - (low + high) / 2) ** 2

    def persuasion(row):
        rounds = list(zip(row["quality"], row["bought"], strict=True))
        if not rounds:
            return [0, 0], 1, 1
        good, bad = sum(q for q, _ in rounds), sum(not q for q, _ in rounds)
        k, low = sum(q and b for q, b in rounds), sum(b and not q for q, b in rounds)
        gains = [sum(b for _, b in rounds) / len(rounds), (k * (row["product_value"] - 1) - low) / len(rounds)]
        return gains, k / good if good else 1, sum(not q and not b for q, b in rounds) / bad if bad else 1

    def rule(row):
        return {f"{game.__name__}_{name}": value for game in (bargaining, negotiation, persuasion)
                for name, value in zip(("reward", "efficiency", "fairness"), game(row), strict=True)}
    return each(columns, rule)


_SCORES = ("aspect_coverage", "opinion_faithfulness", "opinion_coverage", "conciseness", "relevance", "hallucination",
           "language_correctness")


def _judged(columns, rng):
    for name in _SCORES:
        columns[name] = [None if rng.random() < 0.03 else rng.choice([0, 5, -2, 7.5, rng.uniform(0, 5)]) for _ in columns[name]]


def _heads(rng):
    width = rng.choice([1, 2, 5])
    if rng.random() < 0.3:
        return {}
    return {"w1": [[rng.uniform(-1, 1) for _ in range(7)] for _ in range(width)], "b1": [rng.uniform(-2, 2) for _ in range(width)],
            "w2": [rng.uniform(-1, 1) for _ in range(width)], "b2": rng.uniform(-3, 3)}


@system("ecommerce-opinsumm", adjust=_judged, params=_heads)
def ecommerce_opinsumm(columns, params):
    def rule(row):
        scores = [row[name] for name in _SCORES]
        if None in scores:
            return {"reward": None}
        psi = [min(5, max(0, score)) for score in scores]
        hidden = [max(0, sum(w * x for w, x in zip(line, psi, strict=True)) + bias)
                  for line, bias in zip(params["w1"], params["b1"], strict=True)]
        return {"reward": sum(w * h for w, h in zip(params["w2"], hidden, strict=True)) + params["b2"]}
    return each(columns, rule)


def _answers(columns, rng):
    def vector():
        return rng.choice([None, [0.0, 0.0], [1.0, 0.0], [rng.uniform(-2, 2), rng.uniform(-2, 2)], [rng.uniform(-2, 2), 0.5]])
    rows = range(len(columns["group"]))
    for name in ("response_embedding", "reference_embedding"):
        columns[name] = [vector() for _ in rows]
    columns["rule_ok"] = [rng.choice([None, True, True, False]) for _ in rows]
    empty = rng.random() < 0.2
    columns["length"] = [0 if empty else rng.choice([0, 10, 10, 1000]) for _ in rows]


def _cosine(a, b):
    size = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0


@system("harmo", adjust=_answers, params=lambda rng: {"p_max": rng.choice([0, 0.5, 3]), "tau": rng.choice([0.1, 0.5, 1, 2])})
def harmo(columns, params):
    def accuracy(row):
        if row["verifiable"]:
            return float(bool(row["rule_ok"]))
        a, b = row["response_embedding"], row["reference_embedding"]
        return 0.0 if a is None or b is None else _cosine(a, b)

    found = each(columns, lambda row: {"accuracy": accuracy(row)})
    length, rows = columns["length"], range(len(columns["group"]))
    found["length_penalty"], found["advantage"] = [0.0 for _ in rows], [0.0 for _ in rows]
    of_group = groups(columns["group"])
    for places in of_group:
        right = [length[i] for i in places if columns["verifiable"][i] and columns["rule_ok"][i]]
        demanded = params["tau"] * mean(right) if right else 0
        for i in places:
            if demanded > 0:
                found["length_penalty"][i] = -params["p_max"] * min(1, max(0, (demanded - length[i]) / demanded))
    found["reward"] = [a + b + c for a, b, c in zip(found["accuracy"], found["length_penalty"], columns["format_ok"], strict=True)]
    for places in of_group:
        for i in places:
            found["advantage"][i] = found["reward"][i] - mean([found["reward"][j] for j in places])
    return found
