"""The programs in docs/models.md are right."""

import re
from pathlib import Path

import pytest

import rewardlang as rl

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```rwd\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_programs():
    assert len(PROGRAMS) >= 3


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_has_no_errors(text):
    assert [found for found in rl.check(text=text) if found.severity == "error"] == []
