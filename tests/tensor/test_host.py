"""Texts, ids, tables and records on their way through gates, lists and calls."""

import rewardlang as rl


def test_texts_are_chosen_by_gates_and_filled_by_coalesce():
    size = []
    reward = rl.compile(text="""
        input a : text
        input b : text?
        input ok : bool
        verifier length_of(t: text) -> int in [0, 100]  on_error 0
        let t = gate ok { a } else (b ?? "none")
        reward = length_of(t)
        output same = t == "none"
    """, bind={"length_of": lambda text: size.append(text) or len(text)})
    out = reward({"a": ["a", "bb", "c"], "b": ["x", None, "yyy"], "ok": [True, False, False]})
    assert out.reward.tolist() == [1, 4, 3] and size == ["a", "none", "yyy"]
    assert out.to_lists("same") == [False, True, False]


def test_a_result_along_the_axis_of_an_argument_must_be_as_long():
    reward = rl.compile(text="""
        axis part ragged
        input words : text[part]
        verifier lengths_of(words: text[part]) -> int[part] in [0, 50]
        output each = lengths_of(words)
        reward = sum(lengths_of(words) over part) ?? -1
    """, bind={"lengths_of": lambda words: [len(word) for word in words if word != "lost"]})
    out = reward({"words": [["q"], [], ["a", "bb"], ["a", "lost", "ccc"]]})
    assert out.reward.tolist() == [1, 0, 3, -1]
    assert out.to_lists("each")[:3] == [[1], [], [1, 2]]
    assert out.reasons("each")[3] == "lengths_of: has 2 along `part`, which has 3"


def test_labels_come_in_and_go_out_as_texts():
    seen = []
    reward = rl.compile(text="""
        input task : enum{easy, hard}
        verifier judged(task: enum{easy, hard}) -> enum{good, bad}  on_error bad
        output verdict = judged(task)
        reward = match task { easy: 1, hard: 2 }
    """, bind={"judged": lambda task: seen.append(task) or {"easy": "good"}[task]})
    out = reward({"task": ["hard", "easy", "none"]})
    assert out.to_lists("reward") == [2, 1, None] and out.to_lists("verdict")[:2] == ["bad", "good"]
    assert seen == ["hard", "easy"]
    assert out.invalid[2] == "column `task`: is no label of enum{easy, hard}: 'none'"


def test_a_table_is_looked_into_along_lists_of_unequal_lengths():
    reward = rl.compile(text="""
        input said : text[step]
        param worth : table[text] of float = {"a": 0.5, "b": -1}
        output found = lookup(worth, said)
        reward = sum(lookup(worth, said) ?? 3 over step)
    """)
    found = reward({"said": [["a", "c", "b"], ["b"], [], None, ["a", None]]})
    assert found.to_lists("found") == [[0.5, None, -1], [-1], [], None, [0.5, None]]
    assert found.to_lists("reward")[:3] == [2.5, -1, 0]


def test_the_first_text_of_a_list_and_a_table():
    reward = rl.compile(text="""
        axis part ragged
        input words : text[part]
        param prices : table[text] of float = {"a": 2}
        reward = lookup(prices, first(words over part) ?? "zero") ?? -1
    """, params={"prices": {"a": 2, "b": 5}})
    assert reward({"words": [["b", "a"], [], ["a"], ["c"]]}).reward.tolist() == [5, -1, 2, -1]
