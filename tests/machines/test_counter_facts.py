"""What is said of machines whose counters are states: never more than holds, and refused only with a reason."""

import pytest

import rewardlang as rl
from rewardlang.analysis.machines import Tracker
from rewardlang.cli.main import main

HEAD = "setting episodic horizon 200 discount 0.99\ninput p : bool[step]\n"
PARAM = "param k : int in [1, 3] = 2\n"


def program(*edges: str, more: str = "", counter: str = "counter n in [0, 100000]") -> str:
    lines = "".join(f"    {edge}\n" for edge in edges)
    param = PARAM if "k" in lines.replace("=", " ").split() else ""
    return f"{HEAD}{param}machine m {{\n    start a\n    {counter}\n{lines}}}\nreward = m.reward\n{more}"


def codes(text: str) -> list[str]:
    return [found.code for found in rl.check(text=text)]


COUNTS = ("a -> a when p and n < 90000 do n += 1", "a -> b when p and n >= 90000 : 1", "a -> a when not p", "final b")


def test_guards_of_counters_are_told_apart_by_their_tests():
    assert codes(program(*COUNTS)) == []
    assert "RW324" in codes(program(COUNTS[0], "a -> b when p and n >= 80000 : 1", "a -> a when not p", "final b"))
    assert "RW325" in codes(program(COUNTS[0], "a -> b when p and n > 90000 : 1", "a -> a when not p", "final b"))
    assert codes(program("a -> a when p and n < k do n += k", "a -> b when p and n >= k : 1", "a -> a when not p", "final b")) == []


def test_an_edge_that_asks_beyond_the_range_is_never_taken():
    assert "RW332" in codes(program(*COUNTS[:3], "a -> c when p and n > 100000", "final b, c"))


def test_a_loop_that_pays_is_refuted_where_it_runs_and_open_where_counters_decide():
    forever = program("a -> a when p and n < 90000 do n += 1 : 1", "a -> a when p and n >= 90000 : 1", "a -> b when not p", "final b",
                      more="ensure not farmable(m)")
    assert {"RW210", "RW211"} & set(codes(forever)), "never proved"
    back = program("a -> b when p do n += k", "b -> a when not p do n = 0 : 1", "otherwise stay", more="ensure not farmable(m)")
    assert "RW211" in codes(back)
    known = program("a -> b when p do n += 5", "b -> a when not p do n = 0 : 1", "otherwise stay", more="ensure not farmable(m)")
    (refuted,) = [found for found in rl.check(text=known) if found.code == "RW210"]
    assert "`a` -> `b` -> `a`" in str(refuted)
    assert codes(program(*COUNTS, more="ensure not farmable(m)")) == []


def test_ranges_of_counters_are_proved_and_clamping_is_reported(tmp_path, capsys):
    text = program(*COUNTS[:3], "final b", more="ensure m.n in [0, 100000]\noutput count = m.n\n")
    assert codes(text) == []
    path = tmp_path / "m.rwd"
    for written, clamped in ((text, False), (text.replace("n += 1", "n += 3").replace("100000", "90001"), True),
                             (text.replace("n += 1", "n += k").replace("machine", PARAM + "machine"), True)):
        path.write_text(written)
        assert main(["inspect", str(path)]) == 0
        assert ("clamped at its range: n" in capsys.readouterr().out) == clamped


def test_shaping_leaves_the_counters_aside_and_still_telescopes():
    text = program("a -> b when p and n < 2 do n += k : 0", "b -> a when p and n < 90000 do n += 1 : 0",
                   "b -> c when not p : 1", "otherwise stay", "final c", more="output f = shaped(m)\noutput s = m.state\n")
    reward = rl.compile(text=text)
    out = reward({"p": [[True, True, True, False, True], [True, True]]})
    for row in (0, 1):
        total = sum(0.99 ** at * value for at, value in enumerate(out.to_lists("f")[row]))
        assert total == pytest.approx(-0.99, abs=1e-6), "the potential of the start is what its way earns at best"


def test_tables_for_learners_refuse_what_they_cannot_list():
    machine = rl.load(text=program(*COUNTS)).machines["m"]
    with pytest.raises(ValueError, match="more than 4096 places"):
        Tracker(machine)
    with pytest.raises(ValueError, match="changes by `k`, which the machine alone does not know"):
        Tracker(rl.load(text=program("a -> b when p do n += k", "otherwise stay", "final b")).machines["m"])
    assert machine.run([{"p"}] * 3)[-1].counts == (3,)


def test_a_policy_sees_the_state_and_its_counters_once():
    reward = rl.compile(text=program(*COUNTS))
    step, _ = reward.step({"p": [True, False]}, reward.start(2))
    assert {name: value.tolist() for name, value in step.state.items()} == {"m": [0, 0], "m.n": [1, 0]}
