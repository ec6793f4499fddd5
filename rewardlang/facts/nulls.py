"""Which values may be null although their type is definite: the data may lack an entry of any column."""

from rewardlang.ir.node import Node

_FROM_DATA = ("input", "call", "length", "ending")


def rests_on_data(known: dict[Node, bool], node: Node) -> bool:
    """Whether a node rests on an input, a call or the length of a list; `known` remembers answers.

    No recursion: graphs are deep.
    """
    stack = [node]
    while stack:
        part = stack[-1]
        open_ = [arg for arg in part.args if arg not in known]
        if _is_data(part) or not open_:
            known[part] = _is_data(part) or any(known[arg] for arg in part.args)
            stack.pop()
        else:
            stack += open_
    return known[node]


def _is_data(node: Node) -> bool:
    """Whether the data itself may lack it: a list that is null has no length, nor anything over its positions."""
    return node.op in _FROM_DATA or any(axis.size is None for axis in node.get("over") or ())
