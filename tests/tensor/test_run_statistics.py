"""Statistics over the run: batch after batch as if all that was seen were one batch, saved, loaded and left alone."""

import json
import os
import pickle
import subprocess
import sys
from math import inf
from random import Random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SPEC = """
input score : float?
input good : bool
input message : text
input kind : enum{ask, tell}
input edge : float?
axis joint = {hip, knee}
input torque : float[joint]?
output total = sum(score over run)
output average = mean(score over run where good)
output least = min(score over run by message)
output most = max(score over run)
output product = prod(score over run by kind)
output deviation = std(score over run, ddof = 1)
output variance = var(score over run by message, ddof = 0)
output some = any(good over run by message)
output every_one = all(good over run where kind == ask)
output number = count(over run where good)
output earliest = first(score over run by kind)
output latest = last(score over run by message)
output so_far = cumsum(score over run)
output grown = cumprod(score over run by message)
output so_many = cumcount(over run by message)
output so_many_good = cumcount(over run by message where good)
output running = cummean(score over run by kind)
output highest = cummax(score over run where good)
output lowest = cummin(score over run by message)
output before = prev(score over run by message, edge)
output step_up = delta(score over run, 0)
output kind_before = prev(kind over run, ask)
output was_good = prev(good over run by kind, false)
output push = mean(torque over run)
output push_by = cummax(torque over run by message)
output scaled = score - mean(score over run)
"""


def _rows(draw: Random, count: int) -> list[dict]:
    number = lambda: draw.choice([None, draw.uniform(-2, 2), draw.randint(-2, 2)])  # noqa: E731
    return [{"score": number(), "good": draw.random() < 0.5, "message": draw.choice(["a", "b", "c", ""]),
             "kind": draw.choice(["ask", "tell"]), "edge": number(), "torque": [number() or 0.5, draw.uniform(-1, 1)]}
            for _ in range(count)]


def _columns(rows: list[dict]) -> dict[str, list]:
    return {name: [row[name] for row in rows] for name in ("score", "good", "message", "kind", "edge", "torque")}


def _lists(out) -> dict[str, list]:
    return {name: out.to_lists(name) for name in out.outputs}


def _same(got: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(_same, got, wanted))
    return got == wanted if isinstance(wanted, str | None) or isinstance(got, None | str) else got == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(6))
def test_the_last_of_several_batches_sees_what_one_batch_of_all_would(seed):
    draw = Random(seed)
    batches = [_rows(draw, draw.choice([0, 1, 2, 7])) for _ in range(5)] + [_rows(draw, 3)]
    run, whole = rl.compile(text=SPEC), rl.compile(text=SPEC.replace("over run", "over batch"))
    seen: list[dict] = []
    for rows in batches:
        seen += rows
        got = _lists(run(_columns(rows)))
        wanted = {name: values[len(seen) - len(rows):] for name, values in _lists(whole(_columns(seen))).items()}
        if rows:
            different = [name for name in wanted if not _same(got[name], wanted[name])]
            assert not different, (different[0], got[different[0]], wanted[different[0]])


def test_update_then_use():
    reward = rl.compile(text="input score : float\noutput m = mean(score over run)")
    assert [reward({"score": [x]}).to_lists("m") for x in (1.0, 3.0)] == [[1.0], [2.0]]


def test_what_is_saved_goes_on_where_it_was():
    draw = Random(9)
    first, second = _rows(draw, 8), _rows(draw, 5)
    whole, part = rl.compile(text=SPEC), rl.compile(text=SPEC)
    whole(_columns(first))
    part.load_run_state(json.loads(json.dumps(whole.run_state(), allow_nan=False)))
    kept = pickle.loads(pickle.dumps(whole))
    wanted = _lists(whole(_columns(second)))
    assert _lists(part(_columns(second))) == wanted == _lists(kept(_columns(second)))
    assert part.run_state() == whole.run_state()


def test_another_process_knows_the_same_names(tmp_path):
    spec = tmp_path / "run.rwd"
    spec.write_text(SPEC, encoding="utf-8")
    code = f"import json, rewardlang as rl; r = rl.compile({str(spec)!r})\n" \
        f"r({_columns(_rows(Random(1), 4))!r}); print(json.dumps(r.run_state()))"
    told = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                           env=os.environ | {"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")]
    assert told[0] == told[1]
    rl.compile(spec).load_run_state(json.loads(told[0]))


def test_evaluation_leaves_it_alone():
    reward = rl.compile(text=SPEC)
    rows, others = _columns(_rows(Random(2), 4)), _columns(_rows(Random(3), 4))
    reward(rows)
    before = reward.run_state()
    looked = _lists(reward(others, update_run=False))
    assert reward.run_state() == before
    assert _lists(reward(others)) == looked
    reward.reset_run()
    assert reward.run_state()["statistics"] == {}


def test_a_batch_that_fails_leaves_no_trace():
    def broken(x):
        raise RuntimeError("no")

    text = "input x : float\nmodel f(x: float) -> float\noutput m = mean(x over run)\noutput y = f(x) + 0 * m"
    reward = rl.compile(text=text, bind={"f": lambda x: [1.0]})
    reward({"x": [1.0]})
    with pytest.raises(RewardError):
        reward({"x": [5.0, 7.0]})            # one result for two rows
    assert reward({"x": [3.0]}).to_lists("m") == [2.0]


def test_a_closed_gate_narrows_no_history():
    asked = []

    def quality(x):
        asked.extend(x)
        return x

    text = "input x : float\ninput open : bool\nmodel q(x: float) -> float in [0, 9]\n    on_error 0\n" \
        "reward = gate open { q(x) - mean(q(x) over run) }"
    reward = rl.compile(text=text, bind={"q": quality})
    assert reward({"x": [1.0, 3.0], "open": [False, False]}).to_lists("reward") == [0, 0]
    assert sorted(map(float, asked)) == [1, 3]
    assert reward({"x": [5.0], "open": [True]}).to_lists("reward") == [2.0]


@pytest.mark.parametrize("change, problem", [
    (lambda saved: {}, "is none"),
    (lambda saved: saved | {"version": 0}, "another version"),
    (lambda saved: saved | {"fingerprint": "0"}, "another spec"),
    (lambda saved: saved | {"statistics": {"mean": {"keys": [None], "width": 2, "numbers": {"count": [1]}}}}, "damaged"),
    (lambda saved: saved | {"statistics": {"mean": None}}, "damaged"),
    (lambda saved: None, "is none"),
])
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, problem):
    reward = rl.compile(text="input x : float\noutput m = mean(x over run)")
    reward({"x": [1.0]})
    with pytest.raises(RewardError, match=problem):
        reward.load_run_state(change(reward.run_state()))
    assert reward({"x": [3.0]}).to_lists("m") == [2.0]


def test_a_trained_param_does_not_make_it_another_reward():
    text = "param w in [0, 1] = 0.5 learnable\ninput x : float\noutput m = w * mean(x over run)"
    reward, other = rl.compile(text=text), rl.compile(text=text)
    reward({"x": [2.0]})
    with torch.no_grad():
        other.parameters()[0].fill_(1.0)
    other.load_run_state(reward.run_state())
    assert other({"x": [4.0]}).to_lists("m") == [3.0]


def test_other_params_make_it_another_reward():
    text = "param w in [0, 1] = 0.5\ninput x : float\noutput m = mean(w * x over run)"
    with pytest.raises(RewardError, match="other params"):
        rl.compile(text=text, params={"w": 1}).load_run_state(rl.compile(text=text).run_state())


def test_an_axis_may_not_change_its_size_along_the_run():
    reward = rl.compile(text="axis dim\ninput x : float[dim]\noutput m = mean(x over run)")
    assert reward({"x": [[1.0, 2.0], [3.0, 4.0]]}).to_lists("m") == [[2.0, 3.0]] * 2
    with pytest.raises(RewardError, match="2 positions in earlier batches and has 3"):
        reward({"x": [[1.0, 2.0, 3.0]]})


def test_single_precision_columns_are_counted_in_double():
    reward = rl.compile(text="input x : float\noutput m = sum(x over run)")
    for _ in range(3):
        out = reward({"x": torch.full((1 << 20,), 16.0 + 1 / 1024)})
    assert float(out.outputs["m"][0]) == pytest.approx(3 * (1 << 20) * (16 + 1 / 1024), rel=1e-7)


def test_infinite_entries_are_saved_as_text():
    reward = rl.compile(text="input x : float in [-inf, 0]\noutput m = min(x over run)\nensure m <= 0")
    reward({"x": [-inf]})
    saved = json.loads(json.dumps(reward.run_state(), allow_nan=False))
    reward.load_run_state(saved)
    assert reward.run_state() == saved


def test_no_gradient_goes_through_what_is_remembered():
    reward = rl.compile(text="input x : float\nreward = x - mean(x over run)")
    x = torch.tensor([1.0, 3.0], requires_grad=True)
    reward({"x": x}).reward.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_rollouts_alone_are_counted():
    reward = rl.compile(text="input x : float\noutput n = count(over run)\noutput k = cumcount(over run)")
    assert _lists(reward({"x": [1.0, 2.0]})) == {"n": [2, 2], "k": [1, 2]}
    assert _lists(reward({"x": [1.0]})) == {"n": [3], "k": [3]}


@pytest.mark.parametrize("population", ["batch", "run"])
def test_the_number_of_rollouts_needs_no_column_that_is_read(population):
    reward = rl.compile(text=f"input x : float\noutput n = count(over {population})\noutput k = x")
    assert rl.compile(text=f"input x : float\noutput n = count(over {population})")({"x": [1.0] * 3}).to_lists("n") == [3] * 3
    assert reward({"x": [1.0, 2.0]}).to_lists("n") == [2, 2]
