"""Models and verifiers are called on the rows that need them and no others, equal rows once, each failure alone."""

import math

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.words import MissingError, RewardError, TrustError


class Spy:
    """A function that remembers on what it was called."""

    def __init__(self, function):
        self.function, self.seen = function, []

    def __call__(self, *args):
        self.seen.append(args if len(args) > 1 else args[0])
        return self.function(*args)


GATED = """
input text : text
input ok : bool
verifier good(text: text) -> bool  on_error false
model quality(text: text) -> float in [-10, 10]  on_error 0
reward = gate ok { gate good(text) { quality(text) } else -1 } else -2
"""


def test_only_demanded_rows_are_evaluated_and_counts_say_so():
    good, quality = Spy(lambda text: text.isupper()), Spy(lambda texts: [float(len(text)) for text in texts])
    reward = rl.compile(text=GATED, bind={"good": good, "quality": quality})
    out = reward({"text": ["A", "b", "CC", "DDD"], "ok": [True, True, False, True]})
    assert out.reward.tolist() == [1, -1, -2, 3]
    assert good.seen == ["A", "b", "DDD"] and quality.seen == [["A", "DDD"]]
    assert out.counts == {"good": Counts(demanded=3, evaluated=3), "quality": Counts(demanded=2, evaluated=2)}


def test_equal_rows_are_evaluated_once():
    good = Spy(lambda text: True)
    reward = rl.compile(text=GATED, bind={"good": good, "quality": lambda texts: [1.0] * len(texts)})
    out = reward({"text": ["a", "b", "a", "a"], "ok": [True] * 4})
    assert good.seen == ["a", "b"]
    assert out.counts["good"] == Counts(demanded=4, evaluated=2, deduplicated=2)
    assert out.counts["quality"] == Counts(demanded=4, evaluated=2, deduplicated=2)


def test_equal_calls_are_one_call():
    good = Spy(lambda text: True)
    reward = rl.compile(text="""
        input text : text
        verifier good(text: text) -> bool  on_error false
        reward = good(text) + 2 * good(text)
    """, bind={"good": good})
    assert reward({"text": ["a", "b"]}).reward.tolist() == [3, 3]
    assert good.seen == ["a", "b"]


def test_a_row_that_raises_fails_alone_and_is_called_once():
    def function(text):
        if text == "b":
            raise ValueError("no such answer")
        return 1.0

    score = Spy(function)
    reward = rl.compile(text="""
        input text : text
        verifier score(text: text) -> float in [0, 1]
        reward = score(text)
    """, bind={"score": score})
    out = reward({"text": ["a", "b", "c"]})
    assert score.seen == ["a", "b", "c"]
    assert out.to_lists("reward") == [1, None, 1]
    assert out.reward.tolist() == [1, 0, 1] and out.valid.tolist() == [True, False, True]
    assert out.invalid == [None, "score: ValueError: no such answer", None]
    assert out.counts["score"] == Counts(demanded=3, evaluated=3, failed=1)


@pytest.mark.parametrize(("result", "reason"), [
    (1.5, "score: is out of [0, 1]: 1.5"),
    (math.nan, "score: is NaN"),
    (math.inf, "score: is infinite"),
    (None, "score: gave no value"),
    ("high", "score: is no float: 'high'"),
])
def test_a_result_that_is_not_as_declared_is_a_failure(result, reason):
    text = "input text : text\nverifier score(text: text) -> float in [0, 1]{}\nreward = score(text)"
    bind = {"score": lambda text: result if text == "bad" else 0.5}
    out = rl.compile(text=text.format(""), bind=bind)({"text": ["bad", "fine"]})
    assert out.invalid == [reason, None] and out.to_lists("reward") == [None, 0.5]
    out = rl.compile(text=text.format("  on_error 0"), bind=bind)({"text": ["bad", "fine"]})
    assert out.invalid == [None, None] and out.to_lists("reward") == [0, 0.5]
    assert out.counts["score"].failed == 1


def test_an_invalid_argument_is_not_passed_on_and_on_error_does_not_cover_it():
    score = Spy(lambda text: 0.5)
    reward = rl.compile(text="""
        input text : text?
        verifier score(text: text) -> float in [0, 1]  on_error 0
        reward = score(text) ?? -1
        output raw = score(text)
    """, bind={"score": score})
    out = reward({"text": ["a", None]})
    assert score.seen == ["a"]
    assert out.reward.tolist() == [0.5, -1] and out.to_lists("raw") == [0.5, None]
    assert out.counts["score"] == Counts(demanded=2, evaluated=1, skipped=1)
    assert out.reasons("raw") == [None, "column `text`: is null"]


def test_a_failing_model_fails_all_its_rows_with_the_reason():
    def broken(texts):
        raise RuntimeError("out of memory")

    reward = rl.compile(text="""
        input text : text
        model quality(text: text) -> float in [-1, 1]
        reward = quality(text) ?? 0.25
        output raw = quality(text)
    """, bind={"quality": broken})
    out = reward({"text": ["a", "b"]})
    assert out.reward.tolist() == [0.25, 0.25]
    assert out.reasons("raw") == ["quality: RuntimeError: out of memory"] * 2


def test_a_right_side_of_coalesce_runs_only_where_the_left_is_invalid():
    second = Spy(lambda texts: [9.0] * len(texts))
    reward = rl.compile(text="""
        input text : text
        verifier first(text: text) -> float in [0, 10]
        model second(text: text) -> float in [0, 10]  on_error 0
        reward = first(text) ?? second(text)
    """, bind={"first": lambda text: None if text == "b" else 1.0, "second": second})
    assert reward({"text": ["a", "b", "c"]}).reward.tolist() == [1, 9, 1]
    assert second.seen == [["b"]]


@pytest.mark.parametrize(("op", "cheap", "dear"), [("and", "a", ["y"]), ("or", "b", ["n"])])
def test_the_dearer_side_of_logic_runs_only_where_the_cheaper_does_not_decide(op, cheap, dear):
    slow = Spy(lambda texts: [True] * len(texts))
    reward = rl.compile(text=f"""
        input text : text
        model slow(text: text) -> bool  on_error false
        verifier fast(text: text) -> bool  on_error false
        reward = slow(text) {op} fast(text)
    """, bind={"fast": lambda text: text == "y", "slow": slow})
    reward({"text": ["y", "n"]})
    assert slow.seen == [dear]


def test_a_gate_never_narrows_a_population_but_where_does():
    quality = Spy(lambda texts: [float(len(text)) for text in texts])
    reward = rl.compile(text="""
        input text : text
        input ok : bool
        input counts : bool
        model quality(text: text) -> float in [0, 10]  on_error 0
        reward = gate ok { mean(quality(text) over batch where counts) ?? 0 } else -1
    """, bind={"quality": quality})
    out = reward({"text": ["a", "bbb", "cc"], "ok": [True, False, False], "counts": [True, True, False]})
    assert quality.seen == [["a", "bbb"]] and out.reward.tolist() == [2, -1, -1]
    quality.seen.clear()
    out = reward({"text": ["a", "bbb", "cc"], "ok": [False] * 3, "counts": [True] * 3})
    assert quality.seen == [] and out.reward.tolist() == [-1, -1, -1]


def test_a_group_is_needed_only_where_one_of_it_is():
    quality = Spy(lambda texts: [float(len(text)) for text in texts])
    reward = rl.compile(text="""
        input text : text
        input ok : bool
        input prompt : id
        group by prompt
        model quality(text: text) -> float in [0, 10]  on_error 0
        reward = gate ok { max(quality(text) over group) } else 0
    """, bind={"quality": quality})
    out = reward({"text": ["a", "bbb", "cc", "d"], "ok": [True, False, False, False], "prompt": [1, 2, 1, 2]})
    assert quality.seen == [["a", "cc"]] and out.reward.tolist() == [2, 0, 0, 0]


def test_a_call_is_mapped_over_axes_and_padding_is_never_called():
    score = Spy(lambda text: len(text) / 10)
    reward = rl.compile(text="""
        input said : text[turn]
        verifier score(text: text) -> float in [0, 1]  on_error 0
        reward = sum(score(said) over turn)
    """, bind={"score": score})
    out = reward({"said": [["a", "bb"], [], ["ccc"]]})
    assert score.seen == ["a", "bb", "ccc"]
    assert out.reward.tolist() == pytest.approx([0.3, 0, 0.3])


def test_a_call_may_take_a_list_and_make_one():
    pieces, total = Spy(lambda text: text.split()), Spy(lambda words: sum(map(len, words)))
    reward = rl.compile(text="""
        axis part ragged
        input text : text
        verifier pieces(text: text) -> text[part]  on_error invalid
        verifier total(words: text[part]) -> int in [0, 100]  on_error 0
        verifier size(word: text) -> int in [0, 100]  on_error 0
        let part : text[part]? = pieces(text)
        reward = total(part) ?? -1
        output longest = max(size(part) over part) ?? -1
        output number = sum(size(part) > 0 over part) ?? -1
    """, bind={"pieces": pieces, "total": total, "size": len})
    out = reward({"text": ["a bb", "", None, "cccc"]})
    assert out.reward.tolist() == [3, 0, -1, 4]
    assert out.to_lists("longest") == [2, -1, -1, 4] and out.to_lists("number") == [2, 0, -1, 1]
    assert total.seen == [["a", "bb"], [], ["cccc"]]


def test_a_record_has_fields_and_an_ill_one_fails_as_a_whole():
    reward = rl.compile(text="""
        input text : text
        verifier compared(text: text) -> { parsed: bool, score: float in [0, 1], note: text }
        let m = compared(text)
        reward = gate m.parsed ?? false { m.score ?? -2 } else -1
        output same = m.note == text
    """, bind={"compared": lambda text: {"parsed": text != "b", "score": {"a": 0.5, "b": 0.1}.get(text, 7), "note": "a"}})
    out = reward({"text": ["a", "b", "c"]})
    assert out.reward.tolist() == [0.5, -1, -1]
    assert out.to_lists("same") == [True, False, None]
    assert out.reasons("same")[2] == "compared: its `score` is out of [0, 1]: 7"


def test_a_column_replaces_calls_and_a_binding_replaces_the_column():
    text = "input text : text\nmodel quality(text: text) -> float in [0, 5]\nreward = quality(text) ?? 0"
    assert rl.compile(text=text)({"quality": [1.0, 2.0]}).reward.tolist() == [1, 2]
    bound = rl.compile(text=text, bind={"quality": lambda texts: [4.0] * len(texts)})
    assert bound({"quality": [1.0, 2.0], "text": ["a", "b"]}).reward.tolist() == [4, 4]


def test_a_module_gets_one_tensor_an_argument_and_gradients_reach_it():
    linear = torch.nn.Linear(3, 1)
    reward = rl.compile(text="""
        axis dim = 3
        input ok : bool
        input state : float[dim]
        model value(state: float[dim]) -> float in [-100, 100]  on_error 0
        reward = gate ok { value(state) } else 0
    """, bind={"value": lambda state: linear(state).squeeze(-1)})
    state = torch.randn(4, 3)
    out = reward({"ok": torch.tensor([True, False, True, False]), "state": state})
    expected = torch.where(torch.tensor([True, False, True, False]), linear(state).squeeze(-1), 0)
    # The model saw two rows, not four: its sums may round otherwise.
    assert torch.allclose(out.reward, expected, atol=1e-6) and out.counts["value"].evaluated == 2
    out.reward.sum().backward()
    assert torch.allclose(linear.weight.grad[0], state[[0, 2]].sum(0))


def test_code_runs_only_if_trusted_by_name():
    text = 'input text : text\nverifier size(text: text) -> int from "textwrap:dedent"\nreward = size(text) ?? 0'
    with pytest.raises(TrustError, match=r"trust=\['textwrap'\]"):
        rl.compile(text=text)({"text": ["a"]})
    assert rl.compile(text=text)({"size": [3]}).reward.tolist() == [3]
    text = 'input x : float\nverifier root(x: float) -> float from "math:sqrt"\nreward = root(x) ?? -1'
    assert rl.compile(text=text, trust=["math"])({"x": [4.0, -1.0]}).reward.tolist() == [2, -1]


def test_what_cannot_be_used_is_said():
    text = 'input text : text\nmodel quality(text: text) -> float from "hf:./model"\nreward = quality(text) ?? 0'
    with pytest.raises(RewardError, match="no folder of a model"):
        rl.compile(text=text)({"text": ["a"]})
    with pytest.raises(MissingError, match="no model or verifier `quallity`"):
        rl.compile(text=text, bind={"quallity": len})
    text = "input text : text\nmodel q(text: text) -> float\nreward = q(text) ?? 0\noutput n = text == text"
    reward = rl.compile(text=text)
    out = reward({"text": ["a"]})
    assert list(out.outputs) == ["n"]
    with pytest.raises(MissingError, match="`reward` was not computed: it needs `q`"):
        out.reward  # noqa: B018


def test_a_verifier_with_a_time_limit_runs_apart_and_its_loop_ends():
    reward = rl.compile(text="""
        input seconds : float in [0, 100]
        verifier wait(seconds: float) -> float from "time:sleep"  timeout 1 s
        reward = wait(seconds) ?? -1
        output raw = wait(seconds)
    """, trust=["time"])
    out = reward({"seconds": [30.0]})
    assert out.reward.tolist() == [-1] and "1" in out.reasons("raw")[0]


def test_a_call_is_made_for_the_length_of_its_list_alone():
    text = ("use std.text: split\ninput t : text\ninput ok : bool = true\nlet part : text[part] = split(t, \",\")\n"
            "output n = gate ok { count(over part) } else -1\noutput places = index(part)")
    out = rl.compile(text=text, outputs=["n"])({"t": ["a,b", "c"], "ok": [True, False]})
    assert out.to_lists("n") == [2, -1]
    assert rl.compile(text=text, outputs=["places"])({"t": ["a,b", "c"]}).to_lists("places") == [[0, 1], [0]]
    with pytest.raises(MissingError, match="n needs `t`"):
        rl.compile(text=text, outputs=["n"])({"ok": [True]})
