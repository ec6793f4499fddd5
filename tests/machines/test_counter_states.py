"""Counters with more values than a table has room for, or that change by params and data: against a plain machine by hand."""

import pickle
import random

import pytest
import torch

import rewardlang as rl

STATES, COUNTERS = ("a", "b", "c", "gone"), {"n": (0, 9999), "m": (-300, 40)}
HEAD = """setting episodic horizon 60 discount 0.9
param k : int in [0, 12] = 4
input p : bool[step]
input q : bool[step]
input hits : int[step] in [-3, 5]
"""
GUARDS = {    # as written, and by hand of what is true and what counters and params are
    "p": lambda v: v["p"], "not q": lambda v: not v["q"], "p and q": lambda v: v["p"] and v["q"],
    "n >= 7": lambda v: v["n"] >= 7, "m < -5 or q": lambda v: v["m"] < -5 or v["q"], "n == m": lambda v: v["n"] == v["m"],
    "n > k": lambda v: v["n"] > v["k"], "n + m <= 20 and p": lambda v: v["n"] + v["m"] <= 20 and v["p"],
    "hits * n > 9": lambda v: v["hits"] * v["n"] > 9, "3 <= n": lambda v: v["n"] >= 3,
}
CHANGES = {
    "n += 3": lambda v: {"n": v["n"] + 3}, "n -= 40": lambda v: {"n": v["n"] - 40}, "n = 11": lambda v: {"n": 11},
    "n += k": lambda v: {"n": v["n"] + v["k"]}, "n += hits": lambda v: {"n": v["n"] + v["hits"]},
    "m = n - 5": lambda v: {"m": v["n"] - 5}, "m -= 2 * k": lambda v: {"m": v["m"] - 2 * v["k"]}, "m += 17": lambda v: {"m": v["m"] + 17},
    "n = 20000": lambda v: {"n": 20000}, "m -= 0": lambda v: {},
}
REWARDS = {
    "0": lambda v: 0, "1": lambda v: 1, "-0.5": lambda v: -0.5, "0.01 * n": lambda v: 0.01 * v["n"],
    "k - m / 8": lambda v: v["k"] - v["m"] / 8, "hits": lambda v: v["hits"],
}


def drawn(draw: random.Random) -> tuple[str, list]:
    """A machine as text, and its edges: source, target (None: stay), guard, changes, reward."""
    edges = []
    for source in STATES[:-1]:
        for _ in range(draw.randint(2, 4)):
            changes = draw.sample(list(CHANGES), draw.randint(0, 2))
            edges.append((source, draw.choice(STATES), draw.choice(list(GUARDS)), changes, draw.choice(list(REWARDS))))
    waiting = (None, draw.sample(list(CHANGES), 1), draw.choice(list(REWARDS)))
    lines = [f"    {one} -> {other} when {guard}" + (f" do {', '.join(changes)}" if changes else "") + f" : {reward}"
             for one, other, guard, changes, reward in edges]
    counters = "".join(f"    counter {name} in [{low}, {high}]\n" for name, (low, high) in COUNTERS.items())
    text = (f"{HEAD}machine task {{\n    start a\n{counters}    first match\n" + "\n".join(lines)
            + f"\n    otherwise stay do {waiting[1][0]} : {waiting[2]}\n    final gone\n}}\n"
            "reward = task.reward\ndone = task.done\noutput place = task.state\noutput n = task.n\noutput m = task.m\n"
            "output told = task.in(b, gone)\n")
    return text, [*[(one, *rest) for one, *rest in edges], (None, waiting[0], "true", *waiting[1:])]


def by_hand(edges: list, row: dict[str, list], k: int) -> list[tuple]:
    """After each step: reward, state, n, m."""
    state, counts, found = "a", {name: min(max(0, low), high) for name, (low, high) in COUNTERS.items()}, []
    for p, q, hits in zip(row["p"], row["q"], row["hits"], strict=True):
        seen, paid = {"p": p, "q": q, "hits": hits, "k": k, **counts}, 0
        if state != "gone":
            source, target, _, changes, reward = next(
                edge for edge in edges if edge[0] in (state, None) and (edge[0] is None or GUARDS[edge[2]](seen)))
            paid = REWARDS[reward](seen)
            for change in changes:    # each is read before the edge changes anything but its own counter
                for name, value in CHANGES[change]({**seen, change[0]: counts[change[0]]}).items():
                    low, high = COUNTERS[name]
                    counts[name] = min(max(value, low), high)
            state = target or state
        found.append((paid, state, counts["n"], counts["m"]))
    return found


def rows(draw: random.Random) -> list[dict[str, list]]:
    """Traces of several lengths."""
    lengths = (40, 1, 25, 40)
    return [{"p": [draw.random() < 0.5 for _ in range(n)], "q": [draw.random() < 0.4 for _ in range(n)],
             "hits": [draw.randint(-3, 5) for _ in range(n)]} for n in lengths]


@pytest.mark.parametrize("seed", range(12))
def test_batch_and_steps_are_what_the_machine_does_by_hand(seed):
    draw = random.Random(seed)
    text, edges = drawn(draw)
    given, k = rows(draw), draw.randint(0, 12)
    reward = rl.compile(text=text, params={"k": k})
    out = reward({name: [row[name] for row in given] for name in ("p", "q", "hits")})
    program = rl.load(text=text)
    bounds = program.outputs["reward"].bounds
    low, high = float(bounds.lo), float(bounds.hi)
    lists = {name: out.to_lists(name) for name in ("reward", "place", "n", "m", "done", "told")}
    for number, row in enumerate(given):
        wanted = by_hand(edges, row, k)
        assert lists["place"][number] == [state for _, state, _, _ in wanted], text
        assert [lists[name][number] for name in ("n", "m")] == [[step[at] for step in wanted] for at in (2, 3)]
        assert lists["reward"][number] == pytest.approx([paid for paid, *_ in wanted], abs=1e-5)
        assert lists["done"][number] == [state == "gone" for _, state, _, _ in wanted]
        assert lists["told"][number] == [state in ("b", "gone") for _, state, _, _ in wanted]
        assert low - 1e-4 <= min(lists["reward"][number]) and max(lists["reward"][number]) <= high + 1e-4
    _step_by_step(reward, program.machines["task"].states, given[0], by_hand(edges, given[0], k))


def _step_by_step(reward, states, row, wanted):
    """Two environments, of which the second begins anew at step 10; the state goes through pickle on the way."""
    state, again = reward.start(2), 10
    for at, paid in enumerate(step[0] for step in wanted):
        columns = {name: [row[name][at], row[name][at - again] if at >= again else row[name][at]] for name in row}
        reset = torch.tensor([False, at == again])
        step, state = reward.step(columns, pickle.loads(pickle.dumps(state)), reset=reset)
        expected = [paid, wanted[at - again][0] if at >= again else paid]
        assert step.reward.tolist() == pytest.approx(expected, abs=1e-5)
        assert states[int(step.output("place")[0])] == wanted[at][1] and float(step.output("n")[0]) == wanted[at][2]


LOOKING_BACK = """setting episodic horizon 40 discount 0.9
input p : bool[step]
input q : bool[step]
input v : int[step] in [0, 9]
machine task {
    start a
    counter n in [0, 20]
    a -> b when p and once (n >= 2) : n + 1
    a -> a when p and not once (n >= 2) do n += 1 : n
    b -> a when q and n > v do n -= 1
    b -> gone when q and not (n > v) : 3
    otherwise stay
    final gone
}
reward = task.reward
output n = task.n
output place = task.state
"""


def test_a_guard_may_look_back_at_what_a_counter_was():
    draw, reward = random.Random(5), rl.compile(text=LOOKING_BACK)
    given = [{**{name: [draw.random() < 0.6 for _ in range(n)] for name in "pq"}, "v": [draw.randint(0, 9) for _ in range(n)]}
             for n in (40, 13, 1, 40)]
    out = reward({name: [row[name] for row in given] for name in "pqv"})
    found = zip(out.to_lists("place"), out.to_lists("n"), out.to_lists("reward"), strict=True)
    assert [list(zip(*row, strict=True)) for row in found] == [_looking_back(row) for row in given]


def _looking_back(row: dict[str, list]) -> list[tuple]:
    """After each step: state, n, reward."""
    state, n, once, found = "a", 0, False, []
    for p, q, v in zip(row["p"], row["q"], row["v"], strict=True):
        once, paid = once or n >= 2, 0
        if state == "a" and p:
            paid = n + 1 if once else n
            state, n = ("b", n) if once else ("a", min(20, n + 1))
        elif state == "b" and q:
            state, n, paid = ("a", n - 1, 0) if n > v else ("gone", n, 3)
        found.append((state, n, paid))
    return found
