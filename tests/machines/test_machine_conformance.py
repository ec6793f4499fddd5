"""Published reward machines, finite and counting: states, rewards, counters, ends, and the values used for shaping."""

import pytest
from published import atoms, groups, program, state

import rewardlang as rl
from rewardlang.automata.shaping import values
from rewardlang.automata.unfold import Place

GROUPS = list(groups())
pytestmark = pytest.mark.skipif(not GROUPS, reason="the conformance data lie beside the project")


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0]["id"])
def test_a_published_machine_runs_as_published(group):
    propositions = sorted({name for row in group for name in atoms(row)})
    reward = rl.compile(text=program(group[0], propositions))
    columns = {name: [[name in letter for letter in row["trace"]] for row in group] for name in propositions}
    out = reward(columns)
    wanted = ("reward", "state", "done", *group[0]["counters"])
    found = {name: out.to_lists(name) for name in wanted}
    for number, row in enumerate(group):
        count = len(row["expected_states"])
        assert found["state"][number][:count] == [state(name) for name in row["expected_states"]]
        assert found["reward"][number][:count] == pytest.approx(row["expected_rewards"], abs=1e-6)
        assert found["done"][number][:count] == [name == "T" for name in row["expected_states"]]
        for name in row["counters"]:
            assert found[name][number][:count] == [counts[name] for counts in row["expected_counters"]]
        after = len(row["trace"]) - count
        assert found["reward"][number][count:] == [0] * after, "a machine that is done pays 0"
        assert bool(row["terminated"]) == (count > 0 and found["done"][number][count - 1])


@pytest.mark.parametrize("group", [group for group in GROUPS if group[0]["kind"] == "finite"], ids=lambda group: group[0]["id"])
def test_the_values_used_for_shaping_are_the_published_ones(group):
    row = group[0]
    info = rl.load(text=program(row, atoms(row))).spec.machines["m"]
    found = values(info.machine, row["gamma"])
    for name, value in row["best_edge_value"].items():
        if state(name if name == "T" else int(name)) in info.machine.states:
            number = info.machine.states.index(state(name if name == "T" else int(name)))
            assert found[Place(number)] == pytest.approx(value, abs=row["best_edge_value_tol"])
