"""Large batches of traces, in blocks and sorted by length: the values are those of small ones."""

import random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor import traces
from tests.temporal.test_values_random import HEAD, check, compared, formulas, numbers


@pytest.fixture(params=[(0, 0, 8), (0, 0, 64), (0, 1 << 20, 64), (1 << 20, 0, 32)], ids=str)
def small_blocks(request, monkeypatch):
    """Limits that make even a few rows many blocks."""
    tiny, small, block = request.param
    monkeypatch.setattr(traces, "TINY", tiny)
    monkeypatch.setattr(traces, "SPARSE", 2)
    monkeypatch.setattr(traces, "SMALL", small)
    monkeypatch.setattr(traces, "BLOCK", block)


@pytest.mark.parametrize("lengths", [[0, 1, 2, 5, 9, 13, 4], [6] * 5, [0, 0, 0], [9, 9, 8]])
def test_blocks_give_the_same(small_blocks, lengths: list[int]):
    source = random.Random(sum(lengths))
    lines = [HEAD]
    for number, formula in enumerate(formulas(sum(lengths), 8)):
        lines += [f"output m{number} = margins({compared(formula)})", f"output t{number} = {compared(formula)}",
                  f"output s{number} = margins({compared(formula)}, smooth = 0.3)"]
    check("\n".join(lines), {name: numbers(source, lengths, 0.1) for name in "xy"}, len(lengths))


@pytest.mark.parametrize("word", ["until", "since", "release", "weak_until", "triggers", "strong_release"])
def test_wide_windows_over_many_rows_give_the_same(word: str):
    """Wide batches run step by step where the window is wide, narrow ones in rounds."""
    text = HEAD + "\n".join(f"output m{n} = margins((x >= 0) {word}{window} (y >= 0))"
                            for n, window in enumerate(("", "[0, 150]", "[3, 140]", "[0, 300]")))
    reward, generator = rl.compile(text=text), torch.Generator().manual_seed(5)
    x, y = (torch.rand(300, 170, generator=generator) * 2 - 1 for _ in range(2))
    lengths = torch.randint(0, 171, (300,), generator=generator)
    whole = reward({"x": x, "y": y}, lengths={"step": lengths})
    for row in (0, 7, 299):
        alone = reward({"x": x[row:row + 1], "y": y[row:row + 1]}, lengths={"step": lengths[row:row + 1]})
        for name in reward.spec.outputs:
            size = int(lengths[row])
            assert torch.equal(whole.outputs[name][row, :size], alone.outputs[name][0, :size]), (name, row)


@pytest.mark.parametrize("rows, steps", [(300, 170), (3, 50_000), (5_000, 300)])
def test_rows_of_all_lengths_in_large_batches(rows: int, steps: int):
    """Each row is as if it were alone, by a definition written out in torch."""
    reward = rl.compile(text=HEAD + "output m = margins(always[2, 9] eventually[0, 4] x >= 0)\noutput t = always x >= -0.9")
    generator = torch.Generator().manual_seed(rows)
    x = torch.rand(rows, steps, generator=generator) * 2 - 1
    lengths = torch.randint(0, steps + 1, (rows,), generator=generator)
    found = reward({"x": x}, lengths={"step": lengths})
    for row in random.Random(rows).sample(range(rows), 3):
        trace = x[row, :lengths[row]]
        held = torch.tensor([float(trace[i:i + 5].max()) for i in range(len(trace))])
        wanted = [float(held[i + 2:i + 10].min()) if i + 2 < len(trace) else float("inf") for i in range(len(trace))]
        assert found.outputs["m"][row, :len(trace)].tolist() == wanted
        assert not found.outputs["m"][row, len(trace):].any()
        truth = (trace >= -0.9).flip(0).cummin(0).values.flip(0)
        assert torch.equal(found.outputs["t"][row, :len(trace)].bool(), truth)


GATED = """
input x : float[step] in [-1, 1]
input ok : bool
input sure : bool
let r = clamp(robustness((x >= -0.5) until[0, 30] eventually[0, 10] x >= 0.3), -1, 1)
output gated = gate ok { r } else 0
output either = gate ok { gate sure { 2 * r } else 1 } else 0
"""


@pytest.mark.parametrize("rows", [3, 200])
def test_traces_behind_closed_gates_are_left_out(rows: int, monkeypatch):
    """They are as if they had no steps; what is open has its value, and gradients are those of the open ones."""
    seen = []

    def counted(self, xs, lengths):
        seen.append(len(xs[0]))
        return at_once(self, xs, lengths)
    at_once = traces._Traces.at_once
    monkeypatch.setattr(traces._Traces, "at_once", counted)
    generator = torch.Generator().manual_seed(rows)
    x = torch.rand(rows, 150, generator=generator, dtype=torch.float64) * 2 - 1
    ok = torch.rand(rows, generator=generator) < 0.3
    sure = torch.rand(rows, generator=generator) < 0.5
    plain = rl.compile(text=GATED + "output plain = r", outputs=["plain"])({"x": x}).outputs["plain"]
    reward = rl.compile(text=GATED, outputs=["gated", "either"])
    seen.clear()
    found = reward({"x": x, "ok": ok, "sure": sure}).outputs
    assert torch.equal(found["gated"], torch.where(ok, plain, 0))
    assert torch.equal(found["either"], torch.where(ok, torch.where(sure, 2 * plain, 1), 0))
    if rows > 100:
        assert seen == [int(ok.sum())] * 2
    seen.clear()
    reward({"x": x, "ok": torch.zeros_like(ok), "sure": sure})
    assert not seen, "behind closed gates nothing is computed"
    leaf = x.clone().requires_grad_()
    grad, = torch.autograd.grad(reward({"x": leaf, "ok": ok, "sure": sure}).outputs["gated"].sum(), leaf)
    assert torch.equal(grad.any(1) | ~ok | (plain.abs() == 1), torch.ones_like(ok)) and not grad[~ok].any()


def test_a_gate_that_reads_the_trace_itself_waits_for_nothing():
    """Its condition is known only after the margin: all is computed, and the values are right."""
    text = ("input x : float[step] in [-1, 1]\nlet r = robustness(always[0, 3] x >= 0)\n"
            "output o = gate r > 0 { clamp(robustness(eventually x >= 0.5), -1, 1) } else r")
    columns = {"x": [[0.25, 0.75, 0.5], [-0.5, 0.75], [0.25]]}
    assert rl.compile(text=text)(columns).to_lists("o") == [0.25, -0.5, -0.25]
