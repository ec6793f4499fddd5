"""Formulas as values: shared, simplified only where no trace notices, printed with few brackets, mirrored in time."""

import copy
import pickle
import random

import pytest
from formulas import drawn, formula, letters, traces

from rewardlang.automata.formula import (
    FALSE,
    TRUE,
    atom,
    atoms,
    conjunction,
    disjunction,
    make,
    mirrored,
    negation,
    subformulas,
    substituted,
    text,
)
from rewardlang.automata.trace import holds, truths

A, B = atom("a"), atom("b")
TRACES = list(traces(3, letters("ab")))


def test_equal_formulas_are_one_object():
    assert make("until", A, B, window=(0, 3)) is formula("a until[0, 3] b")
    assert make("until", A, B, window=(0, 3)) is not make("until", A, B, window=(0, 4))
    assert copy.deepcopy(make("next", A)) is make("next", A)
    windowed = formula("always[0, 2] (a implies once b)")
    assert pickle.loads(pickle.dumps(windowed)) is windowed


def test_kinds_of_time():
    assert formula("a and once b").past and not formula("a and once b").future
    assert formula("next not a").future and not formula("a or b").temporal
    assert atoms(formula("b until (a and b)")) == ("b", "a")


@pytest.mark.parametrize("op, window", [("until", (-1, 2)), ("since", (3, 2)), ("next", (0, 1)), ("and", (0, 1))])
def test_windows_that_mean_nothing(op, window):
    with pytest.raises(ValueError, match="window|operands"):
        make(op, *([A] if op == "next" else [A, B]), window=window) if op != "and" else make("not", A, window=window)


def test_wrong_numbers_of_operands():
    with pytest.raises(ValueError, match="cannot have 1 operands"):
        make("until", A)
    with pytest.raises(ValueError, match="cannot have 2 operands"):
        make("unheard", A, B)


CONSTANT_OPERANDS = [TRUE, FALSE, A]


@pytest.mark.parametrize("op", "not next weak_next always eventually previous weak_previous once historically".split())
@pytest.mark.parametrize("arg", CONSTANT_OPERANDS)
def test_simplified_prefix_operators_keep_their_meaning(op, arg):
    windows = [None] if op == "not" or "next" in op or "previous" in op else [None, (0, 0), (1, 2)]
    for window in windows:
        unsimplified = substituted_after(make(op, atom("z"), window=window), arg)
        for trace in TRACES:
            assert holds(make(op, arg, window=window), trace) == unsimplified(trace), (op, arg, window, trace)


@pytest.mark.parametrize("op", "and or implies iff until weak_until release strong_release since triggers".split())
@pytest.mark.parametrize("left", [*CONSTANT_OPERANDS, B, negation(A)])
@pytest.mark.parametrize("right", [*CONSTANT_OPERANDS, B])
def test_simplified_infix_operators_keep_their_meaning(op, left, right):
    for window in [None] if op in ("and", "or", "implies", "iff") else [None, (0, 0), (1, 2)]:
        plain = make(op, atom("y"), atom("z"), window=window)
        for trace in TRACES[1:]:
            named = [{*step, *(["y"] if y else []), *(["z"] if z else [])}
                     for step, y, z in zip(trace, truths(left, trace), truths(right, trace))]
            assert truths(make(op, left, right, window=window), trace) == truths(plain, named)


def substituted_after(plain, arg):
    """The meaning of a formula of `z` with `arg` put for z, without building the formula that would simplify it."""
    def meaning(trace):
        if not trace:
            on_empty = holds(arg, ())
            return (not on_empty) if plain.op == "not" else holds(plain, ())
        named = [{*step, "z"} if truth else set(step) for step, truth in zip(trace, truths(arg, trace))]
        return holds(plain, named)
    return meaning


def test_junctions_are_flat_and_absorb():
    assert conjunction([A, conjunction([B, A])]).args == (A, B)
    assert conjunction([]) is TRUE and disjunction([]) is FALSE and conjunction([A]) is A
    assert conjunction([A, B, negation(A)]) is FALSE and disjunction([negation(B), A, B]) is TRUE
    assert make("not", make("not", A)) is A


@pytest.mark.parametrize("written", [
    "a and b or c", "a and (b or c)", "(a implies b) implies c", "a implies b implies c", "(a iff b) iff c",
    "not a until b", "not (a until b)", "(a until b) until c", "always a and b", "always (a and b)",
    "always[0, 20] (a implies eventually[1, 3] b)", "a since[0, 4] not b", "not x >= 3 or y <= 2", "next next a",
])
def test_text_has_the_fewest_brackets(written):
    assert text(formula(written)) == written


def test_text_reads_back():
    source = random.Random(5)
    for _ in range(300):
        drawing = drawn(source, 5, "abc")
        assert formula(text(drawing)) is drawing


def test_long_texts_are_cut():
    growing = A
    for _ in range(40):
        growing = make("iff", make("next", growing), make("previous", growing))
    assert len(text(growing)) < 10_000
    assert len(subformulas(growing)) == 121


def test_operands_come_before_what_is_made_of_them():
    parts = subformulas(formula("(a until b) and next (a until b)"))
    assert [text(part) for part in parts] == ["a", "b", "a until b", "next (a until b)", "a until b and next (a until b)"]


def test_replacing_a_part():
    whole = formula("always (a implies eventually b)")
    assert text(substituted(whole, {B: FALSE})) == "always not a"


def test_a_mirrored_formula_reads_the_reversed_trace():
    source = random.Random(7)
    for _ in range(200):
        drawing = drawn(source, 3)
        for trace in TRACES:
            assert truths(mirrored(drawing), trace[::-1]) == truths(drawing, trace)[::-1]
