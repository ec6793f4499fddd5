"""Numbers as tensors have them: what fails only once it is rounded, and how far single precision leaves a range."""

from fractions import Fraction
from math import inf

import pytest
import torch
from programs import codes, facts_of

import rewardlang as rl
from rewardlang.facts.rounded import PRECISIONS, SINGLE, RoundedRanges
from rewardlang.program import Program
from rewardlang.text.source import Source
from rewardlang.values.interval import Interval

FAILS = [
    "input x : float in [-20, 20]\nreward = -log(1 - sigmoid(x))",
    "input x : float in [0, 0.999999999]\nreward = -log(1 - x)",
    "input x : float in [0, 1]\nreward = 1 / (1.00000001 - x)",
    "input x : float in [-9, 15]\nreward = gate x > 0 { log(1 - tanh(x)) } else 0",
]
HOLDS = [
    "input x : float in [-20, 20]\nreward = -log_sigmoid(-x)",
    "input x : float in [0, 1]\nreward = gate x < 1 { log(1 - x) } else 0",
    "input x : float in [0.001, 0.999]\nreward = -x * log(x) - (1 - x) * log(1 - x)",
    "input x : float in [0, 1]\nreward = gate sigmoid(40 * x) < 1 { log(1 - sigmoid(40 * x)) } else 0",
    "input x : float in [-20, 20]\nreward = log(clamp(1 - sigmoid(x), 0.000001, 1))",
    "input x : float in [-20, 20]\nreward = log(1 - sigmoid(x)) ?? 0",
]


@pytest.mark.parametrize("text", FAILS)
def test_what_only_rounding_takes_out_of_the_domain_is_found_with_values_at_which_it_fails(text):
    (found,) = [each for each in facts_of(text).diagnostics if each.code == "RW529"]
    (value,) = found.witness.values()
    out = rl.compile(text=text)({"x": torch.tensor([float(value)], dtype=torch.float32)})
    assert out.reward.dtype is torch.float32 and not out.valid.any() and out.reward.isfinite().all()
    assert rl.compile(text=text)({"x": torch.tensor([float(value)], dtype=torch.float64)}).valid.all()


@pytest.mark.parametrize("text", HOLDS)
def test_what_keeps_clear_of_the_edge_is_not_found(text):
    assert "RW529" not in codes(text)


@pytest.mark.parametrize(("name", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16), ("float16", torch.float16)])
def test_numbers_are_rounded_as_torch_rounds_them(name, dtype):
    drawn = torch.randn(3000, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for x in (drawn * torch.exp2(torch.randint(-30, 30, drawn.shape).double())).tolist():
        # torch rounds doubles to the short types by way of single precision, so one step at a time
        wanted = torch.tensor(float(torch.tensor(x).float())).to(dtype).item()
        assert float(PRECISIONS[name].rounded(SINGLE.rounded(Fraction(x)))) == wanted


def test_a_probability_of_few_digits_is_one():
    facts = facts_of("input p : float in [0.001, 0.999]\nreward = -log(1 - p)")
    node = facts.spec.outputs["reward"].node
    assert not RoundedRanges(facts.spec).fails(node)
    assert RoundedRanges(facts.spec, PRECISIONS["bfloat16"]).fails(node)


EXACT = [
    "input x : float in [0, 1]\ninput y : float in [-3, 3]\nreward = 0.3 * x * y + tanh(y) - 0.1 * (x - y) ** 2",
    "input x : float in [0, 1]\ninput y : float in [0.1, 0.7]\nreward = y / (y + 0.1) + exp(x * y)",
    "input x : float in [-2, 2]\ninput y : float in [0.5, 2]\nreward = log(y) * sigmoid(7 * x) - abs(x) + max(x, y) - sin(3 * x)",
]


@pytest.mark.parametrize("text", EXACT)
def test_single_precision_leaves_the_range_by_no_more_than_is_said(text):
    program = rl.load(text=text)
    bounds, margin = program.outputs["reward"].bounds, program.facts.float_excess("reward")
    assert 0 < margin < 1e-4
    draw, columns = torch.Generator().manual_seed(2), {}
    for name, info in program.spec.inputs.items():
        low, high = float(info.domain.lo), float(info.domain.hi)
        x = low + (high - low) * torch.rand(100_000, generator=draw)
        x[:300], x[200:700] = low, high
        columns[name] = x[torch.randperm(len(x), generator=draw)].clamp(low, high)
    reward = rl.compile(text=text)(columns).reward
    assert reward.dtype is torch.float32
    assert float(bounds.lo) - margin <= reward.double().min() and reward.double().max() <= float(bounds.hi) + margin


def test_a_clamp_leaves_nothing_beyond_and_what_may_turn_round_is_not_known():
    assert facts_of("input x : float in [0, 1]\nreward = clamp(10 * x - 3, 0, 1)").float_excess("reward") == 0
    assert facts_of("input x : float in [0, 1]\nreward = gate 3 * x > 1 { x } else -x").float_excess("reward") is None
    assert facts_of("input c : bool\ninput x : float in [0, 1]\nreward = gate c { x } else -x").float_excess("reward") < 1e-6


def test_ends_beyond_the_greatest_number_have_no_bound():
    assert SINGLE.rounded(10**39) == inf and SINGLE.rounded(-10**39) == -inf and SINGLE.rounded(Fraction(1, 2**200)) == 0
    assert Interval(0, inf).contains(SINGLE.rounded(10**400))


SHORT = [
    ("input x : float in [-12, 12]\nreward = log(1 - sigmoid(x))", {"bfloat16", "float16"}, {"float32", "float64"}),
    ("input x : float in [-20, 20]\nreward = log(1 - sigmoid(x))", {"bfloat16", "float16", "float32"}, {"float64"}),
]


@pytest.mark.parametrize("text, fails, holds", SHORT, ids=[row[0] for row in SHORT])
def test_the_float_type_decides_what_fails(text, fails, holds):
    for dtype in fails | holds:
        found = {each.code for each in Program(Source("t", text), dtype=dtype).diagnostics}
        assert ("RW529" in found) == (dtype in fails), dtype
        x = torch.tensor([12.0 if "12" in text else 20.0], dtype=getattr(torch, dtype))
        assert bool(torch.log(1 - torch.sigmoid(x)).isinf()) == (dtype in fails), dtype


def test_the_excess_is_that_of_the_float_type():
    facts = [Program(Source("t", "input x : float in [0, 1]\nreward = 3 * x - 1"), dtype=name).facts for name in ("float64", "float32", "bfloat16")]
    small, single, short = (each.float_excess("reward") for each in facts)
    assert 0 < small < 1e-14 < single < 1e-5 < short < 0.2
