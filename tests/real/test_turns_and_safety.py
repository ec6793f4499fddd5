"""Formulas over recorded conversations and rollouts, and every number that docs/data/temporal.md tells of them."""

import json
import re

import pytest
from test_control import rollouts

import rewardlang as rl

np = pytest.importorskip("numpy")

REFUSAL = re.compile(r"\b(unable to|not able to|cannot|can't|not eligible|not allowed|not possible|unfortunately)\b", re.IGNORECASE)
CHANGES = {"cancel_reservation", "update_reservation_flights", "update_reservation_baggages",
           "update_reservation_passengers", "book_reservation"}


@pytest.fixture(scope="module")
def page() -> str:
    from pathlib import Path
    return (Path(__file__).resolve().parents[2] / "docs/data/temporal.md").read_text(encoding="utf-8")


def conversations(shared) -> list[dict]:
    """Role, words and called tool of each message, and whether the task was solved."""
    path = shared / "data/tau_airline_traj_30.jsonl"
    if not path.exists():
        pytest.skip("no conversations of tau-bench beside the project")
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        turns = row["messages"]
        calls = [[call["function"]["name"] for call in turn.get("tool_calls") or []] for turn in turns]
        assert all(len(called) <= 1 for called in calls)
        found.append({"role": [turn["role"] for turn in turns], "said": [turn.get("content") or "" for turn in turns],
                      "called": ["".join(called) for called in calls], "solved": row["reward"] == 1})
    return found


def test_what_an_agent_refuses_and_what_it_does(root, shared, page):
    rows = conversations(shared)
    out = rl.compile(root / "examples/airline/airline.rwd")({name: [row[name] for row in rows] for name in rows[0]})
    broken, cancelled = [], 0
    for number, row in enumerate(rows):
        refused = looked = False
        breach = None
        for turn, (role, said, called) in enumerate(zip(row["role"], row["said"], row["called"])):
            if called == "cancel_reservation":
                cancelled += 1
                assert looked, "a reservation was cancelled unseen"
            if called in CHANGES and refused and breach is None:
                breach = turn
            looked = looked or called == "get_reservation_details"
            refused = refused or role == "assistant" and bool(REFUSAL.search(said))
        assert out.to_lists("firm")[number] is (breach is None)
        verdicts = out.to_lists("so_far")[number]
        assert (verdicts.index(-1) if -1 in verdicts else None) == breach and 1 not in verdicts
        if breach is not None:
            broken.append(number)
    assert out.to_lists("reward") == [int(row["solved"]) for row in rows]
    solved = [number for number in broken if rows[number]["solved"]]
    refusing, changing = sum(out.to_lists("refused")), sum(out.to_lists("changed"))
    assert f"| cancellations | {cancelled} |" in page and "| cancelled unseen | 0 |" in page
    assert f"| conversations with a refusal | {refusing} |" in page
    assert f"| conversations with a change | {changing} |" in page
    assert f"| a change after a refusal | {len(broken)} |" in page
    assert f"| of these solved | {len(solved)} |" in page


def test_how_far_the_recorded_carts_stay_from_harm(root, shared, page):
    episodes = list(rollouts(shared / "data/imitation_cartpole_0_rollouts.npz"))
    columns = {"position": [obs[:, 0].tolist() for obs, _, _ in episodes], "angle": [obs[:, 2].tolist() for obs, _, _ in episodes]}
    out = rl.compile(root / "examples/cartpole/safety.rwd")(columns)
    edge = np.array([2.4 - np.abs(np.float64(obs[:, 0])).max() for obs, _, _ in episodes])
    fall = np.array([0.20943951 - np.abs(np.float64(obs[:, 2])).max() for obs, _, _ in episodes])
    assert np.abs(np.array(out.to_lists("to_the_edge")) - edge).max() <= 1e-12
    assert np.abs(np.array(out.to_lists("to_the_fall")) - fall).max() <= 1e-12
    assert out.to_lists("safe") == (np.minimum(edge, fall) >= 0).tolist()
    leaning = [np.abs(obs[:, 2]) > 0.1 for obs, _, _ in episodes]
    longest = [max(map(len, re.findall("1+", "".join("01"[int(lean)] for lean in steps))), default=0) for steps in leaning]
    ends = [bool(steps[-1]) for steps in leaning]
    assert out.to_lists("recovers") == [most <= 25 and not end for most, end in zip(longest, ends)]
    assert out.to_lists("never_leans") == [not steps.any() for steps in leaning]
    for name in ("safe", "recovers", "never_leans"):
        assert f"| `{name}` | {sum(out.to_lists(name))} of {len(episodes)} |" in page
    for name, values in (("to_the_edge", edge), ("to_the_fall", fall)):
        assert f"| `{name}` | {values.min():.4f} | {np.median(values):.4f} | {values.max():.4f} |" in page
