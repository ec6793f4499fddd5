"""The office: not to be learnt from the position, learnt with the machine's state, sooner with counterfactual experience."""

import re
import sys

import pytest

import rewardlang as rl
from rewardlang.analysis.machines import Tracker

pytest.importorskip("gymnasium", reason="gymnasium, which the extra `dev` brings, is not installed")
np = pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def office(root):
    """The modules of the example."""
    sys.path.insert(0, str(root / "examples" / "office"))
    import learn
    import world
    yield learn, world
    sys.path.pop(0)


@pytest.fixture(scope="module")
def curves(office):
    learn, _ = office
    return {learner: learn.learn(learner) for learner in learn.LEARNERS}


def test_the_position_alone_never_delivers(curves):
    assert max(curves["position alone"]) == 0


def test_with_the_state_all_runs_deliver(curves):
    assert all(curves[name][-1] == 1 for name in ("with the machine's state", "with counterfactual experience"))


def test_counterfactual_experience_needs_half_the_steps(office, curves):
    learn, _ = office
    plain, counterfactual = (learn.first_step(curves[name]) for name in learn.LEARNERS[1:])
    assert counterfactual <= plain / 2


def test_other_seeds_agree(office):
    learn, _ = office
    blind, plain, counterfactual = (learn.learn(name, seed=7, runs=10) for name in learn.LEARNERS)
    assert max(blind) == 0 and plain[-1] == counterfactual[-1] == 1
    assert learn.first_step(counterfactual) < 0.7 * learn.first_step(plain)


def test_the_page_shows_what_is_learnt(root, office, curves):
    learn, _ = office
    page = (root / "docs" / "learning.md").read_text(encoding="utf-8")
    for learner, shares in curves.items():
        (row,) = re.findall(rf"^\| {learner} \|.*$", page, re.MULTILINE)
        first = learn.first_step(shares)
        assert ("never" if first is None else f"{first:,} steps") in row and f"{shares[-1]:.0%}".replace("%", " %") in row
    assert learn.drawing(curves) == (root / "docs" / "data" / "office.svg").read_text(encoding="utf-8")


def test_the_world_pays_what_the_file_says(root, office):
    """Random walks: the machine in the world, the compiled file at once, and the compiled file step by step."""
    _, world = office
    spec = root / "examples" / "office" / "office.rwd"
    machine, reward = rl.load(spec).machines["task"], rl.compile(spec)
    tracker = Tracker(machine)
    office_worlds = world.OfficeWorlds(tracker, 12, limit=100)
    office_worlds.reset()
    random, memory, told, paid, ended = np.random.default_rng(0), reward.start(12), [], [], []
    for _ in range(100):
        _, rewards, over, late, labels = office_worlds.step(random.integers(4, size=12))
        step, memory = reward.step(labels, memory)
        assert step.reward.tolist() == rewards.tolist() and step.done.tolist() == over.tolist()
        assert step.state["task"].tolist() == office_worlds.states.tolist()
        names = [tracker.names[state][0] for state in office_worlds.states]
        assert [machine.states[int(code)] for code in step.outputs["at"]] == names
        told, paid, ended = [*told, labels], [*paid, rewards], [*ended, late]
    assert not any(late.any() for late in ended[:-1]) and ended[-1].all()
    whole = reward({name: np.stack([labels[name] for labels in told], 1) for name in told[0]})
    assert whole.reward.tolist() == np.stack(paid, 1).tolist() and whole.reward.any()


def test_a_world_is_begun_anew_alone(root, office):
    _, world = office
    tracker = Tracker(rl.load(root / "examples" / "office" / "office.rwd").machines["task"])
    worlds = world.OfficeWorlds(tracker, 2)
    first, _ = worlds.reset()
    moved, *_ = worlds.step(np.array([0, 0]))
    again, _ = worlds.reset(options={"reset_mask": np.array([True, False])})
    assert again[0].tolist() == first[0].tolist() and again[1].tolist() == moved[1].tolist() != first[1].tolist()
