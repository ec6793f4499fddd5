"""Where a margin may be infinite, and where arithmetic on infinite ones has no value: inf - inf, 0 * inf."""

from collections.abc import Callable, Iterable
from math import inf

from rewardlang.ir.node import Node, reachable

#: Whether a value can be +inf, and whether it can be -inf, though all it is made of is finite.
Ends = tuple[bool, bool]
_FINITE: Ends = (False, False)

#: Temporal words that see at least their own step, unless a window keeps it out.
_OWN_STEP = frozenset("always eventually once historically until weak_until release strong_release since triggers".split())
_BESIDE = {"next": False, "previous": False, "weak_next": True, "weak_previous": True}
_FALSE_IF_EMPTY = frozenset("eventually once until since strong_release".split())
_OPTIONS = ("low", "high", "smooth")


def infinite_ends(nodes: Iterable[Node], of_nothing: bool) -> dict[Node, Ends]:
    """For each of some nodes (arguments first) whether it may be infinite since a truth without a margin, the end of the
    trace or an empty window decides; with `of_nothing` also since a trace has no steps.

    What overflows, or comes infinite out of a model, is another matter and not meant.
    """
    nodes, around = list(nodes), {}
    while True:
        found: dict[Node, Ends] = {}
        for node in nodes:
            args = [found.get(arg, _FINITE) for arg in node.args]
            found[node] = around.get(_slot(node), _FINITE) if node.op == "carried" else _ends(node, args, of_nothing)
        states = {_slot(node): found[node] for node in nodes if node.op == "state"}
        if all(around.get(slot, _FINITE) == ends for slot, ends in states.items()):
            return found
        around = states


def may_be_infinite(node: Node) -> bool:
    """Whether ±inf is a proper value of a node: a margin that a bare truth, or a trace without steps, decides."""
    return any(infinite_ends(reachable([node]), True)[node])


def without_value(ends: dict[Node, Ends]) -> frozenset[Node]:
    """The nodes whose infinite arguments can leave them without a value: there they are invalid."""
    return frozenset(node for node in ends if any(any(ends.get(arg, _FINITE)) for arg in node.args) and _lost(node, ends))


def _lost(node: Node, ends: dict[Node, Ends]) -> bool:
    args = [ends.get(arg, _FINITE) for arg in node.args]
    if node.op == "mul":
        return not any(arg.op == "const" and arg["value"] for arg in node.args)
    if node.op in ("add", "sub"):
        (a, b), (c, d) = args[0], args[1] if node.op == "add" else args[1][::-1]
        return a and d or b and c
    if node.op == "div":
        return any(args[0]) and any(args[1])
    if node.op in ("sum", "mean", "cumsum", "cummean", "quantile", "place"):
        return all(_either(args))
    return node.op in ("delta", "std", "var", "softmax", "prod", "cumprod", "sin", "cos", "tan") and any(args[0])


def _slot(node: Node) -> tuple:
    return node.get("key"), node.get("slot")


# Operators --------------------------------------------------------------------------------------------------------------


def _ends(node: Node, args: list[Ends], of_nothing: bool) -> Ends:
    if node.op == "const" and isinstance(node["value"], float):
        return node["value"] == inf, node["value"] == -inf
    if node.op in ("memory", "outside"):
        return node["infinite"], node["infinite"]
    if node.op == "state":
        half = len(args) // 2
        return _either([args[node["slot"]], args[half + node["slot"]]])
    if node.get("margin"):
        return _of_temporal(node, args, of_nothing)
    rule = _RULES.get(node.op)
    return rule(args) if rule is not None and any(map(any, args)) else _FINITE


def _either(args: list[Ends]) -> Ends:
    return any(high for high, _ in args), any(low for _, low in args)


def _any_sign(args: list[Ends]) -> Ends:
    some = any(high or low for high, low in args)
    return some, some


def _least(args: list[Ends]) -> Ends:
    (a, b), (c, d) = args
    return a and c, b or d


def _greatest(args: list[Ends]) -> Ends:
    (a, b), (c, d) = args
    return a or c, b and d


def _clamped(args: list[Ends]) -> Ends:
    x, low, high = args
    return _least([_greatest([x, low]), high])


def _difference(args: list[Ends]) -> Ends:
    return args[0][0] or args[1][1], args[0][1] or args[1][0]


def _ops(words: str, rule: Callable[[list[Ends]], Ends]) -> dict[str, Callable[[list[Ends]], Ends]]:
    return dict.fromkeys(words.split(), rule)


#: What becomes of infinite arguments; operators that are not named here have finite values, or none.
_RULES: dict[str, Callable[[list[Ends]], Ends]] = {
    **_ops("gate coalesce min max sum mean first last quantile pick spread rename place at_first at_last every vector detach "
           "cummax cummin cumsum cummean prev ahead push soften floor ceil round", _either),
    **_ops("add mul pow prod cumprod delta", _any_sign),
    **_ops("abs norm", lambda args: (any(args[0]), False)),
    **_ops("exp sqrt log log1p softplus relu", lambda args: (args[0][0], False)),
    "log_sigmoid": lambda args: (False, args[0][1]),
    "neg": lambda args: args[0][::-1], "sub": _difference, "div": lambda args: _any_sign(args[:1]),
    "minimum": _least, "maximum": _greatest, "clamp": _clamped,
}


def _of_temporal(node: Node, args: list[Ends], of_nothing: bool) -> Ends:
    roles = dict(zip(node["roles"], args))
    if node.op == "opening":
        return _either([roles["x"], roles["start"]] if of_nothing else [roles["x"]])
    if node.op in _BESIDE:
        high, low = roles["x"]
        return high or _BESIDE[node.op], low or not _BESIDE[node.op]
    operands = [ends for role, ends in roles.items() if role not in _OPTIONS]
    if node.op.startswith("soft_"):
        return (_least if node.op == "soft_minimum" else _greatest)(operands)
    high, low = operands[-1] if len(operands) == 1 else _either(operands)
    start = dict(zip(node["roles"], node.args)).get("low")
    if node.op in _OWN_STEP and start is not None and start.get("value") != 0:
        return (high, True) if node.op in _FALSE_IF_EMPTY else (True, low)
    return high, low
