"""What docs/python.md shows is what happens."""

import doctest
import re
from pathlib import Path

import pytest

import rewardlang as rl
from rewardlang.tensor.result import Result
from rewardlang.tensor.reward import CompiledReward

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
COMPILED = "input x : float in [0, 4]\nreward = { a: tanh(x), b: gate x > 1 { sqrt(x) } else 0 }"


def test_every_example_gives_what_is_shown():
    text = re.sub(r"^```.*$", "", PAGE, flags=re.MULTILINE)
    examples = doctest.DocTestParser().get_doctest(text, {}, "docs/python.md", "docs/python.md", 0)
    assert len(examples.examples) > 25
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(examples, out=said.append)
    assert not runner.failures, "".join(said)


def test_every_public_name_of_a_result_and_of_a_reward_is_on_the_page():
    names = {name for owner in (Result, CompiledReward) for name in vars(owner) if not name.startswith("_")}
    internal = {"misreading", "value", "finished", "row_mask", "real"}
    assert not [name for name in names - internal if not re.search(rf"\b{name}\b", PAGE)]
    assert not [name for name in ("load", "check", "compile", "SpecError") if f"`rl.{name}`" not in PAGE]


def test_a_result_has_its_name_in_the_package():
    assert "Result" in rl.__all__ and isinstance(rl.compile(text="reward = 1")({"": [0]}), rl.Result)


@pytest.mark.slow
def test_torch_compile_changes_nothing_but_rounding():
    columns = {"x": [0.0, 0.5, 1.5, None, 4.0]}
    plain, compiled = (rl.compile(text=COMPILED, compile=flag)(columns) for flag in (False, True))
    assert compiled.invalid == plain.invalid and compiled.terms["b"].tolist() == pytest.approx(plain.terms["b"].tolist())
    assert compiled.reward.tolist() == pytest.approx(plain.reward.tolist(), rel=1e-12)
