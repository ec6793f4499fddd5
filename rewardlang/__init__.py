"""rewardlang: reward functions that are typed, proved and compiled.

    import rewardlang as rl
    program = rl.load("spec.rwd")              # checked; raises rl.SpecError
    reward = rl.compile("spec.rwd")            # a callable over columns
    out = reward({"completion": [...], "answer": [...]})

Importing this module loads neither torch nor sympy nor numpy; `compile` loads torch.
"""

from importlib import import_module

__version__ = "0.1.0"

_FACE = {
    "load": "rewardlang.program", "check": "rewardlang.program", "Program": "rewardlang.program",
    "SpecError": "rewardlang.text.diagnostic", "Diagnostic": "rewardlang.text.diagnostic",
    "Interval": "rewardlang.values.interval",
    "compile": "rewardlang.tensor.build", "Reward": "rewardlang.tensor.build",
    "Result": "rewardlang.tensor.result",
}

__all__ = sorted([*_FACE, "__version__"])


def __getattr__(name: str):
    if name not in _FACE:
        raise AttributeError(f"module 'rewardlang' has no attribute {name!r}")
    found = getattr(import_module(_FACE[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
