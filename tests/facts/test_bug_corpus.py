"""Real mistakes and exact ranges: the published corpus, as far as the language reaches by now."""

import json
from pathlib import Path

import pytest
from programs import facts_of

from rewardlang.elaborate.elaborate import elaborate
from rewardlang.facts.analyse import analyse
from rewardlang.syntax.parse import parse
from rewardlang.text.source import Source

SHARED = Path(__file__).resolve().parents[3] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared corpus lies beside the project")

BUGS = [json.loads(line) for line in (SHARED / "bugs/index.jsonl").open()] if SHARED.exists() else []
BOUNDS = [json.loads(line) for line in (SHARED / "conformance/bounds.jsonl").open()] if SHARED.exists() else []
GOOD = sorted((SHARED / "bugs/good").glob("*.rwd")) if SHARED.exists() else []


def findings(path: Path) -> list:
    """All findings of a file."""
    source = Source(path.name, path.read_text(encoding="utf-8"))
    tree, found = parse(source)
    spec = elaborate(tree, source)
    found = [*found, *spec.diagnostics]
    return [*found, *analyse(spec).diagnostics]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug["id"])
def test_a_published_mistake_is_found_for_its_reason(bug):
    found = findings(SHARED / "bugs" / bug["id"] / "bug.rwd")
    named = [each for each in found if each.reason in {bug["reason"], *bug["also"]}]
    assert named, [each.message for each in found]
    place = bug["where"].split(" (")[0].split(", ")
    there = [each for each in named if each.subject in place]
    assert there, (place, [each.subject for each in named])
    assert any(_kind(each.witness) in KINDS.get(bug["reason"], KINDS[None]) for each in there), [each.witness for each in there]


#: The kinds of witness that show a mistake, by reason; values of sources or of what follows from them for the others.
KINDS = {"farming": {"loop"}, "compensation": {"pair"}, "missing-case": {"label"}, "early-end-incentive": {"trace", "values"},
         "idle-incentive": {"pair", "values"}, "length-incentive": {"pair", "values"}, "wrong-sign": {"pair", "values"},
         "shaping-not-invariant": {"pair"}, None: {"values"}}


def _kind(witness) -> str | None:
    """What a witness is: a loop, a trace, a pair of cases, a state with what holds there, or values by name."""
    if not isinstance(witness, dict) or not witness:
        return None
    marks = {"loop": "loop", "way": "trace", "first": "pair", "label": "label"}
    return next((kind for mark, kind in marks.items() if mark in witness), "values")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug["id"])
def test_the_mended_file_has_no_finding(bug):
    assert [each.message for each in findings(SHARED / "bugs" / bug["id"] / "fixed.rwd")] == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_looks_suspicious_and_is_sound_has_no_finding(path):
    assert [each.message for each in findings(path)] == []


@pytest.mark.parametrize("row", BOUNDS, ids=lambda row: row["id"])
def test_exact_ranges(row):
    inputs = "".join(f"input {name} : float in [{low}, {high}]\n" for name, (low, high) in row["inputs"].items())
    facts = facts_of(inputs + f"reward = {row['expression']}\n")
    domain_errors = [each for each in facts.diagnostics if each.code.startswith("RW2")]
    if row.get("domain_error"):
        assert domain_errors
        return
    assert not domain_errors
    (low, high), found = row["range"], facts.output("reward").bounds
    slack = 1e-12 * max(1, abs(low), abs(high))
    assert found.lo <= low + slack and high - slack <= found.hi, "a value lies outside what is certified"
    width = max(high - low, 1e-9)
    assert low - found.lo <= 1e-3 * width and found.hi - high <= 1e-3 * width, f"certified {found}, exact [{low}, {high}]"
