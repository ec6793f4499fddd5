"""Every example runs, is no longer than forty lines, and is in the table."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "trainers"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("tiny"))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short(name):
    assert len((FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 40
    assert f"`{name}.py`" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_table_names_no_other():
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)\.py`", table, re.MULTILINE)) == NAMES


def test_samples_agree(example):
    found = example("samples").main()
    assert list(found.values()) == [pytest.approx(2 / 6 + 0.5)] * 5


def test_isaaclab(example):
    found = example("isaaclab_manager").main()
    total = found["Episode_Reward/ahead"] + found["Episode_Reward/calm"]
    assert found["Episode_Reward/total"] == pytest.approx(total) and found["Episode_Reward/ahead"] == pytest.approx(1, abs=0.2)


def test_pettingzoo(example):
    pytest.importorskip("pettingzoo", reason="PettingZoo is not installed here: `make trainers` does it")
    found = example("pettingzoo_agents").main()
    ahead = sum(range(1, 21))
    assert found == {"left": pytest.approx(-ahead / 2, rel=1e-5), "right": pytest.approx(0.1 * ahead - ahead / 2, rel=1e-5)}


def test_verifiers(example):
    pytest.importorskip("verifiers.v1", reason="verifiers is not installed here: `make trainers` does it")
    assert example("verifiers_task").main() == pytest.approx({"correctness": 1, "brevity": -0.03, "invalid": 0})


def test_gymnasium(example):
    pytest.importorskip("gymnasium", reason="gymnasium is not installed here: `make trainers` does it")
    assert example("gymnasium_vector").main(60, 2) == pytest.approx(2.71, rel=1e-4)
