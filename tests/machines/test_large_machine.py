"""A machine of 1,000 states and 5,000 edges is read and checked, and its checks take less time than reading it."""

import random
from time import perf_counter

import pytest

from rewardlang.program import program_of

GUARDS = ("p and q", "p and not q and r", "p and not q and not r", "not p and r", "not p and not r and q")


def large(states: int, draw: random.Random, spoil: str = "") -> str:
    """A machine in whose states every letter but one has an edge of its own."""
    lines = ["setting episodic horizon 100000 discount 0.99", *(f"input {name} : bool[step]" for name in "pqr"), "machine m {", "    start s0"]
    for state in range(states - 1):
        targets = [state + 1, *(draw.randrange(states) for _ in GUARDS[1:])]
        lines += [f"    s{state} -> s{target} when {guard} : {int(target == states - 1) or -0.01}"
                  for target, guard in zip(targets, GUARDS, strict=True)]
    lines += [spoil, "    otherwise stay : -0.02", f"    final s{states - 1}", "}", "reward = m.reward", "done = m.done"]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_a_thousand_states():
    began = perf_counter()
    program = program_of(text=large(1000, random.Random(0)))
    read = perf_counter()
    assert not program.diagnostics
    checked = perf_counter()
    machine = program.machines["m"]
    assert len(machine.states) == 1000 and len(machine.edges) == 4996
    assert checked - read < read - began


def test_what_is_wrong_in_a_large_one_is_found():
    found = program_of(text=large(150, random.Random(0), "    s77 -> s3 when r and q")).diagnostics
    assert {each.code for each in found} == {"RW324", "RW332"} and "s77" in found[0].message


def test_longer_ones_are_too_long():
    (found,) = [each for each in program_of(text=large(2400, random.Random(0))).diagnostics if each.code == "RW003"]
    assert "150,000" in found.message
