"""`score` with statistics over the run: batch after batch, and right after an interrupt too."""

import json

import pytest

from rewardlang.cli.scoring.scorer import RewardScorer

SPEC = """
input score : float in [0, 9]
input message : text
reward = score - mean(score over run)
output novelty = cumcount(over run by message)
output seen = count(over run)
"""
IN_TURN = ["mon", "mon", "tue", "wed", "wed", "wed", "thu"]
MIXED = ["mon", "tue", "mon", "tue", "wed", "thu", "wed"]
SCORES = [1, 3, 5, 2, 4, 0, 9]


@pytest.fixture
def files(tmp_path):
    """A spec, and data whose batches come in turn, or mixed up."""
    (tmp_path / "spec.rwd").write_text(SPEC, encoding="utf-8")

    def make(days: list[str]):
        rows = [{"day": day, "score": score, "message": "ab"[score % 2]} for day, score in zip(days, SCORES, strict=True)]
        (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return tmp_path / "spec.rwd", tmp_path / "data.jsonl", tmp_path / "out.jsonl"

    return make


def expected(days: list[str]) -> dict[int, tuple[float, int, int]]:
    """By hand: row -> reward, how often its message was seen, how many rollouts were seen."""
    seen: list[int] = []
    messages: dict[int, int] = {}
    found = {}
    for day in dict.fromkeys(days):
        rows = [place for place, other in enumerate(days) if other == day]
        seen += [SCORES[place] for place in rows]
        for place in rows:
            messages[SCORES[place] % 2] = messages.get(SCORES[place] % 2, 0) + 1
            found[place + 1] = (SCORES[place] - sum(seen) / len(seen), messages[SCORES[place] % 2], len(seen))
    return found


def told(text: str) -> dict[int, tuple[float, int, int]]:
    lines = map(json.loads, text.splitlines())
    return {line["row"]: (pytest.approx(line["reward"]), line["outputs"]["novelty"], line["outputs"]["seen"]) for line in lines}


@pytest.mark.parametrize("days", [IN_TURN, MIXED])
def test_batches_are_seen_in_order(rwd, files, days):
    spec, data, _ = files(days)
    ran = rwd("score", spec, data, "--batch-by", "day")
    assert ran.code == 0
    assert told(ran.out) == expected(days)
    assert list(told(ran.out)) == list(range(1, len(days) + 1))


def test_without_batches_the_data_is_one(rwd, files):
    spec, data, _ = files(IN_TURN)
    assert told(rwd("score", spec, data).out) == expected(["all"] * len(SCORES))


@pytest.mark.parametrize("days", [IN_TURN, MIXED])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_an_interrupted_run_goes_on_as_if_nothing_had_been(rwd, files, monkeypatch, days, after):
    spec, data, out = files(days)
    whole = rwd("score", spec, data, "--batch-by", "day").out
    scored, plain = [], RewardScorer.__call__

    def until(self, rows):
        if len(scored) == after:
            raise KeyboardInterrupt
        scored.append(rows)
        return plain(self, rows)

    monkeypatch.setattr(RewardScorer, "__call__", until)
    assert rwd("score", spec, data, "--batch-by", "day", "-o", out).code == 130
    written = len(out.read_text(encoding="utf-8").splitlines())
    assert written == {True: [0, 2, 3, 6], False: [0, 0, 4, 4]}[days is IN_TURN][after]
    monkeypatch.setattr(RewardScorer, "__call__", plain)
    assert rwd("score", spec, data, "--batch-by", "day", "-o", out).code == 0
    assert out.read_text(encoding="utf-8") == whole


def test_inspect_says_that_the_reward_moves_with_the_run(rwd, files):
    spec, _, _ = files(IN_TURN)
    report = json.loads(rwd("inspect", spec, "--format", "json").out)
    assert report["outputs"]["reward"]["varying"] == ["run"]
    assert report["outputs"]["reward"]["availability"] == "run"
