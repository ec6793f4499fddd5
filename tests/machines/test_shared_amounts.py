"""Loops whose edges pay by one param: what a turn earns is what it earns at one value of the param, not at the best for each edge."""

import pytest

import rewardlang as rl

TEXT = """setting episodic horizon 50 discount 0.95
input p : bool[step]
input x : float[step] in [0, 1]
input level : float in [0, 3]
param k in [0, 2] = 1
machine m {{
    start a
    a -> b when p : {out}
    b -> a when p : {back}
    otherwise stay
}}
reward = m.reward
ensure not farmable(m)
"""


@pytest.mark.parametrize(("out", "back", "code", "gain"), [
    ("k", "-k", "RW211", None), ("k", "0.5 - k", "RW210", "0.5"), ("k", "-0.5 * k", "RW210", "1"), ("level", "-level", "RW211", None),
    ("x", "-x", "RW210", "1"),    # the data of two steps may differ
    ("k * x", "-k", "RW211", None), ("1 - k", "k - 1", "RW211", None), ("k", "-2", None, None),
])
def test_a_turn_earns_what_one_value_of_a_param_gives(out, back, code, gain):
    found = [each for each in rl.check(text=TEXT.format(out=out, back=back)) if each.code in ("RW210", "RW211", "RW329")]
    assert {each.code for each in found} == ({code, "RW329"} if gain else {code} if code else set())
    for each in found:
        assert gain is None or f"earns {gain} a round" in str(each)
