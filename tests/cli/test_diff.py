"""`diff`: distances by hand, on rows and on a model, and what cannot be compared."""

import json

import pytest

ONE = "input prompt : id\ngroup by prompt\ninput x : float\nreward = x"
TWO = "input prompt : id\ngroup by prompt\ninput x : float\nparam k in [-5, 5] = 2\nreward = k * x + 1"
ROWS = [{"prompt": "a", "x": 1}, {"prompt": "a", "x": 3}, {"prompt": "b", "x": 2}, {"prompt": "b", "x": None}, {"prompt": "b", "x": 5}]


@pytest.fixture
def files(tmp_path):
    for name, text in (("one.rwd", ONE), ("two.rwd", TWO)):
        (tmp_path / name).write_text(text)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return [str(tmp_path / name) for name in ("one.rwd", "two.rwd", "rows.jsonl")]


def test_a_multiple_is_no_difference(rwd, files):
    ran = rwd("diff", *files, "--format", "json", "--max", "0.001")
    found = json.loads(ran.out)
    assert ran.code == 0 and found["distance"] == pytest.approx(0, abs=1e-6) and found["disagreement"] == 0
    assert found["samples"] == 4 and found["pairs"] == 2 and found["witness"] is None
    assert "1 row left out" in ran.err


def test_the_opposite_is_found_with_the_rows_that_show_it(rwd, files):
    ran = rwd("diff", *files, "--set", "k=-1", "--format", "json", "--max", "1")
    found = json.loads(ran.out)
    assert ran.code == 1 and found["distance"] == pytest.approx(2) and found["disagreement"] == 1
    assert found["correlation"] == pytest.approx(-1) and found["witness"] == [3, 5]
    assert "distance" in rwd("diff", *files).out


def test_a_tabular_model(rwd, files, tmp_path):
    stay_or_go = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    model = {"transition": stay_or_go, "gamma": 0.9, "initial": [1, 0],
             "columns": {"prompt": [[["a"] * 2] * 2] * 2, "x": [[[0, 0], [1, 1]], [[2, 2], [0, 0]]]}}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model))
    ran = rwd("diff", *files[:2], "--model", str(path), "--set", "k=-1", "--format", "json")
    found = json.loads(ran.out)
    assert found["distance"] == pytest.approx(2) and found["regret"] == pytest.approx(1) and found["hackable"]
    path.write_text(json.dumps({"transition": stay_or_go}))
    assert "gamma, initial, columns is missing" in rwd("diff", *files[:2], "--model", str(path)).err


@pytest.mark.parametrize("words, said", [
    ([], "give one of them"),
    (["{data}", "--output", "margin"], "no output `margin`"),
    (["{data}", "--max", "far"], "a distance is a number"),
])
def test_what_cannot_be_compared(rwd, files, words, said):
    ran = rwd("diff", *files[:2], *(word.format(data=files[2]) for word in words))
    assert ran.code == 2 and said in ran.err
