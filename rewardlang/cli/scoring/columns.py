"""Which columns of the data a run reads, and what a row without one of them means."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewardlang.cli.data.rows import Row, find
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import InputInfo, Spec
from rewardlang.tensor.emit import as_data
from rewardlang.tensor.plan import axes_of


def names_of(spec: Spec, roots: Iterable[Node]) -> dict[Node, tuple[str, ...]]:
    """For each input and call that some nodes rest on, the names under which the data may have its values.

    A model or verifier that is called once goes by its own name; of several calls, each by that of its `let`.
    """
    nodes = reachable(roots)
    inputs = {info.node: info for info in spec.inputs.values()}
    called = [node["callee"] for node in nodes if node.op == "call"]
    found: dict[Node, tuple[str, ...]] = {}
    for node in nodes:
        if node in inputs:
            found[node] = tuple(dict.fromkeys((inputs[node].column, inputs[node].name)))
        elif node.op == "call":
            name = spec.externals[node["callee"]].name
            lets = tuple(let for let, value in spec.names.items() if value is node and let != name)
            found[node] = (name,) if called.count(node["callee"]) == 1 else lets
    return found


def ragged_axes(names: Mapping[Node, Sequence[str]]) -> dict[str, str | None]:
    """All names of columns with the first ragged axis of their values."""
    first = {node: next((axis.name for axis in node.type.axes if axis.ragged), None) for node in names}
    return {name: first[node] for node, several in names.items() for name in several}


@dataclass(frozen=True)
class Columns:
    """The columns of a run.

    `wanted` are those that the data have and the outputs need; a row without one of them has its value of `defaults`, else
    a null. `beside` has, for a default that is one entry along an axis, the columns whose lists are as long. `absent` are
    those that a row must not have: none of the first rows did, so what rests on them was left out or is called instead.
    """

    wanted: tuple[str, ...]
    defaults: Mapping[str, object]
    absent: tuple[str, ...]
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def values(self, row: Row) -> tuple[list[object] | None, str | None]:
        """The wanted values of a row in order, or what is wrong with the row."""
        if row.values is None:
            return None, row.problem
        for column in self.absent:
            if find(row.values, column)[0]:
                return None, f"column `{column}` is here, and in none of the first rows"
        found = [(column, *find(row.values, column)) for column in self.wanted]
        return [value if known else self._missing(column, row.values) for column, known, value in found], None

    def _missing(self, column: str, values: Mapping[str, object]) -> object:
        """What a row has where it has no value: the default, as long as the lists beside it, or a null."""
        default = self.defaults.get(column)
        if column not in self.beside:
            return default
        lists = (find(values, other)[1] for other in self.beside[column])
        length = next((len(each) for each in lists if isinstance(each, list | tuple)), None)
        return None if length is None else [default] * length


def choose(spec: Spec, roots: Iterable[Node], names: Mapping[Node, Sequence[str]], bound: Collection[str],
           first_rows: Sequence[Row]) -> Columns:
    """The columns of a run, from the first rows of its data: a column that any of them has is one of the data.

    A model or verifier that is bound is called, whatever the data have; below a call whose values the data have, no column
    is needed.
    """
    inputs = {info.node: info for info in spec.inputs.values()}
    wanted: dict[str, Node] = {}
    absent: dict[str, None] = {}
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        possible = () if node.op == "call" and spec.externals[node["callee"]].name in bound else names.get(node, ())
        column = next((name for name in possible if _is_there(name, first_rows)), None)
        if column is not None:
            wanted[column] = node
        else:
            absent.update(dict.fromkeys(possible))
            stack.extend(node.args)
    wanted |= _lengths(spec, seen, wanted, first_rows)
    infos = {column: inputs[node] for column, node in wanted.items() if node in inputs}
    beside = {column: _as_long(info, wanted) for column, info in infos.items() if info.has_default and _is_repeated(info)}
    defaults = {column: _default(info) for column, info in infos.items() if column in beside or _has_default(info)}
    return Columns(tuple(sorted(wanted)), defaults, tuple(absent), beside)


def _lengths(spec: Spec, seen: Iterable[Node], wanted: Mapping[str, Node], rows: Sequence[Row]) -> dict[str, Node]:
    """A column that is there for each axis along which values are asked for and no wanted column has entries."""
    lacking = axes_of(seen) - axes_of(wanted.values())
    found: dict[str, Node] = {}
    for info in spec.inputs.values():
        column = next((name for name in (info.column, info.name) if _is_there(name, rows)), None)
        if column is not None and lacking & axes_of([info.node]):
            found[column] = info.node
            lacking -= axes_of([info.node])
    return found


def _is_there(column: str, rows: Sequence[Row]) -> bool:
    return any(row.values is not None and find(row.values, column)[0] for row in rows)


def _has_default(info: InputInfo) -> bool:
    """Whether one row alone can have the default: along axes, it must be a list, or the one axis of a known size."""
    return info.has_default and (not info.type.axes or isinstance(info.default, tuple | list) or _size(info) is not None)


def _size(info: InputInfo) -> int | None:
    """How many entries each row has of an input along one axis of declared size."""
    return info.type.axes[0].size if len(info.type.axes) == 1 else None


def _default(info: InputInfo) -> object:
    """The default as the data would write it: of one that is repeated beside others, one entry."""
    entries = as_data(info.default, info.type)
    size = _size(info)
    return entries if size is None or isinstance(entries, list) else [entries] * size


def _is_repeated(info: InputInfo) -> bool:
    """Whether the default is one entry, which stands at every position of an axis that rows or data give the size."""
    return len(info.type.axes) == 1 and _size(info) is None and not isinstance(info.default, tuple | list)


def _as_long(info: InputInfo, wanted: Mapping[str, Node]) -> tuple[str, ...]:
    """The columns whose lists run along the same axis."""
    return tuple(column for column, node in wanted.items() if node.type.axes[:1] == info.type.axes)


def sees_others(roots: Iterable[Node]) -> tuple[bool, bool]:
    """Whether rollouts see others of their group, and others of their batch (or of the run)."""
    group = batch = False
    for node in reachable(roots):
        copied = getattr(node.get("target"), "like", None) if node.op == "rename" else None
        if node.get("group") or copied == "group":
            group = True
        elif node.get("window") is not None or copied == "batch":
            batch = True
    return group, batch
