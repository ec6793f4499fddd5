"""Instructions about layout that can be checked, in the kinds of IFEval (arXiv 2311.07911): lists, titles, sections."""

import re
from functools import lru_cache

from rewardlang.verifiers.gold import FAILS, gold
from rewardlang.verifiers.jsons import json_valid

_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
_BULLET = re.compile(r"^[ \t]*(?:\*(?!\*)|-(?!-))[ \t]*\S", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*\*[^\s*][^*\n]*\*\*|\*[^\s*][^*\n]*\*")
_TITLE = re.compile(r"<<[^\S\n]*[^<>\s][^<>\n]*>>")
_DIVIDER = "******"


@gold((("Dear [name], [street].", 2), True), (("Dear [name]", 2), False), (("[[x]]", 1), True), (("[", 0), True))
def placeholders(text: str, at_least: int) -> bool:
    """Whether there are at least so many placeholders in square brackets, like `[name]`."""
    return sum(1 for _ in _PLACEHOLDER.finditer(text)) >= at_least


@gold(
    (("Bye.\n\nP.S. I love you.", "P.S."), True),
    (("Bye.\np. p. s. one more", "P.P.S"), True),
    (("Bye.\nP.P.S. one more", "P.S."), False),
    (("Bye.\nP.S.", "P.S."), False),
    (("Bye. **P.S.** I do", "P.S."), True),
    (("Thanks P.S. I do", "P.S."), True),
    (("p. p. s. one more", "P.S."), False),
    (("PPS: one more", "P.P.S"), False),
    (("Maps.", "P.S."), False),
    (("x", "..."), FAILS),
)
def postscript(text: str, marker: str) -> bool:
    """Whether there is a postscript: the marker (`P.S.`, `P.P.S`; case and blanks in it do not count), with text after."""
    return _postscript(marker).search(text) is not None


@lru_cache(maxsize=64)
def _postscript(marker: str) -> re.Pattern:
    letters = re.findall(r"\w", marker)
    if not letters:
        raise ValueError(f"the marker {marker!r} has no letters")
    return re.compile(r"(?<![\w.])(?<!\bP\. )" + r"\. ?".join(letters) + r"(?:\.|\b)\W*\w", re.IGNORECASE)


@gold(
    (("* one\n* two\n  - three", 3), True),
    (("**bold**\n* one", 1), True),
    (("---\n- one\n***", 1), True),
    (("* one\n*\n", 1), True),
    (("one * two", 0), True),
    (("* one", 2), False),
)
def bullets(text: str, count: int) -> bool:
    """Whether there are exactly so many bullet points: lines that begin with one `*` or `-` and say something."""
    return sum(1 for _ in _BULLET.finditer(text)) == count


@gold(
    (("*one* and **two**", 2), True),
    (("* a bullet\n* another", 1), False),
    (("* *one* in a bullet", 1), True),
    (("** **", 1), False),
    (("2 * 3 * 4", 1), False),
)
def highlighted(text: str, at_least: int) -> bool:
    """Whether at least so many parts are highlighted in Markdown, as `*this*` or `**this**`, each within a line."""
    return sum(1 for _ in _HIGHLIGHT.finditer(text)) >= at_least


@gold(
    (("SECTION 1\nx\nSECTION 2\ny", "SECTION", 2), True),
    (("**Section 1: Start**\nsee Section 2", "Section", 2), False),
    (("## Section 1\n## Section 2", "Section", 2), True),
    (("section 1", "SECTION", 1), False),
    (("x", " ", 1), FAILS),
)
def sections(text: str, splitter: str, at_least: int) -> bool:
    """Whether there are at least so many sections: lines that begin with the splitter and a number, Markdown before it."""
    if not splitter.strip():
        raise ValueError("the splitter is empty")
    return sum(1 for _ in _section(splitter.strip()).finditer(text)) >= at_least


@lru_cache(maxsize=64)
def _section(splitter: str) -> re.Pattern:
    return re.compile(rf"^[ \t#*_>-]*{re.escape(splitter)}[ \t]*[0-9]", re.MULTILINE)


@gold(
    (('{"a": 1}',), True),
    (('```json\n{"a": 1}\n```',), True),
    (('Here: {"a": 1}',), False),
    (("```\n[1,]\n```",), False),
)
def json_only(text: str) -> bool:
    """Whether the whole text is JSON, in a Markdown fence or not."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text[text.index("\n") : -3]
    return json_valid(text)


@gold((("<<A title>>\nText",), True), (("<< >>",), False), (("<A title>",), False), (("<<a\nb>>",), False))
def titled(text: str) -> bool:
    """Whether there is a title in double angular brackets, `<<title>>`, on one line and not blank."""
    return _TITLE.search(text) is not None


@gold(
    (("One.\n******\nTwo.",), True),
    (("Same.\n******\nSame.",), False),
    (("One.\n******\nTwo.\n******\nThree.",), False),
    (("One.\n******",), False),
    (("******\nOne.\n******\nTwo.\n******",), True),
    (("One.\n******\n******\nTwo.",), False),
)
def two_responses(text: str) -> bool:
    """Whether the text is two different responses with `******` between them; it may stand before and after too."""
    parts = [part.strip() for part in text.split(_DIVIDER)]
    parts = parts[not parts[0] : len(parts) - (not parts[-1])]
    return len(parts) == 2 and all(parts) and parts[0] != parts[1]


@gold((("My answer is yes.", ["My answer is yes.", "My answer is no."]), True), (("yes", ["no"]), False))
def states_one_of(text: str, options: list[str]) -> bool:
    """Whether one of the options occurs, word by word."""
    return any(option.strip() in text for option in options if option.strip())
