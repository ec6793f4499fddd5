"""A reward machine on many environments, beside a hand-written table walk and a machine that is stepped in Python.

The machine has 7 states and 5 propositions and goes on for ever: where an episode ends it begins again. All on one thread, without
gradient. Numpy's walk is given packed letters, time first in memory, and keeps what is paid at each step, as we do.
"""

import random
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best
from rewardlang.analysis.machines import Tracker
from rewardlang.automata.published import write_lines
from rewardlang.automata.table import Table
from rewardlang.program import program_of
from rewardlang.tensor import walks
from rewardlang.tensor.blocks import blocks
from rewardlang.tensor.buffers import room

#: Environments, and in how many rounds; those that are stepped in Python; steps of each, and of the single trace.
SIZES, FEW, STEPS, LONG, PART = {4096: 15, 65_536: 4}, 32, 512, 1 << 17, 4096
NAMES = ("coffee", "mail", "office", "plant", "charged")
SPEC = "setting continuing\n" + "".join(f"input {name} : bool[step]\n" for name in NAMES) + """
machine day {
    start idle
    first match
    idle, coffee_too, mail_too, both, low, late -> idle when plant : -1
    idle       -> coffee_too when coffee
    idle       -> mail_too   when mail
    coffee_too -> both       when mail
    mail_too   -> both       when coffee
    both       -> idle       when office and charged : +1
    both       -> rest       when office : +0.5
    rest       -> idle       when charged
    idle       -> low        when not charged and office : -0.1
    low        -> idle       when charged
    low        -> late       when coffee and mail : -0.2
    late       -> idle       when charged and office : 0.1
    otherwise stay
}
reward = day.reward
"""


def drawn(rows: int, steps: int) -> dict[str, torch.Tensor]:
    """Truths by name, [rows, steps]; the plant is rare."""
    draw = torch.Generator().manual_seed(0)
    share = {"plant": 0.002, "office": 0.05}
    return {name: torch.rand(rows, steps, generator=draw) < share.get(name, 0.2) for name in NAMES}


# By hand ----------------------------------------------------------------------------------------------------------------


class ByHand:
    """A machine in two flat tables of numpy."""

    def __init__(self, tracker: Tracker):
        after, paid = tracker.tables()
        self.propositions, self.width = tracker.propositions, len(tracker.propositions)
        self.after, self.paid = after.ravel() << self.width, paid.ravel().astype(np.float32)

    def packed(self, columns: dict[str, torch.Tensor]) -> np.ndarray:
        """Letters as numbers, [steps, rows]."""
        found = columns[self.propositions[0]].numpy().T.astype(np.int64)
        for bit, name in enumerate(self.propositions[1:], start=1):
            found |= columns[name].numpy().T.astype(np.int64) << bit
        return np.ascontiguousarray(found)

    def walk(self, letters: np.ndarray) -> np.ndarray:
        """What is paid, [steps, rows]: an addition and two lookups a step, nothing made anew."""
        state, place = np.zeros((2, letters.shape[1]), np.int64)
        found = np.empty(letters.shape, np.float32)
        for letter, paid in zip(letters, found, strict=True):
            np.add(state, letter, out=place)
            self.paid.take(place, out=paid, mode="clip")  # the mode that needs no buffer
            self.after.take(place, out=state, mode="clip")
        return found

    def loop(self, letters: list[int]) -> list[float]:
        """What is paid on a single trace, in plain Python: faster there than a call of numpy or torch at each step."""
        after, paid, state, found = self.after.tolist(), self.paid.tolist(), 0, []
        for letter in letters:
            place = state + letter
            found.append(paid[place])
            state = after[place]
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

    def run(self, told: list[list[set[str]]]) -> list[list[float]]:
        """The rewards of each environment, which is told what is true at each step."""
        found = []
        for row in told:
            state, paid = 0, []
            for now in row:
                state, reward = self.step(state, now)
                paid.append(reward)
            found.append(paid)
        return found


def told(columns: dict[str, torch.Tensor]) -> list[list[set[str]]]:
    """The names of what is true, by row and step."""
    rows, steps = columns[NAMES[0]].shape
    lists = {name: column.tolist() for name, column in columns.items()}
    return [[{name for name in NAMES if lists[name][row][step]} for step in range(steps)] for row in range(rows)]


# Measuring --------------------------------------------------------------------------------------------------------------


def ours(reward, columns: dict[str, torch.Tensor]) -> Callable[[], torch.Tensor]:
    """The module, from columns, with lengths."""
    module, (rows, steps) = reward.module, columns[NAMES[0]].shape
    given = {**columns, "step_length": torch.full((rows,), steps)}
    arguments = [given[name] for name in module.inputs]
    return lambda: module(*arguments)["reward"]


def ours_packed(tracker: Tracker, columns: dict[str, torch.Tensor]) -> Callable[[], torch.Tensor]:
    """Our walk from packed blocks, in parts of rows as usual; what it uses up is copied first, which counts."""
    after, paid = tracker.tables()
    pairs = sorted({(state, pay) for state, pay in zip(after.ravel().tolist(), paid.ravel().tolist(), strict=True)} | {(0, 0.0)})
    number = {pair: place for place, pair in enumerate(pairs)}
    rows = [[number[int(after[state, letter]), float(paid[state, letter])] for letter in range(after.shape[1])]
            for state, _ in pairs]
    table = blocks(Table.of_rows(rows, number[0, 0.0]), [pay for _, pay in pairs], dtype=torch.float32)
    parts = zip(*(columns[name].split(PART) for name in tracker.propositions), strict=True)
    ready = [walks.places_of(walks.letters(part), table) for part in parts]

    def walk() -> torch.Tensor:
        found = room(columns[NAMES[0]].shape, torch.float32)
        for (places, rest), part in zip(ready, found.split(PART), strict=True):
            walks.along(places.clone(), rest, table, out=part)
        return found

    return walk if len(ready) > 1 else lambda: walks.along(ready[0][0].clone(), ready[0][1], table)


def figures() -> Iterator[Figure]:
    """Ratios to numpy's walk, to stepping in Python, and on a single trace to a loop."""
    reward, machine = rl.compile(text=SPEC), rl.load(text=SPEC).machines["day"]
    tracker = Tracker(machine)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.no_grad():
            for rows, rounds in SIZES.items():
                yield from _of_size(reward, machine, tracker, rows, rounds)
            yield from _of_one(reward, ByHand(tracker))
            yield _of_checks()
    finally:
        torch.set_num_threads(threads)


def _of_size(reward, machine, tracker: Tracker, rows: int, rounds: int) -> Iterator[Figure]:
    columns, hand, stepped = drawn(rows, STEPS), ByHand(tracker), Stepped(machine)
    letters, few = hand.packed(columns), told({name: column[:FEW] for name, column in columns.items()})
    sides = {"ours": ours(reward, columns), "ours, packed": ours_packed(tracker, columns), "walk": lambda: hand.walk(letters)}
    wanted = sides["walk"]().T
    for name in ("ours", "ours, packed"):
        np.testing.assert_allclose(sides[name]().numpy(), wanted, rtol=1e-6)
    np.testing.assert_allclose(stepped.run(few), wanted[:FEW], rtol=1e-6)
    seconds = best({**sides, "stepped": lambda: stepped.run(few)}, rounds)
    walk, size = seconds["walk"], f"a machine on {rows:,} environments of {STEPS} steps"
    step = {name: found / (FEW if name == "stepped" else rows) / STEPS * 1e9 for name, found in seconds.items()}
    yield Figure(f"{size}, packed letters given / numpy walk of packed letters ({step['walk']:.2f} ns a step)",
                 seconds["ours, packed"] / walk, 1.5)
    yield Figure(f"{size}, packing included / numpy walk of packed letters", seconds["ours"] / walk, 3)
    yield Figure(f"{size}, stepped in Python as published ({step['stepped']:.0f} ns a step) / ours, packing included",
                 step["stepped"] / step["ours"], 100, at_least=True)


def _of_one(reward, hand: ByHand) -> Iterator[Figure]:
    columns = drawn(1, LONG)
    letters = hand.packed(columns)
    sides = {"ours": ours(reward, columns), "numpy": lambda: hand.walk(letters), "loop": lambda: hand.loop(letters[:, 0].tolist())}
    np.testing.assert_allclose(sides["ours"]().numpy()[0], sides["loop"](), rtol=1e-6)
    seconds = best(sides, 3)
    # Plain Python does what the promise's step loop does several times faster; not to be slower than it is our own promise.
    for name, what, limit in (("numpy", "numpy's step loop", 3), ("loop", "a step loop in plain Python", 1)):
        yield Figure(f"a single trace of {LONG:,} steps: {what} / ours, packing included", seconds[name] / seconds["ours"], limit,
                     at_least=True)


def _of_checks() -> Figure:
    """All findings about a machine of 1,000 states and 5,000 edges, once it is read."""
    draw = random.Random(1)
    lines = ["setting episodic horizon 100000 discount 0.99", *(f"input p{number} : bool[step]" for number in range(20)),
             "machine m {", "    start s0"]
    for state in range(1000):
        before: list[str] = []
        for name in (f"p{number}" for number in draw.sample(range(20), 5)):
            target = draw.randrange(1000) if before else state + 1
            lines.append(f"    s{state} -> s{target} when {' and '.join([*before, name])} : {draw.choice([0, -1, -2])}")
            before.append(f"not {name}")
    text = "\n".join([*lines, "    otherwise stay : -1", "    final s1000", "}", "reward = m.reward", ""])
    program = program_of(text=text)
    start = time.perf_counter()
    assert not program.errors
    return Figure("checks of a machine of 1,000 states and 5,000 edges", time.perf_counter() - start, 2, "s")
