"""Points as data: the reference interpreter's values for chosen inputs, params and results of calls."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from rewardlang.facts.leaves import declared
from rewardlang.facts.search.boxes import Box, centre
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.reference import evaluate
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type

#: Positions along an axis whose length the data would fix; a point may ask for more, up to a limit.
POSITIONS = 2
MOST_POSITIONS = 64

#: Operators of the graph that the reference takes from outside.
GIVEN = frozenset({"input", "param", "call", "carried"})

_PLAIN = {Kind.TEXT: "", Kind.ID: "a", Kind.JSON: {}, Kind.BOOL: False}


def values_at(spec, roots: Iterable[Node], points: Sequence[Box], positions: int = POSITIONS) -> dict[Node, list] | None:
    """The value of every node under the roots for one rollout a point; None where the reference cannot tell.

    Sources that a point leaves out take a value in the middle of their range. Along axes all positions are equal.
    """
    roots = [*roots, *spec.assumptions]
    nodes = reachable(roots)
    filler = _Filler(spec, nodes, points, positions)
    try:
        found = evaluate(nodes, len(points), filler.leaf, filler.length)
    except (ValueError, ArithmeticError, TypeError, KeyError, LookupError):
        return None
    if any(entry is not True for node in spec.assumptions for value in found[node] for entry in entries(value)):
        return None
    return found


def entries(value) -> list:
    """All entries of a value along its axes, in order."""
    if not isinstance(value, list):
        return [value]
    return [entry for part in value for entry in entries(part)]


def filler(spec, nodes: list[Node], rollouts: int) -> "_Filler":
    """What makes values for the leaves of some rollouts, each in the middle of its range."""
    return _Filler(spec, nodes, [{}] * rollouts, POSITIONS)


class _Filler:
    """Makes whole values of the numbers of points."""

    def __init__(self, spec, nodes: list[Node], points: Sequence[Box], positions: int):
        self.spec = spec
        self.points = points
        self.positions = positions
        self.fields: dict[Node, list[Node]] = {}
        self.longest: list[dict[Axis, int]] = [_lengths(point) for point in points]
        for node in nodes:
            if node.op == "field":
                self.fields.setdefault(node.args[0], []).append(node)

    def length(self, axis: Axis, rollout: int) -> int:
        """The number of positions along an axis that no source has."""
        if axis.size is not None:
            return axis.size
        wanted = self.longest[rollout].get(axis)
        return self.positions if wanted is None else min(wanted, MOST_POSITIONS)

    def leaf(self, node: Node, rollout: int, *_arguments):
        """The value of a source; of a call whatever its arguments."""
        entry = self._entry(node, rollout)
        for axis in reversed(node.type.axes):
            entry = [entry] * self.length(axis, rollout)
        return entry

    def _entry(self, node: Node, rollout: int):
        kind = node.type.kind
        if kind is Kind.RECORD:
            found = {name: self._of_range(type_, None) for name, type_ in node.type.fields}
            found.update({field["name"]: self._entry(field, rollout) for field in self.fields.get(node, ())})
            return found
        if kind is Kind.TABLE:
            info = self.spec.params.get(node.get("name"))
            return info.default if info is not None and isinstance(info.default, dict) else {}
        point = self.points[rollout].get(node)
        return plain(point.lo, node.type) if point is not None else self._of_range(node.type, declared(self.spec, node))

    def _of_range(self, type_: Type, interval: Interval | None):
        if interval is None or type_.kind is Kind.BOOL:
            return _PLAIN.get(type_.kind, 0)
        return plain(centre(interval), type_)


def _lengths(point: Box) -> dict[Axis, int]:
    """How many positions a point wants: `length` as it says, and one more than each `index`."""
    found: dict[Axis, int] = {}
    for node, interval in point.items():
        if node.op in ("length", "index"):
            wanted = int(interval.lo) + (node.op == "index")
            found[node["axis"]] = max(found.get(node["axis"], 0), wanted)
    return found


def plain(x, type_: Type):
    """A number as the data would hold it."""
    if type_.kind is Kind.BOOL:
        return bool(x)
    if type_.kind is Kind.FLOAT:
        return float(x)
    return int(x) if type(x) is not float else x


def shown(spec, point: Mapping[Node, Interval], only: Iterable[Node]) -> dict[str, object]:
    """A point in words: each source by name, enums by label; only sources that the given nodes rest on."""
    relevant = set(reachable(only))
    found: dict[str, object] = {}
    for node, interval in point.items():
        if node in relevant:
            found[name_of(spec, node)] = _shown(node, interval)
    return found


def _shown(node: Node, interval: Interval):
    if node.type.kind is Kind.ENUM:
        return node.type.labels[int(interval.lo)]
    value = plain(interval.lo, node.type)
    return round(value, 12) if isinstance(value, float) else value


def name_of(spec, node: Node) -> str:
    """What users call a source: an input's or param's name, a call by what is called, `index(step)`."""
    if node.op in ("input", "param"):
        return node["name"]
    if node.op == "call":
        external = spec.externals.get(node["callee"])
        name = external.name if external is not None else str(node["callee"])
        return _let_name(spec, node, name) if "." in name else name     # a library's own name says less than a let's
    if node.op == "field":
        return f"{name_of(spec, node.args[0])}.{node['name']}"
    if node.op in ("index", "length"):
        return f"{node.op}({node['axis'].name})"
    if node.op == "carried":
        return f"{'ahead' if node['backward'] else 'prev'}({node['name']})"
    return _let_name(spec, node, f"`{node.op}`")


def _let_name(spec, node: Node, otherwise: str) -> str:
    return next((name for name, let in spec.names.items() if let is node), otherwise)


def sentence(assignment: Mapping[str, object]) -> str:
    """`tokens = 0, correct = false`."""
    return ", ".join(f"{name} = {word(value)}" for name, value in assignment.items())


def word(value: object) -> str:
    """A value as the language writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        value = float(value)
    return f"{value + 0.0:.6g}" if isinstance(value, float) else str(value)
