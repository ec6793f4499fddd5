"""What the readme shows is what happens, and what the pages link to is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlang.program import check

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
GAP = "…"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the readme in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_program_has_no_findings(tmp_path):
    (program,) = blocks("rwd")
    assert check(text=program) == []


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.split("\n")[0])
def test_commands_print_what_is_shown(block, tmp_path):
    first, *shown = block.splitlines()
    (tmp_path / "reward.rwd").write_text(blocks("rwd")[0], encoding="utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(first.removeprefix("$ "), shell=True, cwd=tmp_path, text=True, encoding="utf-8",
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path, "NO_COLOR": "1"})
    said = "\n".join(line.rstrip() for line in run.stdout.splitlines())
    place = 0
    for part in "\n".join(shown).split(GAP):
        place = said.find(part.strip("\n"), place)
        assert place >= 0, f"{part}\nis not in\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        assert "://" in target or (page.parent / target).exists(), target


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in folder.glob("*.md")} - {"README.md"}


def test_what_make_installs_it_installs_without_words():
    said = subprocess.check_output(["make", "--dry-run", "--always-make", "demo"], cwd=ROOT, text=True)
    (install,) = [line for line in said.splitlines() if "pip install" in line]
    assert {"--quiet", "--disable-pip-version-check"} <= set(install.split())
