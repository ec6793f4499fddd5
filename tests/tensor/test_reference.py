"""Emitted code agrees with the reference interpreter on random graphs and data, whatever is invalid, ragged or gated."""

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlang.tensor.reward import compile_spec
from tests.tensor.graphs import Maker, random_columns, reference, spec_of


def agrees(got, wanted) -> bool:
    """Equal up to rounding; an infinite reference value is invalid outside."""
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(agrees, got, wanted))
    if isinstance(wanted, float) and not math.isfinite(wanted):
        wanted = None
    if wanted is None or got is None:
        return wanted is got
    return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)


def check(seed: int, data_seed: int, rows: int, missing: float, count: int = 25) -> None:
    """Compare all nodes of one random graph."""
    maker = Maker(seed)
    maker.grow(count)
    made = [node for node in maker.graph.nodes if node.type.kind.numeric and node.op not in ("input", "const", "codes")]
    spec = spec_of(maker.graph, {f"n{node.number}": node for node in made})
    columns = random_columns(data_seed, rows, missing)
    out = compile_spec(spec)(columns)
    wanted = reference(spec, columns, rows)
    for node in made:
        name = f"n{node.number}"
        got = out.to_lists(name)
        assert agrees(got, wanted[name]), f"seed {seed}: {node} {node.args} {dict(node.attrs)}: {got} is not {wanted[name]}"
        assert torch.isfinite(out.outputs[name].double()).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([0.0, 0.15]), st.integers(1, 6))
def test_random_graphs_agree_with_the_reference(seed, data_seed, missing, rows):
    check(seed, data_seed, rows, missing)
