"""Sequences of events and of batches, folded into a few numbers."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, variance

from rewardlang.analysis.arrays import same_length


def fold_by_key(key: Sequence[str], value: Sequence[float], time: Sequence[float] | None = None) -> list[dict]:
    """`key`, `count` and `total` of the events of each key, in the order in which keys first appear.

    With `time` also `mean_gap`, the mean difference of consecutive times of that key, None for a single event.
    """
    same_length(key=key, value=value, time=value if time is None else time)
    folded = []
    for name in dict.fromkeys(key):
        places = [i for i, other in enumerate(key) if other == name]
        row = {"key": name, "count": len(places), "total": sum(value[i] for i in places)}
        if time is not None:
            gaps = [time[b] - time[a] for a, b in pairwise(places)]
            row["mean_gap"] = fmean(gaps) if gaps else None
        folded.append(row)
    return folded


def running_standardize(batches: Sequence[Sequence[float]], threshold: float = -0.5, prior_count: float = 1e-4) -> dict:
    """Batches standardised by running moments, updated first; values at or below the threshold become 0.

    Moments start at mean 0, variance 1 and weight `prior_count`, and take in each batch's mean and sample variance (0 for a
    single value) by the parallel formula of Chan et al. (1979). Gives `mean`, `var`, `count`, and `outputs`, a list per batch.
    """
    mean, var, count, outputs = 0.0, 1.0, prior_count, []
    for batch in batches:
        if batch:
            n, shift = len(batch), fmean(batch) - mean
            squares = var * count + (variance(batch) if n > 1 else 0.0) * n + shift ** 2 * count * n / (count + n)
            mean, var, count = mean + shift * n / (count + n), squares / (count + n), count + n
        scaled = [(x - mean) / sqrt(var) if var else 0.0 for x in batch]
        outputs.append([z if z > threshold else 0.0 for z in scaled])
    return {"mean": mean, "var": var, "count": count, "outputs": outputs}
