"""Windows whose ends are computed from params: as if the numbers stood there, at once and step by step."""

import random

import pytest

import rewardlang as rl

FORMULAS = ("once[k - 1, 2 * k] p", "eventually[0, max(k, 2)] p", "always[k - 1, k] p", "p since[0, m + k] not p",
            "p until[k, k + m] not p", "historically[min(k, m), 9] p", "once[0, m] (once[k, k] p)")
HEAD = """setting episodic horizon 30
input p : bool[step]
param k : int in [1, 9] = 3
param m : int in [0, 4] = 2
"""


def text_of(formula: str) -> str:
    return f"{HEAD}output f = {formula}\noutput h = holds({formula})\nreward = 0.1 * k + 0.1 * m\n"


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(("k", "m"), [(1, 0), (3, 2), (9, 4)])
def test_a_window_of_params_is_the_window_of_their_values(formula, k, m):
    draw = random.Random(k)
    columns = {"p": [[draw.random() < 0.6 for _ in range(n)] for n in (1, 5, 14, 30)]}
    reward = rl.compile(text=text_of(formula), params={"k": k, "m": m})
    window, rest = formula.split("]")[0], formula.split("]", 1)[1]
    ends = {"k": k, "m": m, "max": max, "min": min}
    numbers = [str(eval(end, {}, ends)) for end in _ends(window.split("[")[1])]    # our own formulas
    rest = rest.replace("[k, k]", f"[{k}, {k}]")
    plain = rl.compile(text=text_of(f"{window.split('[')[0]}[{', '.join(numbers)}]{rest}"), params={"k": k, "m": m})
    for name in ("f", "h"):
        assert reward(columns).to_lists(name) == plain(columns).to_lists(name)
    if any(word in formula for word in ("once", "since", "historically")):
        wanted, state = reward(columns).to_lists("f")[3], reward.start(1)
        for at, truth in enumerate(columns["p"][3]):
            step, state = reward.step({"p": [truth]}, state)
            assert bool(step.output("f")[0]) == wanted[at]


def _ends(written: str) -> list[str]:
    """The two ends: the last comma outside parentheses parts them."""
    depth = 0
    for at in range(len(written) - 1, -1, -1):
        depth += (written[at] == ")") - (written[at] == "(")
        if written[at] == "," and not depth:
            return [written[:at], written[at + 1:]]
    raise AssertionError(written)


@pytest.mark.parametrize(("end", "code", "said"), [
    ("m - 1", "RW301", r"`m - 1` lies in \[-1, 3\]"), ("2.5 * k", "RW301", "no whole number"), ("f", "RW301", "`f` is no `param f : int"),
    ("f + 1", "RW301", "`f` is no `param f : int"), ("length(step)", "RW120", "must be known"), ("k / 2", "RW301", "no whole number"),
])
def test_what_is_no_number_of_steps_is_refused(end, code, said):
    (found,) = [each for each in rl.check(text=f"{HEAD}param f in [0, 9] = 3\nreward = holds(once[0, {end}] p) + k + m + f") if each.code == code]
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(str(found))
