"""Random programs: what is computed where it is needed only is what is computed from the results of all calls on all rows."""

import random

import pytest

import rewardlang as rl
from rewardlang.tensor.learned import Learned

HEAD = """
input text : text
input x : float in [-1, 1]
input n : int in [0, 2]
input ok : bool
verifier v(text: text) -> bool
verifier w(text: text) -> float in [0, 1]
model q(text: text) -> float in [-1, 1]  on_error 0
model r(text: text) -> float in [0, 2]  on_error 0  batch 3
model s(text: text) -> float in [-2, 1]
model t(text: text) -> bool  on_error false
"""
NAMES = ("v", "w", "q", "r", "s", "t")


def number(source, depth):
    """A random expression that is a number."""
    if depth == 0:
        return source.choice(["x", "n", "w(text)", "q(text)", "r(text)", "s(text)", "0.5", "-1", "(n == 0)"])
    one, two = (lambda: number(source, depth - 1)), (lambda: truth(source, depth - 1))
    return source.choice([
        lambda: f"({one()} + {one()})", lambda: f"({one()} * {one()})", lambda: f"({two()} * {one()})",
        lambda: f"max({one()}, {one()})", lambda: f"min({one()}, {one()})", lambda: f"({one()} ?? {one()})",
        lambda: f"(gate ({two()}) ?? false {{ {one()} }} else {one()})",
        lambda: f"clamp({one()} + {one()}, -1, {source.choice(['0.5', '1'])})", lambda: f"min({source.choice(['0', '1'])}, {one()})",
        lambda: f"prod([{two()}, {one()}, {one()}] over item)", lambda: f"max([{one()}, {one()}] over item)",
        lambda: f"prod(({two()}) * [{one()}, {one()}] over item)",
        lambda: f"(match {{ ({two()}) ?? true: {one()}, ({two()}) ?? false: {one()}, else: {one()} }})",
    ])()


def truth(source, depth):
    """A random expression that is true or false."""
    if depth == 0:
        return source.choice(["ok", "v(text)", "t(text)", "n == 1", "w(text) > 0.5", "s(text) < 0", "q(text) > 0.25"])
    one, two = (lambda: truth(source, depth - 1)), (lambda: number(source, depth - 1))
    return source.choice([lambda: f"({one()} and {one()})", lambda: f"({one()} or {one()})", lambda: f"({one()} implies {one()})",
                          lambda: f"any([{one()}, {one()}, {one()}] over item)", lambda: f"all([{one()}, {one()}] over item)",
                          lambda: f"({two()} + {two()} {source.choice(['<', '<=', '>=', '>'])} {two()})",
                          lambda: f"(not {one()})", lambda: f"({two()} > {two()})", lambda: f"valid({two()})"])()


def results(texts, source):
    """What each model says of each text; None where it fails."""
    drawn = {name: {text: source.random() for text in texts} for name in NAMES}
    return {
        "v": {text: None if x < 0.15 else x < 0.5 for text, x in drawn["v"].items()},
        "w": {text: None if x < 0.15 else x for text, x in drawn["w"].items()},
        "q": {text: 2 * x - 1 for text, x in drawn["q"].items()},
        "r": {text: 2 * x for text, x in drawn["r"].items()},
        "s": {text: None if x < 0.15 else 3 * x - 2 for text, x in drawn["s"].items()},
        "t": {text: x < 0.5 for text, x in drawn["t"].items()},
    }


class Drawn(dict):
    """How often each side of each chain decides: drawn by its place in the graph."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def get(self, key, default=None):
        return random.Random(f"{self.seed} {key[0].number} {key[1].number}").random()


@pytest.mark.parametrize("seed", range(160))
def test_a_random_program(seed, monkeypatch):
    source = random.Random(seed)
    if seed % 2:     # in any order of the calls: what they cost, and how often sides decide, is drawn too
        costs = {name: random.Random(f"{seed} {name}").random() for name in NAMES}
        monkeypatch.setattr(Learned, "cost", lambda self, call: costs[call["callee"]])
        monkeypatch.setattr(Learned, "shares", lambda self: Drawn(seed))
    texts = [None if source.random() < 0.1 else f"text {source.randrange(12)}" for _ in range(24)]
    said = results({text for text in texts if text is not None}, source)
    columns = {"text": texts, "x": [None if source.random() < 0.1 else source.uniform(-1, 1) for _ in texts],
               "n": [source.randrange(3) for _ in texts], "ok": [source.random() < 0.5 for _ in texts]}
    asked = {name: [] for name in NAMES}

    def verifier(name):
        def ask(text):
            asked[name].append(text)
            return said[name][text]
        return ask

    def model(name):
        def ask(some):
            asked[name].extend(some)
            return [said[name][text] for text in some]
        return ask

    program = HEAD + f"reward = {number(source, 3)}\n"
    bind = {name: (verifier if name in "vw" else model)(name) for name in NAMES}
    lazy = rl.compile(text=program, bind=bind)(columns)
    answers = {name: [None if text is None else said[name][text] for text in texts] for name in NAMES}
    eager = rl.compile(text=program)({**columns, **answers})
    for found, wanted in zip(lazy.to_lists("reward"), eager.to_lists("reward"), strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-5)), program
    for name, counts in lazy.counts.items():
        assert counts.evaluated == len(asked[name]) == len(set(asked[name]))
        assert counts.demanded == counts.evaluated + counts.deduplicated + counts.skipped
