"""Analyses held to what is true of them whatever the numbers: by random rewards, by hand, and by other formulas."""

import json
import math
import random

import pytest
import torch

from rewardlang import analysis

CANONS = ("value", "value_potential", "epic", "minimal_potential")


def mdp(seed: int, states: int = 4, actions: int = 3):
    """A random reward, dynamics and potential."""
    torch.manual_seed(seed)
    shape = (states, actions, states)
    return (torch.randn(shape, dtype=torch.float64), torch.softmax(torch.randn(shape, dtype=torch.float64), 2),
            torch.randn(states, dtype=torch.float64))


@pytest.mark.parametrize("canon", CANONS)
@pytest.mark.parametrize("seed", range(3))
def test_scale_and_shaping_with_the_same_gamma_are_no_difference(canon, seed):
    reward, dynamics, phi = mdp(seed)
    other = 2.5 * reward + 0.9 * phi - phi[:, None, None]
    assert analysis.starc_distance(reward, other, dynamics, 0.9, canon=canon) == pytest.approx(0, abs=1e-6)
    assert analysis.starc_distance(reward, -reward, dynamics, 0.9, canon=canon) == pytest.approx(2)


def test_shaping_with_another_gamma_is_a_difference():
    reward, dynamics, phi = mdp(0)
    other = reward + 0.5 * phi - phi[:, None, None]
    assert analysis.starc_distance(reward, other, dynamics, 0.9) > 0.01


def test_only_the_value_form_ignores_how_a_reward_is_spread_over_successors():
    reward, dynamics, _ = mdp(1)
    noise = torch.randn_like(reward)
    other = reward + noise - (dynamics * noise).sum(2, keepdim=True)
    assert analysis.starc_distance(reward, other, dynamics, 0.9) == pytest.approx(0, abs=1e-6)
    assert analysis.epic_distance(reward, other, 0.9) > 0.01


def test_the_epic_distance_is_half_the_starc_distance_of_its_form():
    first, dynamics, _ = mdp(2)
    second, _, _ = mdp(3)
    assert analysis.starc_distance(first, second, dynamics, 0.9, canon="epic") == pytest.approx(
        2 * analysis.epic_distance(first, second, 0.9))


def test_a_constant_reward_has_no_correlation_and_distance_one():
    reward, dynamics, _ = mdp(0)
    constant = torch.ones_like(reward)
    assert analysis.epic_distance(reward, constant, 0.9) is None
    assert analysis.starc_distance(reward, constant, dynamics, 0.9) == pytest.approx(1)
    assert analysis.starc_distance(constant, 2 * constant, dynamics, 0.9) == 0


def test_proxies_of_a_small_mdp():
    reward, dynamics, phi = mdp(5, states=3, actions=2)
    start = [1 / 3] * 3
    shaped = 3 * reward + 0.9 * phi - phi[:, None, None]
    found = analysis.hackable_mdp(reward, shaped, dynamics, 0.9, start)
    assert found["equivalent"] and not found["hackable"] and len(found["true_returns"]) == 8
    assert analysis.proxy_regret(reward, shaped, dynamics, 0.9, start) == pytest.approx(0)
    assert analysis.hackable_mdp(reward, -reward, dynamics, 0.9, start)["witness"] is not None
    assert analysis.proxy_regret(reward, -reward, dynamics, 0.9, start) == pytest.approx(1)


def test_too_many_policies_are_refused():
    reward, dynamics, _ = mdp(0, states=11, actions=3)
    with pytest.raises(ValueError, match="177147 policies"):
        analysis.proxy_regret(reward, reward, dynamics, 0.9, [1 / 11] * 11)


def test_best_of_n_against_all_draws():
    rewards, probs, n = [1.0, 0.0, 1.0, 3.0], [0.2, 0.5, 0.2, 0.1], 3
    found = analysis.best_of_n(rewards, probs, n)
    mass = [0.0] * 4
    for draw in torch.cartesian_prod(*[torch.arange(4)] * n).tolist():
        chance = math.prod(probs[i] for i in draw)
        best = max(rewards[i] for i in draw)
        for i in draw:
            if rewards[i] == best:
                mass[i] += chance / sum(rewards[j] == best for j in draw)
    assert found["probs"] == pytest.approx(mass)
    assert found["kl"] <= found["kl_bound"]


@pytest.mark.parametrize("budget", [0.01, 0.1, 0.5, 1.0])
def test_a_tilt_meets_its_budget(budget):
    found = analysis.tilt_to_kl([1.0, 2.0, 5.0, 0.0], kl=budget)
    assert found["kl"] == pytest.approx(budget, abs=1e-8)
    assert analysis.tilt([1.0, 2.0, 5.0, 0.0], beta=found["beta"])["probs"] == pytest.approx(found["probs"])


def test_budgets_at_the_ends():
    assert analysis.tilt_to_kl([1.0, 1.0], kl=0)["beta"] == math.inf
    assert analysis.tilt_to_kl([1.0, 2.0], kl=math.log(2))["probs"] == [0, 1]
    with pytest.raises(ValueError, match="all rewards are equal"):
        analysis.tilt_to_kl([1.0, 1.0], kl=0.1)


def test_a_small_temperature_does_not_overflow():
    assert analysis.tilt([1000.0, 2000.0], beta=0.1)["log_partition"] == pytest.approx(20000 - math.log(2))


def test_resistances_of_graphs_by_hand():
    chain, star = [[0, 1], [1, 2], [2, 3]], [[0, 1], [0, 2], [0, 3]]
    assert analysis.preference_graph(4, chain)["mean_distance"] == pytest.approx(5 / 3)
    assert analysis.preference_graph(4, star)["max_distance"] == pytest.approx(2)
    assert analysis.preference_graph(2, [[0, 1], [0, 1]])["max_distance"] == pytest.approx(0.5)
    assert analysis.preference_graph(3, [[0, 1]]) == {"components": 2, "isolated": 1, "max_distance": None, "mean_distance": None}


def test_corners_of_a_cube_and_of_random_points():
    cube = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    assert analysis.convex_hull_select([*cube, [0.5, 0.5, 0.5], [0.5, 0.5, 0]], 3) == list(range(8))
    random.seed(1)
    for _ in range(20):
        points = [[random.gauss(0, 1), random.gauss(0, 1)] for _ in range(random.randint(3, 20))]
        assert analysis.convex_hull_select(points) == corners(points)


def corners(points: list) -> list[int]:
    """Points of the plane through which a line leaves all others on one side."""
    def turns(o, a, b):
        return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
    found = set()
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            if i != j and all(turns(a, b, c) >= 0 for k, c in enumerate(points) if k not in (i, j)):
                found |= {i, j}
    return sorted(found)


def test_linear_memory_against_the_worst_actions():
    matrices = {"A": [[0.5, 0.2], [0.0, 0.6]], "B": [[1.0], [-1.0]], "C": [[1.0, -0.5]], "D": [[0.3]]}
    low, high = analysis.linear_memory_bounds(**matrices, action_low=[-1.0], action_high=[2.0])
    a, b, c, d = (torch.tensor(matrices[name], dtype=torch.float64) for name in "ABCD")
    gains = [float(d)] + [float(c @ torch.linalg.matrix_power(a, k) @ b) for k in range(200)]
    assert high == pytest.approx(sum(max(-g, 2 * g) for g in gains))
    assert low == pytest.approx(sum(min(-g, 2 * g) for g in gains))


@pytest.mark.parametrize("name, arguments, match", [
    ("starc_distance", {"r1": [[[1.0]]], "r2": [[[1.0]]], "transition": [[[0.5]]], "gamma": 0.9}, "no probability"),
    ("starc_distance", {"r1": [[[1.0]]], "r2": [[[1.0]]], "transition": [[[1.0]]], "gamma": 1.0}, "gamma"),
    ("epic_distance", {"r1": [[1.0]], "r2": [[1.0]], "gamma": 0.5}, "axes"),
    ("ips_estimate", {"rewards": [1.0], "propensities": [0.0], "target_probs": [1.0]}, "never drawn"),
    ("ips_estimate", {"rewards": [], "propensities": [], "target_probs": []}, "empty"),
    ("confidence_radius", {"pulls": -1, "horizon": 10}, "pulls"),
    ("indifference_price", {"offers": [0.0, 1.0], "accept_rate": [0.0, 1.0]}, "above 0"),
    ("fit_overoptimization", {"kl": [0.0, 1.0], "gold": [0.0, 1.0]}, "two different"),
    ("preference_graph", {"items": 2, "comparisons": [[1, 1]]}, "different items"),
    ("rank_agreement", {"gold": [], "predicted": []}, "empty"),
    ("hackable", {"true_returns": [1.0], "proxy_returns": [1.0, 2.0]}, "entries"),
])
def test_what_makes_no_sense_is_refused_by_name(name, arguments, match):
    with pytest.raises(ValueError, match=match):
        getattr(analysis, name)(**arguments)


def test_every_function_has_a_page(capsys):
    from rewardlang.cli.main import main
    assert main(["analyse", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)["functions"]
    assert {entry["name"] for entry in listed} == set(analysis.__all__)
    assert all(entry["summary"].endswith((".", ":", ",")) or entry["summary"] for entry in listed)


def test_the_command_line(capsys, tmp_path):
    from rewardlang.cli.main import main
    path = tmp_path / "arguments.json"
    path.write_text('{"true_returns": [1, 2, 3], "proxy_returns": [1, 3, 2]}')
    assert main(["analyse", "hackable", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["witness"] == [1, 2]
    assert main(["analyse", "hackable", "--set", "true_returns=[1]"]) == 2
    assert "proxy_returns" in capsys.readouterr().err


def test_returns_across_and_within_episodes():
    rewards, ends = [0, 0, 1, 1, 1], [False, True, False, True, True]
    assert analysis.returns(rewards, ends, 0.9, "across") == pytest.approx([2.1951, 2.439, 2.71, 1.9, 1.0])
    assert analysis.returns(rewards, ends, 0.9, "within") == pytest.approx([0, 0, 1.9, 1, 1])


@pytest.mark.parametrize("width", [1, 3])
def test_the_range_of_an_output_takes_a_free_axis_from_its_params(width, tmp_path):
    path = tmp_path / "head.rwd"
    path.write_text("setting single_turn\naxis part = 2\naxis hidden\ninput x : float[part] in [0, 5]\n"
                    "param w : float[hidden, part] = [[1, 2]]\nparam v : float[hidden] = [1]\n"
                    "reward = sum(v * relu(sum(w * x over part)) over hidden)\n")
    weights = {"w": [[1.0, -2.0]] * width, "v": [3.0] * width}
    assert analysis.output_range(path, "reward", weights) == pytest.approx([0, 15 * width])
    assert analysis.output_range(path) == pytest.approx([0, 15])
