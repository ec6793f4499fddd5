"""The line format of published reward machines (Toro Icarte et al., ICML 2018), read and written.

The first line is the start state, the second the list of terminal states, each further one an edge
`(u, v, 'guard', ConstantRewardFunction(r))`; a guard joins literals by `&`, those by `|`, negates by `!`; `#` begins a comment.
"""

import re
from numbers import Real

from rewardlang.automata.formula import FALSE, TRUE, Formula, atom, conjunction, disjunction, negation
from rewardlang.automata.machine import Edge, Machine
from rewardlang.automata.machine_algebra import guard
from rewardlang.automata.unfold import unfold

_EDGE = re.compile(r"\(\s*(-?\w+)\s*,\s*(-?\w+)\s*,\s*(['\"])(.*?)\3\s*,\s*ConstantRewardFunction\(\s*([^()]+?)\s*\)\s*\)")


def read_lines(text: str) -> Machine:
    """The machine; its states are `u0`, `u1`, … by their numbers. ValueError: a line that is none of the format.

    As there, the first edge whose guard holds is taken. What happens without one is not said there: it is no edge here.
    """
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) < 2:
        raise ValueError("a machine begins with its start state and the list of its terminal states, a line each")
    start, finals = lines[0], re.findall(r"-?\w+", lines[1])
    edges = []
    for line in lines[2:]:
        found = _EDGE.fullmatch(line)
        if found is None:
            raise ValueError(f"no edge `(u, v, 'guard', ConstantRewardFunction(r))`: {line}")
        source, target, _, written, reward = found.groups()
        edges.append((source, target, _guard(written), float(reward)))
    order = list(dict.fromkeys([start, *(name for edge in edges for name in edge[:2]), *finals]))
    number = order.index
    return Machine(tuple(f"u{name}" for name in order), number(start),
                   tuple(Edge((number(source),), number(target), told, (), _whole(reward)) for source, target, told, reward in edges),
                   frozenset(map(number, finals)), first_match=True)


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _guard(written: str) -> Formula:
    """A disjunction of conjunctions of literals."""
    return disjunction(conjunction(_literal(literal.strip()) for literal in clause.split("&")) for clause in written.split("|"))


def _literal(word: str) -> Formula:
    name = word.lstrip("!").strip()
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"no literal of a guard: `{word}`")
    found = {"True": TRUE, "False": FALSE}.get(name) or atom(name)
    return negation(found) if word.startswith("!") else found


def write_lines(machine: Machine) -> str:
    """The machine in that format, unfolded where it has counters. ValueError: a reward or a proposition that it has no word for."""
    unfolded = unfold(machine)
    names = " ".join(name for name in machine.atoms if not re.fullmatch(r"\w+", name))
    if names:
        raise ValueError(f"no names of the format: {names}")
    finals = [place for place in range(len(unfolded.places)) if unfolded.is_final(place)]
    lines = ["0  # start", f"{finals}  # terminal"]
    for own in unfolded.arrows:
        for arrow in own:
            if not isinstance(arrow.reward, Real):
                raise ValueError(f"only constants can be written, and an edge pays `{arrow.reward}`")
            told = guard(unfolded, arrow.source, arrow.edge, sums=True)
            lines.append(f"({arrow.source},{arrow.target},'{_words(told)}',ConstantRewardFunction({float(arrow.reward)!r}))")
    return "\n".join(lines) + "\n"


def _words(formula: Formula) -> str:
    if formula in (TRUE, FALSE):
        return "True" if formula is TRUE else "False"
    clauses = formula.args if formula.op == "or" else (formula,)
    return "|".join("&".join(_literal_word(each) for each in (clause.args if clause.op == "and" else (clause,)))
                    for clause in clauses)


def _literal_word(formula: Formula) -> str:
    return f"!{formula.args[0].name}" if formula.op == "not" else formula.name
