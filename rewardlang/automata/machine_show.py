"""A machine drawn as it is written: as text, as data for JSON, as dot, as mermaid."""

from typing import Any

from rewardlang.automata.formula import TRUE, text
from rewardlang.automata.machine import Edge, Machine


def as_data(machine: Machine, name: str) -> dict[str, Any]:
    """What JSON shows; an `otherwise` edge stands for every state that is not final."""
    return {
        "of": name, "states": list(machine.states), "initial": machine.states[machine.start],
        "final": [machine.states[state] for state in sorted(machine.finals)], "atoms": list(machine.atoms),
        "counters": [{"name": counter.name, "range": [counter.low, counter.high]} for counter in machine.counters],
        "first_match": machine.first_match,
        "edges": [{"from": [machine.states[source] for source in edge.sources],
                   "to": None if edge.target is None else machine.states[edge.target], "guard": text(edge.guard),
                   "updates": [_update(machine, update) for update in edge.updates], "otherwise": edge.otherwise,
                   "reward": paid(edge)} for edge in machine.edges],
    }


def as_text(machine: Machine, name: str) -> str:
    """One line for the whole, one for each state, one for each edge that may leave it."""
    lines = [f"machine {name}", f"{len(machine.states)} states, {len(machine.finals)} final"]
    for state, own in enumerate(machine.leaving):
        remarks = [word for word, is_so in (("start", state == machine.start), ("final", state in machine.finals)) if is_so]
        lines.append(f"  {machine.states[state]}{': ' if remarks else ''}{', '.join(remarks)}")
        for number in own:
            edge = machine.edges[number]
            lines.append(f"    -> {machine.states[_target(edge, state)]}  {_label(machine, edge)}")
    return "\n".join(lines)


def as_dot(machine: Machine, name: str) -> str:
    """A drawing for Graphviz: final states have double circles."""
    lines = ["digraph machine {", f'  label="{name}"; labelloc=t; rankdir=LR;', '  start [shape=point, label=""];']
    for state, word in enumerate(machine.states):
        lines.append(f'  {state} [label="{word}", shape={"doublecircle" if state in machine.finals else "circle"}];')
    lines.append(f"  start -> {machine.start};")
    for state, target, label in _arrows(machine):
        escaped = label.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  {state} -> {target} [label="{escaped}"];')
    return "\n".join([*lines, "}"])


def as_mermaid(machine: Machine, name: str) -> str:
    """A state diagram for Mermaid."""
    lines = ["stateDiagram-v2", f"  %% {name}", f"  [*] --> s{machine.start}"]
    lines += [f'  state "{word}" as s{state}' for state, word in enumerate(machine.states)]
    for state, target, label in _arrows(machine):
        plain = label.replace("#", "#35;").replace(";", "#59;").replace(":", "#58;")
        lines.append(f"  s{state} --> s{target}: {plain}")
    return "\n".join([*lines, *(f"  s{state} --> [*]" for state in sorted(machine.finals))])


def _arrows(machine: Machine):
    for state, own in enumerate(machine.leaving):
        for number in own:
            edge = machine.edges[number]
            yield state, _target(edge, state), _label(machine, edge)


def _target(edge: Edge, state: int) -> int:
    return state if edge.target is None else edge.target


def paid(edge: Edge) -> float | str:
    """What an edge pays: a number, or its text."""
    return edge.reward if isinstance(edge.reward, str) else float(edge.reward)


def _label(machine: Machine, edge: Edge) -> str:
    """`when guard do updates : reward`, without what is not said."""
    words = ["otherwise"] if edge.otherwise else [f"when {text(edge.guard)}"] if edge.guard is not TRUE else ["always"]
    if edge.updates:
        words.append("do " + ", ".join(_update(machine, update) for update in edge.updates))
    reward = paid(edge)
    return " ".join([*words, *([f": {reward if isinstance(reward, str) else format(reward, '+g')}"] if reward else [])])


def _update(machine: Machine, update) -> str:
    return f"{machine.counters[update.counter].name} {update.op} {update.value}"
