"""The layout of every program there is: each keeps its meaning and its comments, also with odd breaks, blanks and comments put into it."""

import random
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rewardlang.syntax.format import format_source
from rewardlang.syntax.parse import parse
from rewardlang.syntax.scan import cut, scan
from rewardlang.text.source import Source

ROOT = Path(__file__).resolve().parents[2]
PARTS = re.compile(r'"""(?:.|\n)*?"""|r?"(?:\\.|[^"\\\n])*"|#.*|\w+|\s+|.')
ODD = ("  # c{0}\n    ", "\n# d{0}\n    ", "   ", "\n    ", "\n\n    # e{0}\n\n    ", ",", "\n", " # f{0}\n", "\t")


@cache
def programs() -> tuple[str, ...]:
    """Every program of the project without mistakes of syntax: files, and blocks of its pages."""
    files = [path.read_text("utf-8", errors="replace") for path in sorted(ROOT.rglob("*.rwd")) if ".venv" not in path.parts]
    pages = [path for path in sorted(ROOT.rglob("*.md")) if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)]
    blocks = [block for page in pages for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)]
    return tuple(text for text in (*files, *blocks) if len(text) < 6000 and not parse(Source("text", text))[1])


def comments(text: str) -> Counter[str]:
    """How often each comment stands in a text."""
    source = Source("text", text)
    return Counter(comment.span.text.rstrip() for start, end in cut(source) for comment in scan(source, start, end)[1])


def odd(text: str, chance: random.Random) -> str:
    """The text with odd things between some of its words."""
    parts = PARTS.findall(text)
    places = set(chance.sample(range(len(parts)), min(chance.randint(1, 4), len(parts))))
    return "".join(part + (chance.choice(ODD).format(at) if at in places and part[:1] != "#" else "")
                   for at, part in enumerate(parts))


def kept(text: str) -> bool:
    """Whether the text is a program; then its layout has the same meaning and comments, and is its own layout."""
    program, mistakes = parse(Source("text", text))
    if mistakes:
        return False
    laid_out = format_source(Source("text", text)).text
    assert parse(Source("text", laid_out)) == (program, []), text
    assert comments(laid_out) == comments(text), text
    assert format_source(Source("text", laid_out)).text == laid_out, text
    return True


def test_every_program_keeps_its_meaning_and_its_comments():
    texts = programs()
    assert len(texts) > 400
    assert all(kept(text) for text in texts)


@pytest.mark.parametrize("seed", range(2))
def test_odd_breaks_blanks_and_comments_change_nothing(seed):
    chance = random.Random(seed)
    texts = programs()
    assert sum(kept(odd(chance.choice(texts), chance)) for _ in range(300)) > 150
