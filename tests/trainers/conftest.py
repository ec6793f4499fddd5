"""What the tests of trainers share: the examples as modules, and a network that is not there."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "trainers"


@pytest.fixture
def example(monkeypatch):
    """An example by its name, imported as it is run."""
    monkeypatch.syspath_prepend(str(EXAMPLES))

    def load(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)
    return load
