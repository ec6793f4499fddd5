"""Checks of formulas before any data, each with a trace that shows the finding."""

import random

import pytest
from formulas import drawn, formula, letters, traces

from rewardlang.automata.alphabet import at_most_one
from rewardlang.automata.checks import check, shortest_length
from rewardlang.automata.formula import TRUE, subformulas, substituted, text
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import TooManyStates, translate

TRACES = [trace for trace in traces(4, letters("ab")) if trace]


def found(written, **more):
    """What is found in a formula, as pairs of the finding and its part."""
    return [(each.what, text(each.part)) for each in check(formula(written), **more)]


@pytest.mark.parametrize("written, expected", [
    ("eventually a and always not a", [("unsatisfiable", "eventually a and always not a")]),
    ("always false", [("unsatisfiable", "always false")]),
    ("eventually a or always not a", [("tautology", "eventually a or always not a")]),
    ("eventually true", [("tautology", "eventually true")]),
    ("always (a implies eventually b)", []),
    ("always (a implies eventually b) and always not a", [("vacuous", "always (a implies eventually b)")]),
    ("eventually (a or (a and b))", [("vacuous", "a and b")]),
    ("eventually a", []),
])
def test_findings(written, expected):
    assert found(written) == expected


def test_a_contradiction_by_the_laws_of_letters():
    assert found("eventually (a and b)") == []
    assert found("eventually (a and b)", laws=[at_most_one("ab")]) == [("unsatisfiable", "eventually (a and b)")]


def test_witnesses_show_the_finding():
    never, = check(formula("eventually a and always not a"))
    assert len(never.witness) == 1 and not holds(never.part, never.witness)
    idle, = check(formula("always (a implies eventually b) and always not a"))
    assert idle.constant is TRUE and [text(each) for each in idle.literals] == ["a", "b"]
    assert holds(formula("always (a implies eventually b) and always not a"), idle.witness)


def test_what_is_called_vacuous_can_be_replaced():
    source = random.Random(3)
    replaced = 0
    for _ in range(150):
        drawing = drawn(source, 3)
        for each in check(drawing):
            if each.what != "vacuous" or [part is each.part for part in _occurrences(drawing)].count(True) != 1:
                continue
            replaced += 1
            without = substituted(drawing, {each.part: each.constant})
            assert all(holds(drawing, trace) == holds(without, trace) for trace in TRACES), (drawing, each.part)
            assert holds(drawing, each.witness)
    assert replaced > 10


def _occurrences(drawing):
    """Every part as often as it occurs."""
    return [drawing, *(inner for arg in drawing.args for inner in _occurrences(arg))]


def test_constant_formulas_by_definition():
    source = random.Random(4)
    for _ in range(200):
        drawing = drawn(source, 3)
        dfa = translate(drawing)
        if len(dfa) > 4:
            continue
        values = {holds(drawing, trace) for trace in TRACES}
        expected = {(True,): ["tautology"], (False,): ["unsatisfiable"]}.get(tuple(values), [])
        assert [each.what for each in check(drawing) if each.what in ("tautology", "unsatisfiable")] == expected


def test_horizons():
    visits = "eventually (a and next eventually (b and next eventually c))"
    assert found(visits, horizon=3) == []
    finding, = check(formula(visits), horizon=2)
    assert (finding.what, finding.steps, len(finding.witness)) == ("horizon", 3, 3)
    assert holds(formula(visits), finding.witness)
    assert shortest_length(translate(formula(visits))) == 3
    assert shortest_length(translate(formula("always true"))) == 1
    assert shortest_length(translate(formula("eventually false"))) == float("inf")


def test_windows_beyond_the_horizon():
    assert found("always[0, 20] a", horizon=21) == []
    finding, = check(formula("always[0, 20] a"), horizon=20)
    assert (finding.what, text(finding.part), finding.steps, len(finding.witness)) == ("window", "always[0, 20] a", 20, 20)
    assert found("always (a implies once[0, 50] b)", horizon=10) == [("window", "once[0, 50] b")]


def test_a_formula_too_large_to_check_says_so():
    with pytest.raises(TooManyStates):
        check(formula("eventually (a and eventually[30, 30] b)"), states=500)


def test_checking_looks_at_every_part_once():
    wide = formula(" and ".join(f"eventually a{n}" for n in range(6)))
    assert check(wide) == [] and len(subformulas(wide)) == 13
