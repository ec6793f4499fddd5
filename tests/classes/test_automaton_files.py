"""Probabilities of what an automaton from a file accepts: their class by whether it counts, where they stand, what is refused."""

from itertools import product

import pytest

from rewardlang.analysis import expressivity
from rewardlang.automata.counting import counts
from rewardlang.automata.hoa_omega import read_omega
from rewardlang.automata.infinite import omega
from rewardlang.cli.commands.inspect import as_text, examine
from rewardlang.program import check_source, program_of
from rewardlang.syntax.parse import read_source

_START = 'HOA: v1\nStart: 0\nAP: 1 "p"\nAcceptance: 1 Inf(0)\n--BODY--\n'
INFINITELY_OFTEN = _START + "State: 0\n[0] 1\n[!0] 0\nState: 1 {0}\n[0] 1\n[!0] 0\n--END--\n"
ON_EVEN_STEPS = _START + "State: 0 {0}\n[0] 1\nState: 1 {0}\n[t] 0\n--END--\n"
HEAD = "setting continuing discount 0.99\ninput p : bool[step]\ninput x : float[step] in [0, 1]\nlet far = x > 0.5\n"


@pytest.fixture
def beside(tmp_path):
    (tmp_path / "often.hoa").write_text(INFINITELY_OFTEN)
    (tmp_path / "even.hoa").write_text(ON_EVEN_STEPS)

    def saved(text, head=HEAD):
        (tmp_path / "a.rwd").write_text(head + text)
        return tmp_path / "a.rwd"
    return saved


@pytest.mark.parametrize(("objective", "classes", "exact"), [
    ('P[automaton("./often.hoa")]', ["LTL"], True),
    ('2 * P[automaton("./often.hoa")] - 1', ["LTL"], True),
    ('P[automaton("./often.hoa")] + E[return(x)]', ["FTR"], True),
    ('P[automaton("./often.hoa")] + 0.1 * entropy(policy)', ["FOMR"], True),
    ('min(P[automaton("./often.hoa")], E[return(x)])', ["FOMR"], True),
    ('P[automaton("./even.hoa")]', ["FTR"], False),
])
def test_the_class_is_that_of_a_formula_where_the_automaton_does_not_count(beside, objective, classes, exact):
    found = expressivity(program_of(beside(f"objective maximize {objective}")), "mdp")
    assert (found["class"], found["exact"], found["flags"]) == (classes, exact, [])


def test_what_the_propositions_rest_on_counts_too(beside):
    learned = "model judge(v: float) -> float in [0, 1] from trained on_error 0\nlet p = judge(x) > 0.5\n"
    head = HEAD.replace("input p : bool[step]\n", "")
    found = expressivity(program_of(beside(learned + 'objective maximize P[automaton("./often.hoa")]', head)), "mdp")
    assert (found["class"], found["exact"], found["flags"]) == (["LTL"], False, ["NONSTAT"])
    counted = HEAD.replace("input p : bool[step]\n", "") + "let p = index(step) > 3\n"
    found = expressivity(program_of(beside('objective maximize P[automaton("./often.hoa")]', counted)), "mdp")
    assert (found["class"], found["exact"]) == (["FTR"], False)


def test_inspect_shows_the_automaton_and_the_class(beside):
    report = examine(program_of(beside('objective maximize P[automaton("./often.hoa")]')))
    (entry,) = report["formulas"]
    assert (entry["text"], entry["reading"], entry["axis"]) == ('automaton("./often.hoa")', "P", "step")
    assert (entry["hierarchy"], entry["states"], entry["dead_states"]) == ("recurrence", 2, 0)
    assert report["objective"]["class"]["effective"] == ["LTL"]
    text = as_text(report)
    assert "a recurrence without an end" in text and "the state of a formula's automaton" in text and "class     LTL" in text


@pytest.mark.parametrize(("text", "said"), [
    ('objective maximize P[automaton("./none.hoa")]', "is not there"),
    ('objective maximize P[automaton("./a.rwd")]', "no name of a file"),
    ('objective maximize P[automaton("./often.hoa", accept = 2)]', "takes one file in `P[…]`"),
    ('let far2 = far\nobjective maximize P[automaton("./odd.hoa")]', "asks for `1x`"),
])
def test_what_is_wrong_with_a_file_is_said_at_its_name(beside, tmp_path, text, said):
    (tmp_path / "odd.hoa").write_text(INFINITELY_OFTEN.replace('"p"', '"1x"'))
    (found,) = [found for found in check_source(read_source(beside(text))) if found.severity == "error"]
    assert said in found.message


@pytest.mark.parametrize("setting", ["single_turn", "episodic", "episodic horizon 9"])
def test_a_setting_with_an_end_has_no_traces_without_one(beside, setting):
    path = beside('objective maximize P[automaton("./often.hoa")]', HEAD.replace("continuing discount 0.99", setting))
    assert [found.code for found in check_source(read_source(path)) if found.severity == "error"] == ["RW366"]


# --- counting ---------------------------------------------------------------------------------------------------------


def turned(rows) -> bool:
    """By all words up to a length, as the definition has it."""
    letters = range(len(rows[0]))
    for length in range(1, 6):
        for word in product(letters, repeat=length):
            for start in range(len(rows)):
                seen, state = [], start
                while state not in seen:
                    seen.append(state)
                    for letter in word:
                        state = rows[state][letter]
                if seen[-1] != state and state == start:
                    return True
    return False


def test_counting_agrees_with_its_definition_on_all_automata_of_three_states_and_two_letters():
    for flat in product(range(3), repeat=6):
        rows = [flat[:2], flat[2:4], flat[4:]]
        assert counts(rows) == turned(rows), rows


def test_automata_of_formulas_need_not_count():
    for text in ("always (p implies eventually q)", "(always eventually p) implies (always eventually q)", "p until q"):
        program = program_of(text=f"setting continuing\ninput p : bool[step]\ninput q : bool[step]\nobjective maximize P[{text}]")
        (read,) = program.facts.formulas
        assert omega(read.formula).counts() is False


def test_a_file_that_counts():
    assert read_omega(ON_EVEN_STEPS).counts() is True and read_omega(INFINITELY_OFTEN).counts() is False
    assert read_omega(ON_EVEN_STEPS).constant is None
    assert read_omega(INFINITELY_OFTEN.replace("1 Inf(0)", "0 t")).constant is True
