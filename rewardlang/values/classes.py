"""THE order of the 17 formalisms in which the objective of a policy can be said, by what they can express.

One formalism is at most another if every ordering of stationary policies that it can induce, in any finite environment,
the other can induce too (Subramani et al., arXiv 2310.11840). Some are equal; `CLASSES` has one name for each of these.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formalism:
    """`objective` is what is maximised: G is the discounted return of a trajectory, J its expectation."""

    name: str
    title: str
    objective: str
    equals: str = ""        # the name of its class, where that is another formalism
    covered_by: tuple[str, ...] = ()


_ROWS = (
    Formalism("MR", "Markov rewards", "E[G]", covered_by=("RM", "RRL", "ONMR")),
    Formalism("LAR", "limit average reward", "the limit of E[sum of n rewards] / n", covered_by=("FTR",)),
    Formalism("LTL", "linear temporal logic", "P[the formula holds]", covered_by=("FTR",)),
    Formalism("RM", "reward machines", "E[G] with a machine's rewards", covered_by=("FTR",)),
    Formalism("INMR", "inner nonlinear Markov rewards", "E[f(G)]", equals="FTR"),
    Formalism("IMORL", "inner multi-objective rewards", "E[f(G1, ..., Gk)]", equals="FTR"),
    Formalism("FTR", "functions from trajectories to reals", "E[f(trajectory)]", covered_by=("FOMR",)),
    Formalism("RRL", "regularised rewards", "E[sum of reward - weight * F(policy at the state)]", covered_by=("FOMR",)),
    Formalism("ONMR", "outer nonlinear Markov rewards", "f(J)", covered_by=("FOMR",)),
    Formalism("OMORL", "outer multi-objective rewards", "f(J1, ..., Jk)", equals="FOMR"),
    Formalism("FOMR", "functions from occupancy measures to reals", "f(occupancy)", covered_by=("TLO", "FPR")),
    Formalism("FTLR", "functions from trajectory lotteries to reals", "f(law of the trajectory)", equals="FOMR"),
    Formalism("FPR", "functions from policies to reals", "f(policy)", covered_by=("PO",)),
    Formalism("GOMORL", "orderings of several expected returns", "an order of (J1, ..., Jk)", equals="TLO"),
    Formalism("OMO", "orderings of occupancy measures", "an order of occupancies", equals="TLO"),
    Formalism("TLO", "orderings of trajectory lotteries", "an order of laws of the trajectory", covered_by=("PO",)),
    Formalism("PO", "orderings of policies", "any order"),
)

FORMALISMS: dict[str, Formalism] = {row.name: row for row in _ROWS}

#: One name for each of the 11 classes of equal formalisms, least first.
CLASSES: tuple[str, ...] = ("MR", "LAR", "LTL", "RM", "RRL", "ONMR", "FTR", "FOMR", "TLO", "FPR", "PO")


def class_of(name: str) -> str:
    """The name of a formalism's class; KeyError for an unknown formalism."""
    return FORMALISMS[name].equals or name


def _reach() -> dict[str, frozenset[str]]:
    above: dict[str, frozenset[str]] = {}
    for name in reversed(CLASSES):
        above[name] = frozenset({name}).union(*(above[cover] for cover in FORMALISMS[name].covered_by))
    return above


_ABOVE = _reach()


def leq(a: str, b: str) -> bool:
    """Whether `b` can express all that `a` can; KeyError for an unknown formalism."""
    return class_of(b) in _ABOVE[class_of(a)]


def least_upper_bounds(names: Iterable[str]) -> frozenset[str]:
    """The least classes that can express all that each of the formalisms can; MR and LAR and LTL for none at all."""
    common = frozenset(CLASSES).intersection(*(_ABOVE[class_of(name)] for name in names))
    return frozenset(name for name in common if not any(other != name and leq(other, name) for other in common))


def join(a: str, b: str) -> str:
    """The least class that can express all that both can: any two have exactly one."""
    (least,) = least_upper_bounds((a, b))
    return least
