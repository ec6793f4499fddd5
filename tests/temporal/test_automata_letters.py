"""Letters that cannot occur: automata know the laws of their atoms, and are as small as those laws allow."""

import random

import pytest
from formulas import coarsest, drawn, formula, letters, traces

from rewardlang.automata.alphabet import Alphabet, at_most_one, exactly_one, thresholds
from rewardlang.automata.formula import TRUE, atom, conjunction, make, text
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import translate

ABOVE = {"x >= 1": (">=", 1.0), "x >= 3": (">=", 3.0), "x <= 2": ("<=", 2.0), "x == 3": ("==", 3.0)}
LAWS = {
    "none": TRUE,
    "exclusive": at_most_one("abc"),
    "enum": exactly_one("abc"),
    "implied": formula("(b implies a) and (c implies b)"),
    "odd": formula("a iff (b iff c)"),
}


def legal(names, law):
    """The letters that a law allows."""
    return [letter for letter in letters(names) if holds(law, [letter])]


@pytest.mark.parametrize("law", LAWS)
def test_the_construction_knows_the_laws(law):
    source = random.Random(law)
    for _ in range(40):
        drawing = make("and", drawn(source, 4, "abc"), formula("a or b or c or not a"))
        alphabet = Alphabet(tuple("abc"), (LAWS[law],))
        dfa, free = translate(drawing, alphabet), translate(drawing, Alphabet(tuple("abc")))
        allowed = legal("abc", LAWS[law])
        assert len(dfa) == coarsest(len(free), free.accepting, free.step, allowed)
        for trace in traces(3, allowed):
            assert dfa.accepts(trace) == holds(drawing, trace)


@pytest.mark.parametrize("law", LAWS)
def test_letters_that_cannot_occur_are_read_as_ones_that_can(law):
    alphabet = Alphabet(tuple("abc"), (LAWS[law],))
    allowed = set(legal("abc", LAWS[law]))
    dfa = translate(formula("eventually (a and next b) or always c"), alphabet)
    for letter in letters("abc"):
        near = alphabet.nearest(letter)
        assert near in allowed and (letter not in allowed or near == letter)
        assert [dfa.step(state, letter) for state in range(len(dfa))] == [dfa.step(state, near) for state in range(len(dfa))]


@pytest.mark.parametrize("law", LAWS)
def test_witnesses_and_guards_respect_the_laws(law):
    source = random.Random(law)
    allowed = legal("abc", LAWS[law])
    for _ in range(25):
        dfa = translate(drawn(source, 3, "abc"), Alphabet(tuple("abc"), (LAWS[law],)))
        for accepted in (True, False):
            found = dfa.shortest(accepted)
            assert found is None or (all(letter in allowed for letter in found) and dfa.accepts(found) == accepted)
        for edge in dfa.edges:
            there = [letter for letter in allowed if dfa.step(edge.source, letter) == edge.target]
            assert there == [letter for letter in allowed if holds(edge.guard, [letter])] and there


def test_atoms_that_exclude_one_another():
    meet = formula("eventually (a and b)")
    assert len(translate(meet)) == 2
    assert len(translate(meet, laws=[at_most_one("ab")])) == 1
    assert translate(meet, laws=[at_most_one("ab")]).shortest() is None


def test_thresholds_of_one_signal():
    law = thresholds(ABOVE)
    seen = {frozenset(name for name, holding in
                      {"x >= 1": x >= 1, "x >= 3": x >= 3, "x <= 2": x <= 2, "x == 3": x == 3}.items() if holding)
            for x in (-5, 0, 1, 1.5, 2, 2.5, 3, 3.5, 99)}
    assert set(legal(tuple(ABOVE), law)) == seen
    assert set(legal(tuple(ABOVE), thresholds(ABOVE, missing=True))) == seen | {frozenset()}


def test_a_higher_threshold_implies_a_lower_one():
    names = {f"x >= {n}": (">=", float(n)) for n in range(6)}
    held = conjunction(make("eventually", atom(name)) for name in names)
    assert len(translate(held)) == 64
    assert len(translate(held, laws=[thresholds(names)])) == 2
    between = formula("eventually (x >= 0 and x >= 1 and not x >= 3)")
    guards = {text(edge.guard) for edge in translate(between, laws=[thresholds(names)]).edges}
    assert guards == {"x >= 1 and not x >= 3", "not x >= 1 or x >= 3", "true"}


def test_laws_may_speak_of_other_atoms():
    laws = [formula("a implies hidden"), formula("hidden implies not b")]
    assert translate(formula("always not (a and b)"), laws=laws) == translate(TRUE)
    assert translate(formula("eventually a"), laws=laws).atoms == ("a",)


@pytest.mark.parametrize("names, laws, said", [
    ("a", (formula("a"), formula("not a")), "leave no letter"),
    ("a", (formula("next a"),), "temporal"),
    ("aa", (), "twice"),
])
def test_alphabets_that_cannot_be(names, laws, said):
    with pytest.raises(ValueError, match=said):
        Alphabet(tuple(names), laws)


def test_an_atom_that_the_alphabet_lacks():
    with pytest.raises(ValueError, match="'b'"):
        translate(formula("a until b"), Alphabet(("a",)))
