"""Names under which a reward appears in a trainer's logs: its file's, and no two rewards share one."""

from pathlib import Path
from weakref import WeakValueDictionary

from rewardlang.tensor.reward import CompiledReward

_TAKEN: WeakValueDictionary[str, object] = WeakValueDictionary()


def name_of(reward: CompiledReward) -> str:
    """The name of the spec's file without its ending, or `reward`; never that of one of the reward's own terms."""
    stem = Path(reward.spec.source.name).stem
    name = stem if stem.isidentifier() else "reward"
    terms = {label for label, _ in reward.spec.outputs["reward"].terms}
    return f"{name}_total" if name in terms else name


def claim(owner: object, name: str, fingerprint: str) -> str:
    """The name, with the start of the fingerprint behind it if a living adapter of another reward has it already.

    Trainers accept two functions of one name, and then mix their metrics under one key.
    """
    taken = _TAKEN.get(name)
    if taken is not None and taken is not owner and getattr(taken, "fingerprint", None) != fingerprint:
        name = f"{name}_{fingerprint[:6]}"
    _TAKEN[name] = owner
    return name
