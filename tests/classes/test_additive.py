"""Values of a trajectory that are sums over its steps: what is taken for one is one, entry by entry, on random episodes."""

import random

import pytest

import rewardlang as rl
from rewardlang.program import load

HEAD = "setting episodic horizon 9\ninput x : float[step] in [0.1, 1]\ninput p : bool[step]\ninput c : float in [0, 1]\n"

#: Another way to write a sum, what stands in it at each step, and whether the derivation may say so.
SUMS = [
    ("(mean(x over step) ?? 0) * length(step)", "x"),
    ("length(step) * (mean(x over step) ?? 0)", "x"),
    ("(mean(x over step where p) ?? 0) * count(over step where p)", "gate p { x } else 0"),
    ("(mean(x over step where p) ?? 0) * sum(p over step)", "gate p { x } else 0"),
    ("log(prod(x over step))", "log(x)"),
    ("log(prod(exp(x) over step))", "x"),
    ("last(cumsum(x over step) over step) ?? 0", "x"),
    ("sum(delta(cumsum(x over step), 0) over step)", "x"),
    ("sum(cumsum(x over step) - prev(cumsum(x over step), 0) over step)", "x"),
    ("sum(gate index(step) == length(step) - 1 { sum(x over step) } else 0 over step)", "x"),
    ("sum(gate index(step) + 1 >= length(step) { sum(x over step) } else 0 over step)", "x"),
    ("last(x over step) ?? 0", "gate index(step) == length(step) - 1 { x } else 0"),
    ("first(x over step) ?? 0", "gate index(step) == 0 { x } else 0"),
    ("c * sum(x over step)", "c * x"),
    ("gate c > 0.5 { sum(x over step) } else 2 * sum(x over step)", "gate c > 0.5 { x } else 2 * x"),
]


@pytest.mark.parametrize(("whole", "entry"), SUMS, ids=[whole for whole, _ in SUMS])
def test_what_is_taken_for_a_sum_is_one(whole, entry):
    text = HEAD + f"output whole = {whole}\noutput entry = sum({entry} over step)"
    rng = random.Random(7)
    lengths = [1, 2, 5, 9]
    rows = {"x": [[rng.uniform(0.1, 1) for _ in range(n)] for n in lengths],
            "p": [[rng.random() < 0.6 for _ in range(n)] for n in lengths], "c": [rng.random() for _ in lengths]}
    found = rl.compile(text=text)(rows).outputs
    assert found["whole"].tolist() == pytest.approx(found["entry"].tolist())
    program = load(text=HEAD + f"objective maximize E[{whole}]")
    assert program.facts.expressivity(program.objective).effective == ("RM",)       # the horizon cuts, and no clock tells


#: Alike, and no sums of what single steps decide.
NO_SUMS = [
    "mean(x over step) ?? 0", "prod(x over step)", "(mean(x over step) ?? 0) * (length(step) + 1)", "tanh(sum(x over step))",
    "(mean(x over step where p) ?? 0) * length(step)", "log(1 + prod(x over step))", "max(x over step) ?? 0",
    "gate sum(p over step) > 2 { sum(x over step) } else 0", "sum(cumsum(x over step) over step)", "sum(x over step) ** 2",
    "sum(gate index(step) == length(step) - 2 { tanh(sum(x over step)) } else 0 over step)",
    "(mean(x over step) ?? 0) * (mean(p over step) ?? 0)",
]


@pytest.mark.parametrize("whole", NO_SUMS)
def test_what_is_no_sum_is_none(whole):
    program = load(text=HEAD + f"objective maximize E[{whole}]")
    assert program.facts.expressivity(program.objective).effective == ("FTR",)


def test_a_derivation_says_that_it_was_written_otherwise():
    program = load(text=HEAD + "objective maximize E[(mean(x over step) ?? 0) * length(step)]")
    assert any(line.endswith("(T2)") for line in program.facts.expressivity(program.objective).derivation)


@pytest.mark.parametrize(("term", "found"), [
    ("0.99 * x - prev(x, 0)", ("shaping",)), ("2 * (0.99 * x - prev(x, 0.3))", ("shaping",)), ("0.9 * x - prev(x, 0)", ()),
    ("x - prev(x, 0)", ()), ("0.99 * x - prev(x, c)", ()), ("0.99 * x - prev(y, 0)", ()),
    ("0.99 * (x + y) - prev(x + y, 0)", ("shaping",)), ("0.99 * abs(y) - prev(abs(y), 0)", ("shaping",)),
])
def test_shaping_by_the_step_before_can_go_where_a_run_has_no_end(term, found):
    text = ("setting continuing discount 0.99\ninput x : float[step] in [0, 1]\ninput y : float[step] in [-2, 1]\n"
            "input c : float in [0, 1]\n"
            f"reward = {{\n  task: x > 0.5\n  shaping: {term}\n}}")
    assert load(text=text).facts.droppable == found
    assert load(text=text.replace("continuing", "episodic horizon 50")).facts.droppable == ()
