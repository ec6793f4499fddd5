"""Automata of infinite traces from files: every acceptance that the format names, and what is refused."""

import pytest

from rewardlang.automata.hoa_omega import read_omega

HEAD = 'HOA: v1\nStates: 2\nStart: 0\nAP: 1 "p"\n'
#: State 1 is where p held last, state 0 where it did not.
BODY = "--BODY--\nState: 0 {1}\n[0] 1\n[!0] 0\nState: 1 {0}\n[0] 1\n[!0] 0\n--END--\n"
NOTHING, P = frozenset(), frozenset("p")


@pytest.mark.parametrize(("acceptance", "place"), [
    ("1 Inf(0)", "recurrence"),                  # Büchi
    ("1 Fin(0)", "persistence"),                 # co-Büchi
    ("2 Fin(1) & Inf(0)", "persistence"),        # Rabin: from some step on p
    ("2 Fin(0) | Inf(1)", "recurrence"),         # Streett: infinitely often not p
    ("2 Inf(0) & Inf(1)", "recurrence"),         # generalised Büchi
    ("2 Inf(1) | (Fin(1) & Inf(0))", "both"),    # parity: everything
    ("0 t", "both"), ("0 f", "both"),
])
def test_each_acceptance(acceptance, place):
    found = read_omega(HEAD + f"Acceptance: {acceptance}\n" + BODY)
    if acceptance == "2 Fin(0) | Inf(1)":        # a run sees one of the marks for ever, so this is Inf(1) or never p again
        assert found.accepts([], [NOTHING]) and not found.accepts([], [P])
    assert found.hierarchy() == place


def test_marks_on_edges_and_missing_letters():
    """Safety: p at every step; a letter without an edge ends all hope."""
    found = read_omega(HEAD.replace("States: 2", "States: 1") + "Acceptance: 0 t\n--BODY--\nState: 0\n[0] 0\n--END--\n")
    assert found.hierarchy() == "safety"
    assert found.accepts([P], [P]) and not found.accepts([P, NOTHING], [P])
    edges = "Acceptance: 1 Inf(0)\n--BODY--\nState: 0\n[0] 0 {0}\n[!0] 0\n--END--\n"
    assert read_omega(HEAD.replace("States: 2", "States: 1") + edges).hierarchy() == "recurrence"


def test_reactivity_with_two_pairs():
    body = ("--BODY--\nState: 0\n[!0 & !1] 0\n[0 & !1] 0 {0}\n[!0 & 1] 0 {1}\n[0 & 1] 0 {0 1}\n--END--\n")
    head = 'HOA: v1\nStates: 1\nStart: 0\nAP: 2 "p" "q"\n'
    assert read_omega(head + "Acceptance: 2 Fin(0) | Inf(1)\n" + body).hierarchy() == "general"
    assert read_omega(head + "Acceptance: 2 Inf(0) & Inf(1)\n" + body).hierarchy() == "recurrence"
    assert read_omega(head + "Acceptance: 2 Fin(0) & Fin(1)\n" + body).hierarchy() == "persistence"


@pytest.mark.parametrize(("text", "said"), [
    ("", "HOA v1"), (HEAD + "Acceptance: 1 Inf(\n" + BODY, "acceptance"), (HEAD + BODY, "acceptance"),
    (HEAD + "Acceptance: 1 Inf(0)\n--BODY--\nState: 0\n[t] 0\n[0] 0\n--END--\n", "deterministic"),
    (HEAD + "Acceptance: 1 Inf(0)\n--BODY--\nState: 0\n[t] 7\n--END--\n", "names a state 7"),
    (HEAD + "Acceptance: 1 Inf(0)\n--BODY--\nState: 1\n[t] 1\n--END--\n", "start"),
    (HEAD + "Acceptance: 1 Inf(0)\n--BODY--\nnonsense\n--END--\n", "stands in place of"),
])
def test_what_cannot_be_read_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        read_omega(text)
