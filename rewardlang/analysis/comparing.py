"""Two rewards beside each other: on the same logged samples, and on a small tabular model."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from rewardlang.analysis.arrays import Numbers, same_length
from rewardlang.analysis.canonical import CANONS
from rewardlang.analysis.distances import dard_distance, epic_distance, grouped_starc_distance, starc_distance
from rewardlang.analysis.hacking import hackable_mdp, proxy_regret


def compare_on_samples(rewards_1: Sequence[float], rewards_2: Sequence[float], group: Sequence | None = None) -> dict:
    """How two rewards judge the same samples; only samples of one group (a prompt) are compared, all where there is none.

    `distance` is the grouped STARC distance in [0, 2]; `correlation` that of all samples, None where one does not vary;
    `disagreement` the share of pairs that one orders strictly and the other strictly the other way; `witness` the pair [i, j]
    of these on which they differ most, None without one. It speaks of these samples only.
    """
    groups = [0] * len(rewards_1) if group is None else list(group)
    if not same_length(rewards_1=rewards_1, rewards_2=rewards_2, group=groups):
        raise ValueError("`rewards_1` is empty: there is no sample to compare on")
    pairs = against = 0
    witness, most = None, 0.0
    for i, own in enumerate(groups):
        for j in range(i):
            if groups[j] != own:
                continue
            pairs += 1
            product = (rewards_1[i] - rewards_1[j]) * (rewards_2[i] - rewards_2[j])
            against += product < 0
            if product < most:
                witness, most = [j, i], product
    return {"samples": len(rewards_1), "pairs": pairs, "distance": grouped_starc_distance(rewards_1, rewards_2, groups),
            "correlation": _correlation(rewards_1, rewards_2), "disagreement": against / pairs if pairs else None,
            "witness": witness}


def compare_on_model(r1: Numbers, r2: Numbers, transition: Numbers, gamma: float, initial: Sequence[float]) -> dict:
    """How two rewards [s, a, s'] of a small MDP differ: `distance` (STARC, canon `value`), `starc` by canonical form, `epic`,
    `dard`, `regret` (what is lost of the first by optimising the second) and `hackable` with its `witness` pair of policies.
    """
    starc = {canon: starc_distance(r1, r2, transition, gamma, canon=canon) for canon in CANONS}
    hacking = hackable_mdp(r1, r2, transition, gamma, initial)
    return {"distance": starc["value"], "starc": starc, "epic": epic_distance(r1, r2, gamma),
            "dard": dard_distance(r1, r2, transition, gamma), "regret": proxy_regret(r1, r2, transition, gamma, initial),
            "hackable": hacking["hackable"], "witness": hacking["witness"]}


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    a, b = fmean(first), fmean(second)
    spread = sqrt(fmean((x - a) ** 2 for x in first) * fmean((y - b) ** 2 for y in second))
    return fmean((x - a) * (y - b) for x, y in zip(first, second)) / spread if spread > 1e-15 else None
