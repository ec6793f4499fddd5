"""Programs exported by torch.export, from a file."""

import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from rewardlang.models.failed import Unusable, describe

_FORCE = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"


def exported(path: Path) -> Callable:
    """The program in a file, a function of tensors. Raises Unusable; pickled code in the file is refused, and not run."""
    import torch

    if not path.is_file():
        raise Unusable(f"{path} is no file")
    try:
        with _no_pickled_code():
            return torch.export.load(path).module()
    except Exception as error:
        raise Unusable(f"{path} cannot be loaded: {describe(error)}") from error


@contextmanager
def _no_pickled_code():
    """While it lasts, all that torch reads from files in this process is bare tensors: `export.load` itself would unpickle."""
    before = os.environ.get(_FORCE)
    os.environ[_FORCE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_FORCE]
        else:
            os.environ[_FORCE] = before
