"""`check` and `fmt`: findings, formats, exit codes, and files that are changed in one step or not at all."""

import json
import os
import subprocess
import sys

import pytest

GOOD = "input x : float in [0, 1]\nreward = x\n"
BAD = "input x : float in [0, 1]\nreward = y\n"
UNUSED = "input x : float in [0, 1]\ninput z : float in [0, 1]\nreward = x\n"
UGLY = "input   x:float in [0,1]   # kept\nreward=x*2\n"


def test_a_clean_file(rwd, write):
    ran = rwd("check", write("a.rwd", GOOD))
    assert (ran.code, ran.out, ran.err) == (0, "1 file checked, no findings\n", "")


def test_errors_and_warnings_are_findings(rwd, write):
    bad, unused = write("bad.rwd", BAD), write("unused.rwd", UNUSED)
    ran = rwd("check", bad, unused)
    assert ran.code == 1
    assert "RW101" in ran.out and "`y`" in ran.out and "`z`" in ran.out
    assert rwd("check", unused).code == 1


def test_a_folder_stands_for_its_specs(rwd, write, tmp_path):
    write("a.rwd", GOOD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.rwd").write_text(GOOD)
    assert rwd("check", tmp_path).out == "2 files checked, no findings\n"
    (tmp_path / "empty").mkdir()
    assert "no .rwd file" in rwd("check", tmp_path / "empty").err


def test_files_that_cannot_be_read_are_usage_errors_and_hide_nothing(rwd, write, tmp_path):
    ran = rwd("check", tmp_path / "none.rwd", write("bad.rwd", BAD), tmp_path / "nor.rwd")
    assert ran.code == 2
    assert "RW101" in ran.out
    assert ran.err.count("no such file or directory") == 2


def test_a_file_that_is_no_text_is_a_finding(rwd, write):
    ran = rwd("check", write("a.rwd", b"reward = 1\n\xff\xfe"), write("b.rwd", GOOD))
    assert ran.code == 1
    assert "a.rwd" in ran.out and "Traceback" not in ran.err


def test_standard_input_has_a_name(rwd):
    ran = rwd("check", "-", "--stdin-filename", "mine.rwd", stdin=BAD.encode())
    assert ran.code == 1
    assert "mine.rwd:2:10" in ran.out
    ran = rwd("check", "-", stdin=b"\xff")
    assert ran.code == 2 and "not UTF-8" in ran.err


def test_json_lists_every_file_and_every_key(rwd, write):
    bad, good = write("bad.rwd", BAD), write("good.rwd", GOOD)
    report = json.loads(rwd("check", good, bad, "--format", "json").out)
    assert report["version"].startswith("1.")
    assert [file["path"] for file in report["files"]] == [str(good), str(bad)]
    assert report["files"][0]["diagnostics"] == []
    found = next(entry for entry in report["files"][1]["diagnostics"] if entry["code"] == "RW101")
    assert {"code", "severity", "reason", "subject", "message", "line", "column", "end_line", "end_column", "notes",
            "witness", "fix"} <= set(found)
    assert (found["line"], found["column"], found["end_column"], found["severity"]) == (2, 10, 11, "error")


@pytest.mark.parametrize(("form", "said"), [("concise", "bad.rwd:2:10"), ("github", "::error "), ("sarif", '"2.1.0"')])
def test_other_formats(rwd, write, form, said):
    ran = rwd("check", write("bad.rwd", BAD), "--format", form)
    assert ran.code == 1 and said in ran.out


def test_select_and_ignore_take_beginnings_of_codes(rwd, write):
    bad = write("bad.rwd", BAD)
    assert rwd("check", bad, "--ignore", "RW1,RW5").code == 0
    assert rwd("check", bad, "--select", "RW2").code == 0
    assert rwd("check", bad, "--select", "rw101", "--select", "RW2").code == 1
    ran = rwd("check", bad, "--select", "RW999")
    assert ran.code == 2 and "no code begins with `RW999`" in ran.err


def test_colours_are_asked_for_or_left_out(rwd, write):
    bad = write("bad.rwd", BAD)
    assert "\x1b[" not in rwd("check", bad).out
    assert "\x1b[" in rwd("check", bad, "--color", "always").out
    assert "\x1b[" not in rwd("check", bad, "--color", "always", "--format", "json").out


@pytest.mark.parametrize("words", [["check"], ["fmt", "--check"], ["--version"]])
def test_the_quick_commands_load_nothing_slow(write, words):
    """Without this, every save in an editor would wait for torch."""
    heavy = ("torch", "sympy", "numpy", "typer", "rich", "pydantic", "pyarrow")
    words = words + ([str(write("a.rwd", GOOD))] if words != ["--version"] else [])
    code = ("import sys; from rewardlang.cli.main import main; code = main(sys.argv[1:]); "
            f"print([name for name in {heavy!r} if name in sys.modules], code)")
    run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[] 0"


def test_fmt_changes_the_file_once_and_keeps_comments_and_permissions(rwd, write):
    path = write("a.rwd", UGLY)
    os.chmod(path, 0o640)
    ran = rwd("fmt", path)
    assert ran.code == 0 and "formatted" in ran.err
    text = path.read_text()
    assert text != UGLY and "# kept" in text
    assert path.stat().st_mode & 0o777 == 0o640
    again = rwd("fmt", path)
    assert path.read_text() == text and "0 files changed" in again.err
    assert [entry.name for entry in path.parent.iterdir()] == ["a.rwd"]


def test_fmt_follows_links(rwd, write, tmp_path):
    path = write("a.rwd", UGLY)
    link = tmp_path / "link.rwd"
    link.symlink_to(path)
    rwd("fmt", link)
    assert link.is_symlink() and path.read_text() != UGLY


def test_a_diff_shows_line_ends_that_would_change(rwd, write):
    path = write("crlf.rwd", "input a : float\r\nreward = a\r\n")
    assert "-reward = a^M\n" in rwd("fmt", path, "--diff").out
    assert "+reward = a\n" in rwd("fmt", path, "--diff").out


def test_fmt_check_and_diff_change_nothing(rwd, write):
    path = write("a.rwd", UGLY)
    assert rwd("fmt", path, "--check").code == 1
    ran = rwd("fmt", path, "--diff")
    assert ran.code == 1 and "-reward=x*2" in ran.out and "+reward = x * 2" in ran.out
    assert path.read_text() == UGLY
    rwd("fmt", path)
    assert rwd("fmt", path, "--check").code == 0


def test_fmt_of_standard_input(rwd):
    ran = rwd("fmt", "-", stdin=UGLY.encode())
    assert ran.code == 0 and ran.out.endswith("reward = x * 2\n") and ran.err == ""
    assert rwd("fmt", "-", "--check", stdin=ran.out.encode()).code == 0
    assert json.loads(rwd("fmt", "-", "--format", "json", stdin=UGLY.encode()).out)["files"][0]["text"] == ran.out


def test_fmt_leaves_broken_files_alone(rwd, write):
    broken, ugly = write("a.rwd", "reward = (\n"), write("b.rwd", UGLY)
    ran = rwd("fmt", broken, ugly)
    assert ran.code == 1
    assert broken.read_text() == "reward = (\n" and ugly.read_text() != UGLY
    assert "a.rwd:1" in ran.err
