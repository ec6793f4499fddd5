"""What the tests of trainers share: the examples as modules, and a network that is not there."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "trainers"
sys.path.append(str(EXAMPLES))


@pytest.fixture
def example():
    """An example by its name, imported as it is run."""
    def load(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)
    return load


@pytest.fixture(autouse=True)
def one_thread():
    """Small models are fastest on one thread, and others may want the rest."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
