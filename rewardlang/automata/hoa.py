"""Automata in the Hanoi omega-automata format (v1), read and written: deterministic, with acceptance on states."""

import re

from rewardlang.automata.alphabet import Alphabet, proposition
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.diagram import FALSE, TRUE, Diagrams, boolean_choice
from rewardlang.automata.formula import FALSE as NEVER
from rewardlang.automata.formula import TRUE as ALWAYS
from rewardlang.automata.formula import Formula, atom, conjunction, disjunction, negation
from rewardlang.automata.graph import Graph

_TOKEN = re.compile(r"\s*([!&|()tf]|\d+)")


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
    """The minimal automaton of a file with one start, labels on edges and one acceptance set on states.

    A letter for which a state has no edge leads to a rejecting sink. ValueError: another kind of automaton, or one that is
    not deterministic.
    """
    head, marked, body = text.partition("--BODY--")
    fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", head, flags=re.MULTILINE))
    if fields.get("HOA") != "v1" or not marked or not fields.get("Start", "").strip().isdigit():
        raise ValueError("no automaton of the format HOA v1 with one start")
    names = tuple(re.sub(r"\\(.)", r"\1", name) for name in re.findall(r'"((?:[^"\\]|\\.)*)"', fields.get("AP", "")))
    states: dict[int, tuple[bool, list[tuple[Formula, int]]]] = {}
    for line in filter(None, map(str.strip, body.partition("--END--")[0].splitlines())):
        state = re.fullmatch(r"State:\s*(\d+)\s*(?:\"[^\"]*\")?\s*(\{[\d\s]*\})?", line)
        edge = re.fullmatch(r"\[(.*)\]\s*(\d+)", line)
        if state:
            states[int(state[1])] = (bool(state[2] and state[2].strip("{} ")), [])
        elif edge and states:
            next(reversed(states.values()))[1].append((read_label(edge[1], names), int(edge[2])))
        else:
            raise ValueError(f"not read: {line}")
    return _built(int(fields["Start"]), states, names)


def read_label(label: str, names: tuple[str, ...]) -> Formula:
    """`!0 & (1 | t)` by descent: `|` binds least, `!` most."""
    tokens = _TOKEN.findall(label)
    if "".join(tokens) != re.sub(r"\s", "", label):
        raise ValueError(f"no label: {label}")
    tokens.append("")

    def parsed(sign: str) -> Formula:
        parts = [parsed("&") if sign == "|" else unary()]
        while tokens[0] == sign:
            tokens.pop(0)
            parts.append(parsed("&") if sign == "|" else unary())
        return (disjunction if sign == "|" else conjunction)(parts)

    def unary() -> Formula:
        token = tokens.pop(0)
        if token == "!":
            return negation(unary())
        if token == "(":
            inner = parsed("|")
            if tokens.pop(0) != ")":
                raise ValueError(f"an open bracket in the label {label}")
            return inner
        if token in ("t", "f"):
            return ALWAYS if token == "t" else NEVER
        if not token.isdigit() or int(token) >= len(names):
            raise ValueError(f"no proposition `{token}` in the label {label}")
        return atom(names[int(token)])
    return parsed("|")


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
