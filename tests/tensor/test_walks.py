"""Walks in blocks of steps agree with tables step by step, and formulas by their automata with formulas by their words."""

import random
import sys
from pathlib import Path

import pytest
import torch

import rewardlang as rl
from rewardlang.automata.table import Table, padded
from rewardlang.tensor import automata, blocks, walks

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "temporal"))
from formulas import drawn


def a_table(rng: random.Random, states: int, bits: int) -> Table:
    return Table.of_rows([[rng.randrange(states) for _ in range(1 << bits)] for _ in range(states)], rng.randrange(states))


def walked(table: Table, letters: list[int]) -> list[int]:
    states = [table.start]
    for letter in letters:
        states.append(table.step(states[-1], letter))
    return states[1:]


def arguments_of(parts: blocks.Blocks) -> tuple[tuple, tuple]:
    """What emitted code gives for a table in blocks."""
    return (parts.bits, parts.steps, parts.states, parts.start), (parts.one, parts.many, parts.inside, parts.read)


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("states", [1, 2, 5, 40, 200])
def test_blocks_of_steps(states, bits):
    rng = random.Random(f"{states} {bits}")
    for rows, steps in ((0, 4), (1, 1), (1, 13), (3, 0), (5, 8), (20, 9), (40, 24)):
        table = a_table(rng, states, bits)
        if not blocks.fits_blocks(table):
            continue
        parts = blocks.blocks(table)
        arguments = arguments_of(parts)
        given = [torch.tensor([[rng.random() < 0.5 for _ in range(steps)] for _ in range(rows)], dtype=torch.bool)
                 .view(rows, steps) for _ in range(bits)]
        letters = [[sum(int(x[row, t]) << k for k, x in enumerate(given)) for t in range(steps)] for row in range(rows)]
        expected = [walked(table, row) for row in letters]
        assert walks.walked(given, 1, False, *arguments).tolist() == expected
        assert walks.arrived(given, 1, *arguments).tolist() == [row[-1] if row else table.start for row in expected]
        backward = [walked(table, row[::-1])[::-1] for row in letters]
        turned = blocks.blocks(table, backward=True)
        assert walks.walked(given, 1, True, *arguments_of(turned)).tolist() == backward
        upright = [x.t() for x in given]
        assert walks.walked(upright, 0, False, *arguments).t().tolist() == expected


@pytest.mark.parametrize("bits, states, rows, steps", [(1, 2, 1, 1000), (2, 5, 3, 777), (3, 9, 2, 501), (5, 7, 1, 403)])
@pytest.mark.parametrize("backward", [False, True])
def test_pieces_of_long_traces(bits, states, rows, steps, backward, monkeypatch):
    rng = random.Random(f"{bits} {states}")
    table, values = a_table(rng, states, bits), [rng.random() for _ in range(states)]
    given = [torch.rand(rows, steps) < 0.5 for _ in range(bits)]
    letters = sum(x.long() << k for k, x in enumerate(given))
    turned = letters.flip(1) if backward else letters
    expected = torch.tensor([[values[state] for state in walked(table, row)] for row in turned.tolist()], dtype=torch.float64)
    parts = blocks.blocks(table, values, backward, torch.float64)
    got = walks.walked(given, 1, backward, *arguments_of(parts))
    assert torch.equal(got, expected.flip(1) if backward else expected)
    assert walks._pieces(torch.empty(steps // parts.steps, rows), parts) > 3
    if not backward:
        assert torch.equal(walks.arrived(given, 1, *arguments_of(parts)), expected[:, -1])
    monkeypatch.setattr(walks, "_pieces", lambda *_parts: 1)
    monkeypatch.setattr(walks, "_PART", 100)  # and rows in parts
    assert torch.equal(walks.walked(given, 1, backward, *arguments_of(parts)), got)
    whole = steps // parts.steps * parts.steps  # nothing behind the last whole block
    cut = [x[:, steps - whole:] if backward else x[:, :whole] for x in given]
    expected = got[:, steps - whole:] if backward else got[:, :whole]
    assert torch.equal(walks.walked(cut, 1, backward, *arguments_of(parts)), expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6, 7, 8])
def test_values_of_states(bits, dtype):
    """Values take the bytes they need; states that only their numbers tell apart become one."""
    rng = random.Random(bits)
    moves = [[rng.randrange(3) for _ in range(1 << bits)] for _ in range(3)]
    table = Table.of_rows([[2 * end + rng.randrange(2) for end in moves[state // 2]] for state in range(6)])
    values = [0.5 * (state // 2) for state in range(6)]
    parts = blocks.blocks(table, values, dtype=dtype)
    assert parts.states <= 3
    given = [torch.rand(30, 11) < 0.5 for _ in range(bits)]
    letters = sum(x.long() << k for k, x in enumerate(given)).tolist()
    expected = torch.tensor([[values[state] for state in walked(table, row)] for row in letters], dtype=dtype)
    assert torch.equal(walks.walked(given, 1, False, *arguments_of(parts)), expected)


def test_a_column_that_begins_in_the_middle_of_a_number():
    table = Table.of_rows([[0, 1], [1, 0]])
    arguments = arguments_of(blocks.blocks(table))
    whole = torch.rand(1, 17) < 0.5
    for first in range(4):
        got = walks.walked([whole[:, first:]], 1, False, *arguments)
        assert torch.equal(got.long(), whole[:, first:].long().cumsum(1) % 2)


def test_padding_changes_nothing():
    table = a_table(random.Random(3), 4, 2)
    wider = padded(table)
    assert all(wider.step(state, letter) == state for state in range(4) for letter in range(4))
    assert all(wider.step(state, 4 | letter) == table.step(state, letter) for state in range(4) for letter in range(4))


# --- formulas ---------------------------------------------------------------------------------------------------------

HEAD = "input a : bool[step]\ninput b : bool[step, joint]\naxis joint = 2\n"


def by_words(text: str, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(automata.Automata, "_automaton", lambda *_args, **_options: None)
        reward = rl.compile(text=text)
        assert "arrived" not in code_of(reward) and "walked" not in code_of(reward)
        return reward


def code_of(reward) -> str:
    module = reward.as_module()
    return "\n".join(part.code for part in module.modules() if hasattr(part, "code"))


@pytest.mark.parametrize("seed", range(10))
def test_formulas_by_walks_and_by_words(seed, monkeypatch):
    rng = random.Random(seed)
    formulas = [str(drawn(rng, 4, past=rng.random() < 0.5, future=rng.random() < 0.7)) for _ in range(6)]
    formulas += ["a until b", "not (a since b)", "always (a implies eventually b)", "a or (b weak_until next a)"]
    lines = [f"output t{n} = {each}\noutput h{n} = holds({each})" for n, each in enumerate(formulas)]
    text = HEAD + "\n".join(lines) + "\n"
    walking, words = rl.compile(text=text), by_words(text, monkeypatch)
    code = code_of(walking)
    assert "arrived" in code and "walked" in code
    for lengths in ([3] * 20, [rng.randint(0, 9) for _ in range(20)]):
        columns = {"a": [[rng.random() < 0.6 for _ in range(n)] for n in lengths],
                   "b": [[[rng.random() < 0.4 for _ in range(2)] for _ in range(n)] for n in lengths]}
        got, wanted = walking(columns), words(columns)
        for name in wanted.outputs:
            assert got.to_lists(name) == wanted.to_lists(name), (name, formulas[int(name[1:])])


def test_what_is_null_is_read_by_words(monkeypatch):
    text = HEAD + "output t = a until a\noutput h = holds(eventually a)\n"
    columns = {"a": [[True, None, False], [False, True, None]], "b": [[[True, True]] * 3] * 2}
    out = rl.compile(text=text)(columns)
    assert out.to_lists("h") == [True, True] and out.to_lists("t") == [[True, None, False], [False, True, None]]


def test_a_walk_exports():
    module = rl.compile(text="input a : bool[step]\ninput b : bool[step]\noutput h = holds(a until b)\n"
                             "output v = verdict(a until b)\n").as_module()
    given = {"a": torch.tensor([[True, True, False]]), "b": torch.tensor([[False, False, True]])}
    given["step_length"] = torch.tensor([3])
    arguments = tuple(given[name] for name in module.inputs)
    exported = torch.export.export(module, arguments).module()(*arguments)
    assert exported["h"].tolist() == [True] and exported["v"].tolist() == [[0, 0, 1]]
