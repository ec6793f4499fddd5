"""From one condition that holds to all that follows for the nodes under it, step by step."""

from rewardlang.facts.backward import Conclusion, Look, conclusions, is_integral
from rewardlang.ir.node import Node
from rewardlang.values.interval import Interval

#: Where a value of these is valid, so are all their arguments: nothing in them hides a failure.
STRICT = frozenset({
    "add", "sub", "neg", "mul", "div", "abs", "sqrt", "relu", "minimum", "maximum", "clamp", "number", "not",
    "eq", "ne", "lt", "le", "gt", "ge", "iff", "pow", "exp", "log", "log1p", "sign", "floor", "ceil", "round",
    "sin", "cos", "tan", "tanh", "sigmoid", "softplus", "log_sigmoid", "atan2", "codes",
})


def learn(node: Node, want: Interval, look: Look, most: int = 200) -> "tuple[dict[Node, Interval], set[Node]] | None":
    """Ranges that follow, step by step backward, from `node` being valid and in `want`; and the nodes then valid.

    None if that cannot be. `most` bounds the number of steps; to stop early loses tightness only.
    """
    found: dict[Node, Interval] = {}
    valid: set[Node] = set()
    queue: list[Conclusion] = [(node, want)]
    for count, (node, want) in enumerate(queue):
        if count > most:
            break
        fresh = node not in valid
        valid.add(node)
        before = found.get(node) or look(node)
        if want is not None and before is None and node.type.kind.numeric:     # it is never valid, or never so
            return None
        if want is None or before is None:
            queue += [(arg, None) for arg in node.args if fresh and node.op in STRICT]
            continue
        now = _tidy(before.meet(want), node)
        if now is None:
            return None
        if now == before and not fresh:
            continue
        if now != before:
            found[node] = now
        queue += conclusions(node, now, lambda arg: found.get(arg) or look(arg))
        queue += [(arg, None) for arg in node.args if fresh and node.op in STRICT]
    return found, valid


def _tidy(interval: Interval | None, node: Node) -> Interval | None:
    """For whole numbers, the whole ones of a range."""
    if interval is None or not is_integral(node):
        return interval
    low, high = interval.ceil().lo, interval.floor().hi
    return Interval(low, high) if low <= high else None
