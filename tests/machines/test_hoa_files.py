"""Automata as other tools write them: labels by alias, implicit or of states, in any order and layout; and what is refused, with its line."""

import random

import pytest

from rewardlang.automata.formula import atom, make
from rewardlang.automata.hoa import read_hoa, write_hoa
from rewardlang.automata.hoa_omega import read_omega
from rewardlang.automata.translate import translate

WANTED = translate(make("until", make("not", atom("a")), atom("b")))
PLAIN = """HOA: v1
name: "!a U b"
States: 3
Start: 1
AP: 2 "a" "b"
acc-name: Buchi
Acceptance: 1 Inf(0)
properties: trans-labels explicit-labels state-acc
properties: deterministic very-weak
--BODY--
State: 0 {0}
[t] 0
State: 1 "x y"
[1] 0
[!0&!1] 1
[0&!1] 2
State: 2
[t] 2
--END--
"""
SAME = {
    "plain": PLAIN,
    "other order, comment, one line": 'HOA: v1 /* made\nby hand */ tool: "t" "1" Start: 1 AP: 2 "b" "a" Acceptance: 1 Inf ( 0 ) '
                                      "--BODY-- State: 0 {0} [t] 0 State: 1 [0] 0 [!0&!1] 1 --END--",
    "aliases": PLAIN.replace("acc-name: Buchi", "Alias: @b 1\nAlias: @no !0 & !@b").replace("[1]", "[@b]").replace("[!0&!1]", "[@no]"),
    "implicit labels": PLAIN.replace("[t] 0\n", "0 0 0 0\n").replace("[1] 0\n[!0&!1] 1\n[0&!1] 2\n", "1 2 0 0\n").replace("[t] 2", "2 2 2 2"),
    "labels of states": PLAIN.replace("State: 0 {0}\n[t] 0", "State: [t] 0 {0}\n0"),
}


@pytest.mark.parametrize("written", SAME.values(), ids=SAME)
def test_one_automaton_in_the_layouts_of_several_tools(written):
    assert read_hoa(written) == WANTED
    assert read_omega(written).hierarchy() == read_omega(PLAIN).hierarchy()


REFUSED = {
    "two starts": (PLAIN.replace("Start: 1", "Start: 1\nStart: 2"), "2 states to start in"),
    "no start": (PLAIN.replace("Start: 1\n", ""), "no state to start in"),
    "start in several at once": (PLAIN.replace("Start: 1", "Start: 1&2"), "line 4: it branches universally"),
    "to several at once": (PLAIN.replace("[1] 0", "[1] 0&1"), "line 14: it branches universally"),
    "acceptance on edges": (PLAIN.replace("0 {0}\n[t] 0", "0\n[t] 0 {0}"), "acceptance stands on edges"),
    "two sets": (PLAIN.replace("1 Inf(0)", "2 Inf(0)&Inf(1)"), "2 Inf"),
    "finitely often": (PLAIN.replace("1 Inf(0)", "1 Fin(0)"), "1 Fin"),
    "another format": ("never { /* !a U b */\nT0_init:\nif\nfi;\n}", "HOA: v1"),
    "empty": ("", "HOA: v1"),
    "an open bracket": (PLAIN.replace("[1]", "[(1]"), "line 14: `]` stands in place of"),
    "deep brackets": (PLAIN.replace("[1]", "[" + "(" * 5000 + "1" + ")" * 5000 + "]"), "line 14"),
    "a state too many": (PLAIN.replace("States: 3", "States: 2"), "a state 2"),
    "a name too few": (PLAIN.replace("AP: 2", "AP: 3"), "line 5"),
    "no such proposition": (PLAIN.replace("[1]", "[5]"), "line 14: there is no proposition 5"),
    "no such alias": (PLAIN.replace("[1]", "[@z]"), "line 14: the alias `@z`"),
    "cut off": (PLAIN[:PLAIN.index("[t] 2")], "line 18: `the end of the file`"),
    "two automata": (PLAIN + PLAIN, "line 20"),
    "a state twice": (PLAIN.replace("State: 2", "State: 1"), "line 17: the state 1 stands there twice"),
    "a letter without an edge": (SAME["implicit labels"].replace("1 2 0 0", "1 2 0"), "3 edges without a label"),
    "two edges on a letter": (PLAIN.replace("[0&!1]", "[0]"), "not deterministic"),
}


@pytest.mark.parametrize(("written", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_automaton_of_finite_traces_is_refused_with_its_place(written, said):
    with pytest.raises(ValueError, match=said):
        read_hoa(written)


@pytest.mark.parametrize("seed", range(20))
def test_automata_are_read_back_with_a_file_cut_anywhere_refused(seed):
    draw = random.Random(seed)
    parts = [atom(name) for name in ("a", "b b", 'c"\\')]
    while len(parts) > 1:
        one, other = parts.pop(draw.randrange(len(parts))), parts.pop()
        parts.append(make(draw.choice(["until", "and", "or", "release"]), make(draw.choice(["not", "next", "eventually"]), one), other))
    dfa = translate(parts[0])
    text = write_hoa(dfa, "any")
    assert read_hoa(text) == dfa
    with pytest.raises(ValueError):
        read_hoa(text[:draw.randrange(len(text) - len("--END--"))])
