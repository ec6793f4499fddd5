"""Traces and formulas at their worst: no steps, one step, nothing but nulls, windows that cannot be, depth, and size."""

import math
import re
import time
import tracemalloc

import pytest

import rewardlang as rl
from rewardlang.automata.trace import truths

from formulas import formula  # isort: skip

WORDS = "next weak_next always eventually previous weak_previous once historically".split()
BETWEEN = "until weak_until release strong_release since triggers".split()
FORMULAS = [f"{word} p" for word in WORDS] + [f"p {word} q" for word in BETWEEN] \
    + [f"{word}[1, 2] p" for word in WORDS if "next" not in word and "previous" not in word] \
    + [f"p {word}[1, 2] q" for word in BETWEEN]
HEAD = "input p : bool[step]\ninput q : bool[step]\ninput x : float[step] in [-1, 1]\n"


def compiled(*outputs: str, head: str = HEAD):
    lines = [f"output o{n} = {written}" for n, written in enumerate(outputs)]
    return rl.compile(text=head + "\n".join(lines))


def codes(written: str, head: str = HEAD) -> set[str]:
    return {each.code for each in rl.check(text=f"{head}output o = {written}") if each.severity == "error"}


# --- traces ------------------------------------------------------------------------------------------------------------


def test_traces_of_no_step_and_of_one_beside_longer_ones():
    traces = [([], []), ([True], [False]), ([False], [True]), ([True], [True]), ([True, False, True], [False, True, True])]
    out = compiled(*FORMULAS, *(f"holds({each})" for each in FORMULAS))({"p": [p for p, _ in traces], "q": [q for _, q in traces]})
    empty_is_true = re.compile(r"^(weak_|always|historically)|weak_until|triggers|(?<!strong_)release")
    for n, written in enumerate(FORMULAS):
        for row, (p, q) in enumerate(traces):
            letters = [{name for name, there in zip("pq", step) if there} for step in zip(p, q)]
            wanted = truths(formula(written), letters)
            assert out.to_lists(f"o{n}")[row] == wanted, (written, row)
            whole = wanted[0] if wanted else bool(empty_is_true.search(written))
            assert out.to_lists(f"o{n + len(FORMULAS)}")[row] is whole, (written, row)


def test_margins_of_no_step_are_infinite_by_the_truth_of_the_empty_trace():
    out = compiled("robustness(always x >= 0)", "robustness(eventually x >= 0)", "margins(always x >= 0)")({"x": [[], [0.25]]})
    assert out.to_lists("o0") == [math.inf, 0.25] and out.to_lists("o1") == [-math.inf, 0.25]
    assert out.to_lists("o2") == [[], [0.25]]


def test_rows_without_any_steps_alone():
    out = compiled("holds(always p)", "holds(eventually p)", "sum(once p over step)")({"p": [[], []]})
    assert (out.to_lists("o0"), out.to_lists("o1"), out.to_lists("o2")) == ([True, True], [False, False], [0, 0])


def test_no_rows_at_all():
    out = compiled("holds(always p)", "robustness(always x >= 0)", "once p")({"p": [], "x": []})
    assert [out.to_lists(f"o{n}") for n in range(3)] == [[], [], []]


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_row_of_nothing_but_nulls_is_invalid_and_alone_so(missing):
    reward = compiled("holds(always x >= 0)", "robustness(always x >= 0)", "once x >= 0", "robustness(always x >= 0, smooth = 0.1)")
    out = reward({"x": [[missing, missing], [0.5, 0.25], []]})
    assert out.to_lists("o0") == [None, True, True]
    assert out.to_lists("o1") == [None, 0.25, math.inf]
    assert out.to_lists("o2") == [[None, None], [True, True], []]
    assert out.to_lists("o3")[0] is None and 0.1 < out.to_lists("o3")[1] < 0.25
    assert bool(out.reasons("o0")[0]) and not out.reasons("o0")[1]


def test_a_null_at_one_step_changes_only_what_rests_on_it_and_what_is_no_number_is_refused_as_data():
    reward = compiled("margins(once x >= 0)", "holds(eventually x >= 0)", "holds(always x >= 0)")
    out = reward({"x": [[0.5, None, 0.75], [0.5, math.nan, 0.75], [0.5, math.inf], [0.5]]})
    assert out.to_lists("o0") == [[0.5, None, None], [None, None, None], [None, None], [0.5]]
    assert out.to_lists("o1") == [True, None, None, True] and out.to_lists("o2") == [None, None, None, True]
    assert "NaN" in out.reasons("o1")[1] and "infinite" in out.reasons("o1")[2] and not out.reasons("o1")[3]


def test_a_comparison_that_may_have_no_value_must_say_what_then():
    assert "RW201" in codes("holds(always sqrt(x) >= 0.5)")
    assert "RW112" in codes("holds(always n >= 0.5)", HEAD + "input n : float[step]?\n")
    out = compiled("holds(always ((sqrt(x) >= 0.5) ?? false))", "margins(once ((sqrt(x) >= 0.5) ?? false))")({"x": [[1.0], [1.0, -1.0]]})
    assert out.to_lists("o0") == [True, False]
    assert out.to_lists("o1") == [[0.5], [0.5, 0.5]]


def test_a_margin_that_overflows_to_no_number_is_invalid_there_and_says_so():
    apart = "x * 1e308 * 10 - y * 1e308 * 10"
    out = compiled(f"margins(once {apart} >= 0)", f"robustness(always {apart} >= 0)",
                   head=HEAD + "input y : float[step] in [-1, 1]\n")({"x": [[0.0, 1.0, 0.0], [0.0]], "y": [[0.0, 1.0, 0.0], [0.0]]})
    assert out.to_lists("o0") == [[0, None, None], [0]] and out.to_lists("o1") == [None, 0]
    assert "finite" in out.reasons("o0")[0] and not out.reasons("o0")[1]


# --- windows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["always", "eventually", "once", "historically"])
@pytest.mark.parametrize("window", ["[3, 1]", "[-1, 2]", "[0, -1]", "[0, 1.5]", "[0, 1000000001]", "[0, inf]", '["a", 2]',
                                    "[true, 2]", "[p, 2]", "[0, x]"])
def test_windows_that_cannot_be_are_errors(word, window):
    assert codes(f"{word}{window} p"), window


def test_a_window_as_long_as_they_may_be_costs_no_more_than_the_trace():
    written = [f"always[0, {10**9}] p", f"eventually[{10**9}, {10**9}] p", f"p since[5, {10**9}] q", f"once[0, {10**9}] x > 0",
               f"robustness(always[0, {10**9}] x >= 0)", f"robustness(eventually[{10**9}, {10**9}] x > 0)"]
    start = time.perf_counter()
    out = compiled(*written)({"p": [[True, False]], "q": [[True, True]], "x": [[0.5, -0.5]]})
    assert out.to_lists("o0") == [[False, False]] and out.to_lists("o1") == [[False, False]]
    assert out.to_lists("o2") == [[False, False]] and out.to_lists("o3") == [[True, True]]
    assert out.to_lists("o4") == [-0.5] and out.to_lists("o5") == [-math.inf]
    assert time.perf_counter() - start < 20


# --- depth and size ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["not", "next", "always", "once", "always[0, 3]"])
def test_the_deepest_nesting_that_is_read_works_and_one_more_is_an_error(word):
    deep = f"{word} " * 190 + "p"
    out = compiled(deep, f"holds({deep})")({"p": [[True] * 3, [False], []]})
    letters = [{"p"}] * 3
    assert out.to_lists("o0")[0] == truths(_nested(word, 190), letters)
    assert "RW002" in codes(f"{word} " * 210 + "p")


def _nested(word: str, depth: int):
    written = formula(f"{word} p")
    for _ in range(depth - 1):
        written = _around(word, written)
    return written


def _around(word: str, inner):
    from rewardlang.automata.formula import make
    op, _, window = word.partition("[")
    return make(op, inner, window=tuple(int(end) for end in window.rstrip("]").split(",")) if window else None)


def test_a_chain_of_lets_goes_as_deep_as_one_likes():
    lets = "\n".join(f"let f{n} = {'next' if n % 2 else 'always'} ({f'f{n - 1}' if n else 'p'} or q)" for n in range(400))
    reward = rl.compile(text=f"{HEAD}{lets}\noutput o = holds(f399)\noutput m = robustness(f399)")
    assert reward({"p": [[True], []], "q": [[False], []]}).to_lists("o") == [False, False]


EXPLOSIVE = [
    "holds(eventually (p and eventually[40, 40] q))",
    "holds(always (p implies once[30, 60] q) and eventually (q and next[1] p))".replace("next[1]", "next"),
    "holds(" + " and ".join(f"eventually[{n}, {n + 40}] (p and next q)" for n in range(20)) + ")",
    "sum(once (p and previous once[10, 25] (q and not p)) and eventually (q and eventually[20, 30] p) over step)",
]


@pytest.mark.parametrize("written", EXPLOSIVE)
def test_a_formula_whose_automaton_explodes_is_still_a_value_and_checked_in_bounded_time(written):
    start = time.perf_counter()
    found = rl.check(text=f"{HEAD}output o = {written}")
    assert time.perf_counter() - start < 30
    assert not [each for each in found if each.severity == "error"]
    assert compiled(written)({"p": [[True, False]], "q": [[True, True]]}).to_lists("o0")[0] in (False, 0, 1, 2)


@pytest.mark.parametrize("written", EXPLOSIVE[:2])
def test_such_a_formula_is_checked_in_bounded_memory(written):
    tracemalloc.start()
    rl.check(text=f"{HEAD}output o = {written}")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100e6


def test_what_must_have_an_automaton_says_which_part_is_too_large():
    written = "verdict(eventually p and eventually (p and eventually[40, 40] q))"
    found = [each for each in rl.check(text=f"{HEAD}output o = {written}") if each.severity == "error"]
    assert [each.code for each in found] == ["RW303"] and "[40, 40]" in found[0].message


def test_an_infinite_margin_is_an_entry_like_others_to_what_runs_and_reduces_with_where():
    reward = rl.compile(text="""
        setting episodic
        input y : float[step] in [-1, 1]
        input p : bool[step]
        let m = margins(once[1, 2] y > 0)
        output top = cummax(m over step where p)
        output low = cummin(-m over step where p)
        output place = argmax(m over step where p) ?? -1
        reward = y
    """)
    ys, ps = [0.5, 0.25, -0.5, 0.0], [False, True, False, True]
    first = reward({"y": [ys[:1] + ys], "p": [[False, *ps]]})
    assert first.to_lists("top") == [[None, None, 0.5, 0.5, 0.5]]
    out, state = reward({"y": [ys, ys[:1]], "p": [ps, [True]]}), reward.start(2)
    assert out.to_lists("top") == [[None, 0.5, 0.5, 0.5], [-math.inf]]
    assert out.to_lists("low") == [[None, -0.5, -0.5, -0.5], [math.inf]]
    assert reward({"y": [[0.5, 0.5]], "p": [[True, False]]}).to_lists("place") == [0]
    step, state = reward.step({"y": [0.5, 0.5], "p": [False, True]}, state)
    assert step.mask("top").tolist() == [False, True] and step.outputs["top"].tolist() == [0, -math.inf]
    step, state = reward.step({"y": [0.25, 0.5], "p": [True, False]}, state)
    assert step.outputs["top"].tolist() == [0.5, -math.inf] and step.outputs["low"].tolist() == [-0.5, math.inf]
