"""Every diagnostic has a page that tells the truth and failing programs that are drawn as expected; nothing else has.

`tests/bad/CODE.rwd`, and `CODE-what.rwd` for further cases, must find CODE and be drawn as the `.txt` beside them.
`make goldens` redraws those files. A program that is only wrong for a trainer says in its first line how it is checked.
"""

import re
import shlex
from contextlib import chdir
from pathlib import Path

import pytest

from rewardlang.cli import reader
from rewardlang.cli.commands import check
from rewardlang.cli.table import CHECK
from rewardlang.syntax.parse import read_source
from rewardlang.text.codes import CODES
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.render import render
from rewardlang.text.source import Source

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "diagnostics"
BAD = ROOT / "tests" / "bad"
SECTIONS = ["What it does", "Why it is bad", "Example", "Use instead"]
NOT_SHOWN = {"RW002", "RW003", "RW004", "RW367"}  # too deep, too long, not even text, or with a file beside it: only `tests/bad/` has the real thing
ASKED = "# rewardlang check "
SNIPPET = re.compile(r"^```rwd\n(.*?)^```$", re.MULTILINE | re.DOTALL)

cases = sorted(path.stem for path in BAD.glob("*.rwd"))


def findings(path: Path) -> list[Diagnostic]:
    """What is said about a file in the current folder."""
    read = read_source(path)
    first = read.text.partition("\n")[0] if isinstance(read, Source) else ""
    asked = shlex.split(first.removeprefix(ASKED)) if first.startswith(ASKED) else []
    return check.findings(read, reader.read(CHECK, [*asked, str(path)]))


def said_of(text: str, folder: Path) -> list[Diagnostic]:
    """What is said about a program that is saved as `example.rwd` in a folder, which becomes the current one."""
    (folder / "example.rwd").write_text(text, encoding="utf-8")
    with chdir(folder):
        return findings(Path("example.rwd"))


def section(code: str, title: str) -> str:
    """The text below one heading of a page."""
    parts = re.split(r"^## (.*)$", (PAGES / f"{code}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def snippet(code: str, title: str) -> str:
    """The program in one section of a page."""
    (text,) = SNIPPET.findall(section(code, title))
    return text


def test_rows_stand_in_order_and_are_well_formed():
    assert list(CODES) == sorted(CODES)
    assert len({row.name for row in CODES.values()}) == len(CODES)
    for row in CODES.values():
        assert re.fullmatch(r"RW[0-5]\d\d", row.code) and re.fullmatch(r"[a-z]+(-[a-z]+)*", row.name)
        assert row.severity in ("error", "warning")


def test_rows_pages_and_cases_are_the_same_set():
    assert {path.stem for path in PAGES.glob("RW*.md")} == set(CODES)
    assert {case.partition("-")[0] for case in cases} == set(CODES)
    assert {path.stem for path in BAD.glob("*.txt")} == set(cases)


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_its_parts(code):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code} {CODES[code].name}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE)[:4] == SECTIONS
    for title in SECTIONS:
        assert section(code, title).strip(), title


@pytest.mark.parametrize("code", [code for code in CODES if code not in NOT_SHOWN])
def test_the_example_of_a_page_shows_its_finding(code, tmp_path):
    assert code in {found.code for found in said_of(snippet(code, "Example"), tmp_path)}


@pytest.mark.parametrize("code", CODES)
def test_what_a_page_recommends_is_clean(code, tmp_path):
    assert render(said_of(snippet(code, "Use instead"), tmp_path), "concise") == ""


@pytest.mark.parametrize("case", cases)
def test_a_bad_program_is_drawn_as_expected(case, update_goldens):
    with chdir(BAD):
        found = findings(Path(f"{case}.rwd"))
    assert case.partition("-")[0] in {diagnostic.code for diagnostic in found}
    golden = BAD / f"{case}.txt"
    drawn = render(found)
    if update_goldens:
        golden.write_text(drawn, encoding="utf-8")
    assert drawn == golden.read_text(encoding="utf-8")
