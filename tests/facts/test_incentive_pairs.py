"""Mistakes of incentive in many domains and spellings: each found for its reason, at its place, with a witness; mended, quiet.

A file of `pairs/` holds entries `== reason[, reason] | place | title` followed by a program in which `<<wrong|right>>` marks what
is mended. Those of `ordinary.txt` and `odd_sound.txt` have nothing to mend; names in the `odd_` files say little.
"""

import re
from pathlib import Path

import pytest

from rewardlang import check

PAIRS = Path(__file__).parent / "pairs"
HEAD = re.compile(r"^== (.+)$", re.MULTILINE)
MARK = re.compile(r"<<(.*?)\|(.*?)>>", re.DOTALL)


def entries(*names: str) -> list:
    """The entries of some files: header and program."""
    found = []
    for name in names:
        parts = HEAD.split((PAIRS / f"{name}.txt").read_text(encoding="utf-8"))
        found += [pytest.param(head, text, id=f"{name}: {head}") for head, text in zip(parts[1::2], parts[2::2], strict=True)]
    return found


BUGS = entries("text", "groups", "robots", "machines", "incidents", "odd_answers", "odd_groups", "odd_steps", "odd_more")


@pytest.mark.parametrize(("head", "text"), BUGS)
def test_it_is_found_and_its_mended_form_is_not(head, text):
    reasons, place, _ = (part.strip() for part in head.split("|"))
    wrong, right = (MARK.sub(rf"\{side}", text) for side in (1, 2))
    assert wrong != right
    found = [each for each in check(text=wrong) if each.reason in reasons.split(", ")]
    assert [each for each in found if each.subject == place and each.witness], [(each.code, each.subject) for each in check(text=wrong)]
    assert [each.message for each in check(text=right)] == []


@pytest.mark.parametrize(("head", "text"), entries("ordinary", "odd_sound"))
def test_an_ordinary_reward_has_no_finding(head, text):
    assert [each.message for each in check(text=text)] == []
