"""Which values may be null although their type is definite: the data may lack an entry of any column."""

from rewardlang.ir.node import Node

_FROM_DATA = ("input", "call")


def rests_on_data(known: dict[Node, bool], node: Node) -> bool:
    """Whether a node rests on an input or a call; `known` remembers answers. No recursion: graphs are deep."""
    stack = [node]
    while stack:
        part = stack[-1]
        open_ = [arg for arg in part.args if arg not in known]
        if part.op in _FROM_DATA or not open_:
            known[part] = part.op in _FROM_DATA or any(known[arg] for arg in part.args)
            stack.pop()
        else:
            stack += open_
    return known[node]
