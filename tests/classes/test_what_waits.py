"""When a reward is known and what makes it wait, on rewards as trainers meet them; `ensure` says the same."""

import pytest

from rewardlang.program import program_of

EPISODIC = ("setting episodic horizon 50 discount 0.99\ninput x : float[step] in [0, 1]\ninput p : bool[step]\ninput q : bool[step]\n"
            "input who : id\ngroup by who size [2, 8]\ninput c : float in [0, 1]\n")
TURN = ("setting single_turn\ninput who : id\ngroup by who size [2, 16]\ninput right : bool\ninput score : float in [0, 1]\n"
        "input t : float[token] in [0, 1]\ninput w : float[turn] in [0, 1]\ninput pace : float in [0, 1] from trainer\n")
MACHINE = "machine m {\n start a\n a -> b when p : +1\n b -> a when q : +1\n otherwise stay\n}\n"
LEVELS = ("step", "next_step", "episode", "group", "batch", "run")

CASES = [
    (EPISODIC, "reward = x", "step", None),
    (EPISODIC, "reward = x * c", "step", None),
    (EPISODIC, "reward = ahead(x, 0) - x", "next_step", "ahead(x, 0)"),
    (EPISODIC, "reward = ahead(ahead(x, 0), 0)", "episode", "ahead(ahead(x, 0), 0)"),
    (EPISODIC, "reward = x * (next p)", "next_step", "next p"),
    (EPISODIC, "reward = x * (weak_next p)", "next_step", "weak_next p"),
    (EPISODIC, "reward = x * (eventually[0, 1] p)", "next_step", "eventually[0, 1] p"),
    (EPISODIC, "reward = x * (eventually[0, 2] p)", "episode", "eventually[0, 2] p"),
    (EPISODIC, "reward = x * (eventually p)", "episode", "eventually p"),
    (EPISODIC, "reward = x * (p until q)", "episode", "p until q"),
    (EPISODIC, "reward = x * (once p)", "step", None),
    (EPISODIC, "reward = x * (historically[0, 5] p)", "step", None),
    (EPISODIC, "reward = x * (p since q)", "step", None),
    (EPISODIC, "reward = x * verdict(eventually p)", "step", None),
    (EPISODIC, "reward = progress(eventually (p and eventually q))", "step", None),
    (EPISODIC, "reward = cumsum(x over step)", "step", None),
    (EPISODIC, "reward = delta(x, 0)", "step", None),
    (EPISODIC, "reward = at_last(sum(x over step), step)", "episode", "sum(x over step)"),
    (EPISODIC, "reward = x - mean(x over step)", "episode", "mean(x over step)"),
    (EPISODIC, "reward = x - 0.1 * length(step)", "episode", "length(step)"),
    (EPISODIC, "reward = gate index(step) == 0 { x } else 0", "step", None),
    (EPISODIC, MACHINE + "reward = m.reward", "step", None),
    (EPISODIC, MACHINE + "reward = m.reward + ahead(x, 0)", "next_step", "ahead(x, 0)"),
    (EPISODIC, MACHINE + "reward = shaped(m, discount = 0.99)", "step", None),
    (EPISODIC, "let h : float[step] in [0, 1] = 0.9 * prev(h, 0) + 0.1 * x\nreward = h", "step", None),
    (EPISODIC, "let h : float[step] in [0, 1] = 0.9 * ahead(h, 0) + 0.1 * x\nreward = h", "episode", "h"),
    (EPISODIC, "model j(v: float) -> float in [0, 1] on_error 0\nreward = j(x)", "step", None),
    (EPISODIC, "model j(v: float[step]) -> float in [0, 1] on_error 0\nreward = at_last(j(x), step)", "episode", "j(x)"),
    (EPISODIC, "model j(v: float[step]) -> float[step] in [0, 1] on_error 0\nreward = j(x)", "episode", "j(x)"),
    (EPISODIC, "let g = sum(x over step)\nreward = x - 0.1 * mean(g over group)", "group", "mean(g over group)"),
    (EPISODIC, "reward = x - mean(c over group)", "group", "mean(c over group)"),
    (EPISODIC, "reward = x * rank(c over group, ties = average)", "group", "rank(c over group, ties = average)"),
    (EPISODIC, "reward = x - mean(sum(x over step) over batch)", "batch", "mean(sum(x over step) over batch)"),
    (EPISODIC, "axis other like batch\nreward = x * (mean(c > c[batch -> other] over other) ?? 0)", "batch", "c[batch -> other]"),
    (EPISODIC, "reward = x - mean(c over run)", "run", "mean(c over run)"),
    (EPISODIC, "reward = x - mean(c over group) - mean(c over run)", "run", "mean(c over run)"),
    (TURN, "reward = right", "episode", "right"),
    (TURN, "reward = t", "step", None),
    (TURN, "reward = pace * t", "step", None),
    (TURN, "reward = t + at_last(score, token)", "episode", "score"),
    (TURN, "reward = t - mean(score over group)", "group", "mean(score over group)"),
    (TURN, "reward = max(t over token) ?? 0", "episode", "max(t over token)"),
    (TURN, "model j(v: float) -> float in [0, 1] on_error 0\nreward = j(w)", "step", None),
    (TURN, "model j(v: float[turn]) -> float in [0, 1] on_error 0\nreward = j(w)", "episode", "j(w)"),
    (TURN, "reward = (score - mean(score over group)) / (std(score over group, ddof = 0) + 0.1)", "group", "mean(score over group)"),
    (TURN, "reward = t\nkeep = std(score over group, ddof = 0) > 0", "step", None),
]


@pytest.mark.parametrize(("head", "text", "level", "because"), CASES, ids=[text for _, text, *_ in CASES])
def test_when_a_reward_is_known_and_what_it_waits_for(head, text, level, because):
    program = program_of(text=head + text)
    assert program.errors == ()
    found = program.outputs["reward"]
    assert found.availability == level
    assert found.availability_because in (None if because is None else f"`{because}`", because and f"`({because})`")


@pytest.mark.parametrize(("head", "text", "level"), [case[:3] for case in CASES if case[2] in ("next_step", "group")][:6])
def test_an_ensure_is_proved_from_its_level_on_and_refuted_below(head, text, level):
    for asked in LEVELS:
        program = program_of(text=f"{head}{text}\nensure availability(reward) <= {asked}")
        errors = [found.message for found in program.errors]
        assert (errors == []) == (LEVELS.index(asked) >= LEVELS.index(level))
        assert all(f"available at `{level}`, because of `" in message for message in errors)


def test_outputs_wait_each_for_itself():
    program = program_of(text=EPISODIC + "reward = x\noutput late = sum(x over step)\noutput last_ = mean(c over batch)\n"
                                         "done = eventually p")
    found = {name: view.availability for name, view in program.outputs.items()}
    assert found == {"reward": "step", "late": "episode", "last_": "batch", "done": "episode"}
