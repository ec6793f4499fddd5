"""Published systems against their pages' formulas, written by hand in plain Python, on rows drawn at random."""

import by_hand  # noqa: F401 - each module of it adds to SYSTEMS
import pytest
from drawn import SYSTEMS, drawn
from systems_page import SPECS, differs

import rewardlang as rl

DRAWS = 15


@pytest.mark.parametrize("slug", SYSTEMS)
def test_the_spec_is_the_formula(slug):
    of, program = SYSTEMS[slug], rl.load(SPECS[slug])
    for seed in range(DRAWS):
        columns, params = drawn(program.spec, of, seed)
        wanted = of.formula(columns, {name: info.default for name, info in program.spec.params.items()} | params)
        reward = rl.compile(SPECS[slug], params=params, outputs=list(wanted))
        result = reward(columns)
        for name, values in wanted.items():
            problem = differs(result.to_lists(name), values, of.tol)
            assert problem is None, f"{slug}.{name}{problem}, seed {seed}, params {params}, columns {columns}"
