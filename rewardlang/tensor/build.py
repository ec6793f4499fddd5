"""From a file or a text to a running reward: `rl.compile`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rewardlang.facts.analyse import Facts, analyse
from rewardlang.ir.spec import Spec
from rewardlang.program import Program, load, silenced, with_params
from rewardlang.rewrite.passes import optimise
from rewardlang.tensor.reward import CompiledReward, compile_spec
from rewardlang.text.diagnostic import SpecError

Reward = CompiledReward


def compile(
    path: str | Path | None = None,
    *,
    text: str | None = None,
    params: Mapping[str, object] | None = None,
    bind: Mapping[str, object] | None = None,
    trust: Sequence[str] = (),
    outputs: Sequence[str] | None = None,
    compile: bool = False,
) -> CompiledReward:
    """The running reward of a spec, given as a file or as a text.

    `params` fixes params by name; `bind` gives a callable or nn.Module for a model or verifier; `trust` names the modules
    whose code the spec may run; `outputs` are those to compute (None: all that the columns allow); `compile` uses
    torch.compile. Raises SpecError where the program has errors, or breaks a contract with these params, and ValueError for
    params, bindings or outputs that do not fit.
    """
    program = load(path, text=text)
    return compile_program(program, params or {}, bind or {}, trust, outputs, compile)


def compile_program(program: Program, params: Mapping[str, object], bind: Mapping[str, object], trust: Sequence[str] = (),
                    outputs: Sequence[str] | None = None, compile: bool = False) -> CompiledReward:
    """The reward of a checked program with its params fixed; SpecError where a contract fails for them."""
    spec = with_params(program, params)
    facts = analyse(spec)
    found = silenced(facts.diagnostics, program.source)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    return compile_analysed(spec, facts, params, bind, trust, outputs, compile)


def compile_analysed(spec: Spec, facts: Facts, params: Mapping[str, object], bind: Mapping[str, object],
                     trust: Sequence[str] = (), outputs: Sequence[str] | None = None,
                     compile: bool = False) -> CompiledReward:
    """The reward of a spec whose contracts are no concern here."""
    optimised = optimise(spec, facts)
    total = facts.total | analyse(optimised).total
    return compile_spec(optimised, dict(params), dict(bind), list(trust), outputs, compile, total)
