"""What docs/language.md shows is what the compiler takes: each block, with the names that it rests on declared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlang.program import check

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.findall(r"^```\n(.*?)^```$", (ROOT / "docs" / "language.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

PAGE, STATES, MACHINE, OBJECTIVES, CONTRACTS, EXAMPLE = BLOCKS
STEPS = "setting episodic horizon 500 discount 0.99\n"
TRIPS = "".join(f"input {name} : bool[step]\n" for name in ("at_depot", "at_goal", "spill", "delivered"))
PRICED = STEPS + TRIPS + """
input prompt_id : id
input said : float from policy
input fast : float[step] in [0, 1]
input safe : float[step] in [0, 1]
let speed = fast
let cost = safe
reward = fast
"""
JUDGED = STEPS + TRIPS + MACHINE + """
input correct : bool
input tokens : int in [0, 4096]
input quality : float in [0, 1]
input cost : float[step] in [0, 0.01]
let worst = -1
let best = 2
reward = {
    task:    delivery.reward
    quality: quality * (index(step) == 0)
    right:   correct * (index(step) == 0)
    shaping: shaped(delivery, discount = 0.99)
}
"""


def findings(text: str) -> list[str]:
    """The errors of a program, as code and message."""
    return [f"{found.code}: {found.message}" for found in check(text=text) if found.severity == "error"]


def test_the_page_in_one_program():
    assert check(text=PAGE) == []


def test_states():
    inputs = "input off_lane : bool[step]\ninput smoke : bool[step]\ninput hit : float[step] in [0, 1]\n"
    assert not findings(inputs + STATES + "output o = far + credit\noutput a = alarmed")


def test_a_machine():
    assert not findings(STEPS + TRIPS + MACHINE + "reward = delivery.reward")


@pytest.mark.parametrize("line", OBJECTIVES.splitlines())
def test_objectives(line):
    assert not findings(PRICED + line)


@pytest.mark.parametrize("line", CONTRACTS.splitlines())
def test_contracts_are_understood(line):
    """Whether it holds of this reward is another question (RW2)."""
    assert not [said for said in findings(JUDGED + line) if not said.startswith("RW2")]


def test_the_example_is_a_test_that_passes(tmp_path):
    (tmp_path / "page.rwd").write_text(PAGE + EXAMPLE, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-m", "rewardlang", "test", "page.rwd"], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
