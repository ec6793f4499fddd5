"""Functions of `std.group`, against the samples of each prompt taken by hand."""

from itertools import combinations
from random import Random

import pytest

import rewardlang as rl

SPEC = """
use std.group: kendall, spearman
input prompt : id
group by prompt
input x : float
input y : float
output tau = kendall(x, y)
output rho = spearman(rank(x over group, ties = order), rank(y over group, ties = order))
"""


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


def _tau(x: list[float], y: list[float]) -> float | None:
    """(concordant - discordant) / pairs."""
    pairs = list(combinations(range(len(x)), 2))
    return sum(_sign(x[i] - x[j]) * _sign(y[i] - y[j]) for i, j in pairs) / len(pairs) if pairs else None


def _rho(x: list[float], y: list[float]) -> float | None:
    """Pearson's correlation of the ranks, which is Spearman's where no rank is shared."""
    ranks = [[sum(other > one for other in values) for one in values] for values in (x, y)]
    if len(x) < 2:
        return None
    mean = (len(x) - 1) / 2
    spread = sum((rank - mean) ** 2 for rank in ranks[0])
    return sum((a - mean) * (b - mean) for a, b in zip(*ranks, strict=True)) / spread


def test_groups_that_lie_mixed_up_each_get_their_own():
    draw = Random(5)
    prompts = [draw.choice("abcd") for _ in range(30)] + ["alone"]
    x, y = ([draw.gauss(0, 1) for _ in prompts] for _ in range(2))
    got = rl.compile(text=SPEC)({"prompt": prompts, "x": x, "y": y})
    for name, of in (("tau", _tau), ("rho", _rho)):
        expected = []
        for prompt in prompts:
            mates = [place for place, other in enumerate(prompts) if other == prompt]
            expected.append(of([x[place] for place in mates], [y[place] for place in mates]))
        assert [None if value is None else pytest.approx(value, abs=1e-6) for value in expected] == got.to_lists(name)


def test_ties_count_for_neither_order():
    reward = rl.compile(text=SPEC, outputs=["tau"])
    out = reward({"prompt": [1] * 3, "x": [1, 1, 0], "y": [1, 0.5, 0]})
    assert out.to_lists("tau") == pytest.approx([2 / 3] * 3)


def test_the_mean_of_the_others_leaves_the_own_out():
    draw = Random(6)
    prompts = [draw.choice("ab") for _ in range(9)] + ["alone"]
    x = [draw.choice([None, draw.gauss(0, 1)]) for _ in prompts[:-1]] + [1.0]
    text = "use std.group: mean_of_others\ninput prompt : id\ngroup by prompt\ninput x : float?\noutput m = mean_of_others(x)"
    got = rl.compile(text=text)({"prompt": prompts, "x": x}).to_lists("m")
    for place, prompt in enumerate(prompts):
        others = [x[i] for i, other in enumerate(prompts) if other == prompt and i != place and x[i] is not None]
        assert got[place] == (pytest.approx(sum(others) / len(others)) if others else None)


def test_positions_of_a_group_are_compared_where_rollouts_have_them():
    draw = Random(8)
    prompts = [draw.choice("ab") for _ in range(8)] + ["alone"]
    x = [[draw.choice([None, draw.gauss(0, 1)]) for _ in range(draw.randint(0, 4))] for _ in prompts]
    text = "input prompt : id\ngroup by prompt\ninput x : float[token]?\n" \
        "output mean_at = mean(x over group)\noutput many = sum(valid(x) over group)\n" \
        "output least = min(x over group where (x > 0) ?? false)\noutput spread = std(x over group, ddof = 1)\n" \
        "output place = rank(x over group, ties = order)\noutput so_far = cumcount(over group where valid(x))"
    out = rl.compile(text=text)({"prompt": prompts, "x": x})
    for row, prompt in enumerate(prompts):
        mates = [i for i, other in enumerate(prompts) if other == prompt]
        for at, own in enumerate(x[row]):
            seen = [(i, x[i][at]) for i in mates if at < len(x[i]) and x[i][at] is not None]
            values = [value for _, value in seen]
            above = [value for value in values if value > 0]
            mean = sum(values) / len(values) if values else None
            spread = (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5 if len(values) > 1 else None
            wanted = {"mean_at": mean, "many": len(values), "least": min(above) if above else None, "spread": spread,
                      "place": None if own is None else 1 + sum(value > own for value in values),
                      "so_far": sum(i <= row for i, _ in seen)}
            for name, value in wanted.items():
                got = out.to_lists(name)[row][at]
                assert got == (value if value is None else pytest.approx(value, abs=1e-9)), (name, row, at)


def test_lengths_may_not_be_compared_over_a_batch():
    found = rl.check(text="input x : float[token]\noutput m = mean(x over batch)")
    assert [diagnostic.code for diagnostic in found] == ["RW107"]
