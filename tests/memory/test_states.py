"""States in batches: against counts by hand and loops in Python, masks, gradients, and what is refused."""

import numpy as np
import pytest
import torch

import rewardlang as rl
from rewardlang.ir.node import reachable
from rewardlang.ops.reference import evaluate
from rewardlang.program import program_of

COUNTER = """
input off : bool[step]
let far : int[step] in [0, 3] = clamp(prev(far, 0) + (gate off { 1 } else -1), 0, 3)
reward = far
"""


def rewards(text: str, columns: dict, **options):
    """The rewards as nested lists without padding."""
    return rl.compile(text=text, **options)(columns).to_lists("reward")


def test_a_saturating_counter_goes_up_and_down():
    columns = {"off": [[True, True, True, True, False], [False], [], [True, False, False, True]]}
    assert rewards(COUNTER, columns) == [[1, 2, 3, 3, 2], [0], [], [1, 0, 0, 1]]


def test_bounds_of_a_state_are_its_range():
    assert str(program_of(text=COUNTER).outputs["reward"].bounds) == "[0, 3]"


def test_a_latch_is_a_bool():
    text = """
    input p : bool[step]
    let on : bool[step] = p or prev(on, false)
    reward = on
    """
    assert rewards(text, {"p": [[False, True, False], [False, False]]}) == [[0, 1, 1], [0, 0]]


def test_states_use_each_other():
    text = """
    input p : bool[step]
    let turn : int[step] in [0, 1] = gate p { 1 - prev(turn, 0) } else { prev(turn, 0) }
    let flips : int[step] in [0, 9] = min(prev(flips, 0) + (gate turn != before { 1 } else 0), 9)
    let before : int[step] in [0, 1] = prev(turn, 0)
    let left : int[step] in [0, 9] = min(right + 1, 9)
    let right : int[step] in [0, 9] = prev(left, 4)
    reward = flips + 100 * left
    output earlier = right
    """
    reward = rl.compile(text=text)
    found = reward({"p": [[True, False, True, True]]})
    assert found.to_lists("reward") == [[501, 601, 702, 803]]
    assert found.to_lists("earlier") == [[4, 5, 6, 7]]


def test_a_backward_state_starts_at_the_last_step_of_each_rollout():
    text = """
    input x : float[step] in [0, 1]
    let kept : float[step] in [0, 20] = min(x + 0.5 * ahead(kept, 4), 20)
    reward = kept
    output shaping = kept - ahead(kept, 0)
    """
    columns = {"x": [[1.0, 0.0, 1.0], [0.0], []]}
    reward = rl.compile(text=text)(columns)
    assert reward.to_lists("reward") == [[1.75, 1.5, 3.0], [2.0], []]
    assert reward.to_lists("shaping") == [[0.25, -1.5, 3.0], [2.0], []]


def test_a_vector_state_along_the_last_axis_and_a_start_from_data():
    text = """
    axis joint = {hip, knee}
    input load : float[joint, step] in [0, 1]
    input first : float[joint] in [0, 1]
    let wear : float[joint, step] in [0, 1] = 0.5 * prev(wear, first) + 0.5 * load
    reward = max(wear over joint)
    """
    rng = np.random.default_rng(0)
    load, first = rng.random((3, 2, 5)), rng.random((3, 2))
    found = rl.compile(text=text)({"load": torch.tensor(load), "first": torch.tensor(first)})
    wear, expected = first, []
    for step in range(5):
        wear = 0.5 * wear + 0.5 * load[:, :, step]
        expected.append(wear.max(1))
    assert np.allclose(found.reward, np.stack(expected, 1))


def test_words_that_look_back_may_stand_within_an_update():
    text = """
    input x : int[step] in [0, 9]
    let seen : int[step] in [0, 99] = min(prev(seen, 0) + (cummax(x + prev(seen, 0) over step)), 99)
    reward = seen
    """
    columns, expected = {"x": [[3, 1, 4, 1, 5], [9]]}, []
    for xs in columns["x"]:
        seen, top, row = 0, -1, []
        for x in xs:
            top = max(top, x + seen)
            seen = min(seen + top, 99)
            row.append(seen)
        expected.append(row)
    assert rewards(text, columns) == expected


def test_a_null_makes_the_rest_invalid_until_something_else_decides():
    text = """
    input x : float[step]? in [0, 1]
    let kept : float[step]? in [0, 1] = 0.5 * prev(kept, 0) + 0.5 * x
    let held : float[step] in [0, 1] = x ?? prev(held, 0.25)
    reward = held
    output average = kept
    """
    found = rl.compile(text=text)({"x": [[1.0, None, 1.0], [None, 0.5, None]]})
    assert found.to_lists("reward") == [[1.0, 1.0, 1.0], [0.25, 0.5, 0.5]]
    assert found.to_lists("average") == [[0.5, None, None], [None, None, None]]


def test_gradients_reach_trained_params_and_data():
    text = """
    param decay : float in [0, 1] = 0.5 learnable
    input x : float[step] in [0, 1]
    let kept : float[step] in [0, 1] = decay * prev(kept, 0) + (1 - decay) * x
    reward = kept
    """
    reward = rl.compile(text=text)
    x = torch.tensor([[1.0, 0.0, 0.5], [0.25, 1.0, 0.0]], dtype=torch.float64, requires_grad=True)
    reward({"x": x}).reward.sum().backward()

    def total(decay: float, data: np.ndarray) -> float:
        kept, found = np.zeros(2), 0.0
        for step in range(3):
            kept = decay * kept + (1 - decay) * data[:, step]
            found += kept.sum()
        return found

    data, small = x.detach().numpy(), 1e-6
    slope = (total(0.5 + small, data) - total(0.5 - small, data)) / (2 * small)
    assert reward.trained["decay"].grad.item() == pytest.approx(slope, abs=1e-4)
    bumped = data.copy()
    bumped[0, 0] += small
    assert x.grad[0, 0].item() == pytest.approx((total(0.5, bumped) - total(0.5, data)) / small, abs=1e-4)


def test_random_counters_against_a_loop():
    text = """
    input up : bool[step]
    input gain : float[step] in [-1, 1]
    param top : int in [1, 9] = 5
    let level : float[step] in [-9, 9] = clamp(prev(level, 0) + (gate up { gain } else { -0.5 * gain }), -9, top)
    let worst : float[step] in [-9, 9] = min(level, prev(worst, 9))
    reward = level + worst
    """
    rng = np.random.default_rng(1)
    lengths = rng.integers(0, 30, 40)
    columns = {"up": [(rng.random(n) < 0.6).tolist() for n in lengths], "gain": [rng.uniform(-1, 1, n).tolist() for n in lengths]}
    found = rewards(text, columns, params={"top": 2})
    for up, gain, row in zip(columns["up"], columns["gain"], found, strict=True):
        level, worst, expected = 0.0, 9.0, []
        for rises, x in zip(up, gain, strict=True):
            level = min(max(level + (x if rises else -0.5 * x), -9), 2)
            worst = min(level, worst)
            expected.append(level + worst)
        assert row == pytest.approx(expected)


def test_the_module_runs_and_is_exact():
    module = rl.compile(text=COUNTER).as_module(torch.float64)
    off = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], dtype=torch.float64).bool()
    given = {"off": off, "step_length": torch.tensor([3, 2])}
    found = module(*[given[name] for name in module.inputs])["reward"]
    assert found.tolist()[0] == [1, 2, 1] and found.tolist()[1][:2] == [0, 1]


def test_a_witness_names_the_value_before():
    text = COUNTER.replace("clamp(", "(").replace(", 0, 3)", ")")
    (found,) = [each for each in program_of(text=text).diagnostics if each.code == "RW340"]
    assert "prev(far) = 3" in found.values["witness"] or "prev(far) = 0" in found.values["witness"]


@pytest.mark.parametrize("seed", range(6))
def test_the_reference_says_the_same(seed):
    text = """
    setting episodic horizon 100
    axis joint = {hip, knee}
    input x : float[step]? in [-1, 1]
    input p : bool[step]
    input load : float[step, joint] in [0, 1]
    let far : int[step] in [0, 5] = clamp(prev(far, 1) + (gate p { 2 } else -1), 0, 5)
    let ping : float[step]? in [-2, 2] = clamp(0.5 * prev(pong, 1) + x, -2, 2)
    let pong : float[step]? in [-2, 2] = clamp(ping * prev(ping, 1) - cumcount(over step where p) + prev(far, 0), -2, 2)
    let wear : float[step, joint] in [0, 1] = 0.5 * prev(wear, 0) + 0.5 * load
    let back : float[step] in [0, 9] = gate once[0, 2] p { min((x ?? 0) ** 2 + ahead(back, 3), 9) } else 0.5
    let tail : bool[step] = p and ahead(tail, true) or back > 5
    output all_of_them = far + ping + pong + sum(wear over joint) + back
    output last = tail
    """
    rng = np.random.default_rng(seed)
    lengths = [0, 1, 2, 7, 12]
    columns = {
        "x": [[None if rng.random() < 0.2 else rng.uniform(-1, 1) for _ in range(n)] for n in lengths],
        "p": [(rng.random(n) < 0.5).tolist() for n in lengths], "load": [rng.random((n, 2)).tolist() for n in lengths],
    }
    spec, found = program_of(text=text).spec, rl.compile(text=text)(columns)
    roots = [info.node for info in spec.outputs.values()]
    wanted = evaluate(reachable(roots), len(lengths), lambda node, row, *_: columns[node["name"]][row])
    for name, root in zip(spec.outputs, roots, strict=True):
        for row, (got, expected) in enumerate(zip(found.to_lists(name), wanted[root], strict=True)):
            assert [pytest.approx(each) for each in expected] == got, (name, row)


def test_a_vector_of_first_values_is_held_to_the_range_too():
    text = """
    setting episodic
    axis joint = {hip, knee}
    input load : float[step, joint] in [0, 1]
    let wear : float[step, joint] in [0, 1] = 0.5 * prev(wear, [0.25, FIRST]) + 0.5 * load
    reward = sum(wear over joint)
    """
    assert [each.code for each in program_of(text=text.replace("FIRST", "2")).diagnostics] == ["RW340"]
    assert rewards(text.replace("FIRST", "1"), {"load": [[[0.0, 1.0]]]}) == [[1.125]]
