"""What parts of a value share: fallbacks used twice, clamped scores without end, lists of known numbers position by position."""

from math import inf

from programs import facts_of

from rewardlang.facts.analyse import analyse
from rewardlang.program import load, with_params
from rewardlang.values.interval import Interval


def test_a_mean_of_one_score_and_a_fallback_to_it_is_within_both():
    facts = facts_of("""
        input a : float
        axis patch ragged
        input c : float[patch]?
        param w in [0, 1] = 0.5
        reward = w * clamp(a, -10, 10) + (1 - w) * (mean(clamp(c, -10, 10) over patch) ?? clamp(a, -10, 10))
    """)
    assert facts.output("reward").bounds == Interval(-10, 10)


def test_a_truth_value_with_a_fallback_is_the_same_at_both_places():
    facts = facts_of("""
        axis ref ragged
        input same : bool[ref]?
        input more : float in [-1, 1]
        param w in [0, 0.5] = 0.5
        let right = any(same over ref) ?? false
        reward = {
            right: right
            more: gate right { w * more }
        }
    """)
    assert facts.output("reward").bounds == Interval.of(0, 1.5)


def test_what_parts_share_is_not_taken_for_reached():
    facts = facts_of("""
        axis j = 3
        input s : float[j] in [0, 1]
        reward = 2 * sum(s over j) - 3 * mean(s over j)
    """).output("reward")
    assert facts.bounds.contains(Interval(0, 3)) and (facts.bounds == Interval(0, 3) or not facts.bounds_tight)


def test_lists_of_params_are_known_position_by_position():
    program = load(text="""
        axis j = 3
        axis h = 2
        input x : float[j] in [0, 1]
        param w : float[h, j] = [[1, -1, 0.5], [2, 0, -2]]
        param v : float[h] = [1, -0.5]
        reward = sum(v * relu(sum(w * x over j)) over h)
        output least = sum(w * x over j)
    """)
    assert program.outputs["reward"].bounds == Interval(-inf, inf)
    fixed = analyse(with_params(program, {}))
    assert fixed.output("reward").bounds == Interval.of(-1, 1.5)
    other = analyse(with_params(program, {"w": [[1, 1, 1], [0, 0, 0]], "v": (3, 100)}))
    assert other.output("reward").bounds == Interval(0, 9) and other.output("least").bounds == Interval(0, 3)


def test_a_position_is_forgotten_where_other_positions_are_looked_at():
    program = load(text="""
        axis j = 3
        input x : float in [0, 1]
        param w : float[j] = [1, 10, 100]
        reward = x * sum(w * max(w over j) over j)
    """)
    assert analyse(with_params(program, {})).output("reward").bounds.hi == 11100
