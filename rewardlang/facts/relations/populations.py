"""Which entries a reduction or scan gathers: whether two gather the same, and whether an own entry is among them."""

from rewardlang.facts.backward import TRUE
from rewardlang.facts.context import Context
from rewardlang.ir.node import Node

#: What says over which entries a node gathers.
_SCOPE = ("over", "window", "group")


def roles(node: Node) -> dict[str, Node]:
    """The arguments of a reduction or scan by their roles; none of another node."""
    return dict(zip(node.get("roles") or (), node.args))


def same_population(one: Node, other: Node, narrower: Node | None = None, of_same: bool = True) -> bool:
    """Whether two nodes gather entries of the same population: of the same node (if `of_same`), admitted alike.

    The `narrower` one may also have a `where` or a key of its own, and so see some of the entries of the other. A count of
    positions goes with what it counts nothing of.
    """
    if any(one.get(key) != other.get(key) for key in _SCOPE):
        return False
    left, right = roles(one), roles(other)
    if of_same and left.get("x") is not right.get("x") and not (other.op == "count" and "x" not in right):
        return False
    wide, narrow = (left, right) if narrower is other else (right, left)
    return all(left.get(key) is right.get(key) or narrower is not None and key not in wide and (key != "by" or not one.get("window"))
               for key in ("where", "by"))


def sees_own(ranges, node: Node, context: Context) -> bool:
    """Whether the entry beside which a gathered value stands is one of those gathered, wherever both are valid."""
    args = roles(node)
    if "start" in args or "end" in args or node.get("window") == "run":
        return False
    if not set(node["over"]) <= set(args["x"].type.axes):
        return False
    return "where" not in args or ranges.at_hand(args["where"], context) == (TRUE, False)


def constant_within(ranges, term: Node, node: Node) -> bool:
    """Whether a term is the same at all entries that a reduction without a key gathers."""
    if not node.get("window"):
        return "by" not in roles(node) and set(node["over"]).isdisjoint(term.type.axes)
    if term.get("window") == node["window"] and term.get("group") == node.get("group") and roles(term).keys() <= {"x", "where", "by"}:
        return roles(term).get("by") is roles(node).get("by") and bool(term.get("roles")) and term.op not in _RUNNING
    return False


#: Scans: each entry has a value of its own.
_RUNNING = frozenset({
    "cumsum", "cumprod", "cummax", "cummin", "cummean", "cumcount", "prev", "ahead", "delta", "softmax", "rank",
})
