"""States whose update is linear in what they were: the matrix of the update, its spectral radius, and how far they reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import inf

from rewardlang.facts.reach import System, reach, spectral_radius
from rewardlang.ir.node import Node, reachable
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval

#: Larger systems are not looked at: entries of all states of a knot, and of what drives them.
MOST_ENTRIES = 24
MOST_INPUTS = 64
MOST_WORK = 4000

#: Where an entry stands along each of its axes.
Place = tuple[tuple[Axis, int], ...]


class NotLinear(Exception):
    """The update is no linear map with known numbers."""


@dataclass(frozen=True)
class LinearMemory:
    """A knot of states `names` with x' = A x + B u: whether its powers fade, and its range by state (None: nothing bounds it)."""

    names: tuple[str, ...]
    radius: float
    states: tuple[Node, ...]
    reached: tuple[Interval | None, ...]

    @property
    def is_bounded(self) -> bool:
        """Whether ranges were found for all of its states."""
        return None not in self.reached


def narrow(ranges) -> Iterator[LinearMemory]:
    """The linear memories of a program, in the order of the text; what they reach is noted as what holds everywhere."""
    for node in sorted((node for node in reachable(ranges.spec.names.values()) if node.op == "state"), key=lambda node: node.number):
        if node["slot"] == 0 and (found := _memory(ranges, node)) is not None:
            yield found


def _memory(ranges, state: Node) -> LinearMemory | None:
    half = len(state.args) // 2
    carried, updates = state.args[:half], state.args[half:]
    (axis,) = state["over"]
    try:
        form = _Form(ranges, carried, axis)
        system = form.system(updates)
    except NotLinear:
        return None
    length = ranges.length_of(axis)
    most = ranges.fact(length).range.hi if length is not None else _horizon(ranges, axis)
    entries = reach(system, most)
    found = []
    for slot, update in enumerate(updates):
        own = [at for at, (number, _) in enumerate(form.entries) if number == slot]
        now = _hull([entries[at] for at in own]) if entries else None
        found.append(now)
        if now is not None:
            made = next((node for node in ranges.spec.graph.nodes if node.op == "state" and node.args == state.args
                         and node["slot"] == slot), state)
            before = now.hull(_hull([system.first[at] for at in own]))
            for node, range_ in ((made, now), (update, now), (carried[slot], before)):
                known = ranges.universal.get(node, range_)
                ranges.universal[node] = known.meet(range_) or known
    return LinearMemory(tuple(node["name"] for node in carried), spectral_radius(system.a), carried, tuple(found))


def _horizon(ranges, axis: Axis) -> float:
    horizon = ranges.spec.setting.horizon
    return horizon[1] if horizon is not None and ranges.spec.setting.axis in (None, axis.name) else inf


def _hull(intervals: list[Interval]) -> Interval:
    found = intervals[0]
    for other in intervals[1:]:
        found = found.hull(other)
    return found


class _Form:
    """Entries of the nodes of one step as sums: of entries of the states before, and of what does not rest on these."""

    def __init__(self, ranges, carried: tuple[Node, ...], axis: Axis):
        self.ranges, self.carried, self.axis = ranges, carried, axis
        if len({node["name"] for node in carried}) != len(carried):
            raise NotLinear
        self.entries = [(slot, place) for slot, node in enumerate(carried) for place in self._places(node)]
        if len(self.entries) > MOST_ENTRIES:
            raise NotLinear
        self.resting = set(carried)
        self.left = MOST_WORK

    def _places(self, node: Node) -> list[Place]:
        axes = [axis for axis in node.type.axes if axis != self.axis]
        return [tuple(zip(axes, each, strict=True)) for each in product(*(range(self.size(axis)) for axis in axes))]

    def size(self, axis: Axis) -> int:
        """How many entries an axis has: declared, or that of a matrix that was given."""
        found = self.ranges.spec.size_of(axis)
        if found is None:
            raise NotLinear
        return found

    def system(self, updates: tuple[Node, ...]) -> System:
        """The matrices of the update, with the ranges of inputs and of first values."""
        for node in reachable(updates):
            if not self.resting.isdisjoint(node.args):
                self.resting.add(node)
        rows = [self.sum_of(updates[slot], dict(place)) for slot, place in self.entries]
        driving = list(dict.fromkeys(key for row in rows for key in row if isinstance(key[0], Node)))
        if len(driving) > MOST_INPUTS:
            raise NotLinear
        first = [self._first(self.carried[slot], dict(place)) for slot, place in self.entries]
        inputs = [self._range(node, dict(place)) for node, place in driving]
        return System([[row.get(entry, Fraction(0)) for entry in self.entries] for row in rows],
                      [[row.get(key, Fraction(0)) for key in driving] for row in rows], tuple(inputs), tuple(first))

    def _first(self, node: Node, place: dict[Axis, int]) -> Interval:
        return self._range(node.args[0], place)

    def _range(self, node: Node, place: dict[Axis, int]) -> Interval:
        value = self.value(node, place)
        found = Interval.of(value) if value is not None else self.ranges.fact(node).range
        if found is None:
            raise NotLinear
        return found

    def value(self, node: Node, place: dict[Axis, int]) -> Fraction | None:
        """The very number that an entry is, if it is known."""
        if node.op == "vector":
            return self.value(node.args[place[node["axis"]]], place)
        if node.op == "rename":
            return self.value(node.args[0], _renamed(node, place))
        value = node["value"] if node.op == "const" else self._given(node)
        if isinstance(value, bool | str):
            return None
        for axis in node.type.axes:
            if not isinstance(value, list | tuple) or place.get(axis, len(value)) >= len(value):
                return None
            value = value[place[axis]]
        return Fraction(value) if isinstance(value, int | float | Fraction) and abs(value) != inf else None

    def _given(self, node: Node) -> object:
        """The value of a param, if it has one only."""
        domain = self.ranges.spec.domains.get(node)
        one = domain.lo if node.op == "param" and not node.type.axes and domain is not None and domain.is_point else None
        return self.ranges.spec.entries.get(node, one)

    def sum_of(self, node: Node, place: dict[Axis, int]) -> dict:
        """The sum that an entry is, as factors of `(slot, place)` and of `(node, place)`."""
        here = tuple((axis, place[axis]) for axis in node.type.axes if axis != self.axis)
        if node in self.carried:
            return {(self.carried.index(node), here): Fraction(1)}
        if node in self.resting:
            return self._part(node, place)
        try:
            self.left -= 1
            if self.left < 0 or self.value(node, place) is not None:
                raise NotLinear
            return self._part(node, place)
        except NotLinear:
            return {(node, here): Fraction(1)}

    def _part(self, node: Node, place: dict[Axis, int]) -> dict:
        args = node.args
        match node.op:
            case "add" | "sub":
                return _added(self.sum_of(args[0], place), self.sum_of(args[1], place), 1 if node.op == "add" else -1)
            case "neg":
                return _scaled(self.sum_of(args[0], place), Fraction(-1))
            case "mul" | "div":
                return self._scaled(node, place)
            case "rename":
                return self.sum_of(args[0], _renamed(node, place))
            case "pick" if isinstance(node["index"], int):
                return self.sum_of(args[0], {**place, node["axis"]: node["index"]})
            case "vector":
                return self.sum_of(args[place[node["axis"]]], place)
            case "sum" if node["roles"] == ("x",) and not node.get("window") and self.axis not in node["over"]:
                return self._summed(node, place)
        raise NotLinear

    def _scaled(self, node: Node, place: dict[Axis, int]) -> dict:
        one, other = node.args
        if node.op == "mul" and self.value(one, place) is not None:
            one, other = other, one
        factor = self.value(other, place)
        if factor is None or node.op == "div" and not factor:
            raise NotLinear
        return _scaled(self.sum_of(one, place), factor if node.op == "mul" else 1 / factor)

    def _summed(self, node: Node, place: dict[Axis, int]) -> dict:
        total: dict = {}
        for each in product(*(range(self.size(axis)) for axis in node["over"])):
            total = _added(total, self.sum_of(node.args[0], {**place, **dict(zip(node["over"], each, strict=True))}), 1)
        return total


def _renamed(node: Node, place: dict[Axis, int]) -> dict[Axis, int]:
    """The place in what is renamed."""
    source = next(axis for axis in node.args[0].type.axes if axis.name == node["source"])
    return {**{axis: at for axis, at in place.items() if axis != node["target"]}, source: place[node["target"]]}


def _added(one: dict, other: dict, sign: int) -> dict:
    found = dict(one)
    for key, factor in other.items():
        found[key] = found.get(key, Fraction(0)) + sign * factor
    return found


def _scaled(one: dict, factor: Fraction) -> dict:
    return {key: factor * each for key, each in one.items()}
