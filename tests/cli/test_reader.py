"""Words of the command line become values, and every mistake in them gets a sentence that helps."""

import pytest

from rewardlang.cli.errors import CliError
from rewardlang.cli.reader import find_command, read
from rewardlang.cli.table import CHECK, COMMANDS, SCORE


def words(command, line):
    """The values of a line of plain words."""
    return read(command, line.split())


def refused(command, line) -> str:
    """What is said about a line that cannot be read."""
    with pytest.raises(CliError) as caught:
        words(command, line)
    return str(caught.value)


def test_defaults_are_filled_in():
    values = words(SCORE, "a.rwd b.jsonl")
    assert (values.file, values.data, values.out, values.chunk, values.output, values.restart) == (
        "a.rwd", "b.jsonl", None, 1024, [], False)


def test_options_stand_anywhere_and_in_both_spellings():
    values = words(SCORE, "-o out.jsonl a.rwd --chunk=7 b.jsonl --restart --set x=[1,2] --set y=2")
    assert (values.file, values.data, values.out, values.chunk, values.restart) == ("a.rwd", "b.jsonl", "out.jsonl", 7, True)
    assert values.set == ["x=[1,2]", "y=2"]


def test_output_takes_many_names_once_the_files_are_named():
    assert words(SCORE, "a.rwd b.jsonl --output x y --chunk 2").output == ["x", "y"]
    early = words(SCORE, "a.rwd --output x b.jsonl --output y,z")
    assert (early.output, early.data) == (["x", "y", "z"], "b.jsonl")


def test_a_word_after_two_dashes_is_no_option():
    assert words(CHECK, "a.rwd -- --select").files == ["a.rwd", "--select"]


def test_a_lone_dash_is_a_file():
    assert words(CHECK, "-").files == ["-"]
    assert words(SCORE, "a.rwd").data is None


@pytest.mark.parametrize("line", ["--help", "-h", "a.rwd --help"])
def test_help_can_be_asked_for_anywhere(line):
    assert words(CHECK, line) is None


@pytest.mark.parametrize(("line", "said"), [
    ("a.rwd --formt json", "did you mean `--format`?"),
    ("a.rwd --format jsn", "did you mean `json`?"),
    ("a.rwd --select", "--select needs a value"),
    ("a.rwd --debug=1", "--debug takes no value"),
    ("", "needs FILE"),
])
def test_mistakes_are_named(line, said):
    assert said in refused(CHECK, line)


def test_superfluous_words_are_refused():
    assert "`c`" in refused(SCORE, "a b c")


@pytest.mark.parametrize("count", ["0", "-3", "x", "1.5", "²"])
def test_counts_are_whole_numbers_from_one(count):
    assert "--chunk must be a whole number" in refused(SCORE, f"a b --chunk {count}")


def test_an_unknown_command_names_the_nearest():
    with pytest.raises(CliError, match="did you mean `check`"):
        find_command("chekc")
    with pytest.raises(CliError, match="commands: check, inspect"):
        find_command("frobnicate")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_has_examples_that_it_can_read(command):
    assert command.examples
    for example in command.examples:
        line = next(part for part in example.split("|") if "rewardlang" in part).split("<")[0]
        program, name, *rest = line.split()
        assert (program, name) == ("rewardlang", command.name)
        assert read(command, rest) is not None
