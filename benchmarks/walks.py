"""Truth over traces by automaton against a table walk in numpy that is given packed letters, the two taking turns.

Both on one thread. The truth of a whole trace (`holds`) through `as_module` packs columns too; the walk alone starts from
packed letters, as the numpy walk does. Truth and verdict at every step are held against a numpy walk that keeps every step.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch

import rewardlang as rl
from benchmarks.report import Figure
from benchmarks.timing import best
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.table import Table, table_of
from rewardlang.tensor import walks
from rewardlang.tensor.blocks import blocks

ROLLOUTS, STEPS = 4096, 512
FORMULAS = (
    "always (a implies eventually b)",
    "(a until b) until (b until a)",
    "eventually (a and next eventually (b and next eventually a))",
    "always (a implies eventually[0, 5] b)",
)
_HEAD = "input a : bool[step]\ninput b : bool[step]\noutput found = "


def _module(line: str, columns: dict[str, torch.Tensor]) -> Callable[[], torch.Tensor]:
    module = rl.compile(text=_HEAD + line).as_module()
    given = {**columns, "step_length": torch.full((ROLLOUTS,), STEPS)}
    arguments = [given[name] for name in module.inputs]
    return lambda: module(*arguments)["found"]


def _in_numpy(dfa: Dfa, table: Table, columns: dict[str, torch.Tensor], each: bool) -> Callable[[], np.ndarray]:
    """One addition and one lookup a step (two at `each` step), time first in memory, nothing made anew; packing is left out."""
    letters = sum(columns[name].numpy().T.astype(np.int64) << k for k, name in enumerate(dfa.atoms))
    letters = np.ascontiguousarray(letters)
    flat = np.array(table.stages[0].entries, dtype=np.int64) << table.width
    accepting = np.array(dfa.accepting)
    accepted = accepting[flat >> table.width]

    def whole() -> np.ndarray:
        state, place = np.full(ROLLOUTS, table.start << table.width), np.empty(ROLLOUTS, np.int64)
        for letter in letters:
            flat.take(np.add(state, letter, out=place), out=state, mode="clip")  # the mode that needs no buffer
        return accepting[state >> table.width]

    def every() -> np.ndarray:
        state, place = np.full(ROLLOUTS, table.start << table.width), np.empty(ROLLOUTS, np.int64)
        found = np.empty(letters.shape, np.bool_)
        for letter, now in zip(letters, found, strict=True):
            np.add(state, letter, out=place)
            accepted.take(place, out=now, mode="clip")
            flat.take(place, out=state, mode="clip")
        return found

    return every if each else whole


def _alone(dfa: Dfa, table: Table, columns: dict[str, torch.Tensor]) -> Callable[[], torch.Tensor]:
    """Our walk from packed blocks; what it uses up is copied first, which counts."""
    table_ = blocks(table, [int(accepts) for accepts in dfa.accepting])
    places, rest = walks.places_of(walks.letters([columns[name] for name in dfa.atoms]), table_)
    return lambda: walks.at_end(places.clone(), rest, table_).view(torch.bool)


def figures() -> Iterator[Figure]:
    """For each formula: the walk alone, truth of the whole, truth at every step and verdict, over the walk in numpy."""
    draw = torch.Generator().manual_seed(0)
    columns = {name: torch.rand(ROLLOUTS, STEPS, generator=draw) < share for name, share in (("a", 0.9), ("b", 0.2))}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for formula in FORMULAS:
            yield from _of_formula(formula, columns)
    finally:
        torch.set_num_threads(threads)


def _of_formula(formula: str, columns: dict[str, torch.Tensor]) -> Iterator[Figure]:
    dfa = rl.load(text=_HEAD + f"holds({formula})").automata[0].dfa
    table = table_of(dfa)
    sides = {"numpy": _in_numpy(dfa, table, columns, False), "numpy, each": _in_numpy(dfa, table, columns, True)}
    sides["walk"] = _alone(dfa, table, columns)
    sides |= {line: _module(line, columns) for line in (f"holds({formula})", formula, f"verdict({formula})")}
    wanted = sides["numpy"]()
    for name in ("walk", f"holds({formula})"):
        assert (sides[name]().numpy() == wanted).all(), formula
    seconds = best(sides, 15)
    limits = {"walk": 1.5, f"holds({formula})": 3, formula: 3, f"verdict({formula})": 3}
    for name, limit in limits.items():
        what = f"{formula}, packed letters given" if name == "walk" else f"{name}, packing included"
        peer = "numpy, each" if name in (formula, f"verdict({formula})") else "numpy"
        detail = f"{seconds[name] * 1e3:.2f} ms / {seconds[peer] * 1e3:.2f} ms"
        whose = f"table walk in {peer}{' step' if peer != 'numpy' else ''}, packed ({detail})"
        yield Figure(f"{what}, B = {ROLLOUTS}, T = {STEPS} / {whose}", seconds[name] / seconds[peer], limit)
