"""What can be computed from the columns at hand: which outputs, from which columns, with which calls."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import ExternalInfo, InputInfo, OutputInfo, Spec
from rewardlang.tensor import words
from rewardlang.tensor.emit import as_data, coded
from rewardlang.tensor.params import shape_of
from rewardlang.tensor.sources import Source
from rewardlang.tensor.wanted import Wanted
from rewardlang.values.axes import Axis
from rewardlang.values.types import Type


@dataclass(eq=False)
class Plan:
    """The part of a spec's graph that runs for one set of columns.

    `roots` are the values to give back, by name: outputs as such, `term NAME`, `gate NAME`. `columns` has the column of
    each node that comes from data, `calls` the source of each call that is made, `defaults` the nodes of absent columns
    that have a default, `filled` the entry of every row of absent columns whose default is a list of its own length,
    `missing` what each output lacks that is left out. `makers` are calls that are made for the length of their list.
    """

    spec: Spec
    outputs: dict[str, OutputInfo]
    roots: dict[str, Node]
    nodes: list[Node]
    columns: dict[Node, Wanted]
    calls: dict[Node, Source]
    defaults: dict[Node, object]
    missing: dict[str, list[str]] = field(default_factory=dict)
    filled: dict[str, object] = field(default_factory=dict)
    makers: frozenset[Node] = frozenset()

    @property
    def needed(self) -> set[Node]:
        """What is needed on every rollout; a gate's condition is looked at only where its gate is reached."""
        return {node for name, node in self.roots.items() if not name.startswith("gate ")} | self.makers

    @cached_property
    def sees_group(self) -> bool:
        """Whether something that runs looks at other rollouts of its group."""
        return any(node.get("group") or node.op == "rename" and node["target"].like == "group" for node in self.nodes)

    def rests_on(self, root: Node) -> set[Node]:
        """All nodes of the plan that a root rests on."""
        return set(reachable_until([root], self.columns.keys()))


class Planner:
    """Makes plans for one spec; `source` gives the source of an external that has no column, or None."""

    def __init__(
        self, spec: Spec, asked: Collection[str] | None, params: Mapping[str, object],
        source: Callable[[str, ExternalInfo], Source | None], bound: Collection[str],
    ):
        self.spec, self.params, self.source, self.bound = spec, params, source, bound
        self.outputs = {name: info for name, info in spec.outputs.items() if asked is None or name in asked}
        self.sizes = sizes_given(spec, params)
        self.makers = self._list_makers()
        self.wanted = self._candidates()
        self.names = tuple(dict.fromkeys(want.column for wanted in self.wanted.values() for want in wanted))

    def _candidates(self) -> dict[Node, list[Wanted]]:
        """For each input and call the columns that can give it, the best first."""
        roots = [*self._roots(self.outputs).values(), *self.makers.values(), *self.spec.assumptions]
        nodes = reachable(roots)
        nodes += [info.node for info in self.spec.inputs.values() if info.node not in nodes and axes_of([info.node])]
        infos = {info.node: info for info in self.spec.inputs.values()}
        calls = [node for node in nodes if node.op == "call"]
        named: dict[Node, list[str]] = {}
        for name, node in self.spec.names.items():
            named.setdefault(node, []).append(name)
        found = {}
        for node in nodes:
            if node in infos:
                info = infos[node]
                paths = dict.fromkeys((info.column, info.name))
                found[node] = [Wanted(info.name, path, self._sized(info.type), info.domain) for path in paths]
            elif node.op == "call":
                external = self.spec.externals[node["callee"]]
                alone = sum(other["callee"] == node["callee"] for other in calls) == 1
                paths = [external.name] if alone else [name for name in named.get(node, ()) if name != external.name]
                declared = (self._sized(node.type), external.domain, external.field_domains)
                found[node] = [Wanted(f"{path}_{node.number}", path, *declared) for path in paths]
        return found

    def _sized(self, type_: Type) -> Type:
        """The type of a column, with the sizes that params give to axes of one size for all: no row may have another."""
        known = [replace(axis, size=self.sizes.get(axis)) if axis.size is None else axis for axis in type_.axes]
        return type_.with_axes(tuple(known))

    def _list_makers(self) -> dict[Axis, Node]:
        """The calls, and the copies of axes, of which an output takes only the length."""
        nodes = reachable(self._roots(self.outputs).values())
        bare = {axis for node in nodes for axis in bare_axes(node) if (axis.maker or axis.like) and axis not in self.sizes}
        makers = [node for node in self.spec.graph.nodes if node.op in ("call", "rename")] if bare else []
        return {axis: node for node in reversed(makers) for axis in node.type.axes
                if axis in bare and axis not in node.get("lifted", ()) and not any(axis in arg.type.axes for arg in node.args)}

    def plan(self, present: Callable[[str], bool]) -> Plan:
        """The plan where `present` says which columns there are."""
        given = {node: next((want for want in wanted if present(want.column)), None) for node, wanted in self.wanted.items()}
        columns = {node: want for node, want in given.items() if want is not None and not self._is_bound(node)}
        filled = self._filled(columns)
        # Before the columns that are there: where one of these has the length of an axis too, it is asked for it.
        columns = {**{node: self.wanted[node][0] for node in filled}, **columns}
        defaults = self._defaults(columns)
        lengths = self._lengths(columns)
        missing, kept = {}, {}
        for name, info in self.outputs.items():
            rests_on = [info.node, *self._made_for([info.node], columns, defaults)]
            lacks = self._lacking(rests_on, columns, defaults) or self._shapeless(rests_on, columns, defaults, lengths)
            if lacks:
                missing[name] = lacks
            else:
                kept[name] = info
        roots = {name: node for name, node in self._roots(kept).items()
                 if name in kept or not self._lacking([node], columns, defaults)}
        makers = self._made_for(roots.values(), columns, defaults)
        nodes = reachable_until([*roots.values(), *makers], {*columns, *defaults})
        more = {lengths[axis] for axis in axes_of(nodes) - self._known(nodes, columns, defaults) if axis in lengths}
        nodes = self._in_order({*nodes, *more})
        there = set(nodes)
        calls = {node: self._source(node) for node in nodes if node.op == "call" and node not in columns}
        return Plan(self.spec, kept, roots, nodes, {node: want for node, want in columns.items() if node in there},
                    calls, {node: value for node, value in defaults.items() if node in there}, missing,
                    {columns[node].column: entry for node, entry in filled.items()},
                    frozenset(node for node in makers if node.op == "call"))

    def assumed(self, present: Callable[[str], bool]) -> Plan | None:
        """The plan of the assumptions that these columns can be held to: those that rest on them and on no call."""
        given = {node: next((want for want in wanted if present(want.column)), None) for node, wanted in self.wanted.items()}
        columns = {node: want for node, want in given.items() if want is not None and not self._is_bound(node)}
        defaults = self._defaults(columns)
        known = {*columns, *defaults}
        roots = {f"assume {number}": node for number, node in enumerate(self.spec.assumptions)
                 if self._can_be_checked(node, columns, defaults)}
        nodes = reachable_until(roots.values(), known)
        if not roots:
            return None
        return Plan(self.spec, {}, roots, nodes, {node: columns[node] for node in nodes if node in columns}, {},
                    {node: defaults[node] for node in nodes if node in defaults})

    def _can_be_checked(self, root: Node, columns: Mapping[Node, Wanted], defaults: Collection[Node]) -> bool:
        nodes = reachable_until([root], {*columns, *defaults})
        called = any(node.op == "call" and node not in columns for node in nodes)
        shaped = not axes_of(nodes) - self._known(nodes, columns, defaults)
        return shaped and not called and any(node in columns for node in nodes) and not self._lacking([root], columns, defaults)

    def _is_bound(self, node: Node) -> bool:
        return node.op == "call" and bool({node["callee"], self.spec.externals[node["callee"]].name} & set(self.bound))

    def _source(self, node: Node) -> Source | None:
        return self.source(node["callee"], self.spec.externals[node["callee"]])

    def _filled(self, columns: Collection[Node]) -> dict[Node, object]:
        """For absent columns the default of every row, as data, where it is a list along an axis of no fixed size."""
        infos = [info for info in self.spec.inputs.values() if info.node in self.wanted and info.node not in columns]
        return {info.node: as_data(info.default, info.type) for info in infos if gives_lengths(info)}

    def _defaults(self, columns: Collection[Node]) -> dict[Node, object]:
        infos = self.spec.inputs.values()
        return {info.node: coded(info.default, info.type) for info in infos if info.has_default and info.node not in columns}

    def _made_for(self, roots: Iterable[Node], columns: Collection[Node], defaults: Collection[Node]) -> list[Node]:
        """The calls and copies that are needed for their length."""
        nodes = reachable_until(roots, {*columns, *defaults}) if self.makers else []
        return [self.makers[axis] for axis in dict.fromkeys(axis for node in nodes for axis in bare_axes(node)) if axis in self.makers]

    def _in_order(self, nodes: Collection[Node]) -> list[Node]:
        """The nodes, arguments first, and before one that asks for a length the node that makes it."""
        order: dict[Node, None] = {}
        stack = sorted(nodes, key=lambda node: -node.number)
        there = set(nodes)
        while stack:
            node = stack[-1]
            before = [*node.args, *(self.makers[axis] for axis in bare_axes(node) if axis in self.makers)] if self.makers else []
            waiting = [other for other in before if other in there and other not in order]
            if waiting:
                stack += waiting
            else:
                order[stack.pop()] = None
        return list(order)

    def _lacking(self, roots: Iterable[Node], columns: Collection[Node], defaults: Collection[Node]) -> list[str]:
        """The names of what is not there, though some roots rest on it."""
        lacks = []
        for node in reachable_until(roots, {*columns, *defaults}):
            if node in columns or node in defaults:
                continue
            if node.op == "input":
                lacks.append(self.wanted[node][0].column)
            elif node.op == "param" and node["name"] not in self.params:
                lacks.append(node["name"])
            elif node.op == "call" and not self._is_bound(node):
                external = self.spec.externals[node["callee"]]
                if external.target is None:
                    lacks.append(external.name)
        return list(dict.fromkeys(lacks))

    def _lengths(self, columns: Collection[Node]) -> dict[Axis, Node]:
        """For each axis a column that has its length, asked where no value that is needed has one."""
        return {axis: node for node in columns if node.op == "input" for axis in node.type.axes}

    @staticmethod
    def _known(nodes: Iterable[Node], columns: Collection[Node], defaults: Collection[Node]) -> set[Axis]:
        """The axes whose lengths come with what is computed."""
        found: set[Axis] = set()
        for node in nodes:
            if node in columns or node.op in ("call", "field", "lookup") and node not in defaults:
                found.update(node.type.axes)
            elif node.op == "rename":
                found.add(node["target"])
        return found

    def _shapeless(self, roots: list[Node], columns, defaults, lengths: dict[Axis, Node]) -> list[str]:
        """Columns of which one is needed for the length of an axis that nothing else has."""
        nodes = reachable_until(roots, {*columns, *defaults})
        lost = axes_of(nodes) - self._known(nodes, columns, defaults) - set(lengths) - set(self.sizes)
        found = [info.column for axis in lost for info in self.spec.inputs.values() if axis in info.type.axes]
        return found or [words.a_column_along(axis.name) for axis in lost]

    def _roots(self, outputs: Mapping[str, OutputInfo]) -> dict[str, Node]:
        roots = {name: info.node for name, info in outputs.items()}
        for name, info in outputs.items():
            prefix = "" if info.role == "reward" else f"{name}."
            roots |= {f"term {prefix}{label}": node for label, node in info.terms}
        reached = set(reachable(info.node for info in outputs.values()))
        return roots | {f"gate {name}": node for name, node in self.spec.gates.items() if node in reached}


def sizes_given(spec: Spec, params: Mapping[str, object]) -> dict[Axis, int]:
    """The sizes that params give to axes of one size for all."""
    return {axis: size for name, info in spec.params.items() if name in params
            for axis, size in zip(info.type.axes, shape_of(params[name])) if axis.size is None}


def gives_lengths(info: InputInfo) -> bool:
    """Whether an absent column of an input has lengths all the same: its default is a list along an axis of no fixed size."""
    return isinstance(info.default, tuple | list) and any(axis.size is None for axis in info.type.axes)


def bare_axes(node: Node) -> set[Axis]:
    """The axes along which a node looks though no argument has them: `count`, `index` and `length` ask for lengths only."""
    if node.op in ("call", "rename"):
        return set()
    return axes_of([node]) - {axis for arg in node.args for axis in arg.type.axes}


def axes_of(nodes: Iterable[Node]) -> set[Axis]:
    """The axes along which some nodes have values or look, but for those of fixed size."""
    found: set[Axis] = set()
    for node in nodes:
        found.update(node.type.axes)
        found.update(axis for axis in (node.get("axis"), node.get("onto"), *node.get("over", ())) if axis is not None)
    return {axis for axis in found if axis.size is None}


def reachable_until(roots: Iterable[Node], stops: Collection[Node]) -> list[Node]:
    """The roots and all they rest on, arguments first, not looking behind the nodes in `stops`."""
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            if node not in stops:
                stack.extend(node.args)
    return sorted(seen, key=lambda node: node.number)

