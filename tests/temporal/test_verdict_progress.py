"""`verdict` is exact, and `progress` adds the same to every episode, so that what is best stays best."""

import itertools
import math
import random

import pytest
from formulas import drawn, letters, traces

import rewardlang as rl
from rewardlang.automata.trace import holds
from rewardlang.automata.translate import translate

LETTERS = letters("ab")
AHEAD = list(traces(3, LETTERS))


def columns(rows):
    return {name: [[name in letter for letter in trace] for trace in rows] for name in "ab"}


def program(line: str, setting: str = "episodic") -> str:
    return f"setting {setting}\ninput a : bool[step]\ninput b : bool[step]\noutput found = {line}\n"


def known(formula, trace) -> int:
    """The verdict by its definition, over all ways to go on for up to three steps."""
    truths = {holds(formula, (*trace, *more)) for more in AHEAD}
    return 0 if len(truths) == 2 else 1 if True in truths else -1


@pytest.mark.parametrize("seed", range(12))
def test_a_verdict_is_what_all_ways_to_go_on_agree_in(seed):
    source = random.Random(seed)
    formula = drawn(source, 3)
    while len(translate(formula)) not in (2, 3, 4):  # three steps then lead from any state to any other that is reached
        formula = drawn(source, 3)
    rows = [tuple(source.choice(LETTERS) for _ in range(source.randint(0, 5))) for _ in range(25)]
    got = rl.compile(text=program(f"verdict({formula})"))(columns(rows)).to_lists("found")
    assert got == [[known(formula, row[:n + 1]) for n in range(len(row))] for row in rows], str(formula)


def test_a_formula_along_another_axis_is_an_atom():
    text = """
        input t : bool[turn]
        input p : bool[step]
        output found = verdict(always over step (p or holds(eventually t)))
        output each = verdict(eventually over turn (t and next t))
    """
    data = {"t": [[False, True, True], [False, False]], "p": [[True, False, False], [True, False]]}
    out = rl.compile(text=text)(data)
    assert out.to_lists("found") == [[0, 0, 0], [0, -1]]
    assert out.to_lists("each") == [[0, 0, 1], [0, 0]]


def test_the_word_of_an_axis_within_another():
    text = "input n : bool[turn, token]\noutput found = verdict((always over token n) over token)\noutput near = progress((eventually over token n) over token)"
    out = rl.compile(text=text)({"n": [[[True, False], [], [True]], []]})
    assert out.to_lists("found") == [[[0, -1], [], [0]], []]
    assert out.to_lists("near") == [[[0.5, -1], [], [-0.5]], []]


# --- progress ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("discount", [1, 0.75])
@pytest.mark.parametrize("seed", range(8))
def test_progress_adds_the_same_to_every_episode(seed, discount):
    source = random.Random(seed)
    formula = drawn(source, 3)
    rows = [tuple(source.choice(LETTERS) for _ in range(n)) for n in (1, 2, 3, 5, 8, 8)]
    got = rl.compile(text=program(f"progress({formula})", f"episodic discount {discount}"))(columns(rows)).to_lists("found")
    distances = translate(formula).distances
    far = max((d for d in distances if d < math.inf), default=0)
    start = 0 if distances[0] == math.inf else 1 - distances[0] / (far + 1)
    for row in got:
        assert sum(discount**t * x for t, x in enumerate(row)) == pytest.approx(-start, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_progress_of_what_goes_on_telescopes(seed):
    source = random.Random(seed)
    formula = drawn(source, 3)
    dfa = translate(formula)
    far = max((d for d in dfa.distances if d < math.inf), default=0)
    potential = [0 if d == math.inf else 1 - d / (far + 1) for d in dfa.distances]
    rows = [tuple(source.choice(LETTERS) for _ in range(n)) for n in (0, 1, 4, 7)]
    got = rl.compile(text=program(f"progress({formula})", "continuing discount 0.5"))(columns(rows)).to_lists("found")
    for row, trace in zip(got, rows):
        end = potential[dfa.run(trace)[-1]]
        assert sum(0.5**t * x for t, x in enumerate(row)) == pytest.approx(0.5**len(trace) * end - potential[0])


class World:
    """A small decision process: two actions, chances, labels, and episodes that end in state 3 or after four steps."""

    def __init__(self, seed: int):
        source = random.Random(seed)
        self.moves = {(s, act): [(source.randrange(4), share) for share in (0.75, 0.25)] for s in range(3) for act in "lr"}
        self.labels = [frozenset(name for name in "ab" if source.random() < 0.4) for _ in range(4)]
        self.pay = {(s, act): source.choice([-1, 0, 0, 1]) for s in range(3) for act in "lr"}

    def histories(self, state: int = 0, past: tuple = ()):
        """Every whole episode, as (state, action, next state) of each step."""
        if state == 3 or len(past) == 4:
            yield past
            return
        for act in "lr":
            for there, _ in self.moves[state, act]:
                yield from self.histories(there, (*past, (state, act, there)))

    def best(self, reward, discount: float) -> dict[tuple, frozenset]:
        """By value iteration over histories: the actions that are best after each, where `reward` pays each step."""
        choices: dict[tuple, frozenset] = {}

        def value(state: int, past: tuple) -> float:
            if state == 3 or len(past) == 4:
                return 0.0
            worth = {act: sum(share * (reward[step] + discount * value(there, step)) for there, share in self.moves[state, act]
                              for step in [(*past, (state, act, there))]) for act in "lr"}
            top = max(worth.values())
            choices[past] = frozenset(act for act, found in worth.items() if found > top - 1e-9)
            return top

        value(0, ())
        return choices

    def rewards(self, formula: str, setting: str):
        """What the pay, and the pay with progress, are after each history; progress is what the compiled program says."""
        episodes = list(dict.fromkeys(self.histories()))
        rows = [[self.labels[there] for _, _, there in past] for past in episodes]
        shaping = rl.compile(text=program(f"progress({formula})", setting))(columns(rows)).to_lists("found")
        plain, shaped = {}, {}
        for past, extra in zip(episodes, shaping):
            for n, (state, act, _) in enumerate(past):
                plain[past[:n + 1]] = self.pay[state, act]
                shaped[past[:n + 1]] = self.pay[state, act] + extra[n]
        return plain, shaped


FORMULAS = ["eventually (a and next eventually b)", "always (a implies eventually b)", "a until b", "not a until b and always not a"]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("discount", [1, 0.75])
def test_what_is_best_stays_best(formula, discount):
    moved = 0
    for seed in range(6):
        world = World(seed)
        plain, shaped = world.rewards(formula, f"episodic discount {discount}")
        assert world.best(plain, discount) == world.best(shaped, discount)
        moved += plain != shaped
    assert moved >= 3


def test_without_the_zero_at_the_end_what_is_best_would_change():
    changed = 0
    for seed, formula in itertools.product(range(6), FORMULAS):
        world = World(seed)
        plain, shaped = world.rewards(formula, "continuing discount 0.75")
        changed += world.best(plain, 0.75) != world.best(shaped, 0.75)
    assert changed
