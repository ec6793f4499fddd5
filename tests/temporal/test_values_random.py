"""Random formulas on ragged batches: truth as brute force says, margins as the reference interpreter defines them."""

import math
import random

import pytest
import torch

import rewardlang as rl
from rewardlang.automata.formula import Formula, subformulas, text
from rewardlang.automata.trace import holds, truths
from rewardlang.ops.reference import evaluate
from tests.temporal.formulas import drawn

NAMES = "abc"
COMPARISONS = {"a": "x >= 0.25", "b": "y <= x", "c": "y > -0.5"}


def traces(source: random.Random, count: int, longest: int) -> list[list[frozenset[str]]]:
    """Random traces, the empty one among them."""
    lengths = [0, 1, *(source.randint(0, longest) for _ in range(count - 2))]
    return [[frozenset(name for name in NAMES if source.random() < 0.5) for _ in range(length)] for length in lengths]


def columns_of(batch: list[list[frozenset[str]]]) -> dict[str, list]:
    return {name: [[name in letter for letter in trace] for trace in batch] for name in NAMES}


def formulas(seed: int, count: int) -> list[Formula]:
    """Random formulas that are no constants, and so run along the steps."""
    source = random.Random(seed)
    found = []
    while len(found) < count:
        formula = drawn(source, 4, NAMES)
        if any(each.op == "atom" for each in subformulas(formula)):
            found.append(formula)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_truth_is_that_of_the_definitions(seed: int):
    made, batch = formulas(seed, 12), traces(random.Random(seed), 9, 11)
    lines = [f"input {name} : bool[step]" for name in NAMES]
    for number, formula in enumerate(made):
        lines += [f"output t{number} = {text(formula)}", f"output h{number} = holds({text(formula)})"]
    out = rl.compile(text="\n".join(lines))(columns_of(batch))
    for number, formula in enumerate(made):
        assert out.to_lists(f"t{number}") == [truths(formula, trace) for trace in batch], text(formula)
        assert out.to_lists(f"h{number}") == [holds(formula, trace) for trace in batch], text(formula)


def compared(formula: Formula) -> str:
    """The formula's text with comparisons of numbers for its atoms."""
    words = text(formula)
    return " ".join("".join(f"({COMPARISONS[token]})" if token in COMPARISONS else token for token in split(word))
                    for word in words.split(" "))


def split(word: str) -> list[str]:
    """A word and the brackets around it."""
    core = word.strip("()")
    head, _, tail = word.partition(core) if core else (word, "", "")
    return [*head, core, *tail]


def the_reference(spec, columns: dict[str, list], rows: int, names: list[str]) -> dict[str, list]:
    found = evaluate(spec.graph.nodes, rows, lambda node, rollout: columns[node["name"]][rollout])
    return {name: found[spec.outputs[name].node] for name in names}


def agrees(got, wanted) -> bool:
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(agrees, got, wanted))
    if wanted is None or got is None or isinstance(wanted, bool):
        return wanted is got
    return got == wanted if math.isinf(wanted) else math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)


def check(text_: str, columns: dict[str, list], rows: int) -> None:
    """All outputs agree with the reference."""
    program = rl.load(text=text_)
    names = list(program.spec.outputs)
    out, wanted = rl.compile(text=text_)(columns), the_reference(program.spec, columns, rows, names)
    for name in names:
        assert agrees(out.to_lists(name), wanted[name]), (name, out.to_lists(name), wanted[name], text_)


def numbers(source: random.Random, lengths: list[int], missing: float = 0.0) -> list[list]:
    def one():
        return None if source.random() < missing else round(source.uniform(-1, 1), 2)
    return [[one() for _ in range(length)] for length in lengths]


HEAD = "input x : float[step] in [-1, 1]\ninput y : float[step] in [-1, 1]\n"


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_margins_are_those_of_the_reference(seed: int, missing: float):
    source = random.Random(seed)
    lines = [HEAD]
    for number, formula in enumerate(formulas(seed, 8)):
        lines += [f"output m{number} = margins({compared(formula)})", f"output r{number} = robustness({compared(formula)})",
                  f"output s{number} = margins({compared(formula)}, smooth = 0.3)",
                  f"output t{number} = {compared(formula)}", f"output h{number} = holds({compared(formula)})"]
    lengths = [0, 1, 2, 5, 9, 13]
    columns = {name: numbers(source, lengths, missing) for name in "xy"}
    check("\n".join(lines), columns, len(lengths))


@pytest.mark.parametrize("word", ["until", "since", "weak_until", "release", "strong_release", "triggers"])
@pytest.mark.parametrize("window", ["", "[0, 3]", "[2, 5]", "[0, 100]", "[100, 200]"])
def test_many_rows_and_other_axes_give_the_same(word: str, window: str):
    """Wide batches run step by step, narrow ones in rounds; smooth ones always step by step."""
    program = f"""
        axis joint = 3
        input x : float[step] in [-1, 1]
        input z : float[step, joint] in [-1, 1]
        output a = margins((z >= 0) {word}{window} (x >= 0))
        output b = margins((z >= 0) {word}{window} (x >= 0), smooth = 0.2)
        output c = (z >= 0) {word}{window} (x >= 0)
    """.replace("        ", "")
    source = random.Random(word + window)
    for rows in (2, 40):
        lengths = [source.randint(0, 9) for _ in range(rows)]
        columns = {name: numbers(source, lengths) for name in "xy"}
        columns |= {"z": [numbers(source, [3] * length) for length in lengths]}
        check(program, columns, rows)


@pytest.mark.parametrize("seed", range(6))
def test_the_sign_of_a_margin_is_the_truth(seed: int):
    source = random.Random(seed)
    lines = [HEAD]
    made = formulas(seed + 100, 10)
    for number, formula in enumerate(made):
        lines += [f"output m{number} = margins({compared(formula)})", f"output t{number} = {compared(formula)}"]
    lengths = [3, 8, 12]
    out = rl.compile(text="\n".join(lines))({name: numbers(source, lengths) for name in "xy"})
    for number in range(len(made)):
        for margins, values in zip(out.to_lists(f"m{number}"), out.to_lists(f"t{number}")):
            assert all(margin == 0 or (margin > 0) is value for margin, value in zip(margins, values))


@pytest.mark.parametrize("smooth", ["", ", smooth = 0.2"])
@pytest.mark.parametrize("formula", [
    "always x >= 0.25", "eventually[1, 3] (x >= 0.25 and y <= 0.1)", "(x >= -0.5) until (y >= 0.75)",
    "(x >= -0.5) until[1, 4] (y >= 0.75)", "historically[0, 2] x >= 0 implies (y >= 0) since (x <= 0)",
    "(x >= 0) release[0, 3] (y >= 0) or (x >= 0) weak_until (y >= 0)",
    "weak_next (x >= 0 iff y >= 0) and weak_previous y >= 0"])
def test_gradients_are_those_of_differences(formula: str, smooth: str):
    reward = rl.compile(text=f"{HEAD}\noutput m = margins({formula}{smooth})")
    generator = torch.Generator().manual_seed(3)
    x, y = (torch.rand(3, 6, dtype=torch.float64, generator=generator) * 2 - 1 for _ in range(2))

    def finite_margins(x, y):
        found = reward({"x": x, "y": y}, lengths={"step": [6, 4, 1]}).outputs["m"]
        return torch.where(found.isinf(), 0, found)
    inputs = (x.requires_grad_(), y.requires_grad_())
    assert torch.autograd.gradcheck(finite_margins, inputs, eps=1e-7, atol=1e-5)
    found = torch.autograd.grad(finite_margins(*inputs).sum(), inputs, materialize_grads=True)
    assert all(grad.isfinite().all() for grad in found) and any(grad.any() for grad in found)
    assert not any(grad[1, 4:].any() or grad[2, 1:].any() for grad in found), "padding has no gradient"


def test_a_smooth_margin_is_near_the_hard_one():
    reward = rl.compile(text="input x : float[step] in [-1, 1]\noutput h = margins(always[0, 7] x >= 0)\n"
                             "output s = margins(always[0, 7] x >= 0, smooth = 0.01)")
    out = reward({"x": numbers(random.Random(1), [40, 9])})
    hard, soft = out.outputs["h"], out.outputs["s"]
    assert (soft <= hard + 1e-9).all() and (hard - soft <= 0.01 * math.log(8) + 1e-9).all()


@pytest.mark.parametrize("seed", range(6))
def test_values_lie_in_their_certified_ranges(seed: int):
    source = random.Random(seed)
    lines = [HEAD]
    for number, formula in enumerate(formulas(seed + 200, 8)):
        lines += [f"output m{number} = margins({compared(formula)})", f"output r{number} = robustness({compared(formula)})",
                  f"output s{number} = margins({compared(formula)}, smooth = 0.2)",
                  f"output t{number} = {compared(formula)}"]
    lengths = [0, 1, 4, 9]
    out = rl.compile(text="\n".join(lines))({name: numbers(source, lengths) for name in "xy"})
    program = rl.load(text="\n".join(lines))
    for name, view in program.outputs.items():
        for value in out.to_lists(name):
            for entry in value if isinstance(value, list) else [value]:
                assert view.bounds.lo - 1e-9 <= entry <= view.bounds.hi + 1e-9, (name, entry, view.bounds)


def test_a_param_sets_a_window_and_its_gradient_reaches_a_trained_one():
    text = ("param k : int in [0, 9] = 2\nparam c in [-1, 1] = 0.25 learnable\ninput x : float[step] in [-1, 1]\n"
            "output m = margins(always[0, k] x >= c)")
    columns = {"x": [[0.5, 0.75, -0.25]]}
    assert rl.compile(text=text)(columns).to_lists("m") == [[-0.5, -0.5, -0.5]]
    reward = rl.compile(text=text, params={"k": 0})
    out = reward(columns).outputs["m"]
    assert out.tolist() == [[0.25, 0.5, -0.5]]
    out.sum().backward()
    assert reward.parameters()[0].grad.item() == -3


def test_what_is_no_number_is_no_margin_and_fails_a_truth():
    text = ("input x : float[step]\noutput m = margins(eventually exp(exp(x)) - exp(exp(x)) >= 0)\n"
            "output n = margins(always x >= 0)")
    out = rl.compile(text=text)({"x": [[1.0, 9999.0], [1.0]]})
    assert out.to_lists("m") == [[None, None], [0.0]] and out.to_lists("n") == [[1.0, 9999.0], [1.0]]
    assert rl.compile(text=text)({"x": [[math.nan], [1.0]]}).to_lists("n") == [[None], [1.0]]


def test_two_hundred_words_deep():
    words = " ".join(["next", "always", "not", "once[0, 3]"][i % 4] for i in range(196))
    text = f"input p : bool[step]\noutput h = holds({words} p)\noutput r = robustness({words} p)"
    out = rl.compile(text=text)({"p": [[True] * 5, []]})
    assert [-math.inf if not holds else math.inf for holds in out.to_lists("h")] == out.to_lists("r")


def test_the_module_exports_without_lengths_and_keeps_infinities():
    reward = rl.compile(text="input x : float[step] in [-1, 1]\noutput r = robustness((x >= 0) until[1, 4] (x >= 0.5))")
    module, x = reward.as_module(dense=True), torch.rand(5, 7) * 2 - 1
    exported = torch.export.export(module, (x,)).module()
    assert module.inputs == ["x"] and torch.equal(exported(x)["r"], module(x)["r"])
    assert torch.allclose(module(x)["r"], reward({"x": x}).outputs["r"])
    assert module(torch.zeros(1, 1))["r"].tolist() == [-math.inf]


def test_a_null_stays_where_ranges_alone_would_decide():
    text = ("input x : float[step] in [0, 1]\ninput p : bool[step]\noutput a = always x >= -1\n"
            "output h = holds(always x >= -1)\noutput b = eventually[0, 1] x >= 2\noutput c = once (p or true)\n"
            "output d = p until x >= 0")
    out = rl.compile(text=text)({"x": [[0.5, None, 0.5], []], "p": [[None, True, True], []]})
    assert out.to_lists("a") == [[None, None, True], []] and out.to_lists("h") == [None, True]
    assert out.to_lists("b") == [[None, None, False], []]
    assert out.to_lists("c") == [[True] * 3, []] and out.to_lists("d") == [[True] * 3, []]


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("written", ["next (index(step) == 1)", "eventually[1, 1] (index(step) == 1)", "true until (index(step) == 1)"])
def test_a_formula_of_nothing_but_places_is_the_same_behind_a_gate(written, rows):
    reward = rl.compile(text=f"""
        input p : bool[step]
        input y : float[step] in [0, 1]
        output plain = {written}
        output gated = gate p {{ false }} else {{ {written} }}
    """)
    for size in (1, 2, 3):
        out = reward({"p": [[False] * size] * rows, "y": [[0.5] * size] * rows})
        assert out.to_lists("gated") == out.to_lists("plain"), size
        assert out.to_lists("plain")[-1][0] is (size > 1)
