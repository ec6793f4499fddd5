"""Systems on log-probabilities and pairs: DRO (R3), Fine-Grained RLHF, IGPO, MM-RLHF."""

import math
import re
import string

from drawn import system

from by_hand.common import deviation, each, groups, mean


def _references(columns, rng):
    rows = range(len(columns["group"]))
    tokens = {group: rng.choice([1, 2, 4]) for group in columns["group"]}
    lengths = rng.random() < 0.5

    def logps(i):
        return [rng.choice([0, -0.5, -0.5, -rng.random() * 3]) for _ in range(tokens[columns["group"][i]])]
    columns["ref_logp"] = [logps(i) for i in rows]
    columns["masked_logp"] = [logps(i) for i in rows]
    columns["ref_len"] = [rng.choice([1, 10, 100]) for _ in rows]
    columns["answer_len"] = [rng.choice([0, 1, 10, 250]) for _ in rows]
    for i in rows:
        if lengths and rng.random() < 0.4:
            columns["ref_len"][i] = columns["answer_len"][i] = None
    absent = rng.choice([[], ["masked_logp"], ["ref_len", "answer_len"], ["masked_logp", "ref_len", "answer_len"]])
    for name in absent:
        del columns[name]


@system("dro-r3", adjust=_references, params=lambda rng: {
    "w_r3": rng.choice([1, 0, -0.5, 2]), "w_len": rng.choice([0, 1, 0.3]), "len_beta": rng.choice([0, 1, 5])})
def dro_r3(columns, params):
    rows = len(columns["group"])
    logp, found = columns["ref_logp"], {name: [None] * rows for name in ("reward", "sigma", "prompt_sigma", "length_reward")}
    base = columns.get("masked_logp") or [[0] * len(own) for own in logp]
    wanted, given = (columns.get(name) or [None] * rows for name in ("ref_len", "answer_len"))
    for places in groups(columns["group"]):
        sigma = [deviation([logp[i][j] for i in places]) for j in range(len(logp[places[0]]))]
        whole = sum(sigma)
        weight = [s / whole if whole >= 1e-12 else 0 for s in sigma]
        for i in places:
            r3 = sum(w * (a - b) for w, a, b in zip(weight, logp[i], base[i], strict=True))
            length = None if wanted[i] is None else 1 - params["len_beta"] * abs(wanted[i] - given[i]) / wanted[i]
            for name, value in {"reward": params["w_r3"] * r3 + params["w_len"] * (length or 0), "sigma": sigma,
                                "prompt_sigma": max(sigma), "length_reward": length}.items():
                found[name][i] = value
    return found


def _segments(columns, rng):
    rows = range(len(columns["completeness_score"]))
    for i in rows:
        n = rng.choice([0, 1, 4, 7])
        for name in ("logp", "ref_logp"):
            columns[name][i] = [-rng.random() * 3 for _ in range(n)]
        for name in ("relevance", "factuality"):
            ends = [rng.randint(0, 9) for _ in range(rng.choice([0, 1, 3]))]
            columns[f"{name}_end"][i] = ends
            columns[f"{name}_logits"][i] = [[rng.choice([-1, 0, 0, 2]) for _ in range(3)] for _ in ends]
        columns["completeness_score"][i] = rng.choice([0, -30.5, rng.uniform(-9, 9)])


@system("fine-grained-rlhf", adjust=_segments, params=lambda rng: {
    "relevance_reward": rng.choice([0, 0.3, 2]), "factuality_reward": rng.choice([0, 0.5, 1.5]), "kl_coef": rng.choice([0, 0.3, 2]),
    "completeness_mean": rng.choice([-0.44677690555995353, 0, 5]), "completeness_std": rng.choice([8.301160619054132, 0.1, 1]),
    "completeness_scale": rng.choice([0, 0.3, 3]), "completeness_bias": rng.choice([0, -1, 0.25])})
def fine_grained_rlhf(columns, p):
    def rule(row):
        n = len(row["logp"])
        dense = [0.0] * n
        for end, logits in zip(row["relevance_end"], row["relevance_logits"], strict=True):
            if n:
                dense[min(end, n - 1)] += p["relevance_reward"] if logits[2] > logits[1] else -p["relevance_reward"]
        for end, logits in zip(row["factuality_end"], row["factuality_logits"], strict=True):
            if n:
                dense[min(end, n - 1)] += p["factuality_reward"] if logits[2] > logits[0] else -p["factuality_reward"]
        if n:
            standard = (row["completeness_score"] - p["completeness_mean"]) / p["completeness_std"]
            dense[-1] += standard * p["completeness_scale"] + p["completeness_bias"]
        return {"dense": dense, "reward": [x - p["kl_coef"] * (own - ref) for x, own, ref in
                                           zip(dense, row["logp"], row["ref_logp"], strict=True)]}
    return each(columns, rule)


_COMPLETIONS = [
    "<answer>Paris</answer>", "<think>x</think><answer>the city of\n Paris, France!</answer>", "no tag", "<answer></answer>", "",
    "<ANSWER>LONDON</ANSWER>", "<answer>a</answer><answer>paris</answer>", "<think><answer>Paris</answer>",
    "</think><think> <answer>Paris</answer>",
    "<code>y<code></code></code><answer>Paris paris PARIS</answer>", "<tool_call></tool_call><answer>\tcity-of_paris\u00a0</answer>",
    "</answer><answer>Paris", "<answer>Paris<answer>x</answer></answer>", "<answer>!!</answer>",
    "<think></think></think><think><answer>Paris</answer>",
    "<answer>École</answer>", "<answer>don't</answer>"]
_REFERENCES = ["Paris", "City of Paris", "barack", "", "?!", "ÉCOLE", "don t", "city paris paris", "a"]


def _turns(columns, rng):
    rows = range(len(columns["group"]))
    columns["completion"] = [rng.choice(_COMPLETIONS) for _ in rows]
    columns["references"] = [[rng.choice(_REFERENCES) for _ in range(rng.randint(1, 3))] for _ in rows]
    for i in rows:
        tokens = rng.randint(1, 3)
        columns["gt_logp"][i] = [None if rng.random() < 0.08 else [rng.choice([0, -0.7, -3 * rng.random()]) for _ in range(tokens)]
                                 for _ in range(rng.choice([1, 1, 2, 3, 5]))]


def _balanced(text):
    for tag in ("code", "tool_call", "think", "answer"):
        opening, closing = f"<{tag}>", f"</{tag}>"
        if text.count(opening) != text.count(closing):
            return False
        at = text.find(opening)
        while at >= 0:
            end = text.find(closing, at)
            if end < 0:
                return False
            at = text.find(opening, end + len(closing))
    return True


def _plain(text):
    return " ".join("".join(" " if c in string.punctuation else c for c in text).split())


def _outcome(completion, references, metric):
    text = completion.lower()
    answer = re.search(r"<answer>(.*?)</answer>", text, re.DOTALL)
    if not _balanced(text) or not answer:
        return 0 if metric == "noformatf1" else -2
    own = _plain(answer[1])

    def score(reference):
        other = _plain(reference.lower())
        if metric == "em":
            return float(own == other)
        p, g = set(own.split()), set(other.split())
        return 2 * len(p & g) / (len(p) + len(g)) if p and g else 0.0
    return max(score(reference) for reference in references)


def _scales(values, divide):
    m = mean(values) if values else 0
    s = math.sqrt(deviation(values) ** 2 + 1e-8) if len(values) > 1 else 1
    return lambda r: (r - m) / (s + 1e-6) if divide else r - m


@system("igpo", adjust=_turns, tol=2e-4, params=lambda rng: {
    "belief": rng.choice(["prob", "log_prob"]), "metric": rng.choice(["f1", "em", "noformatf1"]), "norm": rng.choice(["joint", "separate"]),
    "gamma": rng.choice([0, 0.5, 1]), "gain_weight": rng.choice([0, 1, 2.5]), "outcome_weight": rng.choice([0, 1, 0.5]),
    "divide_by_std": rng.random() < 0.7})
def igpo(columns, params):
    def rule(row):
        beliefs = [None if logps is None else mean(logps) for logps in row["gt_logp"]]
        if params["belief"] == "prob":
            beliefs = [None if v is None else math.exp(v) for v in beliefs]
        gain = [None if a is None or b is None else b - a for a, b in zip(beliefs, beliefs[1:], strict=False)]
        outcome = _outcome(row["completion"], row["references"], params["metric"])
        return {"gain": gain, "outcome": outcome, "reward": [*gain, outcome]}

    found = each(columns, rule)
    found["advantage"] = [None] * len(columns["group"])
    for places in groups(columns["group"]):
        gains = {i: [None if g is None else params["gain_weight"] * g for g in found["gain"][i]] for i in places}
        outcomes = {i: params["outcome_weight"] * found["outcome"][i] for i in places}
        known, ends = [g for i in places for g in gains[i] if g is not None], list(outcomes.values())
        pools = (known + ends, known + ends) if params["norm"] == "joint" else (known, ends)
        of_gain, of_end = (_scales(pool, params["divide_by_std"]) for pool in pools)
        for i in places:
            run, out = 0.0, []
            for r in [of_end(outcomes[i]), *(None if g is None else of_gain(g) for g in reversed(gains[i]))]:
                run = None if r is None or run is None else r + params["gamma"] * run
                out.append(run)
            found["advantage"][i] = out[::-1]
    return found


def _softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


@system("mm-rlhf", missing=0.12, params=lambda rng: {
    "base": rng.choice([0.1, 1, 0.01]), "w": rng.choice([0, 0.5, 3]), "k": rng.choice([0.5, 0.01, 10]),
    "tie_weight": rng.choice([1, 0, 2]), "center": rng.choice([0.01, 0, 1])}, adjust=lambda columns, rng: _pairs(columns, rng))
def mm_rlhf(columns, p):
    def rule(row):
        chosen, rejected = row["score_chosen"], row["score_rejected"]
        scored = chosen is not None and rejected is not None
        delta = chosen - rejected if scored else 0
        beta = min((1 + p["w"]) * p["base"], max(p["base"], p["base"] * (1 + p["w"] * (1 - math.exp(-p["k"] * max(delta, 0))))))
        own = row["logp_chosen"] - row["logp_rejected"] - (row["ref_logp_chosen"] - row["ref_logp_rejected"])
        main = p["tie_weight"] * delta ** 2 if row["tie"] else _softplus(-delta)
        return {"beta": beta, "dpo_loss": _softplus(-beta * own),
                "rm_loss": main + p["center"] * (chosen + rejected) ** 2 if scored else None,
                **{f"implicit_reward_{side}": p["base"] * (row[f"logp_{side}"] - row[f"ref_logp_{side}"])
                   for side in ("chosen", "rejected")}}
    return each(columns, rule)


def _pairs(columns, rng):
    rows = range(len(columns["tie"]))
    for side in ("chosen", "rejected"):
        columns[f"score_{side}"] = [rng.choice([None, 0, 1, -1, 5000, -5000, rng.uniform(-5, 5)]) for _ in rows]
        for name in (f"logp_{side}", f"ref_logp_{side}"):
            columns[name] = [rng.choice([0, -10, -300 * rng.random()]) for _ in rows]
