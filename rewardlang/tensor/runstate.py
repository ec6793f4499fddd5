"""Statistics over the run as plain data, to be saved beside a checkpoint and loaded again."""

import hashlib
from collections.abc import Mapping
from math import isfinite

import torch
from torch import Tensor

from rewardlang.ir.spec import Spec
from rewardlang.tensor import words
from rewardlang.tensor.statistics import NEUTRAL, Memory

VERSION = 1


def fingerprint_of(spec: Spec, params: Mapping[str, object]) -> str:
    """A hash of the texts of a spec and of all files that it uses, and its params but for trained ones, which move."""
    fixed = {name: x.tolist() if isinstance(x, Tensor) else x for name, x in sorted(params.items())
             if not isinstance(x, torch.nn.Parameter)}
    texts = [source.text for source in (spec.source, *spec.used)]
    return hashlib.sha256(repr((texts, fixed)).encode()).hexdigest()


def state_of(memories: Mapping[str, Memory], fingerprint: str) -> dict:
    """Memories as dicts, lists, texts and numbers; numbers that are not finite as texts, which JSON can hold."""
    statistics = {
        name: {"keys": list(memory.keys), "width": memory.width,
               "numbers": {each: _plain(values) for each, values in memory.numbers.items()}}
        for name, memory in memories.items()
    }
    return {"version": VERSION, "fingerprint": fingerprint, "statistics": statistics}


def read_state(saved: Mapping[str, object], fingerprint: str) -> dict[str, Memory]:
    """The memories of a state. RewardError where it is another reward's, another version's, or damaged."""
    if not isinstance(saved, Mapping) or not {"version", "fingerprint", "statistics"} <= set(saved):
        raise words.RewardError(words.other_run_state("is none: `run_state` gives them"))
    if saved["version"] != VERSION:
        raise words.RewardError(words.other_run_state("was made by another version of rewardlang"))
    if saved["fingerprint"] != fingerprint:
        raise words.RewardError(words.other_run_state("is that of another spec, or of other params"))
    try:
        return {name: _memory(told) for name, told in saved["statistics"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise words.RewardError(words.other_run_state("is damaged")) from error


def _memory(told: Mapping) -> Memory:
    keys = {key: place for place, key in enumerate(told["keys"])}
    width = int(told["width"])
    numbers = {name: torch.tensor([float(x) for x in values], dtype=torch.float64) for name, values in told["numbers"].items()}
    sizes = {len(values) for values in numbers.values()}
    if set(numbers) - set(NEUTRAL) or sizes - {len(keys) * width} or len(keys) != len(told["keys"]):
        raise ValueError("numbers that do not fit their keys")
    return Memory(keys, width, numbers)


def _plain(values: Tensor) -> list:
    return [x if isfinite(x) else str(x) for x in values.tolist()]
