"""The range engine attacked: random values at many points, corners included, never lie outside what is certified."""

import pytest
from expressions import Expression
from programs import facts_of

from rewardlang.facts.ranges import Ranges
from rewardlang.facts.search.prove import bounds


def attack(seed: int, most: int, count: int):
    """Fails if a value lies outside the certified range, or if none is said to exist."""
    made = Expression(seed, most)
    found = bounds(Ranges(made.spec), made.spec.outputs["reward"].node)
    points = made.points(count)
    for point, value in zip(points, made.values(points)):
        if value is None or value != value:
            continue
        assert found is not None, f"{value} at {point}, said never to be valid"
        slack = 1e-9 * max(1.0, abs(value))
        assert found.outer.lo - slack <= value <= found.outer.hi + slack, f"{value} at {point}, outside {found.outer}"
    if found is not None and found.inner is not None:
        assert found.outer.contains(found.inner)


@pytest.mark.parametrize("seed", range(150))
def test_no_value_of_a_random_expression_lies_outside(seed):
    attack(seed, most=12 if seed % 3 else 30, count=150)


#: Expressions that natural intervals overestimate, with their exact ranges (by calculus, or by symmetry where it says so).
EXACT = [
    ("x / (1 + abs(x))", {"x": (-10, 10)}, (-10 / 11, 10 / 11)),
    ("x * y / (1 + abs(x * y))", {"x": (-100, 100), "y": (-100, 100)}, (-10000 / 10001, 10000 / 10001)),
    ("(a * p + b * q + c * r) / (a + b + c)", {**dict.fromkeys("abc", (0.1, 1)), **dict.fromkeys("pqr", (0, 10))}, (0, 10)),
    ("x ** 5 - 3 * x ** 3 + x", {"x": (-2, 2)}, (-10, 10)),
    ("2 * p * r / (p + r + 0.000001)", {"p": (0, 1), "r": (0, 1)}, (0, 2 / 2.000001)),
    ("w * a + (1 - w) * (v * b + (1 - v) * c)", dict.fromkeys("wvabc", (0, 1)), (0, 1)),
    ("sigmoid(x) * (1 - sigmoid(x))", {"x": (-8, 8)}, (0.00033523767075636815, 0.25)),
    ("exp(a) / (exp(a) + exp(b))", {"a": (0, 1), "b": (0, 1)}, (0.2689414213699951, 0.7310585786300049)),
    ("1 - (a - b) ** 2 / (a ** 2 + b ** 2 + 1)", {"a": (-2, 2), "b": (-2, 2)}, (-7 / 9, 1)),
    ("gate x > y { x - y } else { (y - x) / 2 }", {"x": (0, 1), "y": (0, 1)}, (0, 1)),
    ("x * sigmoid(x) - x", {"x": (0, 6)}, (-0.2784645427610738, 0)),
]


@pytest.mark.parametrize("text, inputs, exact", EXACT, ids=[row[0] for row in EXACT])
def test_ranges_are_tight_where_sources_stand_more_than_once(text, inputs, exact):
    head = "".join(f"input {name} : float in [{low}, {high}]\n" for name, (low, high) in inputs.items())
    found = facts_of(f"{head}reward = {text}\n").output("reward")
    width = exact[1] - exact[0]
    assert found.bounds.lo <= exact[0] + 1e-12 and exact[1] - 1e-12 <= found.bounds.hi
    assert exact[0] - found.bounds.lo <= 1e-3 * width and found.bounds.hi - exact[1] <= 1e-3 * width
    assert found.bounds_tight


def test_what_is_assumed_of_two_inputs_holds_in_differences_and_ratios():
    facts = facts_of("""
        input a : float in [0, 10]
        input b : float in [1, 10]
        assume a <= b
        reward = a / b
        output gap = b - a
        output twice = b - 2 * a + a
    """)
    assert facts.output("reward").bounds.to_json() == [0, 1]
    assert facts.output("gap").bounds.lo == facts.output("twice").bounds.lo == 0


@pytest.mark.parametrize("text", ["0.5 * (x + y) - 0.25 * x * y", "x * (1 - x)", "(a - 1) ** 2 + y", "max(x, y) * x"])
def test_ends_that_are_reached_are_exact(text):
    facts = facts_of("input x : float in [0, 1]\ninput y : float in [0, 1]\ninput a : float in [0, 3]\n"
                     f"reward = {text}\noutput used = x + y + a\n")
    found = facts.reached(facts.spec.outputs["reward"].node)
    assert found.outer == found.inner


@pytest.mark.parametrize("nominal", ["n", "gate valid(m) { n } else invalid"])
@pytest.mark.parametrize("form", ["m + w * (nominal - m)", "w * nominal + (1 - w) * m"])
@pytest.mark.parametrize("share", ["param w in [0, 1] = 0.5", "let w = 0.25", "let w = 0.23796462709189137"])
def test_convex_combinations_are_exact_also_where_one_part_may_have_no_value(nominal, form, share):
    program = facts_of("input n : float? in [-5, 5]\ninput m : float? in [-5, 5]\n"
                       f"{share}\nlet nominal = {nominal}\nreward = {form}\nensure reward in [-5, 5]\n")
    assert [found.code for found in program.diagnostics] == []


@pytest.mark.parametrize(("assumed", "reward", "least", "greatest"), [
    ("a <= b", "a ** 2 / (a ** 2 + b ** 2 + 0.04)", 0, 1 / 2.04), ("a <= b", "a / (b + 0.5)", 0, 2 / 3), ("a + b <= 1", "a * b + a", 0, 1),
    ("b <= a", "sigmoid(sqrt(abs(0.5 * b - 0.25) + 0.01))", 0.524979, 0.624783),
])
def test_what_an_assumption_speaks_of_is_not_moved_to_an_end(assumed, reward, least, greatest):
    """At the better end of one source the assumption holds of other points of the rest."""
    spec = facts_of(f"input a : float in [0, 1]\ninput b : float in [0, 1]\nassume {assumed}\nreward = {reward}\n").spec
    outer = bounds(Ranges(spec), spec.outputs["reward"].node).outer
    assert outer.lo <= least + 1e-6 and greatest - 1e-6 <= outer.hi
    assert outer.width <= 1.05 * (greatest - least) + 1e-6
