"""Diagnostics drawn by hand, compared with what is drawn: widths of characters, cuts, spans, and every format."""

import json
import re
from math import inf, nan

import pytest

from rewardlang.text.cells import safe, width_of
from rewardlang.text.diagnostic import Diagnostic, Fix, Note
from rewardlang.text.plain import phrase, plain
from rewardlang.text.render import FORMATS, render
from rewardlang.text.source import Source, Span


def span_of(text: str, part: str) -> Span:
    """The last place of `part` in a source that holds `text`."""
    start = text.rindex(part)
    return Span(Source("spec.rwd", text), start, start + len(part))


def finding(span: Span, message: str = "no", **more) -> Diagnostic:
    """A diagnostic with free words."""
    return Diagnostic("RW001", span, {"problem": message}, **more)


def snippet(text: str, part: str) -> list[str]:
    """The drawn source lines of a finding on `part`, without the head and the closing line."""
    return render([finding(span_of(text, part))]).splitlines()[3:-2]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("plain", 5),
        ("長さ", 4),
        ("e\u0301te\u0301", 3),  # accents as characters of their own
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),  # one Hangul syllable in three parts
        ("ｆ", 2),  # full width
        ("\U0001f44d", 2),  # thumbs up
        ("\U0001f44d\U0001f3fd", 2),  # … with a skin tone
        ("\U0001f469\u200d\U0001f680", 2),  # an astronaut: woman, joiner, rocket
        ("\u2764\ufe0f", 2),  # a heart, in emoji style
        ("\u2764", 1),
        ("a\tb", 5),
        ("\t", 4),
        ("\x1b[31m", 5),
        ("\u202e", 8),  # shown as <U+202E>
    ],
)
def test_widths(text, width):
    assert width_of(text) == width


@pytest.mark.parametrize("before", ["", "  ", "長さ = ", "e\u0301 ", "\t", "a\tb\t", "\U0001f44d\U0001f3fd ", "\x07"])
@pytest.mark.parametrize("part", ["x", "word", "長", "e\u0301", "\U0001f469\u200d\U0001f680"])
def test_marks_stand_under_the_very_characters(before, part):
    drawn, marks = snippet(f"{before}{part} + 1", part)
    assert drawn[:4] == "1 | " and marks[:4] == "  | "
    left = len(marks) - len(marks.lstrip(" |"))
    assert left - 4 == width_of(before)
    assert marks.strip(" |") == "^" * width_of(part)


def test_an_accent_is_marked_below_the_letter_that_carries_it():
    assert snippet("ae\u0301 + 1", "\u0301") == ["1 | ae\u0301 + 1", "  |  ^"]


def test_an_empty_span_has_one_mark_even_after_the_end():
    text = "let x =\n"
    at_end_of_line = Span(Source("spec.rwd", text), 7, 7)
    at_end_of_file = Span(Source("spec.rwd", text), 8, 8)
    assert render([finding(at_end_of_line)]).splitlines()[3:5] == ["1 | let x =", "  |        ^"]
    assert render([finding(at_end_of_file)]).splitlines()[3:5] == ["2 |", "  | ^"]


def test_an_empty_file_can_be_spoken_of():
    assert render([finding(Span(Source("spec.rwd", ""), 0, 0))]).splitlines()[3:5] == ["1 |", "  | ^"]


def test_a_long_line_is_cut_around_the_marks():
    drawn, marks = snippet("a + " * 1000 + "HERE" + " + b" * 1000, "HERE")
    assert drawn.startswith("1 | …") and drawn.endswith("…")
    assert width_of(drawn) <= 106
    start = marks.index("^")
    assert drawn[start:start + 4] == "HERE" and marks.count("^") == 4


def test_a_long_line_of_wide_and_hidden_characters_is_cut_too():
    for filler in ("長", "\u202e", "\t", "e\u0301"):
        drawn, marks = snippet(filler * 500 + "HERE" + filler * 500, "HERE")
        assert width_of(drawn) <= 106
        assert width_of(drawn[:drawn.index("HERE")]) == marks.index("^")


def test_a_mark_longer_than_the_line_is_cut():
    drawn, marks = snippet("x" * 1_000_000, "x" * 1_000_000)
    assert width_of(drawn) <= 106 and 90 <= marks.count("^") <= 100


def test_short_spans_over_lines_are_drawn_whole():
    text = "let a = {\n\n    b }\nlet c = 1"
    assert snippet(text, "{\n\n    b }") == ["1 | let a = {", "  |         ^", "2 |", "3 |     b }", "  |     ^^^"]


def test_long_spans_over_lines_show_their_ends():
    text = "x {\n1\n2\n3\n  } y"
    assert snippet(text, text[2:-2]) == ["1 | x {", "  |   ^", "...", "5 |   } y", "  |   ^"]


def test_trailing_blanks_of_a_span_are_not_marked():
    assert snippet("abc  \n\nlet y = 1", "abc  \n\n") == ["1 | abc", "  | ^^^"]


WHOLE = """\
error[RW001]: unknown name `tokns`
  --> spec.rwd:10:10
   |
10 | reward = tokns
   |          ^^^^^
   = note: names are case-sensitive
note: a name near it is declared here
  --> spec.rwd:1:7
   |
 1 | input tokens : int
   |       ------
   = help: write `tokens`
   |
10 | reward = tokens
   |          ++++++

1 error: `rewardlang explain RW001` says more.
"""


def whole() -> Diagnostic:
    """A finding with everything that one can have."""
    text = "input tokens : int" + "\n" * 9 + "reward = tokns\n"
    place, other = span_of(text, "tokns"), span_of(text, "tokens")
    near = Span(place.source, other.start, other.end)
    notes = (Note("names are case-sensitive"), Note("a name near it is declared here", near))
    witness = {"tokens": 4096.0, "flags": [True, None]}
    fix = Fix("write `tokens`", place, "tokens")
    return finding(place, "unknown name `tokns`", notes=notes, witness=witness, fix=fix, subject="reward")


def test_a_whole_diagnostic():
    assert render([whole()]) == WHOLE


def test_color_paints_and_changes_no_character():
    painted = render([whole()], color=True)
    assert "\x1b[1;31merror[RW001]\x1b[0m" in painted
    assert re.sub("\x1b\\[[0-9;]*m", "", painted) == render([whole()])


def test_without_color_no_control_character_is_left():
    text = 'let x = "\x1b[2J\x9b\u202e" + \x00y'
    named = Source("a\x1bb.rwd", text)
    drawn = render([finding(Span(named, 0, len(text)), "bad \x1b[2J")]) + render([finding(Span(named, 0, 1))], "concise")
    assert all(char == "\n" or char.isprintable() for char in drawn)


def test_findings_come_file_by_file_and_from_the_top_down():
    first, second = Source("b.rwd", "one two"), Source("a.rwd", "three")
    spans = [Span(first, 4, 7), Span(second, 0, 5), Span(first, 0, 3)]
    drawn = render([finding(span, span.text) for span in spans], "concise")
    assert drawn == "b.rwd:1:1: RW001 one\nb.rwd:1:5: RW001 two\na.rwd:1:1: RW001 three\n"


def test_json_has_the_promised_keys():
    report = json.loads(render([whole()], "json", paths=["clean.rwd", "spec.rwd"]))
    assert report["version"] == "1.0"
    assert [file["path"] for file in report["files"]] == ["clean.rwd", "spec.rwd"]
    assert report["files"][0]["diagnostics"] == []
    assert report["files"][1]["diagnostics"] == [
        {
            "code": "RW001",
            "severity": "error",
            "reason": None,
            "subject": "reward",
            "message": "unknown name `tokns`",
            "line": 10,
            "column": 10,
            "end_line": 10,
            "end_column": 15,
            "notes": [
                {"message": "names are case-sensitive", "path": None}
                | dict.fromkeys(("line", "column", "end_line", "end_column")),
                {
                    "message": "a name near it is declared here",
                    "path": "spec.rwd",
                    "line": 1,
                    "column": 7,
                    "end_line": 1,
                    "end_column": 13,
                },
            ],
            "witness": {"tokens": 4096, "flags": [True, None]},
            "fix": {
                "title": "write `tokens`",
                "replacement": "tokens",
                "line": 10,
                "column": 10,
                "end_line": 10,
                "end_column": 15,
            },
        }
    ]


def test_sarif_points_at_the_place_and_brings_the_cure():
    report = json.loads(render([whole()], "sarif"))
    run = report["runs"][0]
    result = run["results"][0]
    assert report["version"] == "2.1.0" and run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "RW001"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "spec.rwd"
    assert place["region"] == {"startLine": 10, "startColumn": 10, "endLine": 10, "endColumn": 15}
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"]["text"] == "tokens" and change["deletedRegion"] == place["region"]
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_github_commands_are_escaped():
    source = Source("a,b:c%.rwd", "x")
    drawn = render([finding(Span(source, 0, 1), "100 %\nsure")], "github")
    assert drawn == (
        "::error title=rewardlang (RW001),file=a%2Cb%3Ac%25.rwd,line=1,col=1,endLine=1,endColumn=2"
        "::a,b:c%25.rwd:1:1: RW001 100 %25%0Asure\n"
    )


def test_nothing_found_is_nothing_said():
    assert [render([], format) for format in ("text", "concise", "github")] == ["", "", ""]
    assert json.loads(render([], "json", paths=["a.rwd"]))["files"] == [{"path": "a.rwd", "diagnostics": []}]
    assert json.loads(render([], "sarif"))["runs"][0]["results"] == []


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="no format 'html'"):
        render([], "html")


def test_every_format_bears_a_lone_surrogate():
    source = Source("spec.rwd", "x = '\ud800'")
    for format in FORMATS:
        render([finding(Span(source, 0, 7), "\ud800")], format).encode()


def test_values_that_json_lacks():
    assert plain({"a": (inf, -inf, nan), "b": {2.0, 1.5}}) == {"a": ["inf", "-inf", "nan"], "b": [1.5, 2]}
    assert phrase({"a": {"b": [1.0, None]}, "c": -inf}) == "a = {b = [1, invalid]}, c = -inf"


def test_safe_keeps_what_can_be_read():
    assert safe("naïve 長さ\n\x1b") == "naïve 長さ\n␛"
