"""Lets that use their own earlier values, or each other's: which belong together, and in which order they are entered."""

from collections.abc import Mapping
from dataclasses import dataclass

from rewardlang.elaborate.scope import Module
from rewardlang.elaborate.uses import uses
from rewardlang.syntax import tree


@dataclass(frozen=True, eq=False)
class Knot:
    """Lets that rest on each other through `prev` or `ahead` only, each after those whose own entry it uses.

    `carried` names those of which another step's entry is used: the states.
    """

    declarations: tuple[tree.Let, ...]
    carried: frozenset[str]


def knots(module: Module) -> dict[int, Knot]:
    """The knot of each let that is part of one, by the identity of its declaration."""
    lets = {name: found for name, found in module.values.items() if isinstance(found, tree.Let)}
    named = {name: uses(let) for name, let in lets.items()}
    delayed = {name: named[name].delayed & lets.keys() for name in lets}
    if not any(delayed.values()):
        return {}
    now = {name: named[name].values & lets.keys() for name in lets}
    found: dict[int, Knot] = {}
    for group in _components({name: now[name] | delayed[name] for name in lets}):
        carried = frozenset().union(*(delayed[name] for name in group)) & group
        order = _sorted(group, {name: now[name] & group for name in group}) if carried else None
        if order is not None:
            knot = Knot(tuple(lets[name] for name in order), carried)
            found.update((id(let), knot) for let in knot.declarations)
    return found


def _sorted(group: set[str], before: Mapping[str, set[str]]) -> list[str] | None:
    """The names such that each follows those it rests on at once; None if these go in a circle."""
    order: list[str] = []
    waiting = sorted(group)
    while waiting:
        ready = next((name for name in waiting if before[name] <= set(order)), None)
        if ready is None:
            return None
        order.append(ready)
        waiting.remove(ready)
    return order


def _components(after: Mapping[str, set[str]]) -> list[set[str]]:
    """The strongly connected components of a graph (Tarjan, SIAM J. Comput. 1, 1972), without recursion."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    inside: set[str] = set()
    found: list[set[str]] = []
    for root in after:
        stack = [(root, iter(sorted(after[root])))] if root not in number else []
        while stack:
            name, rest = stack[-1]
            if name not in number:
                number[name] = low[name] = len(number)
                path.append(name)
                inside.add(name)
            following = next(rest, None)
            if following is None:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[name])
                if low[name] == number[name]:
                    found.append(_taken(path, inside, name))
            elif following not in number:
                stack.append((following, iter(sorted(after[following]))))
            elif following in inside:
                low[name] = min(low[name], number[following])
    return found


def _taken(path: list[str], inside: set[str], name: str) -> set[str]:
    """The names of the path from `name` on, taken off it."""
    group = set(path[path.index(name):])
    del path[path.index(name):]
    inside -= group
    return group
