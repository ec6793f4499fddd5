"""What a trainer is told that it could not serve: what its policy does not see, another discount, a reward too late, a class."""

import pytest

from rewardlang.classes.follows import Needs
from rewardlang.program import load

_INPUTS = "input x : float[step] in [0, 1]\ninput p : bool[step]\ninput q : bool[step]\n"
EPISODIC = "setting episodic horizon 50 discount 0.99\n" + _INPUTS
ENDLESS = "setting continuing discount 0.99\n" + _INPUTS
UNDISCOUNTED = "setting episodic horizon 50\n" + _INPUTS
TURN = "setting single_turn\ninput right : bool\ninput t : float[token] in [0, 1]\n"
MACHINE = "machine m {\n start a\n counter k in [0, 3]\n a -> b when p do k += 1 : +1\n b -> a when q : k\n otherwise stay\n}\n"
STATE = "let h : float[step] in [0, 1] = 0.9 * prev(h, 0) + 0.1 * x\n"


@pytest.mark.parametrize(("text", "seen"), [
    (EPISODIC + "reward = x", None),
    (EPISODIC + "reward = x - prev(x, 0)", None),
    (EPISODIC + "reward = x\ndone = once p", None),
    (EPISODIC + MACHINE + "reward = m.reward", "the state of `m` with its counters `k`"),
    (EPISODIC + STATE + "reward = h", "`h`"),
    (EPISODIC + STATE + MACHINE + "reward = h + m.reward", "the state of `m` with its counters `k`"),
    (EPISODIC + "reward = gate once p { x }", "`once p`"),
    (EPISODIC + "reward = x * (p since q)", "p since q"),
    (EPISODIC + "reward = cummax(x over step)", "`cummax(x over step)`"),
    (EPISODIC + "reward = prev(prev(x, 0), 0)", "`prev(prev(x, 0), 0)`"),
    (EPISODIC + "reward = gate index(step) > 10 { x }", "the number of the step"),
    (EPISODIC + "reward = x * verdict(eventually p)", "the state of a formula's automaton"),
    (EPISODIC + "reward = x\nobjective maximize E[return] subject to E[cummax(x over step)] <= 1", "`cummax(x over step)`"),
    (ENDLESS + "objective maximize P[always (p implies eventually q)]", "the automaton of `always (p implies eventually q)`"),
    (ENDLESS + "reward = x\nobjective maximize E[tanh(return)]", "the return so far"),
    (ENDLESS + "reward = x\nobjective maximize log(E[exp(return)])", "the return so far"),
    (ENDLESS + "reward = x\nobjective maximize CVaR(return, 0.1)", "the return so far"),
    (UNDISCOUNTED + "reward = x", "the time left"),
    (UNDISCOUNTED + "input left : int[step] in [0, 50] from clock\nreward = x", None),
    (TURN + "reward = holds(eventually t > 0.5)", None),
    (TURN + "reward = cummax(t over token)", None),
])
def test_what_a_policy_must_see(text, seen):
    program = load(text=text)
    said = program.refusals(Needs(memory=False))
    assert (said == ()) if seen is None else (len(said) == 1 and seen in said[0])
    assert program.refusals(Needs(memory=True)) == ()


@pytest.mark.parametrize(("text", "rate", "said"), [
    (ENDLESS + "reward = x", 0.99, None),
    (ENDLESS + "reward = x", 0.9, "a discount of 0.99, and this trainer uses 0.9"),
    (ENDLESS + "reward = x", 1, "a discount of 0.99, and this trainer uses 1"),
    (ENDLESS + "reward = x\nobjective maximize E[return(x, discount = 0.9)]", 0.9, None),
    (ENDLESS + "reward = x\nobjective maximize E[return(x, discount = 0.9)]", 0.99, "a discount of 0.9,"),
    (ENDLESS + "reward = x\nobjective maximize E[return(x, discount = 0.9)] + E[return(p, discount = 0.5)]", 0.9,
     "discounts of 0.5 and 0.9"),
    (ENDLESS + "reward = x\nobjective maximize E[return(x, discount = 0.9)] + 0.1 * entropy(policy)", 0.9,
     "discounts of 0.9 and 0.99"),
    (ENDLESS + "objective maximize average(x)", 0.99, "a long-run average"),
    (ENDLESS + "objective maximize average(x)", 1, None),
    (ENDLESS + "objective maximize P[always p]", 0.99, "a probability"),
    (UNDISCOUNTED + "reward = x", 0.99, "a discount of 1,"),
    (UNDISCOUNTED + "reward = x", 1, None),
    (TURN + "reward = right", 0.99, "a discount of 1,"),
    (TURN + "objective maximize P[right]", 1, None),
])
def test_another_discount(text, rate, said):
    found = load(text=text).refusals(Needs(discount=rate))
    assert (found == ()) if said is None else (len(found) == 1 and said in found[0])


@pytest.mark.parametrize(("text", "needs", "said"), [
    (EPISODIC + "reward = ahead(x, 0)", Needs(availability="step"), "`next_step`"),
    (EPISODIC + "reward = x * (eventually p)", Needs(availability="next_step"), "`episode`"),
    (ENDLESS + "objective maximize P[always p]", Needs(availability="step"), "`episode`"),
    (ENDLESS + "reward = x\nobjective maximize E[return] + 0.1 * entropy(policy)", Needs(classes=("MR", "RM")), "RRL"),
    (ENDLESS + "reward = x\nobjective pareto E[x], E[return(p)]", Needs(classes=("PO",)), "OUTSIDE"),
    (ENDLESS + "reward = x", Needs(classes=("RRL",)), None),
    ("input x : float", Needs(), "neither a `reward` nor an `objective`"),
])
def test_a_reward_too_late_and_another_class(text, needs, said):
    found = load(text=text).refusals(needs)
    assert (found == ()) if said is None else (len(found) == 1 and said in found[0])
