"""What the commands write is what the published models say, field by field, and nothing else."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from rewardlang.cli.schema import CheckReport, Document, InspectReport, RunState, ScoredRow
from rewardlang.text.codes import CODES

ROOT = Path(__file__).resolve().parents[2]
BAD = sorted((ROOT / "tests" / "bad").glob("*.rwd"))
SPECS = [*sorted((ROOT / "examples").glob("*/*.rwd")), *sorted((ROOT / "rewardlang" / "cli" / "templates").glob("*.rwd"))]


def assert_is_a(model: type[Document], text: str) -> Document:
    """A document is as the model says: it reads, and writing it again loses nothing."""
    read = model.model_validate_json(text)
    assert read.as_json() == json.loads(text)
    return read


def test_check_on_every_bad_program(rwd):
    report = assert_is_a(CheckReport, rwd("check", *BAD, "--format", "json").out)
    assert len(report.files) == len(BAD)
    of_trainers = {path.stem for path in BAD if path.read_bytes().startswith(b"# rewardlang check --trainer")}
    assert {finding.code for file in report.files for finding in file.diagnostics} == set(CODES) - of_trainers
    findings = [finding for file in report.files for finding in file.diagnostics]
    assert any(finding.fix for finding in findings) and any(finding.witness for finding in findings)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_inspect_on_every_example(rwd, spec):
    report = assert_is_a(InspectReport, rwd("inspect", spec, "--format", "json").out)
    assert report.outputs and (report.inputs or report.models)


def test_inspect_of_formulas(rwd, write):
    spec = write("a.rwd", """
        input p : bool[step]
        input q : bool[step]
        input x : float[step] in [0, 1]
        output safe = holds(always x >= 0.5)
        output done = robustness(eventually x > 0.5)
        output both = holds(p and q)
        output polite = holds(always (p implies eventually q))
        output sunk = holds(eventually (p and next q) and always p)
        reward = gate once p { 1 } else 0
        output ahead_and_behind = once p and eventually q
    """.replace("\n        ", "\n"))
    ran = rwd("inspect", spec, "--format", "json")
    found = {each.text: each for each in assert_is_a(InspectReport, ran.out).formulas}
    assert {text: (each.reading, each.class_, each.states, each.dead_states) for text, each in found.items()} == {
        "always x >= 0.5": ("holds", "safety", 2, 1), "eventually x > 0.5": ("robustness", "co_safety", 2, 0),
        "always (p implies eventually q)": ("holds", "neither", 2, 0),
        "eventually (p and next q) and always p": ("holds", "neither", 4, 1),
        "once p": ("at each step", None, 2, 0), "once p and eventually q": ("at each step", None, None, None)}
    assert found["always x >= 0.5"].shortest == [["x >= 0.5"]] and found["once p and eventually q"].shortest is None
    assert found["eventually (p and next q) and always p"].shortest == [["p"], ["p", "q"]]
    shown = rwd("inspect", spec).out
    assert "false as soon as it is violated (safety)" in shown and "holds on p; p, q" in shown


def test_inspect_on_what_is_seldom(rwd, write):
    spec = write("a.rwd", """
        input x : float
        input y : float[step] = [0.5, 1]
        input kind : enum{a, b} = b
        input who : id
        group by who size [2, 8]
        param table : table[text] of float = {"a": 1}
        model q(x: float) -> { score: float in [0, 1], ok: bool }  from "mine.models:q"  timeout 1.5 s
        reward = mean(y over step) + (gate kind == a { q(x).score ?? 0 }) + mean(x over group) + (lookup(table, "a") ?? 0)
        output parts = [x, 1]
    """.replace("\n        ", "\n"))
    ran = rwd("inspect", spec, "--format", "json")
    report = assert_is_a(InspectReport, ran.out)
    assert report.outputs["reward"].bounds == ("-inf", "inf")
    assert report.models["q"].source == "mine.models:q" and report.models["q"].timeout == 1.5
    assert report.group.size == (2, 8)


def test_score_line_by_line(rwd, write):
    spec = write("a.rwd", "input x : float\ninput y : float[step] in [0, 1]\n"
                          "reward = { a: x\n b: sum(y over step) }\noutput z = y\n")
    rows = [{"x": 1, "y": [0.5, 1]}, {"x": None, "y": []}, {"x": "no", "y": []}]
    data = write("a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    lines = rwd("score", spec, data, "--output", "reward", "z").out.splitlines()
    read = [assert_is_a(ScoredRow, line) for line in lines]
    assert [row.reward for row in read] == [2.5, None, None] and read[0].outputs["z"] == [0.5, 1]
    assert read[1].invalid and read[2].invalid and read[0].reasons == {}
    alone = [assert_is_a(ScoredRow, line) for line in rwd("score", spec, data, "--output", "z").out.splitlines()]
    assert "reward" not in alone[0].as_json() and alone[0].outputs["z"] == [0.5, 1]


@pytest.mark.parametrize("wrong", ['{"rows": 1, "version": 1}', '{"settings": {}, "version": 1, "rows": "many"}',
                                   '{"settings": {}, "version": 1, "written": -5}', "[]"])
def test_a_sidecar_that_is_no_work_of_ours_is_refused(rwd, write, tmp_path, wrong):
    with pytest.raises(ValidationError):
        RunState.model_validate_json(wrong)
    out = tmp_path / "out.jsonl"
    out.write_text("kept\n")
    out.with_name("out.jsonl.resume").write_text(wrong)
    spec, data = write("a.rwd", "input x : float in [0, 1]\nreward = x\n"), write("a.jsonl", '{"x": 1}\n')
    ran = rwd("score", spec, data, "-o", out)
    assert ran.code == 2 and "--restart" in ran.err and out.read_text() == "kept\n"


def test_later_fields_are_passed_over_and_other_versions_refused():
    later = {"version": "1.7", "files": [], "new": 1}
    assert CheckReport.model_validate(later).files == []
    with pytest.raises(ValidationError):
        CheckReport.model_validate({"version": "2.0", "files": []})


@pytest.mark.parametrize("model", [CheckReport, InspectReport, ScoredRow, RunState])
def test_every_part_is_described(model):
    schema = model.model_json_schema()
    parts = [schema, *(part for part in schema.get("$defs", {}).values() if "properties" in part)]
    assert all(part["description"] for part in parts)
