"""From a checked spec to its compiled reward; imported only by commands that need torch."""

from collections.abc import Mapping, Sequence

from rewardlang.facts.analyse import Facts, analyse
from rewardlang.ir.spec import Spec
from rewardlang.program import Program, silenced, with_params
from rewardlang.rewrite.passes import optimise
from rewardlang.tensor.reward import CompiledReward, compile_spec
from rewardlang.text.diagnostic import SpecError


def compile_program(program: Program, params: Mapping[str, object], bind: Mapping[str, object], trust: Sequence[str],
                    outputs: Sequence[str] | None = None) -> CompiledReward:
    """The reward of a program with its params fixed; contracts are proved again for them (SpecError where they fail)."""
    spec = with_params(program, params)
    facts = analyse(spec)
    found = silenced(facts.diagnostics, program.source)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    return compile_analysed(spec, facts, params, bind, trust, outputs)


def compile_analysed(spec: Spec, facts: Facts, params: Mapping[str, object], bind: Mapping[str, object],
                     trust: Sequence[str], outputs: Sequence[str] | None) -> CompiledReward:
    """The reward of a spec whose contracts are no concern here."""
    optimised = optimise(spec, facts)
    total = facts.total | analyse(optimised).total
    return compile_spec(optimised, dict(params), dict(bind), list(trust), outputs, False, total)
