"""The order of calls follows what they cost and how often they decide, as seen in the batches so far; values never do."""

import pytest

import rewardlang as rl
from rewardlang.tensor import calls

NOW = [0.0]


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    """Time passes only in models, so that what is measured is what is meant."""
    monkeypatch.setattr(calls, "perf_counter", lambda: NOW[0])


class Slow:
    """A model that takes some time for each row, says what it was told to, and remembers what it was asked."""

    def __init__(self, seconds, says):
        self.seconds, self.says, self.seen = seconds, says, []

    def __call__(self, texts):
        NOW[0] += self.seconds * len(texts)
        self.seen.append(len(texts))
        return [self.says(int(text)) for text in texts]


HEAD = "input text : text\n" + "".join(f"model {name}(text: text) -> bool  on_error false\n" for name in "abc")
ROWS = [str(number) for number in range(16)]
#: What each model says of the number n, and the seconds that it takes for a row.
MODELS = {"a": (0.001, lambda n: n % 8 != 0), "b": (0.008, lambda n: n % 2 == 0), "c": (0.0002, lambda n: n % 4 == 0)}


def run(term, batches=2, columns=None):
    """The models, the rewards of each batch, and the profile."""
    models = {name: Slow(*MODELS[name]) for name in "abc"}
    reward = rl.compile(text=HEAD + f"reward = {term}", bind=models)
    found = [reward(columns or {"text": ROWS}).to_lists("reward") for _ in range(batches)]
    assert all(rows == found[0] for rows in found)
    return models, found[0], reward.profile()


@pytest.mark.parametrize(("term", "first", "then", "order"), [
    # Of 16 rows a lets 14 pass, b 8, c 4; c costs a fifth of a and decides most often, b costs the most.
    ("a(text) and b(text) and c(text)", (16, 14, 6), (4, 2, 16), ["c", "a", "b"]),
    ("b(text) and (c(text) and a(text))", (4, 16, 8), (4, 2, 16), ["c", "a", "b"]),
    ("b(text) * a(text) * 1.0", (8, 16, 0), (16, 14, 0), ["a", "b"]),
    ("prod([b(text), a(text), c(text)] over item)", (8, 16, 6), (4, 2, 16), ["c", "a", "b"]),
    ("not a(text) or not b(text) or not c(text)", (16, 14, 6), (4, 2, 16), ["c", "a", "b"]),
])
def test_after_one_batch_what_decides_cheaply_is_asked_first(term, first, then, order):
    models, rewards, profile = run(term)
    truth = {name: [MODELS[name][1](n) for n in range(16)] for name in "abc"}
    both = [all(truth[name][n] for name in "abc" if f"{name}(" in term) for n in range(16)]
    assert rewards == [float(x) if "not" not in term else float(not x) for x in both]
    asked = [tuple(models[name].seen[batch] if len(models[name].seen) > batch else 0 for name in "abc") for batch in (0, 1)]
    assert asked[0] == first
    assert [turn.text for turn in profile.turns[0]] == order
    assert asked[1] == then


def test_an_order_that_is_right_stays():
    models, _, profile = run("c(text) and a(text) and b(text)", batches=5)
    assert [turn.text for turn in profile.turns[0]] == ["c", "a", "b"] and models["b"].seen == [2] * 5


def test_the_profile_tells_the_turns():
    _, _, profile = run("a(text) and c(text)", batches=2)
    told = str(profile).splitlines()[-1]
    assert told.startswith("  in turn: c (decides ") and ", then a (decides " in told and "µs a row)" in told
    first, second = profile.turns[0]
    assert first.decides == pytest.approx(12 / 14, abs=0.12) and first.seconds < second.seconds


def test_what_takes_no_time_is_not_reordered():
    def instant(says):
        return lambda texts: [says(int(text)) for text in texts]

    reward = rl.compile(text=HEAD + "reward = a(text) and c(text)", bind={name: instant(MODELS[name][1]) for name in "ac"})
    for _ in range(8):
        out = reward({"text": ROWS})
    assert out.counts["a"].evaluated == 16 and out.counts["c"].evaluated == 14


def test_an_order_forgets_what_is_long_past():
    text = HEAD + "reward = a(text) and b(text)"
    says = {"a": True, "b": False}
    models = {name: Slow(0.0015, lambda n, name=name: says[name]) for name in "ab"}
    reward = rl.compile(text=text, bind=models)
    for _ in range(3):
        reward({"text": ROWS})
    assert [turn.text for turn in reward.profile().turns[0]] == ["b", "a"]
    says.update(a=False, b=True)
    for _ in range(33):
        reward({"text": ROWS})
    assert [turn.text for turn in reward.profile().turns[0]] == ["a", "b"]
