"""Fixtures and options that all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# The same cases in every run: no run fails, or passes, by luck.
settings.register_profile("alike", derandomize=True, database=None)
settings.load_profile("alike")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    """`--update-goldens` writes what is drawn today over the expected files, instead of comparing."""
    parser.addoption("--update-goldens", action="store_true", help="redraw the expected files")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture
def update_goldens(request) -> bool:
    """Whether expected files are to be written instead of compared."""
    return request.config.getoption("--update-goldens")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder `shared` with real data beside the project")
    return folder
