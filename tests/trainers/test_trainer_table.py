"""The table of trainers: what is installed under its names, what `doctor` says of it, and where it is written down."""

import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rewardlang.trainers.table import GROUP, TRAINERS

ROOT = Path(__file__).resolve().parents[2]


def test_every_row_is_an_entry_point_with_a_module():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][GROUP]
    assert points == {name: row.module for name, row in TRAINERS.items()}
    for row in TRAINERS.values():
        assert importlib.util.find_spec(row.module) is not None


def test_every_row_has_a_section_in_the_docs():
    sections = re.findall(r"^## (.*)$", (ROOT / "docs" / "trainers.md").read_text(encoding="utf-8"), re.MULTILINE)
    for row in TRAINERS.values():
        assert any(row.title.casefold() in section.casefold() for section in sections), row.title


def test_versions_that_were_tried_are_those_that_are_pinned():
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    for row in TRAINERS.values():
        if row.package in pinned:
            assert row.tried == pinned[row.package], row.name


@pytest.mark.slow
def test_doctor_lists_them():
    run = subprocess.run([sys.executable, "-m", "rewardlang", "doctor", "--format", "json"], capture_output=True, text=True)
    states = {part["name"]: part["state"] for part in json.loads(run.stdout)["parts"]}
    for name, row in TRAINERS.items():
        assert states[f"trainer {name}"] == ("ok" if _is_installed(row.package) else "missing"), name


def _is_installed(package: str) -> bool:
    return any(True for _ in importlib.metadata.distributions(name=package))
