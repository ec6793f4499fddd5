"""The same objectives in other words: each program in spellings/ is of the class that its first line says."""

import re
from pathlib import Path

import pytest

from rewardlang.analysis import expressivity
from rewardlang.program import program_of
from tests.classes.test_expressivity import PROGRAMS, ROWS

_BLOCK = re.compile(r"^```rwd (\S+) (\w+) (\S+) (exact|bound)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
FOUND = [found.groups() for page in sorted((Path(__file__).parent / "spellings").glob("*.md"))
         for found in _BLOCK.finditer(page.read_text("utf-8"))]

#: Other settings under which the published programs are looked at with the state model that the table names.
_SETTINGS = {
    "mdp": ("continuing discount 0.95", "episodic horizon 50 discount 0.99", "episodic", "single_turn"),
    "history": ("episodic horizon 64", "continuing discount 0.99", "episodic"),
    "episodic": ("episodic horizon [1, 50]", "episodic horizon 50 discount 0.99"),
}
SWAPPED = [(row, setting) for row in ROWS for setting in _SETTINGS[row["state_model"]]]


def test_there_are_many_and_no_name_twice():
    assert len({name for name, *_ in FOUND}) == len(FOUND) > 500


@pytest.mark.parametrize(("model", "classes", "exact", "flags", "text"), [case[1:] for case in FOUND],
                         ids=[case[0] for case in FOUND])
def test_other_words_for_it_are_of_the_same_class(model, classes, exact, flags, text):
    program = program_of(text=text)
    assert [found.message for found in program.errors] == []
    found = expressivity(program, model)
    wanted = (classes.split("+"), exact == "exact", flags.split("+") if flags else [])
    assert (found["class"], found["exact"], found["flags"]) == wanted, found["derivation"]


@pytest.mark.skipif(not ROWS, reason="the table lies beside the project")
@pytest.mark.parametrize(("row", "setting"), SWAPPED, ids=[f"{row['id']} {setting}" for row, setting in SWAPPED])
def test_the_state_model_that_is_asked_for_counts_and_not_that_of_the_setting(row, setting):
    text = re.sub(r"^setting .*$", f"setting {setting}", PROGRAMS[row["id"]], count=1, flags=re.M)
    found = expressivity(program_of(text=text), row["state_model"])
    assert (found["class"], found["exact"], found["flags"]) == (sorted(row["class"]), row["exact"], sorted(row["flags"]))
