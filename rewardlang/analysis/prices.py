"""What a decision maker takes for a discomfort, from offers and acceptance rates (our own estimator, not a published one)."""

from collections.abc import Sequence
from itertools import pairwise
from math import log10

from rewardlang.analysis.arrays import same_length


def indifference_price(offers: Sequence[float], accept_rate: Sequence[float], threshold: float = 0.5) -> dict:
    """The offer at which acceptance first rises to the threshold, interpolated on the logarithm of the offers.

    `status` is `crossed`, `always` (the lowest offer is accepted: its price) or `never` (price None); `monotone` says that
    acceptance never falls. ValueError unless offers are above 0 and rise strictly.
    """
    if not same_length(offers=offers, accept_rate=accept_rate):
        raise ValueError("`offers` is empty")
    _rising(offers, "offers", 0)
    monotone = all(a <= b for a, b in pairwise(accept_rate))
    if accept_rate[0] >= threshold:
        return {"price": float(offers[0]), "status": "always", "monotone": monotone}
    for (x, p), (y, q) in pairwise(zip(offers, accept_rate)):
        if p < threshold <= q:
            share = (threshold - p) / (q - p)
            price = 10 ** (log10(x) + share * (log10(y) - log10(x)))
            return {"price": price, "status": "crossed", "monotone": monotone}
    return {"price": None, "status": "never", "monotone": monotone}


def preference_sanity(offers: Sequence[float], discomforts: Sequence[float], accept_rate: Sequence[Sequence[float]],
                      threshold: float = 0.5) -> dict:
    """How often choices contradict themselves; `accept_rate` is [discomfort][offer], both ascending.

    `refused_free`: cells with discomfort 0 and an offer above 0 that are refused; `offer_violations`: neighbours in a row where
    a higher offer is accepted less; `discomfort_violations`: neighbours in a column where more discomfort is accepted more.
    """
    same_length(discomforts=discomforts, accept_rate=accept_rate)
    for row in accept_rate:
        same_length(offers=offers, accept_rate=row)
    _rising(offers, "offers")
    _rising(discomforts, "discomforts")
    free = [rate < threshold for pain, row in zip(discomforts, accept_rate) if pain == 0
            for offer, rate in zip(offers, row) if offer > 0]
    falls = [b < a for row in accept_rate for a, b in pairwise(row)]
    rises = [b > a for upper, lower in pairwise(accept_rate) for a, b in zip(upper, lower)]
    return {"refused_free": sum(free), "offer_violations": sum(falls), "discomfort_violations": sum(rises)}


def _rising(values: Sequence[float], name: str, above: float | None = None) -> None:
    if any(a >= b for a, b in pairwise(values)) or above is not None and values[0] <= above:
        raise ValueError(f"`{name}` must rise strictly" + (f" and lie above {above}" if above is not None else ""))
