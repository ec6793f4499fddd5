"""Findings about temporal formulas: each on the smallest program that has it, and nothing on what only looks like it."""

import itertools
import random

import pytest
from programs import facts_of

from rewardlang.automata.checks import replaced
from rewardlang.automata.trace import truths
from rewardlang.program import check, load
from rewardlang.text.diagnostic import Diagnostic

HEAD = """
    use std.temporal: response, hold_for, patrol
    setting episodic horizon 10
    axis joint = 2
    input p : bool[step]
    input q : bool[step]
    input x : float[step] in [0, 1]
    input n : int[step] in [0, 3]
    input task : enum{walk, run, rest}[step]
    input load : float[step, joint] in [0, 1]
    input word : text[step]
    input goal : bool
    param few : int in [0, 3] = 2
    param far : int in [10, 20] = 10
"""

FOUND = {
    "a contradiction": ("RW307", "holds(eventually p and always not p)"),
    "a contradiction at every step": ("RW307", "gate historically p and once not p { 1 }"),
    "a contradiction in logic alone": ("RW307", "holds(eventually (p and not p))"),
    "next under always": ("RW307", "holds(always next p)"),
    "comparisons that exclude one another": ("RW307", "holds(eventually (x > 0.6 and x < 0.4))"),
    "whole numbers have nothing between": ("RW307", "holds(eventually (n > 1 and n < 2))"),
    "labels that exclude one another": ("RW307", "holds(eventually (task == walk and task == run))"),
    "no label left": ("RW307", "holds(eventually (task != walk and task != run and task != rest))"),
    "texts that exclude one another": ("RW307", 'holds(eventually (word == "a" and word == "b"))'),
    "out of a declared range": ("RW307", "holds(eventually x > 2)"),
    "out of a proved range": ("RW307", "holds(eventually x + n > 5)"),
    "no margin above 0": ("RW307", "robustness(eventually x > 2)"),
    "always and not": ("RW308", "holds(eventually p or always not p)"),
    "at every step": ("RW308", "once p or historically not p"),
    "within a range": ("RW308", "holds(always x <= 1)"),
    "a response to itself": ("RW308", "holds(response(p, p))"),
    "a response to what never comes": ("RW309", "holds(response(p, q) and always not p)"),
    "a part that another implies": ("RW309", "holds(eventually (p or (p and q)))"),
    "a window that another implies": ("RW309", "holds(always[0, 5] p and always[0, 3] p)"),
    "a part of a margin": ("RW309", "robustness(eventually x > 0.5 and eventually (x > 0.5 or n > 1))"),
    "more steps than there are": ("RW310", "holds(eventually (p and next next next next next next next next next next p))"),
    "as many steps behind": ("RW310", "p and previous previous previous previous previous previous previous previous "
                                      "previous previous q"),
    "a window": ("RW311", "holds(eventually[0, 10] p)"),
    "a window behind": ("RW311", "once[5, 30] p"),
    "a window in a margin": ("RW311", "robustness(eventually[0, 10] x > 0.5)"),
    "a window by a param": ("RW311", "holds(eventually[few, far] p)"),
}

SOUND = {
    "each part matters": "holds(always (p implies eventually q) and eventually p)",
    "a range written in full": "holds(eventually x in [0, 0.5])",
    "a margin that is never below 0": "robustness(always x >= 0)",
    "not the last step": "next true",
    "not the first step": "previous true and p",
    "alike, of other values": "holds(eventually (x > 0.6 and n < 1))",
    "whole numbers with one between": "holds(eventually (n > 1 and n < 3))",
    "one label left": "holds(eventually (task != walk and task != run))",
    "a text that is neither": 'holds(eventually (word != "a" and word != "b"))',
    "all joints": "holds(always all(load <= 0.5 over joint)) and holds(eventually any(load > 0.4 over joint))",
    "each joint": "all(holds(always load <= 0.5) over joint)",
    "past and future": "once p and eventually q",
    "past under future": "holds(always (p implies once q))",
    "a window by a param that may fit": "holds(eventually[few, 9] p)",
    "the longest window there is": "holds(eventually[0, 9] p)",
    "what a pattern has to spare": "holds(hold_for(p, 3)) and holds(patrol(q, 2))",
    "a value of the whole rollout": "holds(eventually (p and goal))",
    "too large to know": "holds(eventually (p and eventually[9, 9] q) and eventually (q and eventually[9, 9] p))",
    "a claim that is proved": "holds(eventually p)\nensure reward >= 0 when holds(always x >= 0)",
}


def found(written: str) -> list[Diagnostic]:
    """The findings about formulas in a reward."""
    facts = facts_of(HEAD + "\n".join(f"    {line}" for line in f"reward = {written}".splitlines()) + "\n")
    return [each for each in facts.diagnostics if "RW307" <= each.code <= "RW319"]


@pytest.mark.parametrize("name", FOUND)
def test_a_mistake_is_found(name):
    code, written = FOUND[name]
    assert {each.code for each in found(written)} == {code}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_left_alone(name):
    assert [str(each) for each in found(SOUND[name])] == []


def test_the_witness_is_a_trace_by_the_words_of_its_propositions():
    never, = found("holds(eventually x > 0.6 and always x < 0.4)")
    assert never.witness == {"trace": [[]]} and never.subject == "reward" and never.reason == "unsatisfiable-formula"
    assert "`eventually x > 0.6` and `always x < 0.4` exclude one another" in never.message
    late, = found("holds(eventually (p and next next next next next next next next next next q))")
    assert late.witness["steps"] == 11 and late.witness["trace"] == [["p"], *[[]] * 9, ["q"]]
    idle, = found("holds(response(p, q) and always not p)")
    assert idle.witness["part"] == "always (p implies eventually q)" and idle.witness["constant"] == "true"


def test_only_what_excludes_is_named():
    never, = found("holds(eventually q and eventually p and always (q implies p) and always not p)")
    assert "`eventually p` and `always not p` exclude one another" in never.message


def test_a_formula_is_judged_where_it_is_read():
    """`previous p` fails at the first step, and holds at others."""
    assert [each.code for each in found("holds(previous p)")] == ["RW307"]
    assert found("previous p") == []


def test_each_place_is_told_once_and_can_be_silenced():
    text = """
        input p : bool[step]
        let never = eventually p and always not p
        output a = holds(never)
        output b = sum(never over step)
        output c = holds(always (p or not p))    # rwd: ignore[RW308] kept for the record
    """
    assert [(each.code, each.position) for each in check(text=text)] == [("RW307", (2, 13)), ("RW307", (3, 12))]


PATTERNS = {"existence": 1, "absence": 1, "at_most_once": 1, "exactly_once": 1, "init": 1, "end": 1, "choice": 2,
            "exclusive_choice": 2, "responded_existence": 2, "co_existence": 2, "response": 2, "alternate_response": 2,
            "chain_response": 2, "precedence": 2, "alternate_precedence": 2, "chain_precedence": 2, "succession": 2,
            "alternate_succession": 2, "chain_succession": 2, "not_co_existence": 2, "not_succession": 2,
            "not_chain_succession": 2, "reach": 1, "avoid": 1, "reach_avoid": 2, "settle": 1}


@pytest.mark.parametrize("reading", ["holds({})", "{}"])
def test_no_pattern_of_the_library_is_found_wanting(reading):
    lines = [f"use std.temporal: {', '.join(PATTERNS)}, reach_within, patrol, hold_for, response_within",
             "input p : bool[step]", "input q : bool[step]"]
    calls = [f"{name}({', '.join('pq'[:count])})" for name, count in PATTERNS.items()]
    calls += ["reach_within(p, 2)", "patrol(p, 2)", "hold_for(p, 2)", "response_within(p, q, 2)"]
    lines += [f"output o{n} = {reading.format(call)}" for n, call in enumerate(calls)]
    assert [str(each) for each in check(text="\n".join(lines))] == []


# --- by definition ---------------------------------------------------------------------------------------------------

ATOMS = ["x >= 0", "x > 0.5", "x < 0.25", "x <= 1", "n > 1", "n < 2", "n == 1", "n != 3", "task == walk", "task != run", "p"]
SAMPLES = {"x": [0, 0.1, 0.25, 0.4, 0.5, 0.75, 1], "n": [0, 1, 2, 3], "task": ["walk", "run", "rest"], "p": [False, True]}


def _drawn(source: random.Random, depth: int) -> str:
    if depth == 0 or source.random() < 0.15:
        return source.choice(ATOMS)
    shape = source.choice(["not ({})", "({}) and ({})", "({}) or ({})", "({}) implies ({})", "eventually ({})", "always ({})",
                           "next ({})", "once ({})", "previous ({})", "({}) until ({})", "always[0, 1] ({})"])
    return shape.format(*(_drawn(source, depth - 1) for _ in range(shape.count("{}"))))


def _truth(name: str, row: dict) -> bool:
    return eval(name, {"walk": "walk", "run": "run"}, row)


def test_findings_by_definition():
    """No trace of drawn values, two steps or less, tells against what is found."""
    source, seen = random.Random(8), []
    rows = [dict(zip(SAMPLES, values)) for values in itertools.product(*SAMPLES.values())]
    traces = [[row] for row in source.sample(rows, 60)] + [[source.choice(rows), source.choice(rows)] for _ in range(200)]
    for _ in range(120):
        program = load(text="\n".join(line.strip() for line in HEAD.splitlines() if "input" in line or "axis" in line)
                       + f"\noutput f = holds({_drawn(source, 3)})")
        read, = program.facts.formulas or [None]
        for finding in read.findings if read else ():
            seen.append(finding.what)
            letters = [[{name for name in read.atoms if _truth(name, row)} for row in trace] for trace in traces]
            values = {truths(read.formula, trace)[0] for trace in letters}
            if finding.what == "vacuous":
                without = replaced(read.formula, finding.path, finding.constant)
                assert all(truths(read.formula, trace)[0] == truths(without, trace)[0] for trace in letters)
            else:
                assert values == {finding.what == "tautology"}
    assert all(seen.count(what) >= 3 for what in ("unsatisfiable", "tautology", "vacuous")), seen
