"""A call lifted over a written list is made for each of its entries."""

import rewardlang as rl


def test_a_verifier_sees_one_entry_of_a_written_list_at_a_time():
    reward = rl.compile(text="""
        use std.text: count_of
        axis mark = 3
        input said : text
        let marks : text[mark] = ["a", "b", "c"]
        output counts = count_of(said, marks)
        reward = sum(count_of(said, marks) over mark)
    """)
    got = reward({"said": ["abba", "cc"]})
    assert got.to_lists("counts") == [[2, 2, 0], [0, 0, 2]] and got.to_lists("reward") == [4, 2]


def test_no_rollouts_at_all():
    reward = rl.compile(text="""
        use std.text: after_last, contains
        axis mark = 2
        input said : text
        let marks : text[mark] = ["a", "b"]
        reward = sum(contains(after_last(said, marks), marks) over mark)
    """)
    assert reward({"said": []}).to_lists("reward") == []
