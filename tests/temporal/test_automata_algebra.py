"""The automaton as a value: laws of its algebra, shortest witnesses, verdicts, distances, kinds, tables."""

import itertools
import math
import random

import pytest
from formulas import drawn, formula, letters, traces

from rewardlang.automata.dfa import OPEN, SATISFIED, VIOLATED
from rewardlang.automata.formula import atom, conjunction, disjunction, make, negation
from rewardlang.automata.table import packed, table_of
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import factors, translate

LETTERS = letters("ab")
TRACES = list(traces(4, LETTERS))


def pairs(seed, count):
    """Pairs of random formulas."""
    source = random.Random(seed)
    return [(drawn(source, 3), drawn(source, 3)) for _ in range(count)]


@pytest.mark.parametrize("one, other", pairs(1, 25))
def test_algebra_of_automata_is_that_of_formulas(one, other):
    p, q = translate(one), translate(other)
    assert p & q == translate(conjunction([one, other]))
    assert p | q == translate(disjunction([one, other]))
    assert p - q == translate(conjunction([one, negation(other)]))
    assert p.complement() == translate(negation(one))
    assert (p & q).complement() == p.complement() | q.complement()
    assert len(p.minimal()) == len(p) and p.minimal() == p
    assert len(p & q) == len(translate(conjunction([one, other])))


@pytest.mark.parametrize("one, other", pairs(2, 25))
@pytest.mark.parametrize("nonempty", [False, True])
def test_a_difference_is_a_shortest_one(one, other, nonempty):
    found = translate(one).difference(translate(other), nonempty)
    slow = next((trace for trace in TRACES[nonempty:] if holds(one, trace) != holds(other, trace)), None)
    assert (found is None) == (slow is None) or len(found) > 4
    if slow is not None:
        assert len(found) == len(slow)
        assert holds(one, found) != holds(other, found)


def test_automata_over_different_atoms_are_compared():
    assert translate(formula("eventually a")) != translate(formula("eventually b"))
    assert translate(formula("a or not a or next b")) == translate(formula("b or not b"))
    assert translate(formula("eventually (b and a)")) == translate(formula("eventually (a and b)"))
    assert translate(formula("eventually a")) != 3
    both = translate(formula("always (c implies b)")) & translate(formula("always (b implies a)"))
    assert both == translate(formula("always ((b implies a) and (c implies b))"))


@pytest.mark.parametrize("drawing", [first for first, _ in pairs(3, 40)])
def test_shortest_traces(drawing):
    dfa = translate(drawing)
    for accepted, nonempty in itertools.product([True, False], repeat=2):
        found = dfa.shortest(accepted, nonempty)
        slow = next((trace for trace in TRACES[nonempty:] if holds(drawing, trace) == accepted), None)
        assert (len(found) if found is not None else 9) == (len(slow) if slow is not None else 9) or len(found) > 4
        if found is not None:
            assert holds(drawing, found) == accepted


@pytest.mark.parametrize("drawing", [first for first, _ in pairs(4, 40)])
def test_verdicts_and_distances_are_those_of_all_continuations(drawing):
    dfa = translate(drawing)
    for state in range(len(dfa)):
        ends = {(len(trace), dfa.accepting[_run(dfa, state, trace)]) for trace in traces(min(len(dfa), 4), LETTERS)}
        if len(dfa) <= 5:
            outcomes = {accepts for _, accepts in ends}
            assert dfa.verdicts[state] == {(True,): SATISFIED, (False,): VIOLATED}.get(tuple(outcomes), OPEN)
            assert dfa.distances[state] == min((length for length, accepts in ends if accepts), default=math.inf)
    assert dfa.dead == [state for state, verdict in enumerate(dfa.verdicts) if verdict == VIOLATED]


def _run(dfa, state, trace):
    for letter in trace:
        state = dfa.step(state, letter)
    return state


@pytest.mark.parametrize("text, kind", [
    ("always a", "safety"), ("eventually a", "co_safety"), ("a", "both"), ("a or not a", "both"), ("next a", "co_safety"),
    ("weak_next a", "safety"), ("always eventually a", "neither"), ("eventually always a", "neither"),
    ("a until b", "co_safety"), ("a weak_until b", "safety"), ("always[0, 3] a", "safety"),
    ("eventually[2, 3] a", "co_safety"), ("always (a implies eventually b)", "neither"),
    ("always (a implies once b)", "safety"), ("always a or eventually b", "neither"),
])
def test_kinds(text, kind):
    assert translate(formula(text)).kind == kind


def test_kinds_by_definition():
    for drawing, _ in pairs(5, 60):
        dfa = translate(drawing)
        if len(dfa) > 4:
            continue
        rejected_alive = any(not dfa.accepts(trace) and any(dfa.accepts((*trace, *more)) for more in TRACES)
                             for trace in traces(3, LETTERS) if trace)
        accepted_in_doubt = any(dfa.accepts(trace) and not all(dfa.accepts((*trace, *more)) for more in TRACES)
                                for trace in traces(3, LETTERS) if trace)
        expected = {(False, False): "both", (False, True): "safety", (True, False): "co_safety"}
        assert dfa.kind == expected.get((rejected_alive, accepted_in_doubt), "neither"), drawing


@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_tables_step_as_the_automaton_does(width):
    for drawing, _ in pairs(6, 25):
        dfa = translate(make("and", drawing, formula("always (c implies next d) or eventually b")))
        table = packed(dfa, width)
        assert len(table.stages) == max(-(-len(dfa.atoms) // width), 1)
        for state in range(len(dfa)):
            for number, letter in enumerate(letters(dfa.atoms)):
                assert table.step(state, number) == dfa.step(state, letter)


def test_many_atoms_need_no_table_over_all_of_them():
    once_each = conjunction(make("eventually", atom(f"a{n}")) for n in range(5))
    choice = make("eventually", disjunction(atom(f"b{n}") for n in range(20)))
    dfa = translate(conjunction([once_each, choice]))
    assert len(dfa) == 64
    assert packed(dfa, 8).entries < 60_000 < len(dfa) << 25
    assert table_of(dfa) == packed(dfa, 8) and len(table_of(translate(once_each)).stages) == 1
    op, made = factors(conjunction([once_each, choice]))
    assert op == "and" and [len(each) for each in made] == [2] * 6


def test_edges_are_the_steps():
    for drawing, _ in pairs(8, 40):
        dfa = translate(drawing)
        for state in range(len(dfa)):
            for letter in letters(dfa.atoms):
                taken = [edge.target for edge in dfa.edges if edge.source == state and holds(edge.guard, [letter])]
                assert taken == [dfa.step(state, letter)]


def test_no_letter_leads_where_no_edge_does():
    dfa = translate(formula("always a"))
    assert dfa.letter(0, 0) == {"a"} and dfa.letter(0, 1) == frozenset() and dfa.letter(1, 1) == frozenset()
    with pytest.raises(ValueError, match="no letter leads from state 1 to state 0"):
        dfa.letter(1, 0)
