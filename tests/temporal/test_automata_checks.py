"""Checks of formulas before any data, each with a trace that shows the finding."""

import random

import pytest
from formulas import drawn, formula, letters, traces

from rewardlang.automata.alphabet import at_most_one
from rewardlang.automata.checks import check, check_at_each, part_at, shortest_length
from rewardlang.automata.formula import TRUE, subformulas, substituted, text
from rewardlang.automata.trace import holds, truths
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


# --- read at every step ------------------------------------------------------------------------------------------------


def found_at_each(written, **more):
    """The same as `found`, of a formula that is read at every step."""
    return [(each.what, text(each.part)) for each in check_at_each(formula(written), **more)]


@pytest.mark.parametrize("written, expected", [
    ("once a", []),
    ("historically a and once not a", [("unsatisfiable", "historically a and once not a")]),
    ("once a or historically not a", [("tautology", "once a or historically not a")]),
    ("historically (a or (a and once b))", [("vacuous", "a and once b")]),
    ("once a and eventually b", []),                       # looks both ways
    ("once a and eventually historically not a", [("unsatisfiable", "once a and eventually historically not a")]),
    ("historically a implies eventually historically a", [("tautology", "historically a implies eventually historically a")]),
    ("once (b and next a) and once (b or eventually a)", [("vacuous", "once (b or eventually a)")]),
    ("previous true", []),                                 # false at the first step alone, which a later one can tell
    ("not previous true and eventually a", []),
])
def test_findings_at_every_step(written, expected):
    assert found_at_each(written) == expected


def test_what_only_the_first_step_decides_is_told_apart_from_what_each_does():
    assert found("historically a and not a") == [("unsatisfiable", "historically a and not a")]
    assert found("previous a") == [("unsatisfiable", "previous a")] and found_at_each("previous a") == []


def test_horizons_at_every_step():
    late = "once (a and previous once (b and previous b))"
    assert found_at_each(late, horizon=3) == []
    finding, = check_at_each(formula(late), horizon=2)
    assert (finding.what, finding.steps) == ("horizon", 3)
    assert truths(formula(late), finding.witness) == [False, False, True]


def test_findings_at_every_step_by_definition():
    source, seen = random.Random(5), dict.fromkeys(("unsatisfiable", "tautology", "vacuous"), 0)
    for _ in range(300):
        drawing = drawn(source, 3)
        values = {truth for trace in TRACES for truth in truths(drawing, trace)}
        for each in check_at_each(drawing):
            seen[each.what] += 1
            if each.what == "vacuous":
                assert part_at(drawing, each.path) is each.part
                if [part is each.part for part in _occurrences(drawing)].count(True) == 1:
                    without = substituted(drawing, {each.part: each.constant})
                    assert all(truths(drawing, trace) == truths(without, trace) for trace in TRACES), (drawing, each.part)
                assert any(truths(drawing, each.witness))
            else:
                assert values == {each.what == "tautology"}, drawing
        if len(values) == 1 and len(translate(drawing)) <= 4:
            assert check_at_each(drawing), drawing
    assert min(seen.values()) > 5, seen
