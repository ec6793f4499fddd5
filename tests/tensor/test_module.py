"""The emitted code itself: readable, differentiable, exportable, small, with trained params that stay in range."""

import pickle

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import MissingError, RewardError

GATES = """
input x : float in [-2000, 2000]
reward = gate x < 1 { exp(x) } else 2 * x
output root = gate x > 0 { sqrt(x) } else 0
output inverse = (1 / x) ?? 3
"""


def test_no_gradient_comes_from_the_closed_side():
    reward = rl.compile(text=GATES)
    # By hand: exp(x) below 1, slope 2 from there; 1 / (2 sqrt x) above 0; -1 / x^2 but where x is 0.
    expected = {"reward": [1, 2, 2], "root": [0, 0.25, 1 / (2 * 1600**0.5)], "inverse": [0, -1 / 16, -1 / 1600**2]}
    for name, slopes in expected.items():
        x = torch.tensor([0.0, 4.0, 1600.0], dtype=torch.float64, requires_grad=True)
        reward({"x": x}).outputs[name].sum().backward()
        assert x.grad.tolist() == pytest.approx(slopes)


def test_a_group_without_spread_has_no_gradient_that_is_not_a_number():
    reward = rl.compile(text="""
        input x : float in [-10, 10]
        reward = ((x - mean(x over batch)) / std(x over batch, ddof = 0)) ?? 0
    """)
    x = torch.full((3,), 2.0, requires_grad=True)
    reward({"x": x}).reward.sum().backward()
    assert x.grad.isfinite().all()


def test_code_names_what_the_author_named_and_computes_nothing_else():
    reward = rl.compile(text="""
        input tokens : int in [0, 100]
        let brevity = tokens / 100
        let unused = exp(tokens)
        reward = 1 - brevity
    """)
    code = reward.module.code
    assert "brevity = tokens / 100" in code and "reward = 1 - brevity" in code and "exp" not in code


def test_a_clamp_and_a_bool_in_a_product_cost_one_call():
    module = rl.compile(text="input x : float\ninput b : bool\nreward = b * clamp(x, 0, 1)").module
    calls = [node.target.__name__ for node in module.graph.nodes if node.op == "call_function"]
    assert calls == ["clamp", "mul"]


def test_the_module_can_be_called_compiled_by_name_and_exported():
    reward = rl.compile(text="""
        input x : float[step] in [-9, 9]
        input ok : bool
        reward = gate ok { mean(x over step) } else 0
    """)
    module = reward.as_module()
    assert module.inputs == ["x", "step_length", "ok"]
    given = (torch.tensor([[1.0, 3.0], [5.0, 0.0], [1.0, 1.0]]), torch.tensor([2, 1, 0]), torch.tensor([True, True, True]))
    found = module(*given)
    assert found["reward"].tolist() == [2, 5, 0] and found["reward_valid"].tolist() == [True, True, False]
    exported = torch.export.export(module, given)
    assert exported.module()(*given)["reward"].tolist() == [2, 5, 0]


def test_torch_compile_gives_the_same():
    text = "input x : float in [-9, 9]\nreward = tanh(x) * x + (gate x > 0 { sqrt(x) } else -1)"
    x = torch.linspace(-9, 9, 33)
    assert torch.allclose(rl.compile(text=text, compile=True)({"x": x}).reward, rl.compile(text=text)({"x": x}).reward)


def test_a_trained_param_learns_and_its_value_stays_in_range():
    reward = rl.compile(text="input x : float\nparam k in [0, 1] = 0.5 learnable\nreward = k * x")
    (k,) = reward.parameters()
    reward({"x": [2.0, 4.0]}).reward.sum().backward()
    assert k.grad.item() == 6
    with torch.no_grad():
        k.fill_(3.0)
    out = reward({"x": [2.0]})
    assert out.reward.tolist() == [2]
    k.grad = None
    out.reward.sum().backward()
    assert k.grad.item() == 2, "a param that left its range must be able to come back"
    assert dict(reward.module.named_parameters())["k"] is k


def test_params_are_checked():
    text = """
        axis member = 2
        input x : float
        param k in [0, 1]
        param shape : enum{linear, square} = linear
        param weights : float[member] in [0, 1] = [0.25, 0.75]
        param table : table[text] of float = {}
        reward = (match shape { linear: k * x, square: k * x ** 2 }) * sum(weights over member)
    """
    assert rl.compile(text=text, params={"k": 0.5})({"x": [4.0]}).reward.tolist() == [2]
    given = {"k": 0.5, "shape": "square", "weights": [0, 0.5]}
    assert rl.compile(text=text, params=given)({"x": [4.0]}).reward.tolist() == [4]
    for change, problem in [({"k": 2}, "out of"), ({"shape": "cubic"}, "no label"), ({"weights": [1]}, "member")]:
        params = given | change
        with pytest.raises(RewardError, match=problem):
            rl.compile(text=text, params=params)
    with pytest.raises(MissingError, match="no param `kk`"):
        rl.compile(text=text, params={"kk": 1})
    with pytest.raises(MissingError, match="it needs `k`"):
        rl.compile(text=text)


def test_a_reward_pickles_and_equal_ones_have_equal_fingerprints():
    text = "input x : float\nparam k in [0, 1] = 0.5 learnable\nreward = k * x"
    reward = rl.compile(text=text)
    with torch.no_grad():
        reward.parameters()[0].fill_(0.25)
    again = pickle.loads(pickle.dumps(reward))
    assert again({"x": [4.0]}).reward.tolist() == [1]
    assert again.fingerprint == reward.fingerprint != rl.compile(text=text).fingerprint


def test_a_fingerprint_tells_the_texts_of_used_files_apart_but_not_their_place(tmp_path):
    def fingerprint(folder: str, inner: str) -> str:
        home = tmp_path / folder
        home.mkdir()
        (home / "inner.rwd").write_text(inner)
        (home / "tools.rwd").write_text('use "./inner.rwd": half\ndef quarter(x: float) -> float = half(half(x))\n')
        (home / "main.rwd").write_text('use "./tools.rwd": quarter\ninput x : float\nreward = quarter(x)\n')
        return rl.compile(home / "main.rwd").fingerprint

    one = fingerprint("one", "def half(x: float) -> float = x / 2\n")
    assert fingerprint("two", "def half(x: float) -> float = x / 2\n") == one
    assert fingerprint("three", "def half(x: float) -> float = x / 3\n") != one


def test_a_fingerprint_rests_on_the_standard_library_as_far_as_it_is_used():
    plain = "input x : float in [0, 1]\nreward = x"
    texts = [source.text for source in rl.load(text=f"use std.shaping: par\n{plain}").spec.used]
    assert len(texts) == 1 and "def par" in texts[0] and rl.load(text=plain).spec.used == ()


def test_a_graph_of_any_depth_pickles():
    lets = "\n".join(f"let a{i} = a{i - 1} * 0.5 + x" for i in range(1, 2000))
    reward = rl.compile(text=f"input x : float in [0, 1]\nlet a0 = x\n{lets}\nreward = a1999")
    assert pickle.loads(pickle.dumps(reward))({"x": [1.0]}).reward.tolist() == pytest.approx([2])
