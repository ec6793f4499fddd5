"""Rewards in several processes: groups that lie across them, statistics over the run, figures of all, failures in one of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev

import pytest
import torch
from torch import distributed, multiprocessing

import rewardlang as rl
from rewardlang.tensor.words import RewardError
from rewardlang.trainers import trl

ROOT = Path(__file__).resolve().parents[2]
GROUPED = """
input tokens : int
input prompt_id : id
input told : float
group by prompt_id
reward = {
    apart: tokens - mean(tokens over group)
    seen:  0.1 * count(over run)
    told:  0 * told
}
"""
LATER = "input tokens : int\nmodel judge(tokens: int) -> float\nreward = judge(tokens) - mean(judge(tokens) over run)"


async def judge(numbers):
    return [float(number) for number in numbers]


def _ask(place, folder):
    """What one of two processes is told: three calls, then one in which only the first has the column, then two rewards at once."""
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=place, world_size=2)
    made, told, logged = trl.reward_function(rl.compile(text=GROUPED), generations=4), [], []
    for call in range(3):
        figures = {}
        rows = [[1, 2], [3, 6]][place]
        wrong = [0.0, "x"] if place == 1 and call == 1 else [0.0, 0.0]
        told.append(made(prompts=["a", "a"], completions=["", ""], completion_ids=[[0] * n for n in rows], told=wrong,
                         log_metric=figures.__setitem__))
        logged.append(figures)
    try:
        made(prompts=["a"], completions=[""], completion_ids=[[0]], **({"told": [0.0]} if place == 0 else {}))
    except RewardError as error:
        told.append(str(error))
    told.append(_two_at_once(place))
    (Path(folder) / f"{place}.json").write_text(json.dumps({"told": told, "logged": logged}))
    distributed.destroy_process_group()


def _two_at_once(place):
    """Rewards with async judges answer in another order in each process."""
    import asyncio
    pair = [trl.reward_function(rl.compile(text=LATER.replace("judge(tokens) -", f"{factor} * judge(tokens) -"), bind={"judge": judge}))
            for factor in (1, 2)]

    async def asked():
        calls = [each(prompts=["a"], completions=[""], completion_ids=[[0] * (place + 1)]) for each in pair]
        return await asyncio.gather(*calls)
    return [asyncio.run(asked()) for _ in range(5)][-1]


def test_two_processes_are_one_batch(tmp_path):
    multiprocessing.spawn(_ask, (str(tmp_path),), nprocs=2)
    first, second = (json.loads((tmp_path / f"{place}.json").read_text()) for place in range(2))
    # Tokens 1 and 2 here, 3 and 6 there: a group of four with the mean 3. The run grows by four a call.
    assert first["told"][0] == pytest.approx([-2 + 0.4, -1 + 0.4]) and second["told"][0] == pytest.approx([0 + 0.4, 3 + 0.4])
    assert second["told"][1][1] is None and first["told"][1][0] is not None
    assert first["told"][2] == pytest.approx([-2 + 1.2, -1 + 1.2], abs=0.11)
    assert first["logged"] == second["logged"]
    assert [figures["invalid/samples"] for figures in first["logged"]] == [0, 1, 0]
    figures = first["logged"][0]
    assert figures["rewards/apart/mean"] == 0 and figures["rewards/apart/zero_spread"] == 0 and figures["rewards/told/zero_spread"] == 1
    assert figures["rewards/apart/std"] == pytest.approx(torch.tensor([-2.0, -1, 0, 3]).std().item())
    for told in (first["told"][3], second["told"][3]):
        assert "different columns: ['told']" in told
    assert first["told"][4] == [[-0.5], [0.5]] and second["told"][4] == [[0.5], [2.5]]


@pytest.fixture(scope="module")
def train():
    """Runs `two_processes.py` by torchrun and gives what both wrote."""
    pytest.importorskip("trl", reason="TRL is not installed here: `make trainers` does it")

    def run(folder, kind, fails, *more):
        about = {**os.environ, "FAILS": fails, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
                   str(Path(__file__).with_name("two_processes.py")), kind, str(folder), *more]
        done = subprocess.run(command, env=about, capture_output=True, text=True, timeout=240, cwd=folder)
        assert done.returncode == 0, done.stderr[-3000:]
        return [json.loads((folder / f"told-{place}.json").read_text()) for place in range(2)]
    return run


def _check(told, kind, fails, steps):
    """Rewards and figures, from what both processes were asked."""
    assert [line["step"] for line in told[0]["logs"]] == [line["step"] for line in told[1]["logs"]]
    logs = {line["step"]: line for line in told[0]["logs"]}
    for step, *parts in zip(steps, *(each["rows"] for each in told), strict=True):
        rows = [{**row, "place": place} for place, part in enumerate(parts) for row in part]
        assert len(rows) == 8 and len({row["prompt"] for row in rows}) == 1
        middle = mean(row["tokens"] for row in rows)
        failed = ["yes" in row["text"] and (fails == "words" or row["place"] == 1) for row in rows]
        lengths = [row["tokens"] - (0 if kind == "alone" else middle) for row in rows]
        for row, bad, length in zip(rows, failed, lengths, strict=True):
            seen = 0 if kind == "alone" else 0.001 * 8 * step
            assert row["reward"] == (None if bad else pytest.approx(length + seen, abs=1e-5))
        good = [length for length, bad in zip(lengths, failed, strict=True) if not bad]
        line = logs[step]
        assert line["invalid/samples"] == line["invalid/judge"] == sum(failed)
        assert line["rewards/length/mean"] == pytest.approx(mean(good), abs=1e-5)
        assert line["rewards/length/std"] == pytest.approx(stdev(good), abs=1e-5)
        assert line["rewards/length/zero_spread"] == float(len(set(good)) == 1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fails"), [("async", "words"), ("alone", "second")])
def test_two_processes_of_trl(train, tmp_path, kind, fails):
    _check(train(tmp_path, kind, fails), kind, fails, [1, 2])


@pytest.mark.slow
def test_two_processes_go_on_from_a_checkpoint(train, tmp_path):
    _check(train(tmp_path, "group", "words"), "group", "words", [1, 2])
    _check(train(tmp_path, "group", "words", "resume"), "group", "words", [3, 4])
