"""Published reward systems in the language: every case of their pages, from Python and some through `score`."""

import io
import json
import sys
from functools import cache
from pathlib import Path
from statistics import median_low

import pytest

import rewardlang as rl
from rewardlang.cli.main import main

ROOT = Path(__file__).resolve().parent.parent.parent
SPECS = {path.stem: path for path in sorted((ROOT / "examples/systems").glob("*.rwd"))}
CASES = ROOT.parent / "shared/systems"

#: Lines of a spec without docstring, examples, comments and blanks.
LONGEST = 80
FEW = 20


def _rows(slug: str) -> list[dict]:
    """The cases of a system's outputs; those of analysis functions are tested beside the functions."""
    file = CASES / f"{slug}.jsonl"
    if not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if "output" in row]


def _cases() -> list:
    found = [pytest.param(slug, row, id=row["id"]) for slug in SPECS for row in _rows(slug)]
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


def _compare(got, expected, tol: float, where: str) -> None:
    """Equal in shape, null where null, and within `tol * max(1, |expected|)`."""
    if isinstance(expected, list):
        assert isinstance(got, list) and len(got) == len(expected), f"{where}: {got} is not {expected}"
        for place, (one, wanted) in enumerate(zip(got, expected, strict=True)):
            _compare(one, wanted, tol, f"{where}[{place}]")
    elif expected is None or isinstance(expected, str):
        assert got == expected, f"{where}: {got} is not {expected}"
    else:
        assert got is not None, f"{where}: invalid, not {expected}"
        assert abs(got - expected) <= tol * max(1, abs(expected)), f"{where}: {got} is not {expected}"


@pytest.mark.parametrize("slug, row", _cases())
def test_the_spec_gives_what_the_page_expects(slug, row):
    reward = _compiled(slug, json.dumps(row.get("params", {})), row["output"])
    reward.reset_run()
    _compare(reward(row["inputs"]).to_lists(row["output"]), row["expected"], row["tol"], row["output"])


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
    _compare(got, row["expected"], row["tol"], row["output"])


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
    assert _lines(program) <= LONGEST


def _lines(program: rl.Program) -> int:
    text = program.source.text
    for example in program.spec.examples:
        text = text.replace(program.source.text[example.span.start:example.span.end], "")
    text = text.split('"""', 2)[2]
    return sum(bool(line.split("#")[0].strip()) for line in text.splitlines())


@pytest.mark.skipif(len(SPECS) < FEW, reason="too few systems to say what most are like")
def test_most_are_short():
    """Half of the systems take at most 25 lines."""
    lines = sorted(_lines(rl.load(path)) for path in SPECS.values())
    assert median_low(lines) <= 25, lines
