"""What Python does between two stretches of tensor code: texts to codes, fields of records, tables, and calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain

import torch
from torch import Tensor, fx

from rewardlang.ir.node import Node
from rewardlang.tensor.columns import Batch
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.entries import Layout, flatten
from rewardlang.tensor.recall import Recall
from rewardlang.tensor.results import made_lists, numbers, present
from rewardlang.tensor.statistics import Change, Memory
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind

#: Entries of host values are numbered: the position in the value's own list, plus this times the number of its node.
STRIDE = 1 << 40


@dataclass(slots=True)
class Run:
    """One call of the reward while it runs.

    `tensors` by node of the fx graph, `lists` by host node (nested lists of entries), `reasons` by call node and rollout.
    `told` has, for each axis that calls made, where its lists are not missing though they are needed, if any are.
    `memories` are the statistics over the run so far, by name, and `changes` what this call makes of them.
    """

    batch: Batch
    tensors: dict[fx.Node, Tensor] = field(default_factory=dict)
    lists: dict[Node, list] = field(default_factory=dict)
    pools: dict[Node, list] = field(default_factory=dict)
    codes: dict[object, int] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    reasons: dict[Node, dict[int, str]] = field(default_factory=dict)
    memories: Mapping[str, Memory] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    lengths: dict[Axis, Tensor] = field(default_factory=dict)
    told: dict[Axis, Tensor] = field(default_factory=dict)
    recalls: dict[str, Recall] = field(default_factory=dict)

    def width(self, axis: Axis) -> int:
        """The number of positions along an axis that was there before, padding included."""
        lengths = self.lengths.get(axis, self.batch.lengths.get(axis))
        return axis.size if lengths is None else int(lengths.max()) if lengths.numel() else 0

    def pool(self, node: Node) -> list:
        """All entries of a host value in one list, in the order of their numbers."""
        if node not in self.pools:
            entries = self.lists[node]
            for _ in node.type.axes:
                entries = list(chain.from_iterable(entries))
            self.pools[node] = entries
        return self.pools[node]


def pools_of(node: Node, hosted: Collection[Node]) -> tuple[Node, ...]:
    """The host values among whose entries a node's choices fall: the nearest ones that it rests on."""
    found, seen, stack = [], set(), [node]
    while stack:
        below = stack.pop()
        if below in seen or below.type.kind is not node.type.kind:
            continue
        seen.add(below)
        if below in hosted:
            found.append(below)
        else:
            stack.extend(below.args)
    return tuple(sorted(found, key=lambda below: below.number))


@dataclass(eq=False)
class HostArgument:
    """An argument of a host step.

    One of: `constant` (its plain value), `source` (a host node whose list holds it), `ids` (a tensor of numbers of entries,
    of the host nodes in `pools`), `tensor`. Tensors are [B, *lifted axes of its own, *own axes].
    """

    type_axes: tuple[Axis, ...]
    kind: Kind
    labels: tuple[str, ...] = ()
    constant: object = None
    source: Node | None = None
    ids: fx.Node | None = None
    pools: tuple[Node, ...] = ()
    tensor: fx.Node | None = None
    lengths: dict[Axis, fx.Node] = field(default_factory=dict)

    @property
    def needs(self) -> list[fx.Node]:
        """The tensors that it reads."""
        return [node for node in (self.ids, self.tensor, *self.lengths.values()) if node is not None]

    def objects(self, run: Run) -> list | object:
        """A host argument as nested lists [B, *axes]."""
        if self.source is not None:
            return run.lists[self.source]
        pools = {node.number: run.pool(node) for node in self.pools}

        def named(number: int | list) -> object:
            if isinstance(number, list):
                return [named(inner) for inner in number]
            pool = pools.get(number // STRIDE, ())
            return pool[number % STRIDE] if number % STRIDE < len(pool) else None

        return named(run.tensors[self.ids].tolist())


@dataclass(eq=False)
class IdStep:
    """Numbers the entries of a host value, for tensor code that moves them."""

    node: Node
    result: fx.Node
    batched: bool
    needs: Sequence[fx.Node] = ()
    rests_on: Sequence[Node] = ()

    def run(self, run: Run) -> None:
        """Put the tensor of numbers into the run."""
        rows = run.lists[self.node] if self.batched else run.lists[self.node][:1]
        entries, layout = flatten(rows, self.node.type.axes)
        numbers = torch.arange(len(entries), device=run.batch.device) + self.node.number * STRIDE
        block = layout.pad(numbers, -1)
        run.pools[self.node] = entries
        run.tensors[self.result] = block if self.batched else block[0]


@dataclass(eq=False)
class ListStep:
    """`codes`, `field` and `lookup`: a plain function of each entry."""

    node: Node
    arguments: Sequence[HostArgument]
    result: fx.Node | None
    valid: fx.Node | None
    lengths: dict[Axis, fx.Node]
    batched: bool
    rests_on: Sequence[Node] = ()

    @property
    def needs(self) -> list[fx.Node]:
        """The tensors that must be there before."""
        return [node for argument in self.arguments for node in argument.needs]

    def run(self, run: Run) -> None:
        """Put the value and its mask into the run."""
        if self.node.op == "codes":
            self._codes(run)
            return
        if self.node.op == "field":
            name = self.node["name"]
            rows = _map(self.arguments[0].objects(run), lambda record: None if record is None else record.get(name))
        else:
            table = dict(self.arguments[0].constant)
            rows = _map(self.arguments[1].objects(run), lambda key: None if key is None else table.get(key))
        settle(run, self, rows)

    def _codes(self, run: Run) -> None:
        codes, rows = run.codes, self.arguments[0].objects(run)
        rows = rows if self.batched else rows[:1]
        entries, layout = flatten(rows, self.node.type.axes) if self.node.type.axes else (rows, Layout([len(rows)]))
        named = digest if self.node.get("lasting") else lambda entry: codes.setdefault(entry, len(codes))
        numbers = torch.tensor([named(entry) for entry in entries], dtype=torch.int64)
        block = layout.pad(numbers, -1).to(run.batch.device)
        run.tensors[self.result] = block if self.batched else block[0]


def digest(entry: object) -> int:
    """A whole number of 64 bits for a text or id, the same in every process."""
    if isinstance(entry, bool | float) and entry == int(entry):     # equal ids have equal digests
        entry = int(entry)
    return int.from_bytes(blake2b(repr(entry).encode(), digest_size=8).digest(), "big", signed=True)


def _map(rows: list, function) -> list:
    return [_map(row, function) if isinstance(row, list) else function(row) for row in rows]


def settle(run: Run, step: object, rows: list) -> None:
    """Put plain results, nested lists [B, *outer axes] with None where there is none, into the run as their step says."""
    type_, device = step.node.type, run.batch.device
    own = getattr(step, "own", tuple(step.lengths))
    if own:
        found = made_lists(type_, rows, len(type_.axes) - len(own), run.batch.dtype, device)
        known = {axis: run.width(axis) for axis in own if axis not in step.lengths}
        found = found.fitted(type_.axes, known)
        for axis, node in step.lengths.items():
            run.tensors[node] = run.lengths[axis] = found.lengths[axis]
            needed = run.tensors.get(getattr(step, "needed", None))
            if not bool(found.valid.all()):
                run.told[axis] = found.valid if needed is None else found.valid | ~needed
        valid, data = found.valid, found.data
    else:
        full = _padded(rows, [run.width(axis) if axis.ragged else None for axis in type_.axes])
        valid = present(full, device)
        data = rows if type_.kind.on_host else numbers(type_.kind, full, run.batch.dtype, device)
        if not rows:    # no list tells how long it is
            shape = (0, *(run.width(axis) or 0 for axis in type_.axes))
            valid, data = valid.reshape(shape), data if type_.kind.on_host else data.reshape(shape)
    put(run, step, data, valid)


def _padded(rows: list, widths: list[int | None]) -> list:
    """Nested lists [B, *axes] with None in the padding, along each axis of which the width is given."""
    if all(width is None for width in widths):
        return rows
    width, inner, found = widths[0], widths[1:], []
    for row in rows:
        row = [] if row is None and width is not None else row
        found.append(_padded(row if width is None else [*row, *[None] * (width - len(row))], inner))
    return found


def put(run: Run, step: object, data: list | Tensor, valid: Tensor) -> None:
    """Put one result and its mask into the run; a step that is not batched gives one row for all."""
    if isinstance(data, list):
        run.lists[step.node] = data
    elif step.result is not None:
        run.tensors[step.result] = data if step.batched else data[0]
    if step.valid is not None:
        run.tensors[step.valid] = valid if step.batched else valid[0]
