"""Malformed snippets: the code, the line, and where it matters the very characters or the cure that is named."""

import re

import pytest

from rewardlang.syntax.limits import MAX_DEPTH, MAX_LEXEMES
from rewardlang.syntax.parse import parse
from rewardlang.text.codes import CODES
from rewardlang.text.source import Source

# Text, then code@line and, after `:`, the marked characters.
CORPUS = r"""
let x = a % b                              | RW011@1:%
let x = a // b                             | RW011@1://
let x = a ^ 2                              | RW011@1:^
let x = a && b                             | RW011@1:&&
let x = a || b                             | RW011@1:||
let x = !a                                 | RW011@1:!
let x = a ? b : c                          | RW011@1:?
let x = a === b                            | RW011@1:===
let x := 3                                 | RW011@1::=
let x = a <> b                             | RW011@1:<>
let x = a => b                             | RW011@1:=>
let x = x++                                | RW011@1:++
let x = x++ + 1                            | RW011@1:++
let x = +y                                 | RW011@1:+
let x = a; b                               | RW011@1:;
let x = b if a else c                      | RW020@1:if
let x = if a { 1 } else { 2 }              | RW020@1:if
let x = gate c { a } elif b { 2 }          | RW020@1:elif
def f(x: float) = lambda y: y              | RW020@1:lambda
def f(x: float) = return x                 | RW020@1:return
def f(x: float): x                         | RW020@1::
ensure x > 0 if y                          | RW020@1:if
let x = True                               | RW020@1:True
let x = not None                           | RW020@1:None
let x = gate a = 1 { 2 } else 3            | RW012@1:=
let x = a == b = c                         | RW012@1:=
let x = f(a, (b + c)                       | RW009@1:(
let x = [a, b                              | RW009@1:[
let x = a + b)                             | RW010@1:)
let x = (a + b]                            | RW010@1:]
let x = a +                                | RW013@1:+
let x = a + * b                            | RW013@1:+
let x = * b                                | RW013@1:=
let x =                                    | RW013@1:=
let x = a and and b                        | RW013@1:and
let x = always                             | RW013@1:always
let x = gate { 1 }                         | RW013@1:gate
let x = f(a,, b)                           | RW013@1:,
let x = f(, b)                             | RW013@1:(
let x = gate c { a } else b + 1            | RW014@1:+
let x = gate c { a } else b ?? 1           | RW014@1:??
let x = gate c { a } + 1                   | RW015@1:+
let x = gate c { a } else { b } + 1        | RW015@1:+
let x = 1 + gate c { a }                   | RW015@1:gate
let x = { a: 1 } * 2                       | RW015@1:*
let x = a < b > c                          | RW016@1:>
let x = a != b != c                        | RW016@1:!=
let x = a iff b iff c                      | RW017@1:iff
let x = a until b since c                  | RW017@1:since
inptu x : float                            | RW018@1:inptu
foo = 3                                    | RW018@1:foo
import std.text                            | RW018@1:import
42                                         | RW018@1:42
input x                                    | RW019@1:x
input x float                              | RW019@1:float
def f(x) = x                               | RW019@1:x
model q(prompt) -> float                   | RW019@1:prompt
let x = 'abc'                              | RW021@1:'abc'
let x = “abc”                              | RW021@1:“abc”
let x = "abc                               | RW007@1:"abc
let x = \"""abc                            | RW007@1:\"""abc
let x = "a\qb"                             | RW008@1:\q
let x = "\ud800"                           | RW008@1:\ud800
let over = 3                               | RW022@1:over
input not : bool                           | RW022@1:not
  let x = 3                                | RW023@1:let
let x = f(a b)                             | RW024@1:b
let x = 2 y                                | RW024@1:y
let x = gate c: a                          | RW025@1::
let x = gate a 1 else 2                    | RW025@1:1
let x = match a: b                         | RW025@1::
machine m                                  | RW025@1:
let x = { a: 1, 2 }                        | RW026@1:2
let x = { 1, 2 }                           | RW026@1:2
let x = { let y = 1 }                      | RW026@1:}
input x : float = 0 unit "m"               | RW027@1:unit
param x = 0.5 in [0, 1]                    | RW027@1:in [0, 1]
let x = .5                                 | RW028@1:.5
let x = 5.                                 | RW028@1:5.
let x = a ≤ b                              | RW005@1:≤
let x = 1e99999                            | RW006@1:1e99999
let x = [a = 1, 2]                         | RW030@1:[a = 1, 2]
let x = sum(a over b over c)               | RW031@1:over
input x : float in [0, 1] in [0, 1]        | RW031@1:in [0, 1]
let x = (f)(3)                             | RW032@1:(f)
axis x = 0                                 | RW033@1:0
input x : table[int] of float              | RW034@1:int
let x = mean(a) over b                     | RW001@1:over
let x = a in b                             | RW001@1:b
setting                                    | RW001@1:
verifier v(x: text) -> bool timeout 2      | RW001@1:2
let x =¶    a +¶    b -¶                   | RW013@3:-
reward = {¶    a: 1¶    b: 2 %¶    c: 3¶}  | RW011@3:%
reward = {¶    a: 1¶    + 2¶}              | RW026@3:+
reward = gate c {¶    a: f(1¶    b: 2¶}    | RW009@2:(
let a = 1¶  let b = 2                      | RW023@2:let
let a = 1¶\"""late\"""                     | RW018@2:\"""late\"""
"""

CASES = [re.fullmatch(r"(.*?) *\| (RW\S*@.*)", line).groups()
         for line in CORPUS.replace('\\"""', '"""').strip("\n").splitlines()]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_each_mistake_is_recognised(text, expected):
    code, line, marked = re.fullmatch(r"(\w+)@(\d+):?(.*)", expected).groups()
    program, diagnostics = parse(Source("text", text.replace("¶", "\n")))
    first = diagnostics[0]
    assert (first.code, first.position[0]) == (code, int(line)), first.message
    assert first.span.text == marked
    assert first.message
    assert len(program.declarations) == (1 if code == "RW008" or text.startswith('let a = 1¶"') else 0)


def test_the_corpus_is_large_and_uses_nearly_every_code():
    used = {expected[:5] for _, expected in CASES}
    elsewhere = {"RW002", "RW003", "RW004"}
    assert len(CASES) >= 60
    assert {code for code in CODES if code < "RW1"} <= used | elsewhere


def test_no_message_names_a_terminal_of_the_grammar():
    terminal = re.compile(r"\b(?:[A-Z]+_[A-Z_]+|__ANON\w*|[LR]BRACE|[LR]PAR|[LR]SQB|COLON|EQUAL|NAME|WORD|KEY|SEP)\b")
    for text, _ in CASES:
        for diagnostic in parse(Source("text", text.replace("¶", "\n")))[1]:
            assert not terminal.search(diagnostic.message), diagnostic.message


def found(text: str) -> list[tuple[str, int]]:
    """Codes and lines of all mistakes of a text."""
    return [(d.code, d.position[0]) for d in parse(Source("text", text))[1]]


def test_mistakes_in_several_lines_of_one_block_are_all_found():
    text = ("reward = {\n    a: y = 1\n    b: x = 3\n    c: f(a b)\n    d: gate x { 1 } + 2\n    e: 3\n}\n"
            "machine m {\n    start a\n    a -> b when x = 1 : 2\n    b -> c : 3 *\n    final c\n}\nlet y = 3 +\n")
    assert found(text) == [("RW012", 2), ("RW012", 3), ("RW024", 4), ("RW015", 5), ("RW012", 10), ("RW013", 11),
                           ("RW013", 14)]


def test_an_operator_at_the_end_of_a_line_misses_its_operand_there():
    assert found("reward = {\n    a: 1 +\n    b: 2\n}\nmachine m {\n    a -> b : 3 *\n    b -> c\n}\n") == [
        ("RW013", 2), ("RW013", 6)]


def test_an_unclosed_bracket_reports_itself_and_no_line_after_it():
    assert found("reward = {\nlabel: 1\nother: 2\n}\nlet x = 1\nlet y = (\n") == [("RW009", 1), ("RW009", 6)]


def test_a_long_text_without_end_hides_no_declaration():
    assert found('let a = """open\nmore words\nlet b = 1 +\nlet c = 3\n') == [("RW007", 1), ("RW013", 3)]


@pytest.mark.parametrize("text", [
    "let x = " + "(" * 10_000 + "a" + ")" * 10_000, "let x = " + "{" * 500, "let x = " + "1 + " * 5_000 + "1",
    "let x = " + "not " * 5_000 + "a", "let x = " + "-" * 5_000 + "a", "let x = a" + " ** a" * 5_000,
    "let x = a" + "[0]" * 900, "let x = " + "gate a { b } else " * 900 + "c", "let x = a" + ".b" * 5_000])
def test_too_deep_is_a_diagnostic(text):
    assert {code for code, _ in found(text)} == {"RW002"}


def test_what_is_just_within_the_limits_is_read():
    assert not found("let x = " + "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    assert not found("let x = a" + " + a" * (MAX_DEPTH - 3))
    assert not found("let x = f(" + "a, " * (MAX_LEXEMES // 2 - 10) + "a)")


def test_too_long_is_a_diagnostic():
    assert found("let x = f(" + "a, " * MAX_LEXEMES + "a)\nlet y = 1 +") == [("RW003", 1), ("RW013", 2)]
    assert found("#" * 4_000_001) == [("RW003", 1)]
    assert found("let x = a\n" * 80_000)[-1][0] == "RW003"
