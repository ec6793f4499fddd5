"""Margins against rtamt, stlcgpp and metric-temporal-logic where they mean the same, and each known difference by itself."""

import math
import random
from functools import partial

import pytest
import torch

import rewardlang as rl
from tests.peers.client import ABSENT, Nested, peers, text

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)

HEAD = "input x : float[step]\ninput y : float[step]\n"
BINARY = ["and", "or", "implies"]
RTAMT = {"one": ["always", "eventually", "historically", "once", "weak_next", "weak_previous", "not"],
         "two": [*BINARY, "until", "since"]}
P, Q = ["ge", "x", 0.25], ["le", "y", 0.5]


def drawn(source: random.Random, depth: int, one: list[str], two: list[str], window: float = 0.5) -> Nested:
    """A random formula; words of time have a window with that probability."""
    if not depth:
        return [source.choice(["ge", "le"]), source.choice("xy"), round(source.uniform(-1, 1), 2)]
    word = source.choice(one + two)
    operands = [drawn(source, source.randint(0, depth - 1), one, two, window) for _ in range(2 if word in two else 1)]
    low = source.randint(0, 3)
    windowed = word not in (*BINARY, "not", "weak_next", "weak_previous") and source.random() < window
    return [word, *operands, *([[low, low + source.randint(0, 4)]] if windowed else [])]


def signals(source: random.Random, steps: int) -> dict[str, list[float]]:
    return {name: [round(source.uniform(-1, 1), 3) for _ in range(steps)] for name in "xy"}


def horizon(formula: Nested) -> int:
    """How many steps ahead the windows of a formula can look."""
    inner = [horizon(each) for each in formula[1:] if isinstance(each, list) and isinstance(each[0], str)]
    own = formula[-1][1] if isinstance(formula[-1], list) and isinstance(formula[-1][0], int) else 0
    return own + max(inner, default=0)


def ours(formulas: list[Nested], traces: list[dict[str, list[float]]], options: str = "") -> list[list[list[float]]]:
    """The margins of each formula on each trace, all traces in one batch."""
    lines = [f"output m{number} = margins({text(formula)}{options})" for number, formula in enumerate(formulas)]
    out = rl.compile(text=HEAD + "\n".join(lines))({name: [trace[name] for trace in traces] for name in "xy"})
    return [out.to_lists(f"m{number}") for number in range(len(formulas))]


def one(formula: Nested, trace: dict[str, list[float]], options: str = "") -> list[float]:
    return ours([formula], [trace], options)[0][0]


def same(a: float, b: float) -> bool:
    return a == b if math.isinf(a) or math.isinf(b) else math.isclose(a, b, abs_tol=1e-9)


def all_same(formulas, traces: list[dict], of_peer, steps=lambda formula, trace: len(trace["x"]), options="") -> int:
    """How many values were compared, all of them equal."""
    compared = 0
    for formula, found in zip(formulas, ours(formulas, traces, options), strict=True):
        for trace, values in zip(traces, found, strict=True):
            wanted = of_peer(formula, trace)
            for step in range(steps(formula, trace)):
                assert same(values[step], wanted[step]), (text(formula), trace, step, values, wanted)
                compared += 1
    return compared


# Where they mean the same -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_rtamt_agrees_at_every_step(seed: int):
    source = random.Random(seed)
    formulas = [drawn(source, 4, RTAMT["one"], RTAMT["two"]) for _ in range(12)]
    traces = [signals(source, steps) for steps in (2, 3, 7, 12, 20)]
    assert all_same(formulas, traces, partial(peers().values, "rtamt")) == 12 * 44


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_stlcgpp_agrees_as_far_as_windows_fit(seed: int, recurrent: bool):
    source = random.Random(seed)
    formulas = [drawn(source, 3, ["always", "eventually", "not"], BINARY, 1) for _ in range(10)]
    traces = [signals(source, steps) for steps in (9, 16, 30)]
    ask = partial(peers().values, "stlcgpp", recurrent=recurrent)
    assert all_same(formulas, traces, ask, lambda formula, trace: max(len(trace["x"]) - horizon(formula), 0)) > 150


@pytest.mark.parametrize("seed", range(4))
def test_stlcgpp_agrees_to_the_end_without_windows(seed: int):
    source = random.Random(seed)
    formulas = [drawn(source, 3, ["always", "eventually", "not"], BINARY, 0) for _ in range(10)]
    traces = [signals(source, steps) for steps in (1, 2, 9, 16)]
    assert all_same(formulas, traces, partial(peers().values, "stlcgpp")) == 10 * 28


@pytest.mark.parametrize("seed", range(4))
def test_stlcgpp_agrees_on_smooth_margins(seed: int):
    """Its logsumexp with temperature 10 is ours with 0.1."""
    source = random.Random(seed)
    formulas = [drawn(source, 2, ["always", "eventually", "not"], BINARY, 1) for _ in range(10)]
    traces = [signals(source, steps) for steps in (9, 16, 30)]
    ask = partial(peers().values, "stlcgpp", approx_method="logsumexp", temperature=10)
    assert all_same(formulas, traces, ask, lambda formula, trace: max(len(trace["x"]) - horizon(formula), 0),
                    ", smooth = 0.1") > 150


@pytest.mark.parametrize("seed", range(4))
def test_mtl_agrees_as_far_as_windows_fit_when_their_last_step_is_left_out(seed: int):
    source = random.Random(seed)

    def without_last(formula: Nested) -> Nested:
        """Its windows leave their end out: one step more on each."""
        inner = [without_last(each) if isinstance(each, list) and isinstance(each[0], str) else each for each in formula]
        if not horizon(formula) or not isinstance(inner[-1][0], int):
            return inner
        return [*inner[:-1], [inner[-1][0], inner[-1][1] + 1]]
    formulas = [drawn(source, 3, ["always", "eventually", "not"], BINARY, 1) for _ in range(6)]
    traces = [signals(source, steps) for steps in (9, 16)]
    assert all_same(formulas, traces, lambda formula, trace: peers().values("mtl", without_last(formula), trace),
                    lambda formula, trace: max(len(trace["x"]) - horizon(formula), 0)) > 50


# Where they do not ------------------------------------------------------------------------------------------------------

TRACE = {"x": [1.0, 0.5, -0.5, 0.75, 1.0], "y": [0.0, 1.0, 0.25, 1.0, -0.5]}


def test_rtamt_next_is_true_at_the_last_step():
    """Its `next` and `prev` are weak_next and weak_previous."""
    assert peers().values("rtamt", ["weak_next", P], TRACE)[-1] == math.inf == one(["weak_next", P], TRACE)[-1]
    assert one(["next", P], TRACE)[-1] == -math.inf == one(["previous", P], TRACE)[0]


def test_rtamt_fails_on_traces_of_one_step():
    trace = {"x": [1.0], "y": [0.0]}
    assert "UnboundLocalError" in peers().ask(peer="rtamt", formula=["always", P], signals=trace)["error"]
    assert one(["always", P], trace) == [0.75]


def test_rtamt_iff_is_a_distance():
    """Two margins of one sign are equivalent by the smaller of them here, and never by more than 0 there."""
    theirs, mine = peers().values("rtamt", ["iff", P, Q], TRACE), one(["iff", P, Q], TRACE)
    margins = list(zip(one(P, TRACE), one(Q, TRACE)))
    assert theirs == [-abs(p - q) for p, q in margins]
    assert mine == [min(max(-p, q), max(-q, p)) for p, q in margins] and any(value > 0 for value in mine)


def test_rtamt_takes_margins_of_an_equality_for_its_truth():
    """x == 1 is never by more than 0 true, so that what follows from it is never violated; here too."""
    formula = ["implies", ["eq", "x", 1.0], ["le", "y", -9.0]]
    theirs, mine = peers().values("rtamt", formula, TRACE), one(formula, TRACE)
    assert theirs == mine and min(mine) == 0, "the margin of a violated implication is 0"
    truth = rl.compile(text=HEAD + f"output t = {text(formula)}")({name: [x] for name, x in TRACE.items()}).to_lists("t")
    assert truth == [[False, True, True, True, False]], "its truth is not lost"


def test_stlcgpp_fails_what_its_windows_cannot_see():
    """A window past the end is cut here; there it is filled with -1e9, true or not, or with the last value."""
    always, eventually = ["always", P, [0, 5]], ["eventually", P, [3, 5]]
    trace = {"x": [1.0, 1.25, 1.5], "y": [0.0] * 3}
    assert one(always, trace) == [0.75, 1.0, 1.25] and one(eventually, trace) == [-math.inf] * 3
    assert peers().values("stlcgpp", always, trace)[0] == -1e9 and peers().values("stlcgpp", eventually, trace)[0] == -1e9
    assert peers().values("stlcgpp", always, trace, padding="last") == [0.75, 1.0, 1.25]
    assert peers().values("stlcgpp", eventually, trace, padding="last") == [1.25] * 3


def test_stlcgpp_until_asks_its_left_side_at_the_witness_too():
    """It is our p until (p and q), as far as windows fit."""
    source = random.Random(3)
    both = ["and", P, Q]
    for window in ([0, 3], [1, 4]):
        trace = signals(source, 14)
        theirs = peers().values("stlcgpp", ["until", P, Q, window], trace)
        assert all(map(same, theirs[:10], one(["until", P, both, window], trace)[:10]))
        assert theirs[:10] != one(["until", P, Q, window], trace)[:10]


def test_stlcgpp_counts_padding():
    """Traces of two lengths side by side, the shorter filled with 0: its `always` sees the 0."""
    trace, wide = {"x": [1.0, 0.75], "y": [0.0] * 2}, {"x": [1.0, 0.75, 0.0], "y": [0.0] * 3}
    assert peers().values("stlcgpp", ["always", P], trace)[0] == 0.5 == ours([["always", P]], [trace, wide])[0][0][0]
    assert peers().values("stlcgpp", ["always", P], wide)[0] == -0.25


@pytest.mark.parametrize("window", ["[0, 2]", "[0, 3]", ""])
def test_equal_extremes_have_one_gradient_between_them(window: str):
    """Theirs all goes to the first one; here it depends on the window which of them have how much of it."""
    reward = rl.compile(text=f"input x : float[step]\noutput r = robustness(always{window} x >= 0)")
    x = torch.tensor([[0.5, 0.25, 0.25, 1.0]], dtype=torch.float64, requires_grad=True)
    found, = torch.autograd.grad(reward({"x": x}).outputs["r"].sum(), x)
    assert found.sum() == found[0, 1:3].sum() == 1 and (found >= 0).all()


def test_mtl_leaves_the_end_of_a_window_out_and_holds_the_last_value():
    trace = {"x": [-1.0, -2.0, 3.0], "y": [0.0] * 3}
    formula = ["eventually", ["ge", "x", 0.0], [0, 2]]
    assert one(formula, trace)[0] == 3 and peers().values("mtl", formula, trace)[0] == -1
    beyond = ["eventually", ["ge", "x", 0.0], [5, 6]]
    assert one(beyond, trace)[0] == -math.inf and peers().values("mtl", beyond, trace)[0] == 3
