"""A pointwise reward of 50 operators against the same expression written by hand in torch."""

from collections.abc import Iterator

import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best, repeated

NAMES = "abcdefgh"
SPEC = "\n".join([
    "setting single_turn",
    *(f"input {name} : float in [-2, 2]" for name in NAMES),
    "let one = tanh(a * b + 0.5 * c) - sigmoid(d - e) * 0.25 + abs(f) * 0.1",
    "let two = exp(-(g ** 2)) * cos(h) + max(a - b, 0) - min(c, d) * 0.5",
    "let three = sin(e * f) * sin(g) + softplus(h) * 0.2 - relu(a + b + c) * 0.3",
    "let four = clamp(one + two, -1, 1) * tanh(three) + sqrt(a ** 2 + b ** 2 + 1)",
    "let five = (c - d) * (e + f) * 0.05 - log1p(abs(g)) + sigmoid(h * one) * two",
    "reward = tanh(four - five) * 0.5 + clamp(one * two * three, -3, 3) * 0.1",
])


def by_hand(a, b, c, d, e, f, g, h):
    """The same, eagerly."""
    one = torch.tanh(a * b + 0.5 * c) - torch.sigmoid(d - e) * 0.25 + torch.abs(f) * 0.1
    two = torch.exp(-(g ** 2)) * torch.cos(h) + torch.relu(a - b) - torch.minimum(c, d) * 0.5
    three = torch.sin(e * f) * torch.sin(g) + torch.nn.functional.softplus(h) * 0.2 - torch.relu(a + b + c) * 0.3
    four = torch.clamp(one + two, -1, 1) * torch.tanh(three) + torch.sqrt(a ** 2 + b ** 2 + 1)
    five = (c - d) * (e + f) * 0.05 - torch.log1p(torch.abs(g)) + torch.sigmoid(h * one) * two
    return torch.tanh(four - five) * 0.5 + torch.clamp(one * two * three, -3, 3) * 0.1


def columns(rows: int) -> dict[str, torch.Tensor]:
    """Random columns in range, float32."""
    source = torch.Generator().manual_seed(7)
    return {name: torch.rand(rows, generator=source) * 4 - 2 for name in NAMES}


def figures(rows: int = 1_000_000) -> Iterator[Figure]:
    """Large batches, compiled batches, small batches."""
    reward, large, small = rl.compile(text=SPEC), columns(rows), columns(16)
    torch.testing.assert_close(reward(large).reward, by_hand(**large), rtol=1e-5, atol=1e-5)
    seconds = best({"ours": lambda: reward(large).reward, "hand": lambda: by_hand(**large)}, 15)
    yield Figure(f"pointwise reward of 50 operators, {rows:,} rows / by hand, eager", seconds["ours"] / seconds["hand"], 1.1)
    fused = rl.compile(text=SPEC, compile=True)
    torch.testing.assert_close(fused(large).reward, by_hand(**large), rtol=1e-5, atol=1e-5)
    seconds = best({"ours": lambda: fused(large).reward, "hand": lambda: by_hand(**large)}, 15)
    yield Figure(f"the same with compile=True / by hand, eager, {rows:,} rows", seconds["ours"] / seconds["hand"], 0.3)
    seconds = best({"ours": repeated(lambda: reward(small).reward, 50), "hand": repeated(lambda: by_hand(**small), 50)}, 15)
    yield Figure("one call on 16 rows / by hand, eager", seconds["ours"] / seconds["hand"], 3)
