"""Each warning about what a spec pays for can be silenced on its line, with a reason, and nothing else goes with it."""

import re
from pathlib import Path

import pytest

from rewardlang import check
from rewardlang.text.codes import CODES

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
LINTS = [row.code for row in CODES.values() if row.code.startswith("RW5") and row.severity == "warning"]


@pytest.mark.parametrize("code", LINTS)
def test_a_reason_above_the_line_silences_it_alone(code):
    example = re.search(r"^## Example\n+```rwd\n(.*?)^```$", (PAGES / f"{code}.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    text = example.group(1)
    found = check(text=text)
    meant = next(each for each in found if each.code == code)
    line = meant.span.source.position(meant.span.start)[0]
    lines = text.splitlines()
    lines.insert(line - 1, f"# rwd: ignore[{code}] it is meant")
    left = check(text="\n".join(lines) + "\n")
    assert [each.message for each in left] == [each.message for each in found if each is not meant]
