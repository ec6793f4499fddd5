"""What one term does to one sample, in every adapter: nothing, an exception, too late, infinite or no number; all counted."""

import asyncio
from types import SimpleNamespace

import every_adapter
import pytest
from every_adapter import FAILED, MAKERS, NEEDS, WANTED, WAYS

import rewardlang as rl
from rewardlang.cli.main import main
from rewardlang.trainers.refuse import TrainerError, refuse
from rewardlang.trainers.table import TRAINERS


def test_none_is_left_out():
    assert set(WAYS) == set(MAKERS) == set(TRAINERS)


@pytest.mark.parametrize(("trainer", "way"), [(trainer, way) for trainer, ways in WAYS.items() for way in ways])
def test_a_failure_is_its_sample_s_own_and_counted(trainer, way):
    if trainer in NEEDS:
        pytest.importorskip(NEEDS[trainer], reason=f"{NEEDS[trainer]} is not installed here: `make trainers` does it")
    told = way()
    assert told.rewards == pytest.approx(WANTED)
    assert told.failed == FAILED


#: What is known at a level and not before, for trainers of samples and for those that ask at each step.
LATE = {
    "step": ("setting episodic\ninput code : float[step]\n", "code"),
    "next_step": ("setting episodic\ninput code : float[step]\n", "ahead(code, 0)"),
    "episode": ("setting episodic\ninput code : float[step]\n", "sum(code over step)"),
    "group": ("input code : float\ninput k : id\ngroup by k\n", "code - mean(code over group)"),
    "batch": ("input code : float\n", "code - mean(code over batch)"),
    "run": ("input code : float\n", "code - mean(code over run)"),
}
SERVES = {"trl": 6, "verl": 6, "openrlhf": 3, "verifiers": 3, "nemo_gym": 3, "slime": 4, "areal": 3}
HIDES = {"gymnasium": {"observe": None}, "sb3": {"observe": None}, "isaaclab": {"sees_state": False}, "pettingzoo": {"sees_state": False}}
MACHINE = """setting episodic discount 0.9
input code : float[step]
machine m {
    start a
    a -> b when code > 1 : +1
    otherwise stay : 0
    final b
}
"""


def adapters():
    return [(trainer, maker) for trainer, makers in MAKERS.items() for maker in makers]


def needed(trainer):
    if trainer in NEEDS:
        pytest.importorskip(NEEDS[trainer], reason=f"{NEEDS[trainer]} is not installed here: `make trainers` does it")


@pytest.mark.parametrize(("trainer", "maker"), adapters())
def test_what_is_known_too_late_is_refused_before_training(trainer, maker):
    needed(trainer)
    for place, (level, (head, value)) in enumerate(LATE.items()):
        reward = rl.compile(text=f"{head}reward = {value}")
        if place < SERVES.get(trainer, 1):
            maker(reward)
        else:
            with pytest.raises(TrainerError, match=f"cannot serve this reward:\n  - the reward is known at `{level}`.*; use a trainer"):
                maker(reward)


@pytest.mark.parametrize(("trainer", "maker"), [each for each in adapters() if each[0] not in SERVES])
def test_endings_memory_and_discounts_are_held_to_what_the_trainer_does(trainer, maker):
    needed(trainer)
    for ending, level in (("max(code over step) > 3", "episode"), ("ahead(code, 0) > 3", "next_step")):
        with pytest.raises(TrainerError, match=f"the end of the episode is known at `{level}`.*; let `done` look back only"):
            maker(rl.compile(text=f"{LATE['step'][0]}reward = code\noutput done = {ending}"))
    paid, ends = (rl.compile(text=f"{MACHINE}{rest}") for rest in ("reward = m.reward", "reward = code\noutput done = m.done"))
    for reward, what in ((paid, "reward"), (ends, "end of the episode")):
        assert maker(reward, discount=0.9).stepper.width == 2
        with pytest.raises(TrainerError, match="means a discount of 0.9, and this trainer uses 0.5; give both the same"):
            maker(reward, discount=0.5)
        if trainer in HIDES:
            with pytest.raises(TrainerError, match=f"the {what} rests on the state of `m`.*; show the policy the state"):
                maker(reward, **HIDES[trainer])
    with pytest.raises(TrainerError, match="it has no use for the weight `weight`; leave it out"):
        maker(rl.compile(text=f"{LATE['step'][0]}reward = code\nweight = 1 + 0 * max(code over step)"))


def test_refusals_have_codes_and_places_and_check_finds_the_same(tmp_path, capsys):
    text = f"{LATE['step'][0]}reward = max(code over step)\nweight = 1 + 0 * max(code over step)"
    with pytest.raises(TrainerError, match=r"\(RW416\)\n  - .*\(RW420\)$") as caught:
        refuse(rl.compile(text=text), "isaaclab")
    assert [(each.code, each.span.text.split()[0]) for each in caught.value.diagnostics] == [("RW416", "reward"), ("RW420", "weight")]
    (tmp_path / "late.rwd").write_text(text)
    assert main(["check", str(tmp_path / "late.rwd"), "--trainer", "isaaclab", "--format", "concise"]) == 1
    said = capsys.readouterr().out
    assert "RW416" in said and "RW420" in said
    for words in (["--trainer", "nobody"], ["--discount", "0.9"], ["--trainer", "trl", "--discount", "much"]):
        assert main(["check", str(tmp_path / "late.rwd"), *words]) == 2


def test_slime_is_told_to_hand_over_groups():
    head, value = LATE["group"]
    (maker,) = MAKERS["slime"]
    made = maker(rl.compile(text=f"{head}reward = {value}"))
    with pytest.raises(TrainerError, match="slime asks about one: start it with --group-rm"):
        asyncio.run(made(None, SimpleNamespace(prompt="", response="")))


def test_the_judge_is_what_it_says():
    with pytest.raises(RuntimeError):
        every_adapter.judge("2")
    assert every_adapter.judge("0") == 0.5 and every_adapter.judge("1") is None
