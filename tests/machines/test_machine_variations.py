"""Machines drawn at random in everything that their blocks may say, against an interpreter that knows nothing of ours."""

import pickle
import random
from dataclasses import dataclass, field
from math import sqrt

import pytest
import torch

import rewardlang as rl
from rewardlang.analysis.machines import Tracker
from rewardlang.automata.machine_algebra import difference, flat, minimal, product, sequence, union

HEAD = """setting episodic horizon [0, 40] discount 0.9
param bonus in [-2, 2] = 0.5 learnable
param cap : int in [1, 6] = 3
input a : bool[step]
input b : bool[step]
input x : float[step] in [-1, 2]
input mood : enum{calm, busy, lost}[step]
input hits : int[step] in [0, 3]
"""
#: Guards as written, and what they are at step t of a row; `n` and `m` are the counters before the step.
GUARDS = {
    "a": lambda r, t, v: r["a"][t], "not a and b": lambda r, t, v: not r["a"][t] and r["b"][t],
    "a implies b": lambda r, t, v: not r["a"][t] or r["b"][t], "a iff b": lambda r, t, v: r["a"][t] == r["b"][t],
    "x > 0.5": lambda r, t, v: r["x"][t] > 0.5, "0 <= x < 1 or a": lambda r, t, v: 0 <= r["x"][t] < 1 or r["a"][t],
    "mood == busy": lambda r, t, v: r["mood"][t] == "busy", "mood in {calm, lost}": lambda r, t, v: r["mood"][t] != "busy",
    "hits >= cap": lambda r, t, v: r["hits"][t] >= v["cap"], "once (a and b)": lambda r, t, v: any(
        r["a"][s] and r["b"][s] for s in range(t + 1)),
    "previous a": lambda r, t, v: t > 0 and r["a"][t - 1],
    "not (a since b)": lambda r, t, v: not any(r["b"][s] and all(r["a"][s + 1:t + 1]) for s in range(t + 1)),
    "historically[0, 2] x < 1.5": lambda r, t, v: all(r["x"][s] < 1.5 for s in range(max(0, t - 2), t + 1)),
    "delta(x, 0) > 0": lambda r, t, v: r["x"][t] - (r["x"][t - 1] if t else 0) > 0,
    "true": lambda r, t, v: True,
}
COUNTING = {
    "n >= 2": lambda r, t, v: v["n"] >= 2, "n == 0 and a": lambda r, t, v: v["n"] == 0 and r["a"][t],
    "n < m": lambda r, t, v: v["n"] < v["m"], "n != 1 or m > 0": lambda r, t, v: v["n"] != 1 or v["m"] > 0,
    "hits > n": lambda r, t, v: r["hits"][t] > v["n"], "n >= cap": lambda r, t, v: v["n"] >= v["cap"],
    "n + m == 3": lambda r, t, v: v["n"] + v["m"] == 3, "n in {1, 3}": lambda r, t, v: v["n"] in (1, 3),
}
REWARDS = {
    "1": lambda r, t, v: 1, "-0.25": lambda r, t, v: -0.25, "bonus": lambda r, t, v: v["bonus"], "2 * x": lambda r, t, v: 2 * r["x"][t],
    "bonus * x - 1": lambda r, t, v: v["bonus"] * r["x"][t] - 1, "prev(x, 1)": lambda r, t, v: r["x"][t - 1] if t else 1,
    "gate a { bonus } else 3": lambda r, t, v: v["bonus"] if r["a"][t] else 3, "(sqrt(x) ?? -2)": lambda r, t, v: sqrt(
        r["x"][t]) if r["x"][t] >= 0 else -2,
}
COUNTED = {
    "n": lambda r, t, v: v["n"], "bonus * n + m": lambda r, t, v: v["bonus"] * v["n"] + v["m"],
    "0.1 * n * hits": lambda r, t, v: 0.1 * v["n"] * r["hits"][t],
}
CHANGES = {
    "n += 1": ("n", lambda r, t, v: v["n"] + 1), "n -= 2": ("n", lambda r, t, v: v["n"] - 2), "n = 0": ("n", lambda r, t, v: 0),
    "n = 9": ("n", lambda r, t, v: 9), "m += 1": ("m", lambda r, t, v: v["m"] + 1), "m -= 1": ("m", lambda r, t, v: v["m"] - 1),
}
UNKNOWN = {"n += hits": ("n", lambda r, t, v: v["n"] + r["hits"][t]), "m = n": ("m", lambda r, t, v: v["n"]),
           "n -= cap": ("n", lambda r, t, v: v["n"] - v["cap"])}
SPAN = {"n": (0, 4), "m": (-2, 3)}
STATES = ("s0", "s1", "s2", "s3")


@dataclass
class Drawn:
    """A machine as drawn: edges are (sources, target or None, guards that all hold, changes, reward)."""

    edges: list
    otherwise: tuple
    finals: set
    counting: bool
    known: dict = field(default_factory=dict)

    def text(self, name: str = "task", first: bool = True) -> str:
        lines = ["start s0", *(["first match"] if first else [])]
        lines += [f"counter {each} in [{low}, {high}]" for each, (low, high) in SPAN.items()] if self.counting else []
        for sources, target, guards, changes, reward in self.edges:
            lines.append(f"{', '.join(sources)} -> {target} when " + " and ".join(f"({each})" for each in guards) + _tail(changes, reward))
        target, changes, reward = self.otherwise
        lines.append("otherwise " + (f"-> {target}" if target else "stay") + _tail(changes, reward))
        lines += [f"final {', '.join(sorted(self.finals))}"] if self.finals else []
        return "machine " + name + " {\n    " + "\n    ".join(lines) + "\n}\n"

    def run(self, row: dict, params: dict) -> list[dict]:
        """By hand: what is paid, the state and the counters after each step, and the slope of what is paid in `bonus`."""
        state, counts, found = "s0", {name: min(max(0, low), high) for name, (low, high) in SPAN.items()}, []
        for t in range(len(row["a"])):
            seen, paid, slope = {**params, **counts}, 0, 0
            if state not in self.finals:
                chosen = next((edge[1:] for edge in self.edges if state in edge[0]
                               and all({**GUARDS, **COUNTING}[guard](row, t, seen) for guard in edge[2])), None)
                target, changes, reward = (chosen[0], *chosen[2:]) if chosen else self.otherwise
                if reward:
                    of = {**REWARDS, **COUNTED}[reward]
                    paid = of(row, t, seen)
                    slope = of(row, t, {**seen, "bonus": 1}) - of(row, t, {**seen, "bonus": 0})
                for change in changes:
                    name, of = {**CHANGES, **UNKNOWN}[change]
                    low, high = SPAN[name]
                    counts[name] = min(max(of(row, t, {**seen, name: counts[name]}), low), high)
                state = target or state
            found.append({"reward": paid, "state": state, "done": state in self.finals, "slope": slope, **counts})
        return found


def _tail(changes, reward) -> str:
    return (f" do {', '.join(changes)}" if changes else "") + (f" : {reward}" if reward else "")


def drawn(draw: random.Random, counting: bool = False, unknown: bool = False, plain: bool = False) -> Drawn:
    """With `unknown` counters that change by data; `plain` machines ask and pay what a table knows."""
    guards = list(GUARDS)[:4] if plain else list(GUARDS) + list(COUNTING) * counting
    rewards = list(REWARDS)[:2] if plain else list(REWARDS) + list(COUNTED) * counting
    moves = (list(CHANGES) + list(UNKNOWN) * unknown) if counting else []
    finals = {"s3"} if draw.random() < 0.7 else set()

    def changes() -> list[str]:
        return draw.sample(moves, min(draw.choice([0, 1, 1, 2]), len(moves)))

    edges, open_ = [], [state for state in STATES if state not in finals]
    for _ in range(draw.randint(4, 8)):
        sources = draw.sample(open_, draw.randint(1, 2))
        edges.append((sources, draw.choice(STATES), draw.sample(guards, draw.randint(1, 2)), changes(), draw.choice([None, *rewards])))
    for state in open_:    # every state leads somewhere, so that all of them are declared
        edges.append(([state], draw.choice(STATES), [draw.choice(guards)], changes(), draw.choice(rewards)))
    edges.append(([open_[-1]], "s3", [draw.choice(guards)], [], None))
    return Drawn(edges, (draw.choice([None, None, "s1"]), changes(), draw.choice([None, *rewards])), finals, counting)


def rows(draw: random.Random, lengths=(24, 0, 1, 13)) -> list[dict]:
    """Traces of several lengths."""
    return [{"a": [draw.random() < 0.5 for _ in range(n)], "b": [draw.random() < 0.3 for _ in range(n)],
             "x": [draw.choice([-1, -0.5, 0, 0.25, 0.75, 1, 2]) for _ in range(n)],
             "mood": [draw.choice(["calm", "busy", "lost"]) for _ in range(n)],
             "hits": [draw.randint(0, 3) for _ in range(n)]} for n in lengths]


def columns(given: list[dict]) -> dict[str, list]:
    return {name: [row[name] for row in given] for name in given[0]}


def outputs(one: Drawn) -> str:
    counters = "".join(f"output {name} = task.{name}\n" for name in SPAN) if one.counting else ""
    return f"reward = task.reward\noutput state = task.state\ndone = task.done\noutput told = task.in(s1, s3)\n{counters}"


@pytest.mark.parametrize("seed", range(24))
def test_a_machine_does_what_it_says_at_once_and_step_by_step(seed):
    draw = random.Random(seed)
    one = drawn(draw, counting=seed % 3 > 0, unknown=seed % 3 == 2)
    text, given = HEAD + one.text() + outputs(one), rows(draw)
    params = {"bonus": draw.choice([-1.5, 0.25, 2]), "cap": draw.randint(1, 6)}
    reward = rl.compile(text=text, params=params)
    wanted = [one.run(row, params) for row in given]
    out = reward(columns(given))
    for name in ("reward", "state", "done", *(SPAN if one.counting else ())):
        for found, steps in zip(out.to_lists(name), wanted, strict=True):
            assert found == pytest.approx([step[name] for step in steps], abs=1e-9) if name == "reward" \
                else found == [step[name] for step in steps], f"{name} of {text}"
    assert out.to_lists("told") == [[step["state"] in ("s1", "s3") for step in steps] for steps in wanted]
    if out.reward.requires_grad:
        out.reward.sum().backward()
    bonus = reward.params.get("bonus")
    slopes = sum(step["slope"] for steps in wanted for step in steps)
    assert float(0 if bonus is None or bonus.grad is None else bonus.grad) == pytest.approx(slopes, abs=1e-9)
    bounds = rl.load(text=text).outputs["reward"].bounds
    assert all(float(bounds.lo) - 1e-9 <= step["reward"] <= float(bounds.hi) + 1e-9 for steps in wanted for step in steps)
    _step_by_step(reward, one, given, params)


def _step_by_step(reward, one, given, params):
    """Two environments; the second leaves its episode at step 9 and begins another, with the state through pickle on the way."""
    long, short = given[0], {name: values[9:] for name, values in given[0].items()}
    first, again = one.run(long, params), one.run(short, params)
    state = reward.start(2)
    for t, wanted in enumerate(first):
        told = {name: [values[t]] * 2 for name, values in long.items()}
        step, state = reward.step(told, pickle.loads(pickle.dumps(state)), reset=torch.tensor([False, t == 9]))
        other = again[t - 9] if t >= 9 else wanted
        assert step.reward.tolist() == pytest.approx([wanted["reward"], other["reward"]], abs=1e-9), t
        assert step.done.tolist() == [wanted["done"], other["done"]]
        for name in SPAN if one.counting else ():
            assert step.output(name).tolist() == [wanted[name], other[name]]


@pytest.mark.parametrize("seed", range(16))
def test_machines_as_values_and_in_tables_do_the_same(seed):
    draw = random.Random(100 + seed)
    one, other = (drawn(draw, plain=True) for _ in range(2))
    text = HEAD + one.text("one") + other.text("other") + "reward = one.reward + other.reward"
    machines = rl.load(text=text).machines
    left, right = machines["one"], machines["other"]
    tracker = Tracker(left)
    for row in rows(draw, (12, 12, 12, 12)):
        letters = [{name for name in "ab" if row[name][t]} for t in range(len(row["a"]))]
        mine, theirs = one.run(row, {}), other.run(row, {})
        for same in (left, flat(left), minimal(left)):
            _equals(same, letters, mine)
        ends = [k for k, (p, q) in enumerate(zip(mine, theirs, strict=True)) if p["done"] or q["done"]][:1]
        both = [{"reward": p["reward"] + q["reward"], "done": p["done"] and q["done"]} for p, q in zip(mine, theirs, strict=True)]
        either = [{**step, "done": k == ends[0]} if k <= ends[0] else {"reward": 0, "done": True} for k, step in enumerate(both)] \
            if ends else [{**step, "done": False} for step in both]
        _equals(product(left, right), letters, both)
        _equals(union(left, right), letters, either)
        end = next((k + 1 for k, step in enumerate(mine) if step["done"]), len(mine))
        rest = other.run({name: values[end:] for name, values in row.items()}, {})
        _equals(sequence(left, right), letters, [{**step, "done": False} for step in mine[:end]] + rest)
        at = tracker.start
        for letter, step in zip(letters, mine, strict=True):
            moves = tracker.step([at], {name: [name in letter] for name in tracker.propositions})
            at = int(moves.state[0])
            assert (float(moves.reward[0]), bool(moves.done[0]), tracker.names[at][0]) == (step["reward"], step["done"], step["state"])
    told = difference(left, right)
    if told is not None:
        row = {name: [name in letter for letter in told] for name in "ab"}
        pairs = list(zip(one.run(row, {}), other.run(row, {}), strict=True))
        same = [p["reward"] == q["reward"] and p["done"] == q["done"] for p, q in pairs]
        assert same == [True] * (len(told) - 1) + [False]


def _equals(machine, letters, wanted):
    found = [(step.reward, step.state in machine.finals) for step in machine.run(letters)]
    assert found == [(step["reward"], step["done"]) for step in wanted]


@pytest.mark.parametrize("seed", range(8))
def test_guards_told_apart_by_hand_need_no_first_match(seed):
    """The same edges, each with what goes before it denied: a program without `first match`, without a finding, the same values."""
    draw = random.Random(300 + seed)
    one = drawn(draw, counting=seed % 2 == 1)
    before: dict[str, list[str]] = {state: [] for state in STATES}
    lines = []
    for sources, target, guards, changes, reward in one.edges:
        here = " and ".join(f"({each})" for each in guards)
        for source in sources:
            lines.append(f"{source} -> {target} when " + " and ".join([here, *(f"not ({each})" for each in before[source])])
                         + _tail(changes, reward))
            before[source].append(here)
    head, _, tail = one.text(first=False).partition("\n    " + ", ".join(one.edges[0][0]) + " -> ")
    text = HEAD + head + "\n    " + "\n    ".join([*lines, tail[tail.index("otherwise"):]]) + outputs(one)
    given = rows(draw)
    out = rl.compile(text=text)(columns(given))
    wanted = [one.run(row, {"bonus": 0.5, "cap": 3}) for row in given]
    assert out.to_lists("state") == [[step["state"] for step in steps] for steps in wanted]
    for found, steps in zip(out.to_lists("reward"), wanted, strict=True):
        assert found == pytest.approx([step["reward"] for step in steps], abs=1e-9)
