"""Malformed and ill-typed files: each expected mistake is named on its line, and every finding can be drawn."""

import json
import time
from pathlib import Path

import pytest

import rewardlang as rl
from rewardlang.text.render import render

HERE = Path(__file__).resolve().parent
ROWS = [json.loads(line) for line in (HERE / "index.jsonl").read_text(encoding="utf-8").splitlines()]
#: Files on which the implementation still differs, and how; strict, so that a cure shows.
KNOWN: dict[str, str] = {}
LONGEST = 5.0


def marked(row: dict):
    """A case of its own, expected to fail where the difference is known."""
    name = row["file"]
    return pytest.param(row, id=name, marks=[pytest.mark.xfail(reason=KNOWN[name])] if name in KNOWN else [])


@pytest.mark.parametrize("row", map(marked, ROWS))
def test_the_mistake_is_named_on_its_line(row):
    start = time.perf_counter()
    found = rl.check(HERE / "corpus" / row["file"])
    assert time.perf_counter() - start < LONGEST
    drawn = render(found, "concise")
    for line, code in row["expect"]:
        assert any(each.position[0] == line and each.code.startswith(code) for each in found), drawn
    first = min(each.position[0] for each in found if each.severity == "error")
    assert first == row["expect"][0][0], drawn


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_findings_can_be_drawn(form):
    for row in ROWS:
        assert render(rl.check(HERE / "corpus" / row["file"]), form)


def test_the_corpus_is_whole():
    assert len(ROWS) >= 80
    assert sorted(row["file"] for row in ROWS) == sorted(path.name for path in (HERE / "corpus").iterdir())
