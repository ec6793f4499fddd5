"""Ranges attacked at full size: 2,000 random expressions of up to 30 operators, at 20,000 points each, corners included.

By hand the engine's rules were made wrong, one at a time, and the attack run on 450 expressions (the corrupted rules of
`test_recheck.py` beside it). Noticed: sums, products, absolute values, least values, sigmoids and sines of exact intervals; differences,
products, quotients, powers and least values of doubles; the slopes of products, differences and least values; the mean-value form
without its slopes, monotone sources at their worse ends, half of a cut forgotten, signs lost in linear forms. Not noticed, since other
forms or points make up for it: the slopes of `abs`, `log` and `floor` alone, a ratio's bound that is not checked.
"""

import numpy as np
import pytest
import torch
from expressions import Expression

import rewardlang as rl
from rewardlang.facts.ranges import Ranges
from rewardlang.facts.search.prove import bounds

POINTS = 20_000
#: One in so many is also run as compiled code in single precision.
COMPILED = 16


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_no_value_lies_outside(block):
    for seed in range(10_000 + 100 * block, 10_100 + 100 * block):
        made = Expression(seed, most=30)
        found = bounds(Ranges(made.spec), made.spec.outputs["reward"].node)
        values = made.in_numpy(made.columns(POINTS))
        values = values[np.isfinite(values)]
        assert found is not None or not len(values), f"{seed}: values, and none was said to exist"
        if found is not None and len(values):
            low, high = float(values.min()), float(values.max())
            assert found.outer.lo - _slack(low) <= low and high <= found.outer.hi + _slack(high), f"{seed}: [{low}, {high}], not in {found.outer}"


def _slack(value: float) -> float:
    """What doubles may be off after 30 operators."""
    return 1e-9 * max(1.0, abs(value))


@pytest.mark.slow
def test_single_precision_stays_within_what_is_said():
    stated = 0
    for seed in range(10_000, 12_000, COMPILED):
        made = Expression(seed, most=30)
        try:
            program = rl.load(text=made.text())
        except rl.SpecError:        # undefined somewhere, without a guard
            continue
        found, margin = program.outputs["reward"].bounds, program.facts.float_excess("reward")
        if margin is None or found is None:
            continue
        stated += 1
        columns = {f"x{i}": torch.tensor(column, dtype=torch.float32) for i, column in enumerate(made.columns(POINTS))}
        for (low, high), (name, column) in zip(made.domains, list(columns.items())):
            columns[name] = column.clamp(float(np.nextafter(np.float32(low), np.float32(9))), float(np.nextafter(np.float32(high), np.float32(-9))))
        out = rl.compile(text=made.text())({name: columns[name] for name in program.inputs})
        values = out.reward[out.valid].double()
        values = values[values.isfinite()]
        if len(values):
            low, high = float(values.min()), float(values.max())
            assert float(found.lo) - margin <= low and high <= float(found.hi) + margin, f"{seed}: [{low}, {high}] not in {found} ± {margin}"
    assert stated >= 20
