"""Margins at each step through `reward.module` on tensors, beside rtamt, stlcgpp and doubling windows written by hand.

All on one thread: with more, the waiting of a busy machine would be measured. metric-temporal-logic means something else at
the ends of windows and is hundreds of times slower; it is left out.
"""

import time
from collections.abc import Callable, Iterator
from math import inf

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.profiler import ProfilerActivity, profile

import rewardlang as rl
from benchmarks.report import Figure
from tests.peers.client import ABSENT, Nested, peers, text
from tests.peers.server import random_columns

ROWS, STEPS, SEED = (1, 64, 1024), (64, 512, 4096), 17
LARGE = 32_768  # entries from which on the promises are stronger
SAMPLES = 4_096  # rtamt takes one trace at a time: it gets the first rows up to so many steps, and its time is scaled
MASKS = 1e9  # bytes of masks above which stlcgpp is not run; its recurrent cells are then, on one row, scaled

GF = ["always", ["eventually", ["ge", "x", 0.1], [0, 10]], [0, 20]]
FG = ["eventually", ["always", ["and", ["ge", "x", 0.1], ["le", "y", 0.5]], [0, 10]], [0, 50]]
UNTIL = ["until", ["ge", "x", -0.5], ["ge", "y", 0.3], [0, 30]]
RESPONSE = ["always", ["implies", ["ge", "x", 0.5], ["eventually", ["ge", "y", 0.2], [0, 20]]]]


# By hand ----------------------------------------------------------------------------------------------------------------


def doubled(x: Tensor, width: int, of_two: Callable, neutral: float) -> Tensor:
    """The extreme over so many steps from each one on: [B, T], by windows that double."""
    x, size = pad(x, (0, width - 1), value=neutral), 1
    while size < width:
        step = min(size, width - size)
        x = of_two(x[:, :-step], x[:, step:])
        size += step
    return x


def to_the_end(x: Tensor) -> Tensor:
    """The least entry from each step on, by windows that double."""
    size = 1
    while size < x.shape[1]:
        x = torch.cat([torch.minimum(x[:, :-size], x[:, size:]), x[:, -size:]], 1)
        size *= 2
    return x


def until_within(p: Tensor, q: Tensor, width: int) -> Tensor:
    """p until q with q in so many steps from each one on, by windows that double."""
    p, q, size = pad(p, (0, width - 1), value=inf), pad(q, (0, width - 1), value=-inf), 1
    while size < width:
        step = min(size, width - size)
        q = torch.maximum(q[:, :-step], torch.minimum(p[:, :-step], q[:, step:]))
        p = torch.minimum(p[:, :-step], p[:, step:])
        size += step
    return q


def _most(x: Tensor, width: int) -> Tensor:
    return doubled(x, width, torch.maximum, -inf)


def _least(x: Tensor, width: int) -> Tensor:
    return doubled(x, width, torch.minimum, inf)


FAMILIES: dict[str, tuple[Nested, Callable[[Tensor, Tensor], Tensor]]] = {
    "always eventually": (GF, lambda x, y: _least(_most(x - 0.1, 11), 21)),
    "eventually always": (FG, lambda x, y: _most(_least(torch.minimum(x - 0.1, 0.5 - y), 11), 51)),
    "until": (UNTIL, lambda x, y: until_within(x + 0.5, y - 0.3, 31)),
    "response": (RESPONSE, lambda x, y: to_the_end(torch.maximum(0.5 - x, _most(y - 0.2, 21)))),
}


# Measuring --------------------------------------------------------------------------------------------------------------


def module_call(formula: Nested, columns: dict[str, Tensor]) -> Callable[[], Tensor]:
    """Our side: the module, with lengths."""
    head = "".join(f"input {name} : float[step] in [-1, 1]\n" for name in columns)
    module = rl.compile(text=f"{head}output m = margins({text(formula)})").module
    rows, steps = columns["x"].shape
    given = {**columns, "step_length": torch.full((rows,), steps)}
    arguments = [given[name] for name in module.inputs]
    return lambda: module(*arguments)["m"]


def seconds(call: Callable[[], object], times: int) -> float:
    """How long one of several calls took."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def stlcgpp_request(formula: Nested, rows: int, steps: int) -> tuple[dict, str]:
    """What to ask of stlcgpp, and what to say about it."""
    windows = 31 if formula[0] == "until" else 1
    if 20 * windows * rows * steps * (steps + 51) <= MASKS:
        return {"peer": "stlcgpp"}, ""
    return {"peer": "stlcgpp", "options": {"recurrent": True}, "part": 1}, " in cells, one row scaled: its masks need > 1 GB"


def peer_requests(formula: Nested, rows: int, steps: int) -> dict[str, dict]:
    """Each peer's request for one cell, by what is said about it."""
    part = max(1, min(rows, SAMPLES // steps))
    scaled = f" on {part} rows, scaled" if part < rows else ""
    common = {"formula": formula, "rows": rows, "steps": steps, "seed": SEED, "calls": 1}
    stlcgpp, why = stlcgpp_request(formula, rows, steps)
    return {f"rtamt{scaled}": {**common, "peer": "rtamt", "part": part}, f"stlcgpp{why}": {**common, **stlcgpp}}


def cell(formula: Nested, by_hand: Callable, rows: int, steps: int) -> tuple[float, float, dict[str, float]]:
    """Seconds of ours, of what is written by hand, and of each peer: the sides take turns, the fastest of each counts."""
    columns = random_columns(rows, steps, SEED)
    ours, hand = module_call(formula, columns), lambda: by_hand(columns["x"], columns["y"])
    torch.testing.assert_close(ours(), hand())
    times = max(1, min(100, 200_000 // (rows * steps)))
    best, theirs, first = [inf, inf], {}, float(hand()[0, 0])
    for turn in range(12):
        for side, call in enumerate((ours, hand)):
            best[side] = min(best[side], seconds(call, times))
        if not ABSENT and turn % 4 == 0:
            for name, request in peer_requests(formula, rows, steps).items():
                answer = peers().ask(**request)
                assert "error" not in answer, (name, request, answer)
                # stlcgpp's until means something else: docs/temporal.md.
                same = abs(answer["first"] - first) < 1e-4 or formula[0] == "until" and request["peer"] == "stlcgpp"
                assert same, (name, request, answer, first)
                scale = rows / request.get("part", rows)
                theirs[name] = min(theirs.get(name, inf), answer["seconds"] * scale)
    return *best, theirs


def peak_bytes(call: Callable[[], object]) -> int:
    """The most memory that tensors made during a call had at once."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        call()
    events = [event for event in found.profiler.kineto_results.events() if event.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def figures() -> Iterator[Figure]:
    """Each family at each size: against the fastest peer, and where it is large against what is written by hand."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.no_grad():
        for family, (formula, by_hand) in FAMILIES.items():
            for rows in ROWS:
                for steps in STEPS:
                    yield from _cell_figures(f"{family} [{rows}, {steps}]", formula, by_hand, rows, steps)
            calls = {steps: module_call(formula, random_columns(64, steps, SEED)) for steps in (512, 65_536)}
            few, many = (peak_bytes(call) for call in calls.values())
            yield Figure(f"{family}: memory an entry, 65,536 / 512 steps of 64 rows", many / few / 128, 1.2)
    torch.set_num_threads(before)


def _cell_figures(name: str, formula: Nested, by_hand: Callable, rows: int, steps: int) -> Iterator[Figure]:
    ours, hand, theirs = cell(formula, by_hand, rows, steps)
    large = rows * steps >= LARGE
    if theirs:
        fastest = min(theirs, key=theirs.__getitem__)
        yield Figure(f"{name}: module / {fastest}", ours / theirs[fastest], 0.2 if large else 1)
    else:
        yield Figure(f"{name}: module; {ABSENT}", ours * 1e3, 1_000, "ms")
    if large:
        yield Figure(f"{name}: module / doubling by hand", ours / hand, 1.5)
