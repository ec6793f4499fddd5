"""Certificates of what the runs of a machine add up to: potentials of its places, checked edge by edge in exact fractions.

What is still to come after a step is at most the potential of the place it leads to. So potentials h that satisfy h(u) >= w + γ·h(v) on
every edge, and h >= 0 where a run may end, bound every run by h of the start (linear programming duality of longest paths).
This file shares nothing with what finds the potentials.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

Potentials = Sequence[Fraction | int]


@dataclass(frozen=True)
class Certificate:
    """That no run from place 0 of `least` to `most` steps has a sum, weighed by the powers of `discount`, above `bound`.

    `arrows` are (source, target, weight); a place that none leaves stays as it is and pays 0. `optional[k]` bounds what is to
    come from each place where at most k more steps follow, `forced[k]` what is where k + 1 more must be made before those.
    The last of either stands for any greater number where it bounds itself.
    """

    arrows: tuple[tuple[int, int, Fraction | int | float], ...]
    discount: Fraction | int
    least: int
    most: int | float
    optional: tuple[Potentials, ...]
    forced: tuple[Potentials, ...]
    bound: Fraction | int


def fault(certificate: Certificate) -> str | None:
    """The first inequality that a certificate breaks, in words; None where it proves its bound."""
    optional, forced = certificate.optional, certificate.forced
    if not optional or len({len(each) for each in (*optional, *forced)}) != 1:
        return "potentials are missing"
    if any(value < 0 for value in optional[0]):
        return "a run that ends at once has the sum 0, which is more than a potential"
    for layers, more, may_end in ((optional, certificate.most - certificate.least, True),
                                  ((optional[-1], *forced), certificate.least, False)):
        pairs = list(zip(layers, layers[1:]))
        if more < len(pairs):
            return "there are potentials of more steps than a run has"
        if more > len(pairs):
            pairs.append((layers[-1], layers[-1]))
        for after, before in pairs:
            found = _broken(certificate, after, before, may_end)
            if found:
                return found
    last = (forced or optional)[-1][0]
    return None if last <= certificate.bound < inf else f"the start has the potential {last}, which is more than {certificate.bound}"


def _broken(certificate: Certificate, after: Potentials, before: Potentials, may_end: bool) -> str | None:
    """What one more step breaks."""
    rate, left = Fraction(certificate.discount), set(range(len(before)))
    for source, target, weight in certificate.arrows:
        left.discard(source)
        if weight != -inf and (weight == inf or before[source] < Fraction(weight) + rate * after[target]):
            return f"from place {source} to place {target}: {before[source]} is less than {weight} + {rate} * {after[target]}"
    if any(before[place] < rate * after[place] for place in left):
        return "a place that stays has a potential that falls"
    return "a run may end where the potential is below 0" if may_end and any(value < 0 for value in before) else None


def lasso_fault(arrows: Sequence[tuple[int, int, Fraction | int | float]], stem: int, gain: Fraction | int | float) -> str | None:
    """Why arrows, the first `stem` of which lead into a loop of the others, are no loop that pays `gain` a turn; None if they are."""
    if len(arrows) <= stem or arrows[0][0] != 0:
        return "the way does not begin at the start, or there is no loop"
    if any(one[1] != other[0] for one, other in zip(arrows, arrows[1:])) or arrows[-1][1] != arrows[stem][0]:
        return "the arrows do not follow one another"
    paid = sum(weight if weight in (inf, -inf) else Fraction(weight) for _, _, weight in arrows[stem:])
    return None if paid > 0 and (paid == gain or abs(paid - gain) <= Fraction(1, 10**9) * paid) else f"a turn pays {paid}, and not {gain}"
