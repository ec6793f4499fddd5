"""`show --stage automaton`: every formula that a program reads, minimal, in every form, and from Python."""

import json
import re
from pathlib import Path

import pytest

import rewardlang as rl

SHARED = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "ltlf_dfa_states.jsonl"
WORDS = set("not and or implies iff next weak_next always eventually until weak_until release strong_release previous "
            "weak_previous once historically since triggers true false".split())

SPEC = """\
setting episodic horizon 20
input asked : bool[step]
input x : float[step] in [0, 5]
output whole = holds(always (asked implies eventually x > 3))
output known = verdict(eventually (x > 3 and next x < 1))
reward = progress(always not asked)
"""


def automata(rwd, path) -> list[dict]:
    ran = rwd("show", path, "--stage", "automaton", "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["automata"]


@pytest.mark.skipif(not SHARED.is_file(), reason="no folder `shared` with conformance data beside the project")
def test_the_states_of_all_shared_formulas(rwd, write):
    rows = [json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    names = sorted({name for row in rows for name in re.findall(r"[a-z_]\w*", row["formula"])} - WORDS)
    lines = [f"input {name} : bool[step]" for name in names]
    lines += [f"output h{number} = holds({row['formula']})" for number, row in enumerate(rows)]
    found = automata(rwd, write("all.rwd", "\n".join(lines) + "\n"))
    assert len(rows) >= 167 and [each["states"] for each in found] == [row["min_dfa_states"] for row in rows]


def test_data_has_what_the_automaton_is(rwd, write):
    whole, known, progress = automata(rwd, write("a.rwd", SPEC))
    assert [each["word"] for each in (whole, known, progress)] == ["holds", "verdict", "progress"]
    assert whole["of"] == "always (asked implies eventually x > 3)" and whole["line"] == 4 and whole["axis"] == "step"
    assert (whole["states"], whole["initial"], whole["accepting"]) == (2, 0, [0])
    assert {"from": 0, "to": 1, "guard": "asked and not x > 3"} in whole["edges"]
    assert known["atoms"] == ["x > 3", "x < 1"] and known["kind"] == "co_safety"
    for each in (whole, known, progress):
        assert sorted({edge["from"] for edge in each["edges"]}) == list(range(each["states"])), "complete, sinks included"
        assert {edge["to"] for edge in each["edges"]} <= set(range(each["states"]))


def test_drawings(rwd, write):
    path = write("a.rwd", SPEC)
    drawn = {form: rwd("show", path, "--stage", "automaton", "--format", form).out for form in ("text", "dot", "mermaid")}
    assert drawn["text"].startswith("automaton of always (asked implies eventually x > 3)\n2 states, 1 accepting, neither\n")
    assert [drawn["dot"].count("digraph"), drawn["mermaid"].count("stateDiagram-v2")] == [3, 3]


def test_a_program_without_formulas(rwd, write):
    path = write("a.rwd", "input x : float in [0, 1]\nreward = x\n")
    assert automata(rwd, path) == [] and "no formula" in rwd("show", path, "--stage", "automaton").out


def test_where_there_is_no_automaton(rwd, write):
    path = write("a.rwd", "param k : int in [0, 9] = 2\ninput p : bool[step]\noutput h = holds(eventually[0, k] p)\n"
                          "output i = holds(eventually (p and eventually[40, 40] p))\n")
    open_window, large = automata(rwd, path)
    assert open_window["states"] is None and "rests on a param" in open_window["problem"]
    assert large["states"] is None and "eventually[40, 40] p" in large["of"] and "more than 20000 states" in large["problem"]
    for form in ("text", "dot", "mermaid"):
        assert rwd("show", path, "--stage", "automaton", "--format", form).out.count("no automaton of") == 2


def test_from_python():
    program = rl.load(text=SPEC)
    whole, known, _ = program.automata
    assert str(whole.formula) == whole.of and list(whole.atoms) == ["asked", "x > 3"] and len(whole.dfa) == 2
    assert whole.dfa.accepts([{"asked"}, {"x > 3"}]) and not whole.dfa.accepts([{"asked"}])
    assert known.dfa.shortest() == ({"x > 3"}, {"x < 1"})


def test_names_of_atoms():
    text = """
        input x : float[step] in [-2, 2]
        input load : float[step, joint] in [0, 1]
        input task : enum{ask, pay}[step]
        input word : text[step]
        input n : int[step]?
        axis joint = 2
        param k : float in [0, 1] = 0.5
        def far(d: float[step]) = d > 0.5
        output a = holds(always (far(x) and far(-x) and x >= k and task == pay and word != "a \\"b\\""))
        output b = holds(always (all(load <= 0.5 over joint) or ((n > 3) ?? false) or -1 <= x <= 1))
    """
    one, other = rl.load(text=text).automata
    assert list(one.atoms) == ["x > 0.5", "-x > 0.5", "x >= k", "task == pay", 'word != "a \\"b\\""']
    assert list(other.atoms) == ["all(load <= 0.5 over joint)", "((n > 3) ?? false)", "-1 <= x", "x <= 1"]
