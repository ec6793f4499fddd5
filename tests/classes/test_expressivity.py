"""Every published objective, written as a program, is placed as the table says: class, exactness and flags."""

import json
import re
from pathlib import Path

import pytest

from rewardlang.analysis import expressivity
from rewardlang.program import program_of

HERE = Path(__file__).resolve().parent
TABLE = HERE.parents[2] / "shared/systems/expressivity.jsonl"
PROGRAMS = dict(re.findall(r"^```rwd (\S+)\n(.*?)^```$", (HERE / "published.md").read_text("utf-8"), re.M | re.S))
ROWS = [json.loads(line) for line in TABLE.open()] if TABLE.exists() else []


@pytest.mark.skipif(not ROWS, reason="the table lies beside the project")
def test_every_row_is_a_program():
    assert {row["id"] for row in ROWS} == set(PROGRAMS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_published_objective_is_placed_as_the_table_says(row):
    program = program_of(text=PROGRAMS[row["id"]])
    errors = [found.message for found in program.errors]
    if any("cannot be compiled yet" in message for message in errors):
        pytest.skip("needs what the language does not have yet")
    assert errors == []
    found = expressivity(program, row["state_model"])
    wanted = {"class": sorted(row["class"]), "exact": row["exact"], "flags": sorted(row["flags"])}
    assert {key: found[key] for key in wanted} == wanted, (row["spec_in_words"], found["derivation"])
