"""From a file or a text to a running reward: `rl.compile`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rewardlang.facts.analyse import analyse
from rewardlang.program import load, silenced, with_params
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
    spec = with_params(program, dict(params or {}))
    facts = analyse(spec)
    found = silenced(facts.diagnostics, program.source)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    optimised = optimise(spec, facts)
    return compile_spec(optimised, params, bind, trust, outputs, compile, facts.total | analyse(optimised).total)
