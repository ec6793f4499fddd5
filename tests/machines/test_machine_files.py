"""Machines from files in the Hanoi format: the same values as those of the formula that the file was written from."""

import pytest

import rewardlang as rl
from rewardlang.automata.formula import atom, make
from rewardlang.automata.hoa import write_hoa
from rewardlang.automata.translate import translate
from rewardlang.program import check_source
from rewardlang.syntax.parse import read_source

HEAD = "setting episodic horizon 9 discount 0.99\ninput x : float[step] in [0, 1]\ninput p : bool[step]\nlet far = x > 0.5\n"
FORMULA = make("until", make("not", atom("p")), atom("far"))


@pytest.fixture
def beside(tmp_path):
    (tmp_path / "task.hoa").write_text(write_hoa(translate(FORMULA)))

    def saved(text):
        (tmp_path / "a.rwd").write_text(HEAD + text)
        return tmp_path / "a.rwd"
    return saved


def test_a_machine_of_a_file_is_that_of_its_formula(beside):
    path = beside('machine m = automaton("./task.hoa", accept = 2)\nmachine n = automaton(not p until far, accept = 2)\n'
                  "reward = m.reward\noutput other = n.reward\noutput done_ = m.in(satisfied)")
    scored = rl.compile(path)
    rows = {"x": [[0, 0, 0], [0, 0, 1], [0.6], []], "p": [[False, False, True], [False, True, False], [True], []]}
    found = scored(rows)
    assert found.reward.tolist() == found.outputs["other"].tolist() == [[0, 0, -1], [0, -1, 0], [2, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("file", "said"), [
    ("HOA: v1\n", "--BODY--"),
    ('HOA: v1\nStart: 0\nAP: 1 "x > 3"\nAcceptance: 1 Inf(0)\n--BODY--\nState: 0 {0}\n[0] 0\n--END--\n', "x > 3"),
    ('HOA: v1\nStart: 0\nAP: 1 "nowhere"\nAcceptance: 1 Inf(0)\n--BODY--\nState: 0 {0}\n[0] 0\n--END--\n', "nowhere"),
])
def test_what_a_file_lacks_is_said_where_it_is_named(beside, tmp_path, file, said):
    path = beside('machine m = automaton("./bad.hoa")\nreward = m.reward')
    (tmp_path / "bad.hoa").write_text(file)
    errors = [found for found in check_source(read_source(path)) if found.severity == "error"]
    assert len(errors) == 1 and said in errors[0].message
