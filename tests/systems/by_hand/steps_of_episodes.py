"""Systems along steps: ExCyTIn, discount scopes, FL-GFN, G-RA, LaRe, payments, linear bandits, MOREC, OTA, cash or comfort."""

import math

from drawn import system

from by_hand.common import each, mean, sigmoid, softmax


def _texts(columns, rng):
    for name in ("answer", "submission"):
        columns[name] = [rng.choice(["a", " a", "A", "a\n", "b", ""]) for _ in columns[name]]
    columns["step_ok"] = [rng.choice([None, row, row, row]) for row in columns["step_ok"]]


@system("excytin", adjust=_texts, missing=0.2, params=lambda rng: {"discount": rng.choice([0, 0.4, 0.9])})
def excytin(columns, params):
    def rule(row):
        verdicts = row["step_ok"] or []
        n = len(verdicts)
        partial = min(1, sum(bool(verdicts[n - 1 - j]) * params["discount"] ** j for j in range(1, n)))
        reward = 0 if not row["submitted"] else 1 if row["final_ok"] else partial
        return {"reward": reward, "partial": partial, "exact": float(row["answer"].strip() == row["submission"].strip())}
    return each(columns, rule)


@system("exploitation-meta-rl", params=lambda rng: {"gamma": rng.choice([0, 0.5, 0.9, 1])})
def exploitation(columns, params):
    def rule(row):
        rewards, ends = row["env_reward"], row["episode_end"]
        across, within = [0.0] * len(rewards), [0.0] * len(rewards)
        for t in range(len(rewards)):
            across[t] = sum(params["gamma"] ** k * reward for k, reward in enumerate(rewards[t:]))
            last = next((at for at in range(t, len(ends)) if ends[at]), len(ends) - 1)
            within[t] = sum(params["gamma"] ** k * reward for k, reward in enumerate(rewards[t:last + 1]))
        return {"reward": rewards, "return_across": across, "return_within": within}
    return each(columns, rule)


@system("fl-gfn", missing=0.15, params=lambda rng: {"energy_start": rng.choice([0, 1.5])})
def fl_gfn(columns, params):
    def rule(row):
        before = [params["energy_start"], *row["energy"]]
        reward = [None if a is None or b is None else a - b for a, b in zip(before, row["energy"], strict=False)]
        whole = None if None in reward else sum(reward)
        residual = [None if None in parts else parts[0] + parts[1] - parts[2] - parts[3] - parts[4]
                    for parts in zip(row["log_flow"], row["log_pf"], row["log_flow_next"], row["log_pb"], reward, strict=True)]
        return {"reward": reward, "factor": [None if r is None else math.exp(r) for r in reward], "log_return": whole,
                "terminal_reward": None if whole is None else math.exp(whole), "residual": residual,
                "loss": None if None in residual or not residual else mean([r * r for r in residual])}
    return each(columns, rule)


@system("g-ra", missing=0.2, params=lambda rng: {"threshold": rng.choice([-0.5, 0, 0.5]), "value_failed": rng.choice([0, -0.25])})
def g_ra(columns, params):
    def rule(row):
        value = params[f"value_{row['outcome'] or 'no_submit'}"]
        steps = [score or 0 for score in row["step_reward"]]
        gated = [score if value > params["threshold"] else 0 for score in steps]
        return {"reward": value + sum(gated), "gated_step": gated, "ungated_total": value + sum(steps)}
    return each(columns, rule)


@system("lare", params=lambda rng: {"radius": rng.choice([0.3, 1.0]), "weight": [1, rng.choice([2, -1]), 0.1], "bias": 0.05})
def lare(columns, params):
    def agent(velocity, landmarks, others):
        factors = (-min(math.hypot(*at) for at in landmarks),
                   -float(any(math.hypot(*at) <= params["radius"] for at in others)), -math.hypot(*velocity))
        return sum(w * x for w, x in zip(params["weight"], factors, strict=True)) + params["bias"]

    def rule(row):
        own = [[agent(*each_agent) for each_agent in zip(*step, strict=True)]
               for step in zip(row["velocity"], row["landmark"], row["other"], strict=True)]
        return {"agent_reward": own, "reward": [sum(step) for step in own]}
    return each(columns, rule)


def _merchants(columns, rng):
    columns["merchant"] = [[rng.choice(["a", "b", "A", ""]) for _ in row] for row in columns["amount"]]
    columns["amount"] = [[rng.choice([0, x]) for x in row] for row in columns["amount"]]


@system("lbsf", adjust=_merchants, missing=0.2, params=lambda rng: {"margin": rng.choice([0.05, 1]), "loss": rng.choice([1, 0.5])})
def lbsf(columns, params):
    def rule(row):
        totals = {}
        for key, amount in zip(row["merchant"], row["amount"], strict=True):
            totals[key] = totals.get(key, 0) + amount
        whole = sum(totals.values())
        risk, bad = row["risk"], row["defaulted"]
        return {"reward": None if bad is None else -params["loss"] if bad else params["margin"],
                "expected_margin": None if risk is None else (1 - risk) * params["margin"] - risk * params["loss"],
                "concentration": max(totals.values()) / whole if whole else 0.0, "merchant_count": len(totals)}
    return each(columns, rule)


_MATRICES = {"A": [[0.5, 0.3], [-0.2, 0.4]], "B": [[1.0, 0.0], [0.5, -1.0]], "C": [[1.0, 2.0]], "D": [[0.1, 0.0]]}


def _actions(columns, rng):
    steps = [rng.randint(0, 5) for _ in columns["action"]]
    columns["action"] = [[[rng.random(), None if rng.random() < 0.05 else rng.random()] for _ in range(n)] for n in steps]
    columns["state_noise"] = [[[rng.uniform(-1, 1), 0] for _ in range(n)] for n in steps]
    columns["output_noise"] = [[[rng.uniform(-1, 1)] for _ in range(n)] for n in steps]


@system("dynamical-linear-bandits", adjust=_actions, params=lambda rng: {**_MATRICES, "output_map": [rng.choice([1.0, 2.0])]})
def dynamical_linear_bandits(columns, params):
    def times(matrix, vector):
        return [sum(m * v for m, v in zip(line, vector, strict=True)) for line in matrix]

    def rule(row):
        x, rewards, states = [0.0, 0.0], [], []
        for u, noise, seen in zip(row["action"], row["state_noise"], row["output_noise"], strict=True):
            if x is None or None in u:
                x = None
                rewards.append(None)
                states.append([None, None])
                continue
            outputs = [a + b + c for a, b, c in zip(times(params["C"], x), times(params["D"], u), seen, strict=True)]
            rewards.append(sum(m * y for m, y in zip(params["output_map"], outputs, strict=True)))
            x = [a + b + c for a, b, c in zip(times(params["A"], x), times(params["B"], u), noise, strict=True)]
            states.append(x)
        return {"reward": rewards, "state": states}
    return each(columns, rule)


def _members(columns, rng):
    steps = [rng.randint(0, 4) for _ in columns["logit"]]
    for name, low, high in (("logit", -9, 9), ("given_prob", 0, 1)):
        columns[name] = [[[None if rng.random() < 0.05 else rng.uniform(low, high) for _ in range(2)] for _ in range(n)] for n in steps]
    columns["candidate_reward"] = [[rng.choice([0, 0.5, rng.random()]) for _ in range(rng.randint(1, 4))] for _ in steps]


@system("morec", adjust=_members, params=lambda rng: {
    "learner_value": [-1.0, -2.0], "expert_value": [2.0, 3.0], "min_learner_value": -2.5, "max_expert_value": 3.0,
    "clip": rng.choice([0.999, 0.5, 1.0]), "temperature": rng.choice([0.1, 1]), "min_reward": rng.choice([0.6, 0.2]),
    "min_rollout_length": rng.choice([0, 3])})
def morec(columns, params):
    span = 2 * max(abs(params["max_expert_value"]), abs(params["min_learner_value"]))

    def chance(logit, k):
        low, high = params["learner_value"][k], params["expert_value"][k]
        return None if logit is None else sigmoid((max(low, min(high, logit)) - low) / (high - low + 1e-7) * span - span / 2)

    def paid(probabilities):
        if None in probabilities:
            return None
        return -math.log(1 - mean([max(0, min(params["clip"], p)) for p in probabilities]) + 1e-9)

    def rule(row):
        prob = [[chance(logit, k) for k, logit in enumerate(step)] for step in row["logit"]]
        c = row["candidate_reward"]
        return {"prob": prob, "reward": [paid(step) for step in prob], "reward_from_prob": [paid(step) for step in row["given_prob"]],
                "selected_index": c.index(max(c)), "selected_reward": max(c),
                "selection_prob": softmax([x / params["temperature"] for x in c]),
                "terminate": max(c) < params["min_reward"] and row["rollout_step"] > params["min_rollout_length"]}
    return each(columns, rule)


def _options(columns, rng):
    rows = range(len(columns["start"]))
    for name in ("start", "goal", "terminal"):
        columns[name] = [rng.choice([None, *range(12)]) if rng.random() < 0.2 else rng.randint(0, 11) for _ in rows]
    for i in rows:
        if None not in (columns["start"][i], columns["terminal"][i]):
            columns["terminal"][i] += columns["start"][i]
    columns["goal_in_trajectory"] = [rng.choice([True, True, False, None]) for _ in rows]
    columns["value_next"] = [[-rng.random(), -rng.random()] for _ in rows]


@system("ota", adjust=_options, params=lambda rng: {"option_length": rng.choice([1, 5]), "gamma": 0.9, "negative": rng.random() < 0.5})
def ota(columns, params):
    def rule(row):
        s, g, last, inside = (row[name] for name in ("start", "goal", "terminal", "goal_in_trajectory"))
        n = params["option_length"]
        reached = row["reached"]
        found = {"reward_trace": [0 if any(reached[t:t + n + 1]) else -1 for t in range(len(reached))]}
        if None in (s, g, last, inside):
            return found | dict.fromkeys(("reward", "option_end", "bootstrap", "target"))
        on = inside and s <= g <= last
        end = min(s + n, g if on else last)
        hit = on and end == g
        reward = hit - 1 if params["negative"] else int(hit)
        return found | {"reward": reward, "option_end": end, "bootstrap": 1 - hit,
                        "target": reward + params["gamma"] * (1 - hit) * min(row["value_next"])}
    return each(columns, rule)


@system("cash-or-comfort", missing=0.2, params=lambda rng: {"rate": rng.choice([0, 0.25, 50])})
def cash_or_comfort(columns, params):
    def rule(row):
        known = row["pay"] is not None and row["wait"] is not None
        return {"reward": max(-100, min(100, row["pay"] - params["rate"] * row["wait"])) if known else None}
    return each(columns, rule)
