"""Reductions and scans in the reference interpreter: which entries one position sees, and what it makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from rewardlang.ops.floats import call
from rewardlang.ops.row import Operator
from rewardlang.ops.scans import NEIGHBOURS, RUNNING

_RUNNING = frozenset(row.name for row in RUNNING)
_NEIGHBOURS = frozenset(row.name for row in NEIGHBOURS)
_EMPTY = {"cumsum": 0, "cumprod": 1, "cumcount": 0}


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a population: its place in it from 0, its value, whether it counts (None: invalid), whether it is the
    own one."""

    place: int
    x: object
    counts: bool | None
    own: bool


def options(node, row: Operator) -> dict[str, object]:
    """What is fixed in a node: the options of its row."""
    given = {argument.name: node.get(argument.name) for argument in row.arguments if argument.option}
    return {name: value for name, value in given.items() if value is not None}


def reduced(run, node, row: Operator, rollout: int, at: dict):
    """A reduction's value at one position of its result."""
    members = _members(run, node, rollout, at)
    if members is None or _unknown(members):
        return None
    seen = [member for member in members if member.counts]
    value = call(run.kernel, row, [member.x for member in seen], **options(node, row))
    if row.name in ("argmax", "argmin") and value is not None:
        return seen[value].place
    return value


def scanned(run, node, row: Operator, rollout: int, at: dict):
    """A scan's value at one position."""
    members = _members(run, node, rollout, at)
    if members is None:
        return None
    own = next((member for member in members if member.own), None)
    if own is None:  # a rollout whose key is invalid belongs to no population
        return None
    if row.name in _RUNNING:
        if _unknown(member for member in members if member.place <= own.place):
            return None
        seen = [member.x for member in members if member.counts and member.place <= own.place]
        if None in seen:
            return None
        return call(run.kernel, row, seen)[-1] if seen else _EMPTY.get(row.name)
    if row.name in _NEIGHBOURS:
        edge = run.read(_roles(node)["start"], rollout, at)
        before = [member.x for member in members if member.counts and member.place < own.place]
        after = [member.x for member in members if member.counts and member.place > own.place]
        unseen = (member.place <= own.place if row.name == "ahead" else member.place >= own.place for member in members)
        if _unknown(member for member, skipped in zip(members, unseen) if not skipped):
            return None
        if row.name == "ahead":
            return call(run.kernel, row, [own.x, *after], edge)[0]
        return call(run.kernel, row, [*before, own.x], edge)[-1]
    return _among_all(run, node, row, members, own)


def _among_all(run, node, row: Operator, members: list[Member], own: Member):
    seen = [member for member in members if member.counts]
    if _unknown(members) or own not in seen or any(member.x is None for member in seen):
        return None
    return call(run.kernel, row, [member.x for member in seen], **options(node, row))[seen.index(own)]


def _unknown(members: Iterable[Member]) -> bool:
    """Whether it is invalid for some whether they count."""
    return any(member.counts is None for member in members)


def _roles(node) -> dict:
    return dict(zip(node["roles"], node.args, strict=True))


def _members(run, node, rollout: int, at: dict) -> list[Member] | None:
    """The population of one position, in order; None if what decides on it is invalid."""
    if node.get("window"):
        return _of_rollouts(run, _roles(node), rollout, at)
    return _of_positions(run, _roles(node), node["over"], rollout, at)


def _of_positions(run, roles: dict, over: tuple, rollout: int, at: dict) -> list[Member] | None:
    """The positions of the rollout's own axes. With `by` the result keeps them, and `at` says which is the own one."""
    base = {axis: position for axis, position in at.items() if axis not in over}
    places = run.positions(over, rollout, base)
    if places is None:
        return None
    keys, admits = (_all(run, roles.get(role), rollout, places) for role in ("by", "where"))
    own_key = run.read(roles["by"], rollout, at) if "by" in roles else True
    if own_key is None:
        return None
    entries = _all(run, roles.get("x"), rollout, places)
    return [Member(place, x, None if admitted is None or key is None else admitted is True and key == own_key, position == at)
            for place, (position, x, admitted, key) in enumerate(zip(places, entries, admits, keys, strict=True))]


def _all(run, node, rollout: int, places: list[dict]) -> list:
    """A node's entries at some positions; true at each if there is no node."""
    return [True if node is None else run.read(node, rollout, position) for position in places]


def _of_rollouts(run, roles: dict, rollout: int, at: dict) -> list[Member] | None:
    """The rollouts with the own one's key, at the same position of each; what is invalid does not count."""
    keys, admits, entries = ([True if node is None else run.read(node, other, at) for other in range(run.rollouts)]
                             for node in (roles.get("by"), roles.get("where"), roles.get("x")))
    if keys[rollout] is None:
        return None
    mates = [other for other in range(run.rollouts) if keys[other] is not None and keys[other] == keys[rollout]]
    return [Member(place, entries[other], admits[other] is True and entries[other] is not None, other == rollout)
            for place, other in enumerate(mates)]
