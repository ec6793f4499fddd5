"""What is printed says the same as what was read: over every tree that can be drawn, and over the shared programs."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import DECLARATIONS, EXPRESSIONS

from rewardlang.syntax.format import format_expr, format_source
from rewardlang.syntax.layout import render
from rewardlang.syntax.parse import parse, parse_expression
from rewardlang.syntax.show_decl import WIDTH, Declarations
from rewardlang.text.source import Source

RELAXED = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def printed(declaration) -> str:
    """A drawn declaration as text."""
    lines = render(Declarations().declaration(declaration), WIDTH)
    return "\n".join(" " * line.indent + line.text for line in lines) + "\n"


def program(text: str):
    """The program of a text that has no mistakes."""
    result, diagnostics = parse(Source("text", text))
    assert not diagnostics, (text, [d.message for d in diagnostics])
    return result


def assert_stable(text: str) -> None:
    """Formatting keeps the meaning and, done again, changes nothing."""
    first = format_source(Source("text", text))
    assert not first.diagnostics
    assert program(first.text) == program(text)
    assert format_source(Source("text", first.text)).text == first.text


@RELAXED
@given(EXPRESSIONS)
def test_an_expression_prints_to_what_parses_to_it(expression):
    text = format_expr(expression)
    again, diagnostics = parse_expression(Source("text", text))
    assert not diagnostics, (text, diagnostics[0].message)
    assert again == expression, text
    assert format_expr(again) == text


@RELAXED
@given(DECLARATIONS)
def test_a_declaration_prints_to_what_parses_to_it(declaration):
    text = printed(declaration)
    assert program(text).declarations == (declaration,), text
    assert_stable(text)


def test_every_shared_program_keeps_its_meaning(shared):
    files = sorted((shared / "bugs").rglob("*.rwd"))
    assert len(files) > 30
    for file in files:
        assert_stable(file.read_text("utf-8"))


def test_every_snippet_of_the_design_keeps_its_meaning(shared):
    snippets = re.findall(r"```\n(.*?)```", (shared / "design" / "LANGUAGE.md").read_text("utf-8"), re.DOTALL)
    assert len(snippets) >= 9
    for snippet in snippets:
        assert_stable(snippet)


@pytest.mark.parametrize("name", ["ltlf", "ltlf_past", "ltlf_dfa_states", "stl", "stl_past", "bounds"])
def test_every_shared_formula_keeps_its_meaning(shared, name):
    rows = (shared / "conformance" / f"{name}.jsonl").read_text("utf-8").splitlines()
    formulas = {row.get("formula") or row.get("expression") for row in map(json.loads, rows)}
    assert formulas
    for formula in formulas:
        tree, diagnostics = parse_expression(Source("formula", formula))
        assert not diagnostics, formula
        text = format_expr(tree)
        assert parse_expression(Source("formula", text)) == (tree, []), (formula, text)
        assert len(text) <= len(formula)
