"""One step at a time against whole batches: random specs, ragged episodes, resets, nulls; and what a state may be."""

import pickle
import random

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

HEAD = """
setting episodic horizon 100
axis joint = {hip, knee}
input x : float[step]? in [-1, 1]
input y : float[step] in [-1, 1]
input p : bool[step]
input q : bool[step]
input load : float[step, joint] in [0, 1]
input score : float in [0, 1]
input said : text[step]
input tag : id[step]?
param k : int in [0, 4] = 2
axis dim = 2
axis other like dim
let turning : float[dim, other] = [[0.5, -0.5], [0.25, 0.5]]
param worth : table[text] of float = {"a": 0.5, "b": -1}
machine task {
    start idle
    counter n in [0, 3]
    idle, busy -> idle when q and p        : y
    idle -> busy when p and not q   do n += 1 : +0.5
    busy -> done when q and not p and n >= 2  : score
    otherwise stay                          : -0.01
    final done
}
"""

STATES = """
let far : int[step] in [0, 5] = clamp(prev(far, 1) + (gate p { 2 } else -1), 0, 5)
let on : bool[step] = q or prev(on, false) and not p
let ping : float[step] in [-2, 2] = clamp(0.5 * prev(pong, score) + y, -2, 2)
let pong : float[step] in [-2, 2] = clamp(ping * prev(ping, 1) - cummax(y over step) + far / 9, -2, 2)
let wear : float[step, joint] in [0, 1] = 0.5 * prev(wear, 0) + 0.5 * load
let held : float[step] in [-1, 1] = x ?? prev(held, 0.5)
let turned : float[step, dim] in [-inf, inf] = sum(turning * prev(turned, 0)[dim -> other] over other) + y
"""


class Specs:
    """Draws expressions that look back."""

    def __init__(self, seed: int):
        self.draw = random.Random(seed)

    def window(self) -> str:
        low = self.draw.choice([0, 0, 1, 2, 3])
        return self.draw.choice(["", "", f"[{low}, {low + self.draw.choice([0, 1, 2, 20])}]", "[0, k]"])

    def truth(self, depth: int) -> str:
        pick = self.draw.choice
        if depth == 0:
            return pick(["p", "q", "y > 0", "((x > 0.2) ?? false)", "on", "any(load > 0.8 over joint)", "index(step) > 3"])
        a, b = self.truth(depth - 1), self.truth(depth - 1)
        return pick([
            f"({a} and not {b})", f"({a} or {b})", f"(once{self.window()} {a})", f"(historically{self.window()} {a})",
            f"({a} since{self.window()} {b})", f"({a} triggers{self.window()} {b})", f"(previous {a})", f"(weak_previous {b})",
            f"(({self.number(depth - 1)} > 0.25) ?? false)", f"(prev({a} and p over step, true))",
            f"(prev({a} and p over step by said, true))", f"holds(once {a})", "task.done", "task.in(busy)", "on and prev(task.done, false)",
        ])

    def number(self, depth: int) -> str:
        pick = self.draw.choice
        if depth == 0:
            return pick(["x", "y", "score", "far", "ping", "pong", "held", "sum(wear over joint)", "index(step)", "0.5"])
        a, t = self.number(depth - 1), self.truth(depth - 1)
        series = f"({a} + 0 * y)"
        where = pick(["", "", f" where {t}"])
        by = pick(["", "", "", " by said", " by tag", " by far", " by p", " by round(2 * x)", " by index(step) > 3"])
        return pick([
            f"cumsum({series} over step{where}{by})", f"cummax({series} over step{where}{by})",
            f"cummin({series} over step{where}{by})", f"cummean({series} over step{where}{by})",
            f"cumcount(over step where {t}{by})", f"cumprod(tanh({series}) over step{where}{by})",
            f"prev({series} over step{where}{by}, {pick(['0', 'score', 'y'])})", f"delta({series} over step{by}, 0)",
            f"({a} - {self.number(depth - 1)})", f"(gate {self.truth(depth - 1)} {{ {a} }} else {{ 2 * {self.number(0)} }})",
            "at_first(score, step)", f"every(score, step) * {a}", f"({a} ?? 3)",
            f"margins(once{self.window()} y > 0.1)", f"margins(p since{self.window()} y > {pick(['0', 'far', 'held', 'score'])})",
            f"margins(once{self.window()} y > {pick(['0.1', 'score'])}, smooth = 0.2)",
            f"(margins((y > 0.2) since{self.window()} ((x > 0.1) ?? q), smooth = 0.3) ?? 1)",
            f"margins((y > x ?? 0.5) triggers{self.window()} (y < 0.3 and not (y > score)), smooth = 0.05)",
            f"margins(historically{self.window()} (load < 0.9), smooth = 0.1)[joint = 0]",
            "max(cumsum(load over step) over joint)", f"verdict(always (p or {self.truth(0)}))",
            f"progress(eventually (p and {self.truth(0)}))", f"(gate {self.truth(depth - 1)} {{ task.reward }} else {a})",
            "shaped(task, discount = 0.9)", "task.n", "(lookup(worth, said) ?? y)", "sum(turned * turned over dim)",
        ])

    def spec(self) -> str:
        lines = [f"output a{i} = gate p {{ {self.number(2)} }} else {{ {self.number(2)} }}" for i in range(2)]
        lines += [f"output b{i} = ({self.truth(2)}) and p" for i in range(2)]
        lines += [f"output c = {self.number(3)} + 0 * y"]
        return HEAD + STATES + "\n".join(lines) + "\nreward = y\n"


def episodes(draw: random.Random, environments: int, steps: int, nulls: bool) -> tuple[list, list]:
    """Episodes one after another in each environment: (columns of one episode), and for each environment which."""
    found, order = [], []
    for _ in range(environments):
        left, mine = steps, []
        while left:
            length = min(left, draw.randint(1, 9))
            mine += [(len(found), place) for place in range(length)]
            found.append({
                "x": [None if nulls and draw.random() < 0.15 else draw.uniform(-1, 1) for _ in range(length)],
                "y": [None if nulls and draw.random() < 0.04 else draw.uniform(-1, 1) for _ in range(length)],
                "p": [draw.random() < 0.5 for _ in range(length)], "q": [draw.random() < 0.3 for _ in range(length)],
                "load": [[draw.random(), draw.random()] for _ in range(length)], "score": draw.random(),
                "said": [draw.choice(["", "a", "b"]) for _ in range(length)],
                "tag": [None if nulls and draw.random() < 0.05 else draw.choice("uvw") for _ in range(length)],
            })
            left -= length
        order.append(mine)
    return found, order


@pytest.mark.parametrize("seed", range(40))
def test_steps_give_what_the_batch_gives(seed):
    text, draw = Specs(seed).spec(), random.Random(1000 + seed)
    reward = rl.compile(text=text)
    found, order = episodes(draw, 5, 24, nulls=seed % 2 == 1)
    batch = reward({name: [episode[name] for episode in found] for name in found[0]})
    known = {name: batch.to_lists(name) for name in batch.outputs}
    state, offered = reward.start(5), set()
    for step in range(24):
        now = [mine[step] for mine in order]
        columns = {name: [found[episode][name] if name == "score" else found[episode][name][place] for episode, place in now]
                   for name in found[0]}
        ending = [place == len(found[episode]["y"]) - 1 for episode, place in now]
        at, state = reward.step(columns, state, reset=[place == 0 for _, place in now], ending=ending)
        state = pickle.loads(pickle.dumps(state))
        for name, values in at.outputs.items():
            offered.add(name)
            if name == "reward" and seed % 2:      # of a whole batch it is excluded for one null
                continue
            mask = at.mask(name)
            for row, (episode, place) in enumerate(now):
                expected = known[name][episode]
                expected = expected[place] if isinstance(expected, list) else expected
                value = values[row].item() if mask[row] else None
                assert value == pytest.approx(expected, abs=1e-6), (name, step, row, text)
    assert offered == {"a0", "a1", "b0", "b1", "c", "reward"}, (reward._online.program.refused, text)


COUNTER = """
setting episodic horizon 100
input off : bool[step]
input goal : float in [0, 9] = 1
let far : int[step] in [0, 3] = clamp(prev(far, 0) + (gate off { 1 } else -1), 0, 3)
reward = { far: far * goal
           new: -0.5 * (gate off { 1 } else 0) }
output done = far >= 3
output later = ahead(far, 0)
output ranked = rank(sum(far over step) over batch, ties = order)
"""


def test_a_step_has_terms_state_and_done():
    reward = rl.compile(text=COUNTER)
    state = reward.start(3)
    for _ in range(3):
        step, state = reward.step({"off": [True, True, False], "goal": [1, 2, 3]}, state)
    assert step.reward.tolist() == [2.5, 5.5, 0.0]
    assert {name: term.tolist() for name, term in step.terms.items()} == {"far": [3, 6, 0], "new": [-0.5, -0.5, 0]}
    assert step.state["far"].tolist() == [3, 3, 0] and step.done.tolist() == [True, True, False]
    assert step.valid.tolist() == [True] * 3 and step.invalid == [None] * 3
    assert list(step.outputs) == ["reward", "done"]


def test_reset_begins_anew_in_some_environments():
    reward = rl.compile(text=COUNTER)
    state = reward.start(2)
    for reset in (None, [False, False], [False, True]):
        step, state = reward.step({"off": torch.tensor([True, True])}, state, reset=reset)
    assert step.state["far"].tolist() == [3, 1]


def test_an_old_state_may_be_used_again():
    reward = rl.compile(text=COUNTER)
    first = reward.start(1)
    _, second = reward.step({"off": [True]}, first)
    again, _ = reward.step({"off": [False]}, first)
    once_more, _ = reward.step({"off": [False]}, second)
    assert again.state["far"].tolist() == once_more.state["far"].tolist() == [0]
    assert second.to("cpu").memory.keys() == second.memory.keys()


def test_what_needs_later_steps_says_so():
    reward = rl.compile(text=COUNTER, outputs=["later"])
    with pytest.raises(RewardError, match=r"`later` is not known one step at a time: `ahead\(far, 0\)` rests on later steps"):
        reward.start(2)
    step, _ = rl.compile(text=COUNTER).step({"off": [True]}, rl.compile(text=COUNTER).start(1))
    with pytest.raises(RewardError, match="rests on later steps"):
        step.output("later")
    with pytest.raises(RewardError, match="other rollouts|rests on later"):
        step.output("ranked")


def test_a_state_of_another_spec_or_size_is_refused():
    reward, other = rl.compile(text=COUNTER), rl.compile(text=COUNTER.replace("[0, 3]", "[0, 2]").replace("0, 3)", "0, 2)"))
    with pytest.raises(RewardError, match="belongs to another spec"):
        other.step({"off": [True]}, reward.start(1))
    with pytest.raises(RewardError, match="holds 2 environments, and 1 came"):
        reward.step({"off": [True]}, reward.start(2))
    with pytest.raises(RewardError, match="no output runs along"):
        rl.compile(text="input x : float\nreward = x").start(2)


def test_two_ordered_axes_ask_which():
    text = "setting episodic\ninput x : float[step]\ninput y : float[turn]\noutput a = cumsum(x over step)\noutput b = cumsum(y over turn)"
    reward = rl.compile(text=text)
    with pytest.raises(RewardError, match="say which with `axis`"):
        reward.start(1)
    state = reward.start(1, axis="turn")
    for _ in range(2):
        step, state = reward.step({"y": [2.0]}, state)
    assert step.outputs["b"].tolist() == [4.0] and "a" not in step.outputs


def test_progress_hears_of_the_end():
    text = "setting episodic horizon 9\ninput p : bool[step]\nreward = progress(eventually p)"
    reward = rl.compile(text=text)
    batch = reward({"p": [[False, False, False], [False, True, False]]}).to_lists("reward")
    state, found = reward.start(2), []
    for t, p in enumerate(([False, False], [False, True], [False, False])):
        step, state = reward.step({"p": p}, state, ending=[t == 2, t == 2])
        found.append(step.reward.tolist())
    assert [list(row) for row in zip(*found)] == batch


def test_what_infinite_margins_have_no_value_for_is_invalid_there_in_batch_and_online():
    text = """
    setting episodic horizon 100
    input p : bool[step]
    input y : float[step] in [-1, 1]
    let m = margins(p since[1, 3] y > 0.3)
    output caught = delta(m + 0 * y over step, 0) ?? 3
    output lost = m - prev(m, 0)
    output scaled = 0.5 * m
    output running = cumsum(m over step)
    output middle = quantile(m over step, q = 0.5)
    output between = quantile(m over step, q = 0.3)
    """
    reward, y = rl.compile(text=text), [0.5, 0.2, -0.3, 0.9, 0.1]
    columns = {"p": [[True, False, True, True, True], [True] * 2], "y": [y, y[:2]]}
    batch = reward(columns)
    inf = float("inf")
    assert batch.to_lists("scaled")[0] == pytest.approx([-inf, -inf, -0.05, -0.05, 0.3])
    assert batch.to_lists("caught")[0] == pytest.approx([-inf, 3, inf, 0, 0.7])
    assert batch.to_lists("lost")[0] == [-inf, None, inf, 0, pytest.approx(0.7)]
    assert batch.reasons("lost")[0] == "`m - prev(m, 0)` is inf - inf, or 0 times inf, which is no number"
    assert batch.to_lists("running")[0] == [-inf] * 5
    assert batch.to_lists("middle") == [pytest.approx(-0.1), -inf] and batch.to_lists("between") == [-inf, -inf]
    state = reward.start(1)
    for t in range(5):
        step, state = reward.step({"p": [columns["p"][0][t]], "y": [y[t]]}, state)
        for name in ("scaled", "caught", "lost", "running"):
            found = step.outputs[name][0].item() if step.mask(name)[0] else None
            assert found == pytest.approx(batch.to_lists(name)[0][t]), (name, t)


def test_a_quantile_between_both_infinities_says_why_it_has_none():
    text = "setting episodic\ninput p : bool[step]\noutput q = quantile(margins(p over step) over step, q = 0.5)"
    found = rl.compile(text=text)({"p": [[True, False], [False, False, True], [True, True]]})
    assert found.to_lists("q") == [None, -float("inf"), float("inf")]
    assert "has no entries, or is inf - inf" in found.reasons("q")[0]


def test_wide_windows_hold_a_count_and_vectors_a_buffer():
    text = """
    setting episodic horizon 5000
    axis joint = {a, b}
    input p : bool[step]
    input load : float[step, joint] in [0, 1]
    output seen = once[0, 1000] p
    output worst = margins(historically[1, 3] load <= 0.5)
    """
    reward, rng = rl.compile(text=text), random.Random(3)
    p = [rng.random() < 0.001 for _ in range(2500)]
    load = [[rng.random(), rng.random()] for _ in p]
    batch, state = reward({"p": [p], "load": [load]}), reward.start(1)
    assert sum(x.numel() for x in state.memory.values()) < 20
    for t, (now, loads) in enumerate(zip(p[:1200], load)):
        step, state = reward.step({"p": [now], "load": [loads]}, state)
        assert step.outputs["seen"][0] == batch.outputs["seen"][0, t]
        assert torch.equal(step.outputs["worst"][0], batch.outputs["worst"][0, t])


def test_models_are_asked_at_each_step_and_params_are_those_of_the_reward():
    text = """
    setting episodic horizon 9
    param k in [0, 2] = 1 learnable
    input said : text[step]
    model quality(said: text) -> float in [0, 1]
        on_error invalid
    reward = k * (quality(said) ?? 0) + prev(cumsum(index(step) over step), 0)
    """
    asked = []
    reward = rl.compile(text=text, bind={"quality": lambda texts: asked.append(list(texts)) or [len(t) / 10 for t in texts]})
    reward.trained["k"].data.fill_(2.0)
    state = reward.start(2)
    for said in (["a", "bb"], ["ccc", "ccc"]):
        step, state = reward.step({"said": said}, state)
    assert step.reward.tolist() == pytest.approx([0.6, 0.6]) and asked == [["a", "bb"], ["ccc"]]


def test_a_machine_runs_online_counters_and_all():
    text = """
    setting episodic horizon 100
    input p : bool[step]
    input q : bool[step]
    machine task {
        start idle
        counter n in [0, 3]
        idle -> busy when p do n += 1 : +0.5
        busy -> idle when q and n < 3
        busy -> done when q and n >= 3 : +1
        otherwise stay : -0.01
        final done
    }
    reward = task.reward + (gate q { shaped(task, discount = 0.9) } else 0)
    output n = task.n
    output finished = task.done
    """
    reward, rng = rl.compile(text=text), random.Random(0)
    p, q = ([[rng.random() < 0.5 for _ in range(12)] for _ in range(4)] for _ in range(2))
    batch, state = reward({"p": p, "q": q}), reward.start(4)
    for t in range(12):
        step, state = reward.step({"p": [row[t] for row in p], "q": [row[t] for row in q]}, state, ending=[t == 11] * 4)
        assert list(step.state) == ["task"] and set(step.outputs) == {"reward", "n", "finished"}
        for name, value in step.outputs.items():
            assert torch.allclose(value.double(), batch.outputs[name][:, t].double()), (name, t)
