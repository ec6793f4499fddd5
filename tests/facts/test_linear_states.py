"""Linear states: what is found lies around every run that was tried, comes as near as wanted to the worst one, and decides claims."""

import random
from fractions import Fraction
from itertools import product

import pytest

from rewardlang.facts.analyse import analyse
from rewardlang.facts.reach import System, reach, spectral_radius
from rewardlang.program import program_of, with_params
from rewardlang.values.interval import Interval


def system(a, b, inputs, first=None) -> System:
    exact = [[[Fraction(str(entry)) for entry in row] for row in matrix] for matrix in (a, b)]
    first = first or [(0, 0)] * len(a)
    return System(*exact, tuple(Interval.of(*map(str_exact, each)) for each in inputs), tuple(Interval.of(*each) for each in first))


def str_exact(x):
    return Fraction(str(x))


def worst(made: System, steps: int) -> list[tuple[float, float]]:
    """The extremes of every step, by adding up extreme inputs in floats, the other way round: from the last input back."""
    n, found = len(made.a), []
    for i in range(n):
        row, low, high, ends = [float(i == j) for j in range(n)], 0.0, 0.0, []
        for _ in range(steps):
            for at, u in enumerate(made.inputs):
                gain = sum(r * float(made.b[j][at]) for j, r in enumerate(row))
                low, high = low + min(gain * float(u.lo), gain * float(u.hi)), high + max(gain * float(u.lo), gain * float(u.hi))
            row = [sum(row[j] * float(made.a[j][k]) for j in range(n)) for k in range(n)]
            rests = [sorted((r * float(x.lo), r * float(x.hi))) for r, x in zip(row, made.first, strict=True)]
            ends.append((low + sum(r[0] for r in rests), high + sum(r[1] for r in rests)))
        found.append((min(end[0] for end in ends), max(end[1] for end in ends)))
    return found


CASES = [
    system([[0.9]], [[1]], [(0, 1)]),
    system([[-0.9]], [[1]], [(0, 1)]),
    system([[0.9]], [[1]], [(1, 1)], [(20, 20)]),
    system([[0.5]], [[-2]], [(1, 3)], [(-1, 4)]),
    system([[0.6, -0.5], [0.5, 0.6]], [[1], [1]], [(0, 1)]),
    system([[0, 5], [0, 0]], [[1], [1]], [(-1, 2)]),
    system([[0.5, 40], [0, 0.5]], [[0, 1], [1, 0]], [(-1, 1), (0, 2)], [(1, 1), (0, 0)]),
    system([[0.38, 0.33, 0.6], [0.07, 0.76, -0.54], [0.18, 0.34, 0.05]], [[0.14, 0.34], [-0.17, 0.03], [0.04, -0.09]], [(0, 1), (0, 1)]),
]


@pytest.mark.parametrize("made", CASES)
def test_the_range_is_the_worst_of_all_runs(made):
    for found, (low, high) in zip(reach(made), worst(made, 600), strict=True):
        size = 1e-9 * max(1, abs(low), abs(high))
        assert found.lo - size <= low <= found.lo + size and found.hi - size <= high <= found.hi + size
        assert found.lo <= low + size * 1e-4 and high - size * 1e-4 <= found.hi


@pytest.mark.parametrize("made", CASES)
def test_a_horizon_cuts_it_short(made):
    for found, (low, high) in zip(reach(made, 3), worst(made, 3), strict=True):
        assert float(found.lo) == pytest.approx(low, abs=1e-12) and float(found.hi) == pytest.approx(high, abs=1e-12)


def test_all_sequences_of_extremes_lie_within_and_reach_the_ends():
    made = system([[1, -1], [1, 0]], [[1], [0]], [(-1, 1)])             # does not fade: it goes round
    found = reach(made, 7)
    seen = [[], []]
    for inputs in product((-1, 1), repeat=7):
        x = [0, 0]
        for u in inputs:
            x = [x[0] - x[1] + u, x[0]]
            seen[0].append(x[0])
            seen[1].append(x[1])
    assert [(each.lo, each.hi) for each in found] == [(min(values), max(values)) for values in seen]


def test_what_does_not_fade_or_has_no_bound_has_no_range():
    assert reach(system([[1]], [[1]], [(0, 1)])) is None
    assert reach(system([[1.01]], [[1]], [(0, 1)])) is None
    assert reach(System([[Fraction(1, 2)]], [[Fraction(1)]], (Interval.of(0, float("inf")),), (Interval(0, 0),))) is None


def test_spectral_radii_against_numpy():
    numpy = pytest.importorskip("numpy")
    rng = random.Random(3)
    for n in (1, 2, 3, 6):
        for _ in range(8):
            a = [[rng.uniform(-2, 2) for _ in range(n)] for _ in range(n)]
            assert spectral_radius(a) == pytest.approx(abs(numpy.linalg.eigvals(a)).max(), rel=1e-6)
    assert spectral_radius([[0, 1], [0, 0]]) == 0 and spectral_radius([[1, 1], [0, 1]]) == pytest.approx(1)


TURNING = """
setting episodic
axis dim = {a, b}
axis other like dim
let A : float[dim, other] = [[0.6, -0.5], [0.5, 0.6]]
input u : float[step] in [0, 1]
let x : float[step, dim] in RANGE = sum(A * prev(x, 0)[dim -> other] over other) + u
reward = x.a
"""


def codes(text: str) -> list[str]:
    return [found.code for found in program_of(text=text).diagnostics]


def test_a_range_that_no_single_step_keeps_is_proved_by_all_steps_together():
    assert codes(TURNING.replace("RANGE", "[-2.02, 3.37]")) == []
    (found,) = codes(TURNING.replace("RANGE", "[-2.02, 3.36]"))
    assert found in ("RW340", "RW341")


def test_an_open_range_is_narrowed_to_what_is_reached():
    bounds = program_of(text=TURNING.replace("RANGE", "[-inf, inf]")).outputs["reward"].bounds
    assert float(bounds.lo) == pytest.approx(-2.0155979458) and float(bounds.hi) == pytest.approx(3.3659807339)


def test_matrices_that_are_given_when_compiling_decide():
    text = """
    setting episodic
    axis dim
    axis other like dim
    axis channel
    input u : float[step, channel] in [0, 1]
    param A : float[dim, other]
    param B : float[dim, channel]
    let x : float[step, dim] in [-inf, inf] = sum(A * prev(x, 0)[dim -> other] over other) + sum(B * u over channel)
    reward = sum(x over dim)
    """
    program = program_of(text=text)
    assert str(program.outputs["reward"].bounds) == "[-inf, inf]" and not program.diagnostics
    (memory,) = analyse(with_params(program, {"A": [[0.6, -0.5], [0.5, 0.6]], "B": [[1], [1]]})).ranges.memories
    assert memory.is_bounded and memory.radius == pytest.approx(0.61**0.5)
    assert float(memory.reached[0].hi) == pytest.approx(3.3659807339)
    (memory,) = analyse(with_params(program, {"A": [[1, 0], [0, 0.5]], "B": [[1], [1]]})).ranges.memories
    assert not memory.is_bounded and memory.radius == pytest.approx(1)


def test_states_of_each_other_and_of_a_horizon():
    text = """
    setting episodic horizon 100
    input u : float[step] in [-1, 2]
    let s : float[step] in [-inf, inf] = prev(s, 0) + u
    let a : float[step] in [-inf, inf] = 0.5 * prev(a, 1) + 0.25 * prev(b, 0) + u
    let b : float[step] in [-5, 5] = 0.5 * prev(b, 0) - 0.5 * prev(a, 1)
    reward = s
    output ra = a
    output rb = b
    """
    program = program_of(text=text)
    assert not program.diagnostics and str(program.outputs["reward"].bounds) == "[-100, 200]"
    made = system([[0.5, 0.25], [-0.5, 0.5]], [[1], [0]], [(-1, 2)], [(1, 1), (0, 0)])
    for name, (low, high) in zip(("ra", "rb"), worst(made, 100), strict=True):
        found = program.outputs[name].bounds
        assert (float(found.lo), float(found.hi)) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("update", ["min(prev(s, 0) + u, 9)", "prev(s, 0) * u", "gate u > 0 { prev(s, 0) } else 0", "abs(prev(s, 0)) * 0.5"])
def test_what_is_not_linear_is_left_alone(update):
    text = f"input u : float[step] in [0, 1]\nlet s : float[step] in [0, 9] = {update}\nreward = s\n"
    assert not program_of(text=text).facts.ranges.memories


def test_a_state_that_only_another_one_uses_is_used():
    text = """
    input u : float[step] in [0, 1]
    let a : float[step] in [0, 1] = 0.5 * prev(b, 0) + 0.5 * u
    let b : float[step] in [0, 1] = prev(a, 0)
    reward = a
    """
    assert "RW504" not in codes(text)
