"""The pages about classes say what is so: examples are of their class, and docs/classes.md is the table."""

from pathlib import Path

import pytest

from rewardlang.classes.follows import Needs
from rewardlang.classes.guide import ADVICE, DRAWING, EXAMPLES, drawing
from rewardlang.classes.pages import document, page
from rewardlang.cli.commands.inspect import as_text, examine
from rewardlang.cli.main import main
from rewardlang.program import load, program_of
from rewardlang.values.classes import CLASSES, FORMALISMS, class_of

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date():
    said = "run `python -m rewardlang.classes.pages > docs/classes.md`"
    assert (ROOT / "docs/classes.md").read_text("utf-8") == document(), said


def test_every_class_has_its_advice_and_a_place_in_the_drawing():
    assert set(ADVICE) == {*CLASSES, "OUTSIDE"}
    assert sorted(word for word in DRAWING.split() if word.isalpha()) == sorted(CLASSES)


@pytest.mark.parametrize("name", [*FORMALISMS, "OUTSIDE"])
def test_the_example_of_a_formalism_is_of_its_class_and_on_its_page(name):
    program = program_of(text=EXAMPLES[name])
    assert program.errors == ()
    assert program.facts.expressivity(program.objective).effective == (class_of(name) if name in FORMALISMS else name,)
    assert name not in FORMALISMS or EXAMPLES[name].splitlines()[-1] in page(name)


def test_no_two_formalisms_have_one_example():
    assert len(set(EXAMPLES.values())) == len(EXAMPLES) == 18


@pytest.mark.parametrize("name", FORMALISMS)
def test_explain_draws_the_order_with_the_place_of_the_class(name, capsys):
    assert main(["explain", name]) == 0
    said = capsys.readouterr().out
    assert f"[{class_of(name)}]" in said and "Sound:" in said and "Right above:" in said


def test_inspect_draws_the_order_with_the_place_of_the_program():
    text = as_text(examine(load(text=MACHINE)))
    assert "[RM]" in text and "[MR]" not in text


def test_a_class_stands_above_those_below_it_in_the_drawing():
    line = {word: at for at, text in enumerate(DRAWING.splitlines()) for word in text.split() if word.isalpha()}
    assert all(line[cover] < line[name] for name in CLASSES for cover in FORMALISMS[name].covered_by)


def test_the_place_of_a_spec_is_marked_and_nothing_else_moves():
    marked = drawing(("RM", "LTL"))
    assert "[RM]" in marked and "[LTL]" in marked and "[MR]" not in marked
    assert marked.replace("[", " ").replace("]", " ").split() == DRAWING.split()


@pytest.mark.parametrize("name", FORMALISMS)
def test_each_formalism_has_a_page(name):
    text = page(name)
    assert FORMALISMS[name].objective in text and "For example" in text


MACHINE = """
    setting episodic horizon 50 discount 0.99
    input ready : bool[step]
    machine task {
        start idle
        idle -> done when ready : +1
        otherwise stay
        final done
    }
    reward = task.reward
"""


def test_a_trainer_is_told_what_it_cannot_serve():
    program = load(text=MACHINE)
    assert program.refusals(Needs(availability="step", discount=0.99)) == ()
    (memory,) = program.refusals(Needs(memory=False))
    assert "`task`" in memory
    (discount,) = program.refusals(Needs(discount=0.9))
    assert "0.99" in discount and "0.9" in discount
    (classes,) = program.refusals(Needs(classes=("MR",)))
    assert "RM" in classes


def test_the_whole_text_as_state_needs_no_memory_beside_it():
    program = load(text="input p : bool[step]\nreward = holds(eventually p)")
    assert program.refusals(Needs(memory=False, classes=("MR",))) == ()
    assert "`episode`" in program.refusals(Needs(availability="step"))[0]
