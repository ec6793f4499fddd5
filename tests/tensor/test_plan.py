"""What is planned for the columns at hand: terms and lengths that rest on more than the outputs do."""

import rewardlang as rl


def test_a_term_that_no_rollout_reaches_asks_for_no_column():
    reward = rl.compile(text="""
        input a : float in [-2, 3]
        input b : float in [0, 1]
        param w in [0, 1] = 0.5
        reward = gate w > 2 { q: a, r: 2 } else { k: b }
    """)
    alone, both = reward({"b": [0.5]}), reward({"b": [0.5], "a": [1.0]})
    assert alone.to_lists("reward") == both.to_lists("reward") == [0.5]
    assert {label: alone.terms[label].tolist() for label in alone.terms} == {"r": [0.0], "k": [0.5]}
    assert {label: both.terms[label].tolist() for label in both.terms} == {"q": [0.0], "r": [0.0], "k": [0.5]}


def test_positions_of_an_axis_within_another_are_counted_without_a_value():
    reward = rl.compile(text="""
        input d : bool
        input score : float[turn, token] in [0, 1]
        output positions = count(over [turn, token] where d)
        output total = sum(score over [turn, token])
    """)
    out = reward({"d": [True, False], "score": [[[0.5, 0.5], [0.25]], [[1.0]]]})
    assert out.to_lists("positions") == [3, 0]
    assert out.to_lists("total") == [1.25, 1.0]
