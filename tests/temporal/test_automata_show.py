"""Automata drawn as text, data, dot and mermaid."""

import json
import re
import shutil
import subprocess

import pytest
from formulas import formula

from rewardlang.automata.show import FORMATS, as_data, as_dot, as_mermaid, as_text
from rewardlang.automata.translate import translate

RESPONSE = formula("always (a implies eventually b)")

TEXT = """\
automaton of always (a implies eventually b)
2 states, 1 accepting, neither
  0: accepting, initial
    -> 0  when not a or b
    -> 1  when a and not b
  1: open, 1 step from acceptance
    -> 0  when b
    -> 1  when not b"""


def test_text():
    assert as_text(translate(RESPONSE), RESPONSE) == TEXT
    assert "violated for good" in as_text(translate(formula("always a")), "always a")
    assert as_text(translate(formula("true")), "true").splitlines()[1] == "1 state, 1 accepting, both"


def test_data_is_what_json_shows():
    data = json.loads(json.dumps(as_data(translate(RESPONSE), RESPONSE)))
    assert [data[key] for key in ("of", "states", "initial", "accepting")] == [str(RESPONSE), 2, 0, [0]]
    assert {"from": 0, "to": 1, "guard": "a and not b"} in data["edges"] and len(data["edges"]) == 4
    assert (data["kind"], data["verdicts"], data["distances"]) == ("neither", [0, 0], [0, 1])
    assert as_data(translate(formula("always a")), "x")["distances"] == [0, None]


def test_dot_is_drawn_by_graphviz():
    drawing = as_dot(translate(RESPONSE), 'a "quoted" \\ name')
    assert drawing.count("->") == 5 and 'a \\"quoted\\" \\\\ name' in drawing
    if shutil.which("dot") is None:
        pytest.skip("no dot here")
    run = subprocess.run(["dot", "-Tsvg"], input=drawing, capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.count("<g id=\"edge") == 5, run.stderr


def test_mermaid():
    lines = as_mermaid(translate(RESPONSE), RESPONSE).splitlines()
    assert lines[0] == "stateDiagram-v2" and "  [*] --> s0" in lines
    assert [line for line in lines if re.fullmatch(r"  s\d+ --> s\d+: .+", line)] == [
        "  s0 --> s0: not a or b", "  s0 --> s1: a and not b", "  s1 --> s0: b", "  s1 --> s1: not b"]


def test_guards_choose_the_shorter_of_two_forms():
    dfa = translate(formula("eventually ((a or b) and (c or d))"))
    assert {str(edge.guard) for edge in dfa.edges} == {"(a or b) and (c or d)", "not a and not b or not c and not d", "true"}


def test_the_formats_have_names():
    assert FORMATS == ("text", "json", "dot", "mermaid")
