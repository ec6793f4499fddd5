"""Small machines drawn at random, and every letter over their propositions."""

import random
from itertools import combinations

from rewardlang.automata.formula import TRUE, atom, conjunction, negation
from rewardlang.automata.machine import Counter, Edge, Machine, Test, Update

NAMES = "abc"
LETTERS = [frozenset(chosen) for count in range(len(NAMES) + 1) for chosen in combinations(NAMES, count)]


def machine(draw: random.Random, states: int = 4, counting: bool = False, rewards=(0, 0, 1, -1), finals: bool = True) -> Machine:
    """A machine in which the first edge that applies is taken, and that stays otherwise."""
    tests = {f"n {op} {value}": Test(0, op, value) for op in ("==", ">=", "<") for value in (1, 2)} if counting else {}
    edges = []
    for state in range(states - 1 if finals else states):
        for _ in range(draw.randint(1, 3)):
            literals = [atom(name) if draw.random() < 0.5 else negation(atom(name)) for name in draw.sample(NAMES, draw.randint(1, 2))]
            if counting and draw.random() < 0.5:
                literals.append(atom(draw.choice(list(tests))))
            updates = (Update(0, draw.choice(["+=", "-=", "="]), draw.randint(0, 2)),) if counting else ()
            edges.append(Edge((state,), draw.randrange(states), conjunction(literals), updates, draw.choice(rewards)))
    edges.append(Edge((), None, TRUE, (), draw.choice(rewards) if finals else 0, otherwise=True))
    ends = frozenset([states - 1]) if finals else frozenset()
    counters = (Counter("n", 0, 3),) if counting else ()
    return Machine(tuple(f"s{k}" for k in range(states)), 0, tuple(edges), ends, counters, tests, first_match=True)


def told(machine_: Machine, trace) -> list[tuple[object, bool]]:
    """What each step pays, and whether the machine is done after it."""
    return [(step.reward, step.state in machine_.finals) for step in machine_.run(trace)]
