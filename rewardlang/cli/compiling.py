"""From the checked program of a command to its compiled reward; imported only by commands that need torch."""

from collections.abc import Mapping, Sequence

from rewardlang.facts.analyse import analyse
from rewardlang.program import Program, silenced, with_params
from rewardlang.rewrite.passes import optimise
from rewardlang.tensor.reward import CompiledReward, compile_spec
from rewardlang.text.diagnostic import SpecError


def compile_program(program: Program, params: Mapping[str, object] | None = None, bind: Mapping[str, object] | None = None,
                    trust: Sequence[str] = (), outputs: Sequence[str] | None = None) -> CompiledReward:
    """The reward of a program with its params fixed; contracts are proved again for them (SpecError where they fail)."""
    spec = with_params(program, params or {})
    facts = analyse(spec)
    found = silenced(facts.diagnostics, program.source)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    return compile_spec(optimise(spec, facts), dict(params or {}), dict(bind or {}), list(trust), outputs, False, facts.total)
