"""Each rule on a small objective of its own: the class, whether it is exact, and the flags, worked out by hand."""

import time

import pytest

from rewardlang.analysis import expressivity
from rewardlang.classes.derive import derive
from rewardlang.classes.rules import RULES
from rewardlang.program import program_of

MDP = "setting continuing discount 0.99\n"
FREE = "setting continuing\n"
EPISODES = "setting episodic horizon 50\n"
TEXT = "setting single_turn\n"
X = "input x : float[step] in [-1, 1]\n"
Y = "input y : float[step] in [-1, 1]\n"
P = "input p : bool[step]\ninput q : bool[step]\n"
GROUP = "input prompt_id : id\ngroup by prompt_id size [2, 16]\n"
RIGHT = GROUP + "input right : bool\n"
SCORE = GROUP + "input score : float in [0, 1]\n"
GIVEN = "input given_logp : float[token] in [-30, 0] from policy of given\n"
OWN = "input logp : float[token] in [-30, 0] from policy\ninput ref : float[token] in [-30, 0] from reference\n"
MACHINE = P + "machine m {\n start a\n a -> b when p : +1\n otherwise stay\n final b\n}\n"

#: rule, program, class, exact, flags
CASES = [
    ("M2", EPISODES + X + "reward = x", "RM", True, ""),
    ("M1", EPISODES + X + "input left : int[step] in [0, 50] from clock\nreward = x", "MR", True, ""),
    ("M1", EPISODES.strip() + " discount 0.9\n" + X + "reward = x", "MR", True, ""),
    ("M3", "setting episodic\n" + X + "reward = x", "FTR", False, ""),
    ("M1", MDP + X + "reward = delta(x, 0)", "MR", True, ""),
    ("A2", FREE + MACHINE + "objective maximize average(m.reward)", "FTR", False, ""),
    ("R1", MDP + X + P + "reward = gate once p { x }", "RM", True, ""),
    ("R2", MDP + "input n : int[step] in [0, 5]\nreward = cummax(n)", "RM", True, ""),
    ("T1", MDP + X + "reward = cummax(x)", "FTR", True, ""),
    ("R1", MDP + P + "let far : int[step] in [0, 9] = clamp(prev(far, 0) + 1 - 2 * p, 0, 9)\nreward = far", "RM",
     True, ""),
    ("R3", EPISODES + "input n : int[step] in [0, 5]\nobjective maximize E[tanh(return(n))]", "RM", True, ""),
    ("L1", MDP + P + "reward = holds(always p)", "LTL", True, ""),
    ("L2", MDP + P + "reward = holds(always[0, 10] p)", "LTL RM", True, ""),
    ("L2", EPISODES + P + "objective maximize 3 * P[p until q] + 1", "LTL RM", True, ""),
    ("L3", MDP + MACHINE + "objective maximize P[always eventually m.in(b)]", "FTR", False, ""),
    ("H", TEXT + P + "reward = holds(always p)", "MR", True, ""),
    ("H", TEXT + X + "reward = robustness(always x >= 0)", "MR", True, ""),
    ("I1", MDP + X + "reward = x\nobjective maximize P[return >= 3]", "FTR", True, ""),
    ("I2", MDP + X + "reward = x\nobjective maximize 2 * log(E[exp(0.5 * return)])", "FTR", True, ""),
    ("O0", MDP + X + "reward = x\nobjective maximize tanh(E[return])", "MR", True, ""),
    ("O1", MDP + X + "reward = x\nobjective maximize abs(E[return] - 2)", "ONMR", True, ""),
    ("O1", MDP + X + "reward = x\nobjective maximize E[return] >= 2", "ONMR", True, ""),
    ("O2", MDP + P + X + "reward = gate once p { x }\nobjective maximize -(E[return] - 3) ** 2", "FOMR", False, ""),
    ("S1", MDP + X + Y + "objective maximize E[x] + 2 * E[y]", "MR", True, ""),
    ("S4", MDP + X + Y + "objective maximize E[return(x, discount = 0.9)] + E[y]", "FTR", True, ""),
    ("S2", EPISODES + X + P + "objective maximize E[x] + P[always p]", "RM", True, ""),
    ("S6", MDP + MACHINE + "reward = m.reward\nobjective maximize E[return] + entropy(policy)", "FOMR", True, ""),
    ("S7", MDP + X + "reward = x\nobjective maximize E[return] - functional(policy)", "FPR", False, ""),
    ("S8", MDP + X + Y + "objective maximize E[x] + lexicographic(E[x], E[y])", "OUTSIDE", False, ""),
    ("S9", MDP + X + "reward = x\nobjective maximize E[return] - 0.1 * norm(parameters)", "OUTSIDE", False, ""),
    ("N2", MDP + X + "reward = x\nobjective maximize E[return] - KL(policy, old)", "RRL", False, "NONSTAT"),
    ("G2", TEXT + OWN + "reward = -0.1 * sum(logp - ref over token)", "RRL", True, ""),
    ("Q2", TEXT + OWN + "reward = -0.1 * (mean(logp - ref over token) ?? 0)", "FOMR", True, ""),
    ("Q2", TEXT + OWN + "reward = -0.1 * sum(logp - 2 * ref over token)", "FOMR", True, ""),
    ("V1", MDP + X + Y + "objective maximize E[x] * E[y]", "FOMR", True, ""),
    ("V1", MDP + "input x : float[step] in [0.1, 1]\ninput y : float[step] in [0.1, 1]\n"
     "objective maximize log(E[x]) + log(E[y])", "FOMR", True, ""),
    ("V1", MDP + X + "reward = x\nobjective maximize tanh(E[return]) + entropy(policy)", "FOMR", True, ""),
    ("O0", MDP + X + "reward = x\nobjective maximize 2 * tanh(E[return]) + 1", "MR", True, ""),
    ("V1", TEXT + RIGHT + "reward = right\nobjective maximize mean(E[return] ** 2 over prompt_id)", "FOMR", True, ""),
    ("M1", MDP + GROUP + X + "reward = x\nobjective maximize mean(2 * E[return] over prompt_id)", "MR", True, ""),
    ("V3b", MDP + X + "objective lexicographic E[x], functional(policy)", "PO", True, ""),
    ("K1", MDP + X + "reward = x\nobjective maximize E[return] - Var(return)", "FOMR", True, ""),
    ("K1", TEXT + "input r : float in [0, 1]\nreward = r\nobjective maximize quantile(return, 0.25)", "FOMR", True, ""),
    ("P1", TEXT + RIGHT + "reward = any(right over group)", "FOMR", True, ""),
    ("P3", TEXT + SCORE + "reward = score / (std(score over group, ddof = 0) + 1)", "OUTSIDE", True, ""),
    ("P3", TEXT + SCORE + "let s = std(score over group, ddof = 0)\nreward = score / (s + 1) * (s / (s + 2))", "OUTSIDE", True, ""),
    ("P1", TEXT + SCORE + "let s = std(score over group, ddof = 0)\nreward = score * (s / (s + 1))", "FOMR", True, ""),
    ("P2", TEXT + RIGHT + "let r = 2 * right - 1\nreward = (r - mean(r over group)) / (std(r over group, ddof = 0) + 1)",
     "FOMR", True, ""),
    ("P5", TEXT + SCORE + "axis other like group\nreward = mean(sigmoid(score - score[group -> other]) over other) ?? 0.5",
     "OUTSIDE", True, ""),
    ("P1", TEXT + SCORE + "axis other like group\nreward = mean(abs(score - score[group -> other]) over other) ?? 0",
     "FOMR", True, ""),
    ("H", TEXT + SCORE + "reward = mean(score over group)", "MR", True, ""),
    ("Q1", MDP + X + "input h : float[step] in [0, 5] from policy of state\nreward = h", "RRL", True, ""),
    ("S5", MDP + X + "input h : float[step] in [0, 5] from policy of state\nreward = x + 0.1 * h", "RRL", True, ""),
    ("G3", MDP + X + "input h : float[step] in [0, 5] from policy of state\nreward = x * h", "FOMR", False, ""),
    ("Q3", TEXT + GIVEN + "reward = exp(mean(given_logp over token) ?? 0)", "FPR", True, ""),
    ("Q3b", TEXT + GIVEN + "reward = exp(mean(given_logp over token) ?? 0)\nassume full_support(policy)", "FOMR", True, ""),
    ("Q3", TEXT + GIVEN + "reward = detach(sum(given_logp over token))", "FPR", True, "STOPGRAD"),
    ("G1", MDP + "objective maximize detach(entropy(policy))", "RRL", True, "STOPGRAD"),
    ("N1", TEXT + "input r : float in [0, 1]\nreward = r - mean(r over run)", "MR", False, "NONSTAT"),
    ("N3", MDP + X + "param w in [0, 1] = 0.5 learnable\nreward = w * x", "MR", False, "NONSTAT"),
]


NAMES = [f"{case[0]}-{at}" for at, case in enumerate(CASES)]


@pytest.mark.parametrize(("rule", "text", "classes", "exact", "flags"), CASES, ids=NAMES)
def test_a_rule(rule, text, classes, exact, flags):
    program = program_of(text=text)
    assert [found.message for found in program.errors] == []
    found = expressivity(program)
    assert (found["class"], found["exact"], found["flags"]) == (classes.split(), exact, flags.split()), found["derivation"]
    assert any(line.endswith(f"({rule})") for line in found["derivation"]), found["derivation"]


def test_every_rule_names_what_it_gives():
    assert all(row.premise and row.source for row in RULES.values())


def test_the_class_in_general_stands_beside_that_of_the_setting():
    found = program_of(text="input answer : text\nreward = answer == \"4\"").outputs["reward"].expressivity
    assert (found.general, found.effective) == (("FTR",), ("MR",))


def test_a_constraint_belongs_to_the_objective_and_not_to_the_value_it_constrains():
    program = program_of(text=MDP + X + Y + "reward = x\noutput other = x\nobjective maximize E[x] subject to E[y] <= 1")
    assert program.outputs["reward"].expressivity.effective == ("FOMR",)
    assert program.outputs["other"].expressivity.effective == ("MR",)


def test_a_class_is_derived_within_a_millisecond():
    text = MDP + X + Y + P + "reward = {\n" + "\n".join(f"    t{k}: {k} * x * y + sin(x + {k})" for k in range(20))
    text += "\n}\nobjective maximize E[return] - 0.1 * KL(policy, reference)"
    program = program_of(text=text)
    assert program.errors == ()
    fastest = min(_seconds(program) for _ in range(30))
    assert fastest < 0.001, f"{fastest * 1000:.2f} ms for {len(program.spec.graph.nodes)} nodes"


def _seconds(program) -> float:
    began = time.perf_counter()
    derive(program.spec, program.objective, lambda node: None, "mdp")
    return time.perf_counter() - began
