"""Automata in the Hanoi omega-automata format (v1), read and written: deterministic, with acceptance on states."""

from rewardlang.automata.alphabet import Alphabet, proposition
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice
from rewardlang.automata.formula import Formula
from rewardlang.automata.graph import Graph
from rewardlang.automata.hoa_text import read_text


def write_hoa(dfa: Dfa, name: str = "") -> str:
    """The automaton; a finite trace is accepted where it ends in a state of the set 0."""
    quoted = " ".join(f'"{_escaped(each)}"' for each in dfa.atoms)
    lines = ["HOA: v1", *([f'name: "{_escaped(name)}"'] if name else []), f"States: {len(dfa)}", f"Start: {dfa.initial}",
             f"AP: {len(dfa.atoms)} {quoted}".rstrip(), "acc-name: Buchi", "Acceptance: 1 Inf(0)",
             "properties: trans-labels explicit-labels state-acc deterministic complete", "--BODY--"]
    for state in range(len(dfa)):
        lines.append(f"State: {state}" + (" {0}" if dfa.accepting[state] else ""))
        lines += [f"[{_label(edge.guard, dfa.atoms)}] {edge.target}" for edge in dfa.edges if edge.source == state]
    return "\n".join([*lines, "--END--"]) + "\n"


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')


def _label(formula: Formula, atoms: tuple[str, ...]) -> str:
    if formula.op == "atom":
        return str(atoms.index(formula.name))
    if formula.op in ("true", "false"):
        return formula.op[0]
    if formula.op == "not":
        return f"!{_label(formula.args[0], atoms)}"
    sign = "&" if formula.op == "and" else "|"
    return "(" + sign.join(_label(arg, atoms) for arg in formula.args) + ")"


def read_hoa(text: str) -> Dfa:
    """The minimal automaton of a file with one start and one acceptance set on states, in which a trace may end.

    A letter for which a state has no edge leads to a rejecting sink. ValueError: another kind of automaton, or one that is
    not deterministic.
    """
    found = read_text(text)
    if (found.sets, found.acceptance) not in ((1, "Inf(0)"), (0, "t")):
        raise ValueError(f"its acceptance is `{found.sets} {found.acceptance}`: of traces that end there is one set of states, "
                         "`Acceptance: 1 Inf(0)`")
    if any(marks for state in found.states.values() for _, _, marks in state.edges):
        raise ValueError("its acceptance stands on edges: a trace ends in a state, so let states carry it (`state-acc`)")
    states = {number: (bool(state.marks) or not found.sets, [edge[:2] for edge in state.edges]) for number, state in found.states.items()}
    return _built(found.start, states, found.names)


def _built(start: int, states: dict, names: tuple[str, ...]) -> Dfa:
    alphabet, store, memo = Alphabet(names), Diagrams(), {}
    literals, both = alphabet.literals(store), store.junction(FALSE, TRUE)
    order = [start]
    numbers = {start: 0}
    roots, accepting, sink = [], [], -1
    for state in order:  # grows while it is walked
        accepts, edges = states.get(state, (False, []))
        root, taken = None, FALSE
        for _, target in edges:
            if target not in numbers:
                numbers[target] = len(order)
                order.append(target)
        if sink not in numbers:
            numbers[sink] = len(order)
            order.append(sink)
        root = ~numbers[sink]
        for label, target in edges:
            here = proposition(label, store, literals.__getitem__)
            if both(here, taken) != FALSE:
                raise ValueError(f"state {state} is not deterministic")
            taken = store.junction(TRUE, FALSE)(taken, here)
            root = store.chosen(here, ~numbers[target], root, boolean_choice, memo)
        roots.append(root)
        accepting.append(accepts)
    return Dfa.of(Graph(store, roots, accepting).minimal(), alphabet)
