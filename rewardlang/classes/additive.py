"""Values of a trajectory that are sums over its steps in other words, such as a mean times the number of steps.

Found by their form alone: a value that is a sum by a law of numbers which no rule here knows, or only within the ranges of
its inputs, keeps the class of its form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rewardlang.classes.traits import MOVING, POLICY, Trait
from rewardlang.ir.node import Node, reachable
from rewardlang.values.axes import Axis

#: Reductions that give back the one value of an axis of one.
_OF_ONE = frozenset("min max mean sum prod quantile first last".split())
_KNOWN = Trait.CONTEXT | Trait.REAL | MOVING


@dataclass(frozen=True, slots=True)
class Reworded:
    """What a value comes to: `node` added up over the steps (`sum`), or at the `first` or the `last` step alone, or itself (`same`).

    `extra` are the traits of what it is multiplied by, or chosen by: a mask, or what a rollout has once.
    """

    node: Node
    kind: str
    extra: int = 0


def reworded(node: Node, traits: Mapping[Node, int], along: bool) -> tuple[Reworded, ...] | None:
    """The value in other words, or None; `along`: it is one entry of a sum over the steps, not a value of the whole."""
    if node.op in _OF_ONE and node.get("over") and all(axis.size == 1 for axis in node["over"]) and node["roles"][:1] == ("x",):
        return (Reworded(node.args[0], "same"),)
    if along:
        return _entry(node, traits)
    if node.op == "mul":
        found = next((found for one, other in (node.args, node.args[::-1]) if (found := _whole_mean(one, other, traits))), None)
        return found or _weighted(node, traits)
    if node.op == "gate":
        return _chosen(node, traits)
    if node.op == "log" and (x := _plain(node.args[0], "prod")) is not None and not traits[x] & POLICY:
        return (Reworded(x, "sum"),)
    if node.op == "first" and (x := _plain(node, "first")) is not None:
        return (Reworded(x, "first"),)
    if node.op == "last" and (x := _plain(node, "last")) is not None:
        total = _cumulated(x)
        return (Reworded(total, "sum"),) if total is not None else (Reworded(x, "last"),)
    return None


def _entry(node: Node, traits: Mapping[Node, int]) -> tuple[Reworded, ...] | None:
    """What a step is paid: the growth of a running sum, or what is paid at the last step alone."""
    if node.op == "sub" and node.args[1].op == "prev" and node.args[1].args[0] is node.args[0] and _is_zero(node.args[1].args[1]):
        total = _cumulated(node.args[0])
        return None if total is None else (Reworded(total, "same"),)
    if node.op == "delta" and _is_zero(node.args[1]) and (total := _cumulated(node.args[0])) is not None:
        return (Reworded(total, "same"),)
    if node.op == "gate" and _is_zero(node.args[2]) and _is_last_step(node.args[0]):
        paid = node.args[1]
        return (Reworded(paid, "last"),) if any(axis.ordered for axis in paid.type.axes) else (Reworded(paid, "once"),)
    return None


def _plain(node: Node, op: str) -> Node | None:
    """What is reduced, where a node is that reduction over one ordered axis, of all its entries."""
    if node.op != op or node["roles"] != ("x",) or node.get("window") or len(node["over"]) != 1:
        return None
    x = node.args[0]
    return x if node["over"][0].ordered and x.type.axes == node["over"] else None


def _cumulated(node: Node) -> Node | None:
    return _plain(node, "cumsum")


def _is_zero(node: Node) -> bool:
    return node.op == "const" and node["value"] == 0


def _inner(node: Node) -> Node:
    """A number without what it is where it is invalid."""
    while node.op == "number" or node.op == "coalesce" and _is_zero(node.args[1]):
        node = node.args[0]
    return node


# --- products and choices -------------------------------------------------------------------------------------------


def _whole_mean(mean: Node, number: Node, traits: Mapping[Node, int]) -> tuple[Reworded, ...] | None:
    """A mean times the number of what it is a mean of."""
    mean, number = _inner(mean), _inner(number)
    if mean.op != "mean" or mean.get("window") or len(mean["over"]) != 1 or mean.args[0].type.axes != mean["over"]:
        return None
    (axis,) = mean["over"]
    roles = dict(zip(mean["roles"], mean.args))
    mask = roles.get("where")
    if not axis.ordered or set(roles) - {"x", "where"} or not _is_number_of(number, axis, mask):
        return None
    return (Reworded(roles["x"], "sum", 0 if mask is None else traits[mask]),)


def _is_number_of(number: Node, axis: Axis, mask: Node | None) -> bool:
    """Whether it is how many steps there are, or how many the mask leaves."""
    if mask is None and number.op == "length":
        return number["axis"] == axis
    if number.op not in ("count", "sum") or number.get("window") or number["over"] != (axis,):
        return False
    roles = dict(zip(number["roles"], number.args))
    if number.op == "count":
        return roles.get("where") is mask and "by" not in roles
    return mask is not None and set(roles) == {"x"} and _inner(roles["x"]) is mask


def _weighted(node: Node, traits: Mapping[Node, int]) -> tuple[Reworded, ...] | None:
    """A sum times what a rollout has once."""
    for factor, rest in (node.args, node.args[::-1]):
        if _is_context(factor, traits) and _has_sum(rest):
            return (Reworded(rest, "same", traits[factor]),)
    return None


def _chosen(node: Node, traits: Mapping[Node, int]) -> tuple[Reworded, ...] | None:
    """One sum or another by what a rollout has once."""
    condition, *sides = node.args
    if not _is_context(condition, traits) or not any(map(_has_sum, sides)):
        return None
    return tuple(Reworded(side, "same", traits[condition]) for side in sides)


def _is_context(node: Node, traits: Mapping[Node, int]) -> bool:
    return bool(traits[node] & Trait.CONTEXT) and not traits[node] & ~_KNOWN


def _has_sum(node: Node) -> bool:
    return any(part.op in ("total", "sum") for part in reachable([node]))


# --- the last step --------------------------------------------------------------------------------------------------


def _is_last_step(node: Node) -> bool:
    """Whether a truth is `index == length - 1`, however that is turned."""
    if node.op == "ending":
        return True
    if node.op not in ("eq", "ge", "le"):
        return False
    left, right = (dict(_linear(arg, 1)) for arg in node.args)
    difference = {key: left.get(key, 0) - right.get(key, 0) for key in {*left, *right}}
    if node.op == "le" or difference.get("length", 0) > 0:
        difference = {key: -value for key, value in difference.items()}
        if node.op == "ge":
            return False
    found = {key: value for key, value in difference.items() if value}
    return found == {"index": 1, "length": -1, "one": 1}


def _linear(node: Node, sign: int) -> Iterator[tuple[str, float]]:
    """The number of the step, the number of steps and a constant, with what they are multiplied by; `?` for all else."""
    amounts = {"one": 0.0}
    stack = [(node, sign)]
    while stack:
        part, times = stack.pop()
        if part.op in ("add", "sub"):
            stack += [(part.args[0], times), (part.args[1], times if part.op == "add" else -times)]
        elif part.op == "const" and isinstance(part["value"], int):
            amounts["one"] += times * part["value"]
        elif part.op in ("index", "length") and part["axis"].ordered:
            amounts[part.op] = amounts.get(part.op, 0) + times
        else:
            amounts["?"] = 1e300 * times
    yield from amounts.items()
