"""Time limits hold of bound functions: the row that is late fails, the others do not, and Python code ends where it is."""

import time

import pytest
import torch

import rewardlang as rl
from rewardlang.models.deadline import in_time
from rewardlang.models.failed import Failed

VERIFIER = "input x : text\nverifier good(x: text) -> float in [0, 99]  timeout 200 ms\nreward = good(x)"
MODEL = "input x : text\nmodel good(x: text) -> float in [0, 99]  timeout 200 ms  batch 1\nreward = good(x)"


def spin(seconds, alive):
    """Python code that takes a while; `alive` counts how far it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        alive[0] = time.monotonic()


def by_name(text):
    """A verifier that another process finds."""
    if text == "hangs":
        time.sleep(60)
    return float(len(text))


def scored(text, function, rows):
    """The rewards, why there are none, and the seconds that it took."""
    reward = rl.compile(text=text, bind={"good": function})
    reward({"x": ["warm"]})
    start = time.monotonic()
    out = reward({"x": rows})
    return out.to_lists("reward"), out.invalid, time.monotonic() - start


@pytest.mark.parametrize("hang", ["sleeps", "spins"])
def test_a_late_row_of_a_bound_verifier_fails_alone(hang):
    alive = [0.0]

    def good(text):
        if text == "hangs":
            time.sleep(5) if hang == "sleeps" else spin(5, alive)
        return float(len(text))

    values, reasons, took = scored(VERIFIER, good, ["a", "hangs", "bb", "ccc"])
    assert values == [1, None, 2, 3] and reasons[1] == "good: took longer than 0.2 s"
    assert 0.2 <= took < 0.2 + 0.1 + 0.3      # the limit, what it may be exceeded by, and the rest on a busy machine
    if hang == "spins":
        time.sleep(0.2)
        assert time.monotonic() - alive[0] > 0.15, "it still runs"


def test_a_late_micro_batch_of_a_bound_model_fails_alone():
    def good(texts):
        if "hangs" in texts:
            time.sleep(5)
        return [float(len(text)) for text in texts]

    values, reasons, took = scored(MODEL, good, ["a", "hangs", "bb", "ccc"])
    assert values == [1, None, 2, 3] and reasons[1] == "good: took longer than 0.2 s" and took < 0.6


def test_a_function_that_another_process_finds_is_ended_there():
    values, reasons, took = scored(VERIFIER, by_name, ["a", "hangs", "bb"])
    assert values == [1, None, 2] and reasons[1] == "good: took longer than 0.2 s" and took < 5



def test_all_calls_together_have_a_limit_too():
    def slow(text):
        time.sleep(0.08)
        return 1.0

    text = VERIFIER.replace("timeout 200 ms", "within 250 ms")
    reward = rl.compile(text=text, bind={"good": slow})
    start = time.monotonic()
    out = reward({"x": [str(n) for n in range(20)]})
    took = time.monotonic() - start
    done = [value for value in out.to_lists("reward") if value is not None]
    assert 1 <= len(done) <= 3 and took < 1
    assert out.invalid[-1] == "good: took longer than 0.25 s with all the others"
    assert out.counts["good"].causes["time"] == 20 - len(done)


def test_a_row_that_raises_under_a_limit_has_its_own_reason():
    values, reasons, _ = scored(VERIFIER, lambda text: {"a": 1.0, "warm": 0.0}[text], ["a", "b"])
    assert values == [1, None] and reasons[1] == "good: KeyError: 'b'"


def test_gradients_pass_through_a_model_under_a_limit():
    weight = torch.nn.Parameter(torch.tensor(2.0))
    text = "input x : float\nmodel q(x: float) -> float in [-9, 9]  timeout 5 s\nreward = q(x)"
    reward = rl.compile(text=text, bind={"q": lambda x: weight * x})
    out = reward({"x": torch.tensor([1.0, 3.0])})
    out.reward.sum().backward()
    assert out.reward.tolist() == [2, 6] and weight.grad.item() == 4
    with torch.no_grad():
        assert not reward({"x": torch.tensor([1.0])}).reward.requires_grad


def test_a_late_model_on_tensors_has_a_reason():
    def slow(x):
        time.sleep(5 if len(x) > 1 else 0)
        return x

    reward = rl.compile(text="input x : float\nmodel q(x: float) -> float in [-9, 9]  timeout 100 ms\nreward = q(x)", bind={"q": slow})
    start = time.monotonic()
    out = reward({"x": [1.0, 2.0]})
    assert out.invalid == ["q: took longer than 0.1 s"] * 2 and time.monotonic() - start < 2


def test_calls_keep_their_order_and_errors_pass():
    assert in_time(lambda x: x + 1, [(n,) for n in range(1000)], 5) == list(range(1, 1001))
    with pytest.raises(ZeroDivisionError):
        in_time(lambda x: 1 / x, [(1,), (0,)], 5)
    found = in_time(lambda x: time.sleep(x), [(0.0,), (3.0,), (0.0,), (3.0,), (0.0,)], 0.1)
    assert [type(value) is Failed for value in found] == [False, True, False, True, False]


@pytest.mark.parametrize(("options", "values"), [
    ("batch 2", [2, 3, None, None, 6]), ("batch 2 on_error 5", [2, 3, 5, 5, 6]), ("batch 2 out_of_range clip", [2, 3, None, None, 6]),
    ("batch 2 out_of_range error", [2, 3, None, None, 6]), ("", [None] * 5)])
def test_a_micro_batch_of_a_model_on_tensors_that_raises_fails_alone(options, values):
    def q(x):
        if (x == 3).any():
            raise ValueError("three")
        return x + 1

    text = f"input x : float\nmodel q(x: float) -> float in [1, 10]  {options}\nreward = q(x)"
    x = torch.arange(1.0, 6, dtype=torch.float64, requires_grad=True)
    out = rl.compile(text=text, bind={"q": q})({"x": x})
    assert out.to_lists("reward") == values and out.counts["q"].clipped == 0
    assert out.counts["q"].failed == (2 if options else 5)
    if options == "batch 2":
        out.reward[out.valid].sum().backward()
        assert x.grad.tolist() == [1, 1, 0, 0, 1]


def test_a_model_on_tensors_that_is_late_with_all_its_calls_is_asked_no_more():
    asked = []

    def q(x):
        asked.append(x.item())
        time.sleep(5 if x.item() == 3 else 0)
        return x

    text = "input x : float\nmodel q(x: float) -> float in [0, 9]  batch 1  within 300 ms\nreward = q(x)"
    out = rl.compile(text=text, bind={"q": q})({"x": [1.0, 2.0, 3.0, 4.0]})
    assert out.to_lists("reward") == [1, 2, None, None] and asked == [1, 2, 3]
    assert out.invalid[2:] == ["q: took longer than 0.3 s with all the others"] * 2
