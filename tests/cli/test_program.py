"""The program as a whole: help, completion, mistakes of usage, unexpected errors, and both ways to start it."""

import pytest

from rewardlang.cli.commands import check
from rewardlang.cli.table import COMMANDS


def test_help_lists_every_command_with_an_example(rwd):
    overview = rwd("--help")
    assert overview.code == 0 and rwd().out == overview.out
    for command in COMMANDS.values():
        assert command.name in overview.out
        page = rwd(command.name, "--help")
        assert page.code == 0
        assert all(f"\n    {example}\n" in page.out for example in command.examples), page.out
        assert all(option.flag in page.out for option in command.all_options)
        assert "Exit codes: 0" in page.out


def test_slips_are_met_with_the_word_that_was_meant(rwd):
    assert "did you mean `inspect`" in rwd("inspct").err
    assert "did you mean `--select`" in rwd("check", "--selct").err
    for words in (["frobnicate"], ["--nonsense"], ["check"], ["check", "--format"], ["new"]):
        ran = rwd(*words)
        assert ran.code == 2 and ran.err.startswith("error: ") and ran.out == ""


def test_an_unexpected_error_is_short_and_says_where_to_look(rwd, write, monkeypatch):
    def fail(source, dtype):
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr(check, "check_source", fail)
    path = write("a.rwd", "reward = 1\n")
    ran = rwd("check", path)
    assert ran.code == 2 and "ZeroDivisionError: oh no" in ran.err and "Traceback" not in ran.err and "--debug" in ran.err
    assert "Traceback" in rwd("check", path, "--debug").err


def test_an_interrupt_is_one_line(rwd, write, monkeypatch):
    def interrupt(source, dtype):
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "check_source", interrupt)
    ran = rwd("check", write("a.rwd", "reward = 1\n"))
    assert (ran.code, ran.err) == (130, "interrupted\n")


def test_it_starts_as_a_module(process, write):
    ran = process("check", write("a.rwd", "input x : float in [0, 1]\nreward = x\n"))
    assert (ran.code, ran.out) == (0, "1 file checked, no findings\n")
    assert process("--version").out.startswith("rewardlang ")


@pytest.mark.parametrize(("name", "variable"), [("rewardlang", "_REWARDLANG_COMPLETE"), ("rwd", "_RWD_COMPLETE")])
def test_the_shell_completes_commands_and_choices(rwd, monkeypatch, name, variable):
    monkeypatch.setattr("sys.argv", [name])
    monkeypatch.setenv(variable, "complete_bash")
    for line, offered in (("ins", "inspect"), ("check --format sa", "sarif")):
        words = f"{name} {line}".split()
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        assert offered in rwd().out.split()
