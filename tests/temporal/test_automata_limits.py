"""Deep, wide and exploding formulas: an answer, or an error that names the part, in bounded time and memory."""

import sys
import threading
import time
import tracemalloc

import pytest
from formulas import formula

from rewardlang.automata.formula import PREFIX, atom, conjunction, disjunction, make, negation, text
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import TooManyStates, at_last, translate

A, B = atom("a"), atom("b")


def nested(op, depth, *others):
    """An operator 200 times inside itself."""
    found = A
    for n in range(depth):
        found = make(op, *others, negation(found) if n % 2 else found)
    return found


@pytest.mark.parametrize("op", sorted(PREFIX))
def test_200_deep_prefix_operators(op):
    deep = nested(op, 200)
    assert len(text(deep)) > 1_000
    for trace in ([], [{"a"}], [{"a"}, set(), {"a"}]):
        assert translate(deep).accepts(trace) == holds(deep, trace)


@pytest.mark.parametrize("op", ["until", "weak_until", "release", "strong_release", "since", "triggers"])
def test_200_deep_infix_operators(op):
    deep = nested(op, 200, B)
    for trace in ([], [{"a"}], [{"b"}, {"b"}, {"a"}]):
        assert translate(deep).accepts(trace) == holds(deep, trace)


def test_200_deep_until_chain_of_different_atoms():
    chain = atom("a200")
    for n in range(199, -1, -1):
        chain = make("until", atom(f"a{n}"), chain)
    started = time.perf_counter()
    try:
        assert len(translate(chain)) == 202
    except TooManyStates as error:
        assert error.part is chain
    assert time.perf_counter() - started < 20


def exploding():
    """Which of thirty atoms have been seen with which others: 2^30 states at least."""
    return conjunction(make("eventually", conjunction([atom(f"a{n}"), make("next", atom(f"b{n}"))])) for n in range(30))


@pytest.mark.parametrize("explosive", [
    exploding(),
    make("eventually", conjunction([A, make("eventually", B, window=(40, 40))])),
    make("always", make("implies", A, make("once", B, window=(40, 45)))),
    make("always", disjunction([make("next", A), make("eventually", exploding())])),
    make("eventually", A, window=(0, 10**9)),
    make("always", make("once", A, window=(5, 10**7))),
])
def test_an_explosion_is_an_error_in_bounded_time_and_memory(explosive):
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(TooManyStates) as caught:
        translate(explosive, states=2_000)
    seconds = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 30 and peak < 400e6
    assert caught.value.formula is explosive and caught.value.limit == 2_000
    assert text(caught.value.part)[:40] in str(caught.value)


def test_the_part_that_explodes_is_named():
    memory = formula("eventually (a and eventually[40, 40] b)")
    with pytest.raises(TooManyStates) as caught:
        translate(conjunction([formula("always (c implies eventually d)"), memory]), states=1_000)
    assert caught.value.part is memory


def test_a_limit_is_on_states():
    six = conjunction(make("eventually", atom(f"a{n}")) for n in range(6))
    assert len(translate(six, states=200)) == 64
    with pytest.raises(TooManyStates, match="more than 50 states"):
        translate(six, states=50)


def test_long_windows_are_counted_not_unrolled_in_states():
    for text_ in ("always (a implies eventually[0, 1000] b)", "always (historically[0, 1000] a implies b)"):
        started = time.perf_counter()
        assert len(translate(formula(text_))) == 1002
        assert time.perf_counter() - started < 5


def test_the_interpreters_limit_is_put_back_by_the_last_thread():
    before = sys.getrecursionlimit()
    deep = nested("next", 200)
    threads = [threading.Thread(target=translate, args=(make("and", deep, atom(f"c{n}")),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.getrecursionlimit() == before


def test_at_last_of_nothing():
    assert not translate(at_last(A)).accepts([])
    assert translate(at_last(A)).accepts([set(), {"a"}]) and not translate(at_last(A)).accepts([{"a"}, set()])
