"""The boolean shape of a node: which propositions decide it, and how."""

from collections.abc import Callable

from rewardlang.automata.formula import FALSE, TRUE, Formula, make
from rewardlang.ir.node import Node

_CONNECTIVES = frozenset({"and", "or", "not", "implies", "iff"})


def propositional(node: Node, leaf: Callable[[Node], Formula]) -> Formula:
    """The node as a formula over what is below its connectives, each such part read by `leaf`.

    Temporal words are below: what they say at a step is one proposition.
    """
    done: dict[Node, Formula] = {}
    stack = [node]
    while stack:
        current = stack[-1]
        inner = current.args if current.op in _CONNECTIVES else ()
        waiting = [arg for arg in inner if arg not in done]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if current.op in _CONNECTIVES:
            done[current] = make(current.op, *(done[arg] for arg in current.args))
        elif current.op == "const" and current["value"] is not None:
            done[current] = TRUE if current["value"] else FALSE
        else:
            done[current] = leaf(current)
    return done[node]
