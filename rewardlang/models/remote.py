"""Run in a worker process: one call of a model on a micro-batch, its results as plain data."""

from collections.abc import Sequence
from importlib import import_module


def ask(target: str, *columns: Sequence) -> list:
    """The results of the model named `"module:object"` on whole columns, one for each row."""
    module, _, path = target.partition(":")
    found = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    results = found(*columns)
    results = results.detach() if hasattr(results, "detach") else results
    return results.tolist() if hasattr(results, "tolist") else list(results)
