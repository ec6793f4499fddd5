"""Published reward systems in the language: every case of their pages, from Python and some through `score`."""

import io
import json
import sys
from functools import cache
from statistics import median_low

import pytest
from systems_page import CASES, PAGE, SPECS, about, cases, differs, line, lines_of

import rewardlang as rl
from rewardlang.cli.main import main

#: Lines of a spec without docstring, examples, comments and blanks.
LONGEST = 80
FEW = 20


def _cases() -> list:
    found = [pytest.param(slug, row, id=row["id"]) for slug in SPECS for row in cases(slug)]
    return found or [pytest.param(None, None, marks=pytest.mark.skip("no folder `shared/systems` beside the project"))]


def _firsts() -> list:
    """The first case of each output of each system: enough to see that the other way in gives the same."""
    seen: dict[tuple[str, str], object] = {}
    for case in _cases():
        slug, row = case.values
        if slug is not None:
            seen.setdefault((slug, row["output"]), case)
    return list(seen.values()) or _cases()


@cache
def _compiled(slug: str, params: str, output: str):
    return rl.compile(SPECS[slug], params=json.loads(params), outputs=[output])


@pytest.mark.parametrize("slug, row", _cases())
def test_the_spec_gives_what_the_page_expects(slug, row):
    reward = _compiled(slug, json.dumps(row.get("params", {})), row["output"])
    reward.reset_run()
    assert differs(reward(row["inputs"]).to_lists(row["output"]), row["expected"], row["tol"]) is None


@pytest.mark.parametrize("slug, row", _firsts())
def test_score_gives_the_same(slug, row, tmp_path, capsysbinary, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    names = list(row["inputs"])
    rollouts = [dict(zip(names, entries)) for entries in zip(*row["inputs"].values(), strict=True)]
    data = tmp_path / "data.jsonl"
    data.write_text("".join(json.dumps(rollout) + "\n" for rollout in rollouts), encoding="utf-8")
    params = [word for name, value in row.get("params", {}).items() for word in ("--set", f"{name}={_said(value)}")]
    assert main(["score", str(SPECS[slug]), str(data), "--output", row["output"], *params]) == 0
    out, err = capsysbinary.readouterr()
    assert b"Traceback" not in err
    got = [_output_of(json.loads(line), row["output"]) for line in out.splitlines()]
    assert differs(got, row["expected"], row["tol"]) is None


def _said(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _output_of(line: dict, name: str):
    return line[name] if name in line else line["outputs"][name]


@pytest.mark.parametrize("slug", SPECS)
def test_the_file_is_one_to_start_from(slug):
    """It checks without a finding, says which paper it is, holds its examples, and is short."""
    program = rl.load(SPECS[slug])
    assert [diagnostic.code for diagnostic in program.diagnostics] == []
    assert program.spec.docstring
    assert len(program.spec.examples) >= 2
    assert main(["test", str(SPECS[slug])]) == 0
    assert lines_of(program) <= LONGEST


@pytest.mark.skipif(not CASES.is_dir(), reason="no folder `shared/systems` beside the project")
@pytest.mark.parametrize("slug", SPECS)
def test_the_page_says_what_ran(slug):
    """Each case is run above; what does not pass fails there."""
    said = PAGE.read_text(encoding="utf-8")
    assert line(slug, len(cases(slug))) in said and about(slug) in said, "run `python tests/systems/systems_page.py`"


def test_the_page_has_no_other_systems():
    assert PAGE.read_text(encoding="utf-8").count("](../examples/systems/") == len(SPECS)


@pytest.mark.skipif(len(SPECS) < FEW, reason="too few systems to say what most are like")
def test_most_are_short():
    """Half of the systems take at most 25 lines."""
    lines = sorted(lines_of(rl.load(path)) for path in SPECS.values())
    assert median_low(lines) <= 25, lines
