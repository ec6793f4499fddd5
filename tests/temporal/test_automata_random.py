"""Random formulas against the definitions, over every short trace; the fewest states, counted another way."""

import random

import pytest
from formulas import coarsest, drawn, formula, letters, traces

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.formula import atom, atoms, make
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import _Translation, translate

TRACES = list(traces(4, letters("ab")))
KINDS = {"future": (False, True), "past": (True, False), "mixed": (True, True)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_an_automaton_accepts_what_the_definition_does(kind, seed):
    source = random.Random(f"{kind} {seed}")
    past, future = KINDS[kind]
    for _ in range(12):
        drawing = drawn(source, 4, "ab", past, future)
        dfa = translate(drawing)
        for trace in TRACES:
            assert dfa.accepts(trace) == holds(drawing, trace), (drawing, trace)


@pytest.mark.parametrize("seed", range(4))
def test_it_has_the_fewest_states(seed):
    source = random.Random(seed)
    for _ in range(60):
        drawing = drawn(source, 4, "abc")
        dfa = translate(drawing)
        assert coarsest(len(dfa), dfa.accepting, dfa.step, letters(dfa.atoms)) == len(dfa), drawing


def test_past_at_the_last_step_depends_on_all_before():
    dfa = translate(formula("eventually (weak_next false and historically (a implies previous b))"))
    for trace in traces(5, letters("ab")):
        assert dfa.accepts(trace) == all("a" not in step or (n > 0 and "b" in trace[n - 1])
                                         for n, step in enumerate(trace)) * (len(trace) > 0)


@pytest.mark.parametrize("seed", range(3))
def test_part_by_part_and_at_once_come_to_the_same(seed):
    source = random.Random(100 + seed)
    for _ in range(80):
        drawing = make(source.choice(["and", "or", "implies", "iff"]), drawn(source, 3, "abc"), drawn(source, 3, "abc"))
        letters_of = Alphabet(atoms(drawing))
        whole = _Translation(letters_of, 10_000).read(drawing)
        dfa = translate(drawing)
        assert len(whole) == len(dfa) and whole.accepting == dfa.accepting, drawing


def test_windows_are_counted():
    for low, high in [(0, 0), (0, 5), (2, 5), (3, 3)]:
        ahead = translate(make("eventually", atom("a"), window=(low, high)))
        behind = translate(make("eventually", make("and", atom("b"), make("once", atom("a"), window=(low, high)))))
        for at in range(9):
            trace = [{"a"} if n == at else set() for n in range(9)]
            assert ahead.accepts(trace) == (low <= at <= high)
            later = [{"a"} if n == 0 else {"b"} if n == at else set() for n in range(9)] if at else [{"a", "b"}]
            assert behind.accepts(later) == (low <= at <= high)


@pytest.mark.parametrize("text", [
    "always (a implies eventually[2, 5] b)",                      # windows of one kind pending at once, moved apart
    "always (a implies b until[1, 4] c)",
    "always (a implies eventually[1, 3] b or eventually[0, 5] c)",
    "eventually[1, 2] eventually[1, 3] a",                        # windows added up
    "always[1, 2] always[2, 2] (a or b)",
    "b until[0, 2] (b until[1, 3] a)",
    "eventually (c and a since[1, 2] (a since[0, 1] b))",
    "always (once[0, 3] a iff (b or once[0, 1] a))",              # one age for two windows, in both orders
    "always (once[0, 1] a iff (b and once[0, 3] a))",
    "always (historically[2, 4] a implies b since[1, 3] c)",
    "always (a implies once[0, 2] eventually[1, 1] b)",           # what past windows remember depends on the future
    "eventually (a and historically[0, 2] (b until c))",
])
def test_windows_over_longer_traces(text):
    source, wanted = random.Random(text), formula(text)
    dfa, choices = translate(wanted), letters(atoms(wanted))
    outcomes = set()
    for _ in range(400):
        trace = [source.choice(choices) for _ in range(source.randint(0, 9))]
        assert dfa.accepts(trace) == holds(wanted, trace), trace
        outcomes.add(holds(wanted, trace))
    assert outcomes == {True, False}


@pytest.mark.parametrize("text, states", [
    ("always (a implies eventually[0, 30] b)", 32),             # open for 0 … 30 steps, and violated
    ("always (historically[0, 30] a implies b)", 32),           # a held for 0 … 30 steps, and violated
    ("eventually[40, 40] a", 43),                               # 0 … 40 steps read, and both verdicts
    ("always[0, 20] a", 23),
    ("a until (b until (c until (d until (e until f))))", 7),   # one per until, and both verdicts
])
def test_known_sizes(text, states):
    assert len(translate(formula(text))) == states
