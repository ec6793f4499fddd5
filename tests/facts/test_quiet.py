"""What the project recommends has no finding: every example and every module of the standard library."""

from pathlib import Path

import pytest

from rewardlang import check

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "examples").rglob("*.rwd"), *(ROOT / "stdlib").glob("*.rwd")])


def test_there_are_files():
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_has_no_finding(path):
    assert [each.message for each in check(path)] == []
