"""THE rules by which an objective is placed among the formalisms: premise, conclusion, whether it is exact, source.

The conclusions contain the objective; an exact one is also the least class that does, for generic numbers (a weight of 0 may
be lower). "Subramani" is arXiv 2310.11840; "derived" is a short calculation that tests/classes checks on small environments.
"""

from dataclasses import dataclass

OUTSIDE = "OUTSIDE"


@dataclass(frozen=True, slots=True)
class Rule:
    """`gives` is a class, two for what is in both, or empty where the class is that of its part."""

    name: str
    premise: str
    gives: tuple[str, ...]
    exact: bool = True
    source: str = "derived"


_PAPER = "Subramani"
_ROWS = (
    # Sums of what each step pays -----------------------------------------------------------------------------------
    Rule("M1", "a sum of what single transitions decide", ("MR",), source=_PAPER),
    Rule("M2", "without discount, and cut at a horizon that no clock in the state tells", ("RM",)),
    Rule("M3", "without discount over runs of no known length, so that the sum may not exist", ("FTR",), False),
    Rule("A1", "the long-run average of what single transitions decide", ("LAR",), source=_PAPER),
    Rule("A2", "a long-run average of what rests on more than single transitions", ("FTR",), False),
    # Memory --------------------------------------------------------------------------------------------------------
    Rule("R1", "it rests on the past through finitely many states", ("RM",), source=_PAPER),
    Rule("R2", "it rests on the past through a running extreme of finitely many values", ("RM",)),
    Rule("R3", "it has finitely many values, made of finitely many letters within a known horizon", ("RM",)),
    Rule("L1", "the probability of a temporal formula", ("LTL",), source=_PAPER),
    Rule("L2", "the probability of a temporal formula that a known number of steps decides", ("LTL", "RM")),
    Rule("L3", "the probability of a formula about what machines remember", ("FTR",), False),
    Rule("L1b", "the probability of what an automaton accepts that does not count", ("LTL",), source="Diekert, Gastin 2008"),
    Rule("L4", "the probability of what an automaton accepts that counts steps modulo a number, or may", ("FTR",), False),
    Rule("T1", "it rests on the whole trajectory", ("FTR",), source=_PAPER),
    Rule("T2", "what is written as a value of the trajectory is a sum over its steps in other words", ()),
    Rule("H", "the state is the whole history, so that what rests on the trajectory is decided by one transition", ("MR",)),
    # Functions inside and outside the expectation ---------------------------------------------------------------------
    Rule("I0", "an affine function of the return changes no order of policies", ()),
    Rule("I1", "a function of the return within the expectation", ("FTR",), source=_PAPER),
    Rule("I2", "the entropic risk of the return, which rises with E[exp(b * return)]", ("FTR",)),
    Rule("O0", "a strictly rising or falling function of one expectation changes no order but its direction", ()),
    Rule("O1", "a function of the expectation of a Markov return that neither only rises nor only falls", ("ONMR",),
         source=_PAPER),
    Rule("O2", "a function of one expectation that neither only rises nor only falls", ("FOMR",), False),
    # Sums of objectives ----------------------------------------------------------------------------------------------
    Rule("S1", "a sum of Markov returns with one discount", ("MR",)),
    Rule("S2", "a sum of machines' and Markov returns with one discount: the machines run side by side", ("RM",)),
    Rule("S3", "a sum of long-run averages", ("LAR",)),
    Rule("S4", "a sum of expectations of trajectories", ("FTR",)),
    Rule("S5", "a regularised return beside Markov returns with the same discount", ("RRL",)),
    Rule("S6", "a sum of functions of the occupancy", ("FOMR",)),
    Rule("S7", "a sum with a function of the policy itself", ("FPR",), False),
    Rule("S8", "a lexicographic order is no number that could be added", (OUTSIDE,), False),
    Rule("S9", "a part has no place among the formalisms", (OUTSIDE,), False),
    # Regularisers ----------------------------------------------------------------------------------------------------
    Rule("G1", "the entropy of the policy at the states it visits", ("RRL",), source=_PAPER),
    Rule("G2", "KL to a fixed reference is the negative entropy plus a Markov reward, the log-probability under it",
         ("RRL",)),
    Rule("G3", "a regulariser that depends on the state, such as KL from the reference", ("FOMR",), False),
    # Several values --------------------------------------------------------------------------------------------------
    Rule("V1", "a function of several expectations that is no weighted sum", ("FOMR",), source=_PAPER),
    Rule("V1b", "a function of several values, one of which is of the policy itself", ("FPR",)),
    Rule("V2", "a constraint beside what is maximised", ("FOMR",)),
    Rule("V3", "a lexicographic order of real values", ("TLO",), source=_PAPER),
    Rule("V3b", "a lexicographic order with a function of the policy itself", ("PO",), source=_PAPER),
    Rule("V4", "a lexicographic order, in which all but the last have finitely many values", ("FOMR",), False),
    Rule("V5", "Pareto dominance leaves some policies without an order", (OUTSIDE,)),
    Rule("K1", "a CVaR, a quantile or the variance of a value of the trajectory", ("FOMR",)),
    # Populations -----------------------------------------------------------------------------------------------------
    Rule("D1", "a measure of the distribution of rollouts", ("FOMR",)),
    Rule("P0", "the mean of the population is a baseline, or the same expectation", ()),
    Rule("P1", "a statistic of several rollouts of the policy: a polynomial in the law of one", ("FOMR",)),
    Rule("P2", "a truth value standardised by prompt: the sum over prompts of 2 arcsin(sqrt(p))", ("FOMR",),
         source="arXiv 2510.13651"),
    Rule("P3", "a real value divided by its spread in the population: the update is the gradient of nothing", (OUTSIDE,)),
    Rule("P5", "a comparison with the policy's own rollouts, of one expectation for all policies: a game", (OUTSIDE,)),
    # The policy itself -----------------------------------------------------------------------------------------------
    Rule("Q1", "a sum of a function of the policy's distribution at the states it visits", ("RRL",)),
    Rule("Q2", "a function of the log-probability of the policy's own rollout, or a mean by its length", ("FOMR",)),
    Rule("Q3", "log-probabilities of texts that the policy did not produce", ("FPR",)),
    Rule("Q3b", "log-probabilities of texts that the policy did not produce, none of them impossible", ("FOMR",)),
    Rule("Q4", "a function of the policy, states it never reaches included", ("FPR",), source=_PAPER),
    Rule("Q5", "it depends on parameters, of which different ones are one policy", (OUTSIDE,)),
    # What moves during training ----------------------------------------------------------------------------------------
    Rule("N1", "a running scale: the class is that of a moment", (), False),
    Rule("N2", "a reference that is refreshed: the class is that of a moment", (), False),
    Rule("N3", "a model that learns along, or the policy as its own judge: the class is that of a moment", (), False),
    Rule("N4", "a weight that follows the training: the class is that of a moment", (), False),
)

RULES: dict[str, Rule] = {row.name: row for row in _ROWS}
