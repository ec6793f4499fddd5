"""From typed nodes to one torch.fx graph: leaves, entry-by-entry operators, and the names that make it readable."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import torch
from torch import fx

from rewardlang.facts.infinite import Ends, infinite_ends, without_value
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS
from rewardlang.tensor import place
from rewardlang.tensor.aggregate import Aggregates
from rewardlang.tensor.automata import Automata, whole_formulas
from rewardlang.tensor.formulas import Formulas
from rewardlang.tensor.fxgraph import FALSE, Builder, Value
from rewardlang.tensor.kernel import Kernel
from rewardlang.tensor.leaves import Range, domain_of
from rewardlang.tensor.memory import Memories
from rewardlang.tensor.placement import Placements
from rewardlang.tensor.runstep import Parts, RunWindows
from rewardlang.tensor.states import STEPPED, States
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind, Type

#: Functions whose derivative can overflow inside their domain, and where it does not.
STEEP = {"exp": (0.0,), "pow": (1.0, 1.0), "div": (0.0, 1.0)}

#: The value of `invalid`: some number that no one sees.
INVALID = Value(0, valid=FALSE)


@dataclass(frozen=True)
class Variant:
    """What is known of a batch before it is computed, so that the code need not ask.

    `clean`: every entry of every column is valid. `dense`: no ragged axis has padding. `grad`: gradients may be asked for.
    `untold`: the axes whose lengths some rollouts lack, each with those that it lies within.
    """

    dtype: torch.dtype
    device: torch.device
    clean: bool = True
    dense: bool = True
    grad: bool = False
    untold: tuple[tuple[Axis, tuple[Axis, ...]], ...] = ()


class Emitter(Aggregates, RunWindows, Automata, Formulas, Memories, States, Placements):
    """Emits nodes, arguments first. `columns` gives the column names of the nodes that come from data; `params` the
    values (numbers, nested lists) or trained tensors of params; `names` what to call a node's value; `total` the nodes
    whose domain is known to hold."""

    def __init__(
        self,
        variant: Variant,
        columns: Mapping[Node, str],
        params: Mapping[str, object],
        names: Mapping[Node, str],
        domains: Mapping[Node, object],
        total: frozenset[Node] = frozenset(),
    ):
        self.variant, self.columns, self.params, self.names, self.total = variant, columns, params, names, total
        self.domains = domains
        self.build = Builder(variant.dtype, variant.device)
        self.k = Kernel(self.build, variant.grad)
        self.values: dict[Node, Value] = {}
        self.inputs: dict[str, fx.Node] = {}
        self.hosted: list[Node] = []
        self.run_parts: dict[Node, Parts] = {}
        self.fixed: dict[Node, object] = {}
        #: Where a node that is being emitted can be chosen by the gates above it, as far as they are known by then.
        self.opened: Callable[[Node], Value] | None = None
        #: In which rollouts it can be needed, as far as that is known without any call; None for all.
        self.asked: Callable[[Node], Value | None] = lambda _node: None
        self.whole: frozenset[Node] = frozenset()
        #: Which values may be infinite, and which have none where their arguments are.
        self.ends: dict[Node, Ends] = {}
        self.without_value: frozenset[Node] = frozenset()
        #: Where a node that can fail by itself did not.
        self.own: dict[Node, Value] = {}
        self.defaults: Mapping[Node, object] = {}
        self.loops: dict[str, list[Value]] = {}
        self.lengths: dict[Axis, fx.Node] = {}
        self.lengths_valid: dict[Axis, Value] = {
            axis: Value(self.input(told_name(axis), within, later=()), within, True, True) for axis, within in variant.untold
        }

    def emit(self, nodes: list[Node], roots: Iterable[Node] = ()) -> None:
        """Emit all nodes, arguments first; those within the updates of states are left to the loops of these.

        `roots` are those whose value is asked for from outside.
        """
        self.whole, self.ends = whole_formulas(nodes, roots), infinite_ends(nodes, True)
        self.without_value = without_value(self.ends)
        inside: set[Node] = set()
        for node in nodes:
            if node.op == "carried" or node.op != "state" and not inside.isdisjoint(node.args):
                inside.add(node)
                continue
            value = self._value(node)
            if value.axes and set(value.axes) - set(node.type.axes):
                raise AssertionError(f"{node!r} has axes {value.axes} beyond its type's {node.type.axes}")
            self.values[node] = value
            self._name(node, value)

    def _name(self, node: Node, value: Value) -> None:
        name = self.names.get(node)
        if name and not value.constant and value.data.op not in ("placeholder", "get_attr"):
            value.data.name = self.build.graph._graph_namespace.create_name(name, None)

    def _value(self, node: Node) -> Value:
        """A node's value, invalid where infinite arguments leave it without one."""
        found = self._computed(node)
        if node not in self.without_value or found.constant:
            return found
        there = replace(found, data=self.build.call(torch.isnan, found.data), truth=True, valid=None)
        there = self.k.logical_not(there)
        self.own[node] = self.k.both(self.own.get(node), there)
        return self.k.choose(there, found.plain(), self.k.constant(0.0)).masked(self.k.both(found.valid, there))

    def _computed(self, node: Node) -> Value:
        if node in self.columns:
            return self._column(node, self.columns[node])
        if node in self.defaults:
            return self._plain_value(node, self.defaults[node])
        if node.op == "const":
            return self._plain_value(node, node["value"])
        if node.op == "param":
            return self._param(node)
        if node.op in ("call", "codes", "lookup", "field"):
            return self._from_host(node)
        if node.op in STEPPED:
            return self.stepped(node)
        if node.op == "state":
            return self.state(node)
        row, args = OPERATORS[node.op], [self.values[arg] for arg in node.args]
        if row.family is Family.POINTWISE:
            return self._pointwise(node, row, args)
        if row.family is Family.CONTROL:
            return row.meaning(self.k, *args)
        if row.family in (Family.REDUCTION, Family.SCAN):
            return self.aggregate(node, row, args)
        if row.family is Family.TEMPORAL:
            return self.formula(node, row, args)
        if row.family is Family.MEMORY:
            return self.memory(node, row, args)
        return self.placed(node, args)

    # Leaves ---------------------------------------------------------------------------------------------------------

    def input(
        self, name: str, axes: tuple[Axis, ...] = (), batched: bool = True, later: tuple[Axis, ...] | None = None
    ) -> fx.Node:
        """A tensor that comes from outside, once."""
        if name not in self.inputs:
            self.inputs[name] = self.build.placeholder(name, axes, batched, later)
        return self.inputs[name]

    def _column(self, node: Node, name: str) -> Value:
        axes, kind = node.type.axes, node.type.kind
        valid = None if self.variant.clean else Value(self.input(f"{name}_valid", axes), axes, True, True)
        if valid is not None:
            self.own[node] = valid
        if kind.on_host:
            self.hosted.append(node)
            data = self.input(self.id_name(node), axes)
        else:
            data = self.input(name, axes)
        for axis in axes:
            if axis.ragged:
                self.length_of(axis)
        return Value(data, axes, True, kind is Kind.BOOL, valid=valid)

    def length_of(self, axis: Axis) -> fx.Node:
        """The lengths of a ragged axis: int64 [B, *sizes of the axes it lies within]."""
        if axis not in self.lengths:
            self.lengths[axis] = self.input(length_name(axis))
        return self.lengths[axis]

    def _from_host(self, node: Node) -> Value:
        """A value that Python code gives; its tensors come into the graph as inputs."""
        self.hosted.append(node)
        name, type_ = self.host_name(node), node.type
        made = tuple(axis for axis in type_.axes if self.made_by(axis, node))
        outer = tuple(axis for axis in type_.axes if axis not in made)
        for axis in made:
            self.lengths[axis] = self.input(length_name(axis), later=())
        batched = node.op == "call" or any(self.values[arg].batched for arg in node.args)
        data = self.input(self.id_name(node) if type_.kind.on_host else name, type_.axes, batched, made)
        valid = None
        if node.op != "codes":
            valid = self.own[node] = Value(self.input(f"{name}_valid", outer, batched, ()), outer, batched, True)
        valid = self.k.both(valid, *(self._argument_mask(node, arg) for arg in node.args))
        for axis in made:
            self.lengths_valid[axis] = valid
        return Value(data, type_.axes, batched, type_.kind is Kind.BOOL, valid=valid)

    def _argument_mask(self, node: Node, arg: Node) -> Value | None:
        """Where an argument is valid; one that a function sees as a list must be valid as a whole."""
        mask = self.values[arg].valid
        shared = node.get("lifted", node.type.axes)
        own = () if mask is None else tuple(axis for axis in mask.axes if axis not in shared)
        return mask if not own else self._everywhere(mask, self.real(own), own)

    def made_by(self, axis: Axis, node: Node) -> bool:
        """Whether an axis is new in a node: made by the call, not by an argument."""
        return axis.ragged and not any(axis in arg.type.axes for arg in node.args) and axis not in node.get("lifted", ())

    def host_name(self, node: Node) -> str:
        """The name under which a host node's tensors come into the graph."""
        base = self.names.get(node) or node.get("name") or node.get("callee", node.op).rpartition(".")[2]
        return f"{base}_{node.number}"

    def _plain_value(self, node: Node, x: object) -> Value:
        """A constant, a param, or the default of an absent column."""
        self.fixed[node] = plain(x)
        if x is None:
            self.own[node] = FALSE
        if not node.type.kind.on_host:
            if x is None:
                return FALSE.masked(FALSE) if node.type.kind is Kind.BOOL else INVALID
            return self._literal(x, node.type.axes, node.type.kind is Kind.BOOL)
        self.hosted.append(node)
        axes = node.type.axes if isinstance(x, tuple | list) else ()
        data = self.input(self.id_name(node), axes, batched=False)
        return Value(data, axes, False, valid=FALSE if x is None else None)

    def id_name(self, node: Node) -> str:
        """The name of the input that numbers the entries of a host value."""
        return f"{self.columns[node] if node in self.columns else self.host_name(node)}_id"

    def step_inputs(self, node: Node) -> list[str]:
        """The names of the inputs that a host node's step gives."""
        name = self.host_name(node)
        made = [length_name(axis) for axis in node.type.axes if self.made_by(axis, node)]
        return [other for other in (name, f"{name}_valid", *made) if other in self.inputs]

    def _literal(self, x: object, axes: tuple[Axis, ...], truth: bool) -> Value:
        if not axes or not isinstance(x, tuple | list):     # one entry stands at every position
            return Value(plain(x), truth=truth)
        there = folded(x, lambda entry: entry is not None)
        filled = folded(x, lambda entry: False if entry is None else entry)
        mask = None if folded(there, bool) == folded(there, lambda _: True) else self.build.literal(there, axes, True)
        return self.build.literal(plain(filled), axes, truth).masked(mask)

    def _param(self, node: Node) -> Value:
        x, axes = self.params[node["name"]], node.type.axes
        if node.type.kind.on_host or x is None:
            return self._plain_value(node, x)
        if not isinstance(x, torch.Tensor):
            return self._literal(x, axes, node.type.kind is Kind.BOOL)
        held = self.build.attribute(node["name"], x)
        data = held if x.dtype is self.build.dtype else self.build.method("to", held, self.build.dtype)
        allowed = Range(domain_of(node.type, self.domains.get(node)), self.build.dtype)
        return Value(self.build.call(kept_in_range, data, allowed.low, allowed.high), axes)

    # Entry by entry -------------------------------------------------------------------------------------------------

    def _pointwise(self, node: Node, row: Operator, args: list[Value]) -> Value:
        valid = self.k.both(*(arg.valid for arg in args))
        plain_args = [arg.plain() for arg in args]
        if row.domain is None:
            return row.meaning(self.k, *self._open_only(node, plain_args)).masked(valid)
        inside = valid if node in self.total else row.domain(self.k, *plain_args)
        if inside is None or (inside.constant and inside.data):
            return row.meaning(self.k, *self._open_only(node, plain_args)).masked(valid)
        if node not in self.total:
            self.own[node] = inside
        if inside.constant:
            return INVALID
        safe = [
            self.k.choose(inside, arg, self.k.constant(x)) if matters else arg
            for arg, x, matters in zip(plain_args, row.safe, decides(row), strict=True)
        ]
        return row.meaning(self.k, *safe).masked(self.k.both(valid, inside))

    def _open_only(self, node: Node, args: list[Value]) -> list[Value]:
        """Where gradients are asked for: arguments of a steep function, 0 where a closed gate keeps its value out.

        There its derivative may overflow, and 0 times infinity would be the gradient of what is not even chosen.
        """
        if not self.variant.grad or node.op not in STEEP or self.opened is None:
            return args
        opened = self.opened(node)
        return [self.k.choose(opened, arg, self.k.constant(x)) for arg, x in zip(args, STEEP[node.op], strict=True)]

    @staticmethod
    def options(node: Node, row: Operator) -> dict[str, object]:
        """What is fixed in a node: the options of its row."""
        given = {argument.name: node.get(argument.name) for argument in row.arguments if argument.option}
        return {name: plain(value) for name, value in given.items() if value is not None}

    def real_along(self, axis: Axis) -> Value | None:
        """Where the positions along an axis are no padding; None if all are."""
        if not axis.ragged or (self.variant.dense and not axis.maker and axis.like is None):
            return None
        lengths = self.length_of(axis)
        within = tuple(other for other in self.build.sizes if other.name in axis.within)
        data = self.build.call(place.real, lengths, self.size_along(axis))
        return Value(data, (*within, axis), True, True)

    def size_along(self, axis: Axis) -> fx.Node | int:
        """The number of positions along an axis, padding included."""
        if axis not in self.build.sizes and axis.ragged:
            self.build.sizes[axis] = self.build.call(place.extent, self.length_of(axis))
        return self.build.size(axis)


def length_name(axis: Axis) -> str:
    """The name of the input that has an axis' lengths."""
    words = (*axis.within, axis.name, *([axis.maker] if axis.maker else []), "length")
    return re.sub(r"\W+", "_", "_".join(words))


def told_name(axis: Axis) -> str:
    """The name of the input that says where an axis' lengths are known."""
    return f"{length_name(axis)}_valid"


def plain(x: object) -> object:
    """A constant of the graph as Python numbers and lists."""
    if isinstance(x, tuple | list):
        return [plain(entry) for entry in x]
    beyond = isinstance(x, int) and not -2**63 <= x < 2**63     # no tensor holds such a whole number
    return float(x) if isinstance(x, Fraction) or beyond else x


def folded(x: object, leaf: Callable[[object], object]) -> object:
    """Nested lists with each entry replaced."""
    return [folded(entry, leaf) for entry in x] if isinstance(x, tuple | list) else leaf(x)


def coded(x: object, type_: Type) -> object:
    """A default as Python numbers and lists, labels of an enum as their codes."""
    if isinstance(x, tuple | list):
        return [coded(entry, type_) for entry in x]
    return type_.labels.index(x) if type_.kind is Kind.ENUM and isinstance(x, str) else plain(x)


def as_data(x: object, type_: Type) -> object:
    """A default as a column would hold it, labels of an enum as such."""
    if isinstance(x, tuple | list):
        return [as_data(entry, type_) for entry in x]
    return type_.labels[x] if type_.kind is Kind.ENUM and isinstance(x, int) else plain(x)


def kept_in_range(x: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """A trained param within its range: the value is clamped, the gradient is not."""
    return x.detach().clamp(low, high) + (x - x.detach())


class _Reads:
    """A kernel of which every method gives the arguments that it rests on."""

    def __getattr__(self, _name: str):
        return lambda *parts: frozenset().union(*(part for part in parts if isinstance(part, frozenset)))


@cache
def decides(row: Operator) -> tuple[bool, ...]:
    """For each argument of a partial row, whether its domain asks for it."""
    asked = row.domain(_Reads(), *(frozenset({position}) for position in range(len(row.arguments))))
    return tuple(position in asked for position in range(len(row.arguments)))

