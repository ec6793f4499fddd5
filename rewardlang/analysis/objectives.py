"""Where the objective of a spec stands among the 17 formalisms in which objectives can be said."""

from pathlib import Path

from rewardlang.program import Program, load


def expressivity(system: str | Path | Program, state_model: str | None = None) -> dict:
    """The class of what a spec maximises: `class` (sorted names, or OUTSIDE), `exact`, `flags`, `derivation`.

    `system` is a path, or what `rl.load` gives; `state_model` is `mdp`, `episodic` or `history`, None the one of its setting.
    ValueError for another one and for a spec that maximises nothing; SpecError for a spec with errors.

    >>> from rewardlang import load
    >>> expressivity(load(text="input correct : bool\\nreward = correct"))["class"]
    ['MR']
    """
    if state_model not in (None, "mdp", "episodic", "history"):
        raise ValueError(f"there is no state model `{state_model}`: it is mdp, episodic or history")
    program = system if isinstance(system, Program) else load(system)
    if program.objective is None:
        raise ValueError("this spec has neither a `reward` nor an `objective`")
    found = program.facts.expressivity(program.objective, state_model)
    return {"class": list(found.effective), "exact": found.exact, "flags": list(found.flags),
            "derivation": list(found.derivation)}
