"""Questions to a spec: how far an output can go with these params, and what one input is worth in another."""

from collections.abc import Mapping
from pathlib import Path

import torch

from rewardlang.facts.analyse import analyse
from rewardlang.program import Program, load, with_params
from rewardlang.tensor.build import compile_program

#: A slope that is smaller is none.
_FLAT = 1e-12


def output_range(system: str | Path | Program, output: str = "reward", params: Mapping[str, object] | None = None) -> list[float]:
    """The proved range [low, high] of an output of a spec with these params.

    `system` is a path, or what `rl.load` gives. ValueError for an output that it does not have; SpecError for a spec with errors.
    """
    program = _program(system, output)
    facts = analyse(with_params(program, params or {}))
    bounds = facts.output(output).bounds
    return [float(bounds.lo), float(bounds.hi)]


def exchange_rate(system: str | Path | Program, output: str, of: str, per: str, at: Mapping[str, float],
                  params: Mapping[str, object] | None = None) -> float | None:
    """How much of the input `per` makes up for one unit of the input `of`: -(dr/d of) / (dr/d per) at a point {input: value}.

    Its unit is that of `per` by that of `of`. None where the output does not move with `per` there (a clamp that acts).
    """
    program = _program(system, output)
    for name in (of, per):
        if name not in program.inputs:
            raise ValueError(f"there is no input `{name}`; there are {', '.join(program.inputs)}")
        if name not in at:
            raise ValueError(f"`at` does not say where `{name}` stands")
    columns = {name: torch.tensor([float(value)], dtype=torch.float64, requires_grad=name in (of, per))
               for name, value in at.items()}
    reward = compile_program(program, params or {}, {}, outputs=[output])
    value = reward(columns).outputs[output].sum()
    slopes = torch.autograd.grad(value, [columns[of], columns[per]], allow_unused=True) if value.requires_grad else (None, None)
    gained, paid = (0.0 if slope is None else float(slope) for slope in slopes)
    return None if abs(paid) <= _FLAT else -gained / paid


def _program(system: str | Path | Program, output: str) -> Program:
    program = system if isinstance(system, Program) else load(system)
    if output not in program.outputs:
        raise ValueError(f"there is no output `{output}`; there are {', '.join(program.outputs)}")
    return program
