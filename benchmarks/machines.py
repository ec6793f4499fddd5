"""A reward machine on many environments, beside a hand-written table walk and a machine that is stepped in Python."""

from collections.abc import Iterator

import numpy as np
import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best
from rewardlang.analysis.machines import Tracker
from rewardlang.automata.published import write_lines

ENVIRONMENTS, STEPS, FEW = 4096, 512, 32
NAMES = ("coffee", "mail", "office", "plant", "charged")
SPEC = "setting episodic horizon 512 discount 0.99\n" + "".join(f"input {name} : bool[step]\n" for name in NAMES) + """
machine day {
    start idle
    first match
    idle, coffee_too, mail_too, both, low, late -> broken when plant : -1
    idle       -> coffee_too when coffee
    idle       -> mail_too   when mail
    coffee_too -> both       when mail
    mail_too   -> both       when coffee
    both       -> done       when office : +1
    idle       -> low        when not charged and office : -0.1
    low        -> idle       when charged
    low        -> late       when coffee and mail : -0.2
    late       -> idle       when charged and office : 0.1
    otherwise stay
    final done, broken
}
reward = day.reward
"""


def letters(count: int) -> dict[str, np.ndarray]:
    """Truths by name, [environments, steps]; the plant is rare."""
    draw = np.random.default_rng(0)
    rare = {"plant": 0.002, "office": 0.05}
    return {name: draw.random((count, STEPS)) < rare.get(name, 0.2) for name in NAMES}


def packed(columns: dict[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    """Letters as numbers, [steps, environments]."""
    found = np.zeros((STEPS, len(columns[names[0]])), np.int64)
    for bit, name in enumerate(names):
        found |= columns[name].T.astype(np.int64) << bit
    return found


def table_walk(after: np.ndarray, paid: np.ndarray, letters_: np.ndarray) -> np.ndarray:
    """What a hand-written walk pays, [steps, environments]."""
    state = np.zeros(letters_.shape[1], np.int64)
    found = np.empty(letters_.shape, np.float32)
    for step, letter in enumerate(letters_):
        found[step] = paid[state, letter]
        state = after[state, letter]
    return found


def holds(guard: str, told: set[str]) -> bool:
    """A guard in the published line format, evaluated as published machines do: as text, part by part."""
    if "|" in guard:
        return any(holds(part, told) for part in guard.split("|"))
    if "&" in guard:
        return all(holds(part, told) for part in guard.split("&"))
    if guard.startswith("!"):
        return not holds(guard[1:], told)
    return guard == "True" or guard in told


class Stepped:
    """A machine as published ones are: guards are texts, tried edge by edge for one environment at a time."""

    def __init__(self, machine):
        self.edges: dict[int, list[tuple[str, int, float]]] = {}
        for line in write_lines(machine).splitlines()[2:]:
            source, target, guard, reward = line[1:-2].replace("ConstantRewardFunction(", "").split(",")
            self.edges.setdefault(int(source), []).append((guard.strip("'"), int(target), float(reward)))

    def step(self, state: int, told: set[str]) -> tuple[int, float]:
        """The state after a step, and what it pays."""
        for guard, target, reward in self.edges.get(state, ()):
            if holds(guard, told):
                return target, reward
        return state, 0.0

    def run(self, columns: dict[str, np.ndarray]) -> list[list[float]]:
        """The rewards of each environment."""
        found = []
        for row in range(len(columns[NAMES[0]])):
            state, paid = 0, []
            for step in range(STEPS):
                state, reward = self.step(state, {name for name in NAMES if columns[name][row, step]})
                paid.append(reward)
            found.append(paid)
        return found


def figures() -> Iterator[Figure]:
    """Ratios to a numpy walk with and without its packing, and to stepping in Python."""
    reward = rl.compile(text=SPEC)
    machine = rl.load(text=SPEC).machines["day"]
    tracker = Tracker(machine)
    columns = letters(ENVIRONMENTS)
    given = {name: torch.from_numpy(value) for name, value in columns.items()}
    after, paid = tracker.tables()
    ready = packed(columns, tracker.propositions)
    wanted = table_walk(after, paid, ready)
    np.testing.assert_allclose(reward(given).reward.numpy(), wanted.T, rtol=1e-6)
    few = letters(FEW)
    np.testing.assert_allclose(Stepped(machine).run(few), table_walk(after, paid, packed(few, tracker.propositions)).T, rtol=1e-6)
    with torch.no_grad():
        seconds = best({"ours": lambda: reward(given).reward, "walk": lambda: table_walk(after, paid, ready),
                        "with packing": lambda: table_walk(after, paid, packed(columns, tracker.propositions))}, 5)
    stepped = best({"stepped": lambda: Stepped(machine).run(few)}, 2)["stepped"] * ENVIRONMENTS / FEW
    size = f"{ENVIRONMENTS:,} environments of {STEPS} steps"
    yield Figure(f"a machine on {size} / numpy walk that packs its letters too", seconds["ours"] / seconds["with packing"], 1.5)
    yield Figure(f"a machine on {size} / numpy walk of letters already packed", seconds["ours"] / seconds["walk"], 3)
    yield Figure("a machine stepped in Python / ours", stepped / seconds["ours"], 100, at_least=True)
