"""Systems of driving and of sets of samples: CaRL and DRAGON."""

import math

import numpy as np
from drawn import system

from by_hand.common import each, groups

_EVENTS = ("collision", "vehicle_too_close", "ran_red_light", "ran_stop_sign", "other_termination")


def _drive(columns, rng):
    """Steps of the CARLA inputs, with events at the last one only, and of the nuPlan inputs."""
    rows = range(len(columns["collision"]))
    steps = [rng.choice([0, 1, 3, 8]) for _ in rows]
    for i, n in zip(rows, steps, strict=True):
        done = sorted(rng.choice([0, 0.5, 100, rng.uniform(0, 100)]) for _ in range(n))
        columns["route_completion"][i] = done
        columns["overspeed"][i] = [rng.choice([-3, 0, 1, 2.23, 5, rng.uniform(-1, 3)]) for _ in range(n)]
        columns["lane_distance"][i] = [rng.choice([0, 0.5, 0.50001, 2]) for _ in range(n)]
        columns["comfort_violation"][i] = [[rng.random() < 0.15 for _ in range(6)] for _ in range(n)]
        for name in ("outside_lanes", "ttc_violation", "in_junction"):
            columns[name][i] = [rng.random() < 0.3 for _ in range(n)]
        for name in _EVENTS:
            columns[name][i] = [at == n - 1 and rng.random() < 0.3 for at in range(n)]
        columns["progress"][i] = [rng.choice([0, 1 / n, rng.random() / n]) for _ in range(n)]
        columns["soft_factor"][i] = [[rng.choice([1, 1, 0, 0.75, rng.random()]) for _ in range(5)] for _ in range(n)]
        columns["hard_infraction"][i] = [[rng.random() < 0.08 for _ in range(5)] for _ in range(n)]


def _drive_params(rng):
    return {"ttc_window": rng.choice([1, 2, 500]), "comfort_window": rng.choice([1, 3, 500]), "max_overspeed": rng.choice([0.1, 2.23, 10]),
            "comfort_factor": rng.choice([0, 0.5, 1]), "lane_threshold": rng.choice([0, 0.5]), "lane_time": rng.choice([0, 1, 3, 30]),
            "terminal_hint": rng.choice([0, 1, 2.5]), "terminal_reward": rng.choice([0, 1.5, -2]),
            "survival": rng.choice([0, 0.6, 1]), "n_steps": rng.choice([8, 10, 150])}


@system("carl", adjust=_drive, params=_drive_params)
def carl(columns, p):
    def carla(row):
        counter, paid, ends = 0, [], []
        for t, done in enumerate(row["route_completion"]):
            gain = 0 if row["outside_lanes"][t] else done - (row["route_completion"][t - 1] if t else 0)
            speed = max(0, 1 - max(0, row["overspeed"][t]) / p["max_overspeed"])
            ttc = 0.5 if any(row["ttc_violation"][max(0, t - p["ttc_window"] + 1):t + 1]) else 1
            recent = row["comfort_violation"][max(0, t - p["comfort_window"] + 1):t + 1]
            comfort = 1 - p["comfort_factor"] * sum(any(step[k] for step in recent) for k in range(6)) / 6
            if not row["in_junction"][t]:
                counter = counter + 1 if row["lane_distance"][t] > p["lane_threshold"] else max(0, counter - 1)
            lane = 0.5 if not row["in_junction"][t] and counter > p["lane_time"] else 1
            over = any(row[name][t] for name in _EVENTS)
            hint = any(row[name][t] for name in _EVENTS[:3])
            paid.append(gain * speed * ttc * comfort * lane + (p["terminal_reward"] - p["terminal_hint"] * hint if over else 0))
            ends.append(over)
        return {"reward": paid, "terminate": ends}

    def nuplan(row):
        regular, survival, weighted = [], [], []
        for gain, soft, hard in zip(row["progress"], row["soft_factor"], row["hard_infraction"], strict=True):
            lane, fast, off, comfort, ttc = soft
            q, ok = math.prod(soft), not any(hard)
            regular.append(100 * gain * q * ok)
            survival.append(100 * ((1 - p["survival"]) * gain * q + p["survival"] / p["n_steps"]) * ok)
            alive = (5 * (ttc == 1) + 4 * fast + 2 * (comfort == 1)) / p["n_steps"]
            weighted.append(100 * ok * (5 * gain + alive) / 16 * off * lane)
        return {"nuplan_regular": regular, "nuplan_survival": survival, "nuplan_weighted": weighted}
    return each(columns, lambda row: carla(row) | nuplan(row))


def _sets(columns, rng):
    """Vectors of two numbers, often equal or parallel, so that covariances are singular and kernels of low rank."""
    def vector():
        return rng.choice([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [rng.uniform(-2, 2), rng.uniform(0.1, 2)]])
    rows = range(len(columns["group"]))
    for name in ("embedding", "text_embedding"):
        columns[name] = [vector() for _ in rows]
    columns["frames"] = [[rng.choice([vector(), [0.0, 0.0]]) for _ in range(rng.choice([0, 1, 2, 3, 6]))] for _ in rows]


def _sets_params(rng):
    return {"vendi_order": rng.choice([1, 2, 0.5, 3, "inf"]), "ref_mean": [rng.uniform(-1, 1), 0.5],
            "ref_cov": rng.choice([[[1 / 3, 0], [0, 1 / 3]], [[1, 1], [1, 1]], [[2, 0.5], [0.5, 1]], [[0, 0], [0, 0]]])}


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T


def _minus_frechet(vectors, mean, cov):
    if len(vectors) < 2:
        return None
    own = np.cov(np.array(vectors, float).T, ddof=1)
    root = _root(np.array(cov, float))
    shared = np.sqrt(np.clip(np.linalg.eigvalsh(root @ own @ root), 0, None)).sum()
    away = np.array(vectors, float).mean(0) - np.array(mean, float)
    return -max(0.0, float(away @ away + np.trace(own) + np.trace(cov) - 2 * shared))


def _unit(vector):
    return np.array(vector, float) / np.linalg.norm(vector)


def _vendi(vectors, q=1):
    units = np.array([_unit(v) for v in vectors])
    spectrum = [x for x in np.linalg.eigvalsh(units @ units.T / len(vectors)) if x > 1e-12]
    if q == 1:
        return math.exp(-sum(x * math.log(x) for x in spectrum))
    return 1 / max(spectrum) if q == "inf" else sum(x ** q for x in spectrum) ** (1 / (1 - q))


@system("dragon", adjust=_sets, params=_sets_params, tol=1e-5)
def dragon(columns, params):
    embedding, rows = columns["embedding"], len(columns["group"])
    found = {name: [None] * rows for name in ("reward", "vendi", "vendi_credit")}
    for places in groups(columns["group"]):
        own = [embedding[i] for i in places]
        for i in places:
            found["reward"][i] = _minus_frechet(own, params["ref_mean"], params["ref_cov"])
            found["vendi"][i] = _vendi(own, params["vendi_order"])
            if len(places) > 1:
                found["vendi_credit"][i] = _vendi(own) - _vendi([embedding[j] for j in places if j != i])
    found["nfad_song"] = [_minus_frechet(frames, params["ref_mean"], params["ref_cov"]) for frames in columns["frames"]]
    found["clap"] = [float(_unit(a) @ _unit(b)) for a, b in zip(embedding, columns["text_embedding"], strict=True)]
    return found
