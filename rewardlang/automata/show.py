"""An automaton drawn: as text, as data for JSON, as dot, as mermaid."""

import math
from typing import Any

from rewardlang.automata.dfa import OPEN, SATISFIED, VIOLATED, Dfa
from rewardlang.automata.formula import Formula, text

FORMATS = ("text", "json", "dot", "mermaid")
_VERDICT = {SATISFIED: "satisfied for good", VIOLATED: "violated for good"}


def as_data(dfa: Dfa, of: Formula | str) -> dict[str, Any]:
    """What JSON shows: the formula, the states, which accept and what they know, and the edges with their guards."""
    return {
        "of": str(of),
        "states": len(dfa),
        "initial": dfa.initial,
        "accepting": [state for state, accepts in enumerate(dfa.accepting) if accepts],
        "edges": [{"from": edge.source, "to": edge.target, "guard": text(edge.guard)} for edge in dfa.edges],
        "atoms": list(dfa.atoms),
        "verdicts": list(dfa.verdicts),
        "distances": [None if distance == math.inf else distance for distance in dfa.distances],
        "kind": dfa.kind,
    }


def as_text(dfa: Dfa, of: Formula | str) -> str:
    """One line for the whole, one for each state, one for each edge."""
    accepting = sum(dfa.accepting)
    lines = [f"automaton of {of}", f"{_count(len(dfa), 'state')}, {accepting} accepting, {dfa.kind.replace('_', '-')}"]
    for state in range(len(dfa)):
        lines.append(f"  {state}: {', '.join(_remarks(dfa, state))}")
        lines += [f"    -> {edge.target}  when {text(edge.guard)}" for edge in dfa.edges if edge.source == state]
    return "\n".join(lines)


def as_dot(dfa: Dfa, of: Formula | str) -> str:
    """A drawing for Graphviz: double circles accept, grey states have their verdict for good."""
    head = f"  label={_quoted(str(of))}; labelloc=t; rankdir=LR;"
    lines = ["digraph automaton {", head, '  start [shape=point, label=""];']
    for state, accepts in enumerate(dfa.accepting):
        fill = "" if dfa.verdicts[state] == OPEN else ", style=filled, fillcolor=lightgrey"
        lines.append(f"  {state} [shape={'doublecircle' if accepts else 'circle'}{fill}];")
    lines.append(f"  start -> {dfa.initial};")
    lines += [f"  {edge.source} -> {edge.target} [label={_quoted(text(edge.guard))}];" for edge in dfa.edges]
    return "\n".join([*lines, "}"])


def as_mermaid(dfa: Dfa, of: Formula | str) -> str:
    """A state diagram for Mermaid; accepting states may be the last and say so."""
    lines = ["stateDiagram-v2", f"  %% {str(of).replace(chr(10), ' ')}", f"  [*] --> s{dfa.initial}"]
    lines += [f'  state "{state}: {", ".join(_remarks(dfa, state)[:1])}" as s{state}' for state in range(len(dfa))]
    lines += [f"  s{edge.source} --> s{edge.target}: {_plain(text(edge.guard))}" for edge in dfa.edges]
    return "\n".join(lines)


def _remarks(dfa: Dfa, state: int) -> list[str]:
    verdict, distance = dfa.verdicts[state], dfa.distances[state]
    found = [_VERDICT.get(verdict, "accepting" if dfa.accepting[state] else "open")]
    if verdict == OPEN and distance > 0:
        found.append(f"{_count(int(distance), 'step')} from acceptance")
    return [*found, "initial"] if state == dfa.initial else found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _plain(words: str) -> str:
    """Words without the signs that end a label in Mermaid, as entities."""
    return words.replace("#", "#35;").replace(";", "#59;").replace(":", "#58;").replace("\n", " ")
