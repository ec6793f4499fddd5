"""Statistics over the run between stretches of tensor code: the step that updates one and reads it, and its emission."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import torch
from torch import Tensor, fx

from rewardlang.ir.node import Node, reachable
from rewardlang.ops.row import Operator
from rewardlang.ops.scans import NEIGHBOURS
from rewardlang.tensor import words
from rewardlang.tensor.fxgraph import Builder, Value
from rewardlang.tensor.host import HostArgument, Run
from rewardlang.tensor.kernel import Kernel
from rewardlang.tensor.statistics import Change, Entries, Memory, RunKernel, updated
from rewardlang.values.types import Kind

_NEIGHBOURS = frozenset(row.name for row in NEIGHBOURS)
_COUNTS = frozenset({"count", "cumcount"})


@dataclass(eq=False)
class Parts:
    """The tensors that a statistic reads, over all rollouts and all its axes; None for a mask that holds everywhere.

    `keep` says which entries count, `own` which are valid, `alive` whose key is.
    """

    row: Operator
    options: dict[str, object]
    x: fx.Node
    keep: fx.Node | None = None
    own: fx.Node | None = None
    alive: fx.Node | None = None
    start: fx.Node | None = None
    start_valid: fx.Node | None = None
    keys: fx.Node | None = None

    @property
    def tensors(self) -> list[fx.Node]:
        """All of them that are there."""
        found = (self.x, self.keep, self.own, self.alive, self.start, self.start_valid, self.keys)
        return [node for node in found if node is not None]


class RunWindows:
    """Emits reductions and scans over the run: what they read is tensor code, what they give comes in from a step."""

    build: Builder
    k: Kernel
    hosted: list[Node]
    own: dict[Node, Value]
    run_parts: dict[Node, Parts]
    counted: Callable[..., Value | None]
    options: Callable[..., dict]
    host_name: Callable[[Node], str]
    input: Callable[..., fx.Node]

    def over_run(self, node: Node, row: Operator, roles: dict[str, Value]) -> Value:
        """The value of a statistic over the run; no gradient goes through it."""
        axes, x = node.type.axes, roles.get("x", Value(1))
        masks = {"keep": self.counted(node, roles, x), "own": x.valid}
        values = {"x": x}
        for role, place, mask in (("start", "start", "start_valid"), ("by", "keys", "alive")):
            if role in roles:
                values[place], masks[mask] = roles[role], roles[role].valid
        found = {place: self.build.full(self.build.number(value.plain()), axes) for place, value in values.items()}
        found |= {place: self.build.full(mask, axes) for place, mask in masks.items() if mask is not None}
        self.run_parts[node] = Parts(row, self.options(node, row), **found)
        self.hosted.append(node)
        name = self.host_name(node)
        data, valid = self.input(name, axes, later=()), None
        if masks.get("alive") is not None or _needs_entries(row):
            valid = self.own[node] = Value(self.input(f"{name}_valid", axes, later=()), axes, True, True)
        return Value(data, axes, True, node.type.kind is Kind.BOOL, valid=valid)


@dataclass(eq=False)
class RunStep:
    """Updates one statistic by the entries of a batch, and then reads it for each of them.

    `key` names it in the memories of the run; `keys` are the keys of the entries where they are texts or ids.
    """

    node: Node
    key: str
    parts: Parts
    keys: HostArgument | None
    result: fx.Node
    valid: fx.Node | None
    lengths: dict = field(default_factory=dict)
    rests_on: Sequence[Node] = ()

    @property
    def needs(self) -> list[fx.Node]:
        """The tensors that must be there before."""
        return self.parts.tensors + (self.keys.needs if self.keys is not None else [])

    def run(self, run: Run) -> None:
        """Put the value and its mask into the run, and what is to be remembered among its changes."""
        x = run.tensors[self.parts.x]
        memory = run.memories.get(self.key, Memory())
        width = prod(x.shape[1:]) if len(x) or memory.width == 0 else memory.width
        if memory.width not in (0, width):
            raise words.RewardError(words.other_width(self.node.op, memory.width, width))
        slots, added = self._slots(run, memory, x, width)
        entries = self._entries(run, memory, x, slots, (len(memory.keys) + len(added)) * width)
        if len(x):
            run.changes[self.key] = Change(added, width, entries.after)
        data, valid = self._read(run, entries)
        self._put(run, x, data, valid)

    def _entries(self, run: Run, memory: Memory, x: Tensor, slot: Tensor, slots: int) -> Entries:
        row = self.parts.row
        flat = _here(x)
        keep = self._mask(run, self.parts.keep, x) & self._mask(run, self.parts.alive, x)
        before = memory.extended(row.memory, slots)
        return Entries(flat, keep, slot, before, updated(before, flat[keep], slot[keep]))

    def _slots(self, run: Run, memory: Memory, x: Tensor, width: int) -> tuple[Tensor, dict]:
        """For each entry the number of its slot, and the keys that are new."""
        added: dict[object, int] = {}
        entries = [None] if self.parts.keys is None else self._given_keys(run)
        seen = memory.keys
        places = [seen[key] if key in seen else added.setdefault(key, len(seen) + len(added)) for key in entries]
        place = torch.tensor(places, dtype=torch.int64)
        if self.parts.keys is None:
            place = place.expand(x.numel())
        position = torch.arange(width).repeat(len(x)) if len(x) else torch.empty(0, dtype=torch.int64)
        return place * width + position, added

    def _given_keys(self, run: Run) -> list:
        """The key of each entry; None where it is invalid."""
        if self.keys is None:
            found = [int(key) for key in run.tensors[self.parts.keys].reshape(-1).tolist()]
        else:
            found = self.keys.objects(run)
            for _ in self.node.type.axes:
                found = [entry for row in found for entry in row]
        alive = self._mask(run, self.parts.alive, run.tensors[self.parts.x]).tolist()
        return [key if good else None for key, good in zip(found, alive, strict=True)]

    def _read(self, run: Run, entries: Entries) -> tuple[Tensor, Tensor]:
        """The values, and where they are valid."""
        row, k, x = self.parts.row, RunKernel(), run.tensors[self.parts.x]
        valid = self._mask(run, self.parts.alive, x)
        if row.name in _NEIGHBOURS:
            there = (entries.previous() >= 0) | (entries.was("count") > 0 if entries.x.numel() else valid)
            valid = valid & (there | self._mask(run, self.parts.start_valid, x))
            if row.name == "delta":
                valid = valid & self._mask(run, self.parts.own, x)
            start = _here(run.tensors[self.parts.start])
            return row.meaning(k, entries, start), valid
        if row.domain is not None:
            valid = valid & row.domain(k, entries, **self.parts.options)
        elif _needs_entries(row):
            valid = valid & (k.cumcount(entries) > 0)
        return row.meaning(k, entries, **self.parts.options), valid

    def _put(self, run: Run, x: Tensor, data: Tensor, valid: Tensor) -> None:
        dtype = torch.bool if self.node.type.kind is Kind.BOOL else run.batch.dtype
        safe = torch.where(valid, data.double(), 0)
        run.tensors[self.result] = safe.reshape(x.shape).to(x.device, dtype)
        if self.valid is not None:
            run.tensors[self.valid] = valid.reshape(x.shape).to(x.device)

    @staticmethod
    def _mask(run: Run, node: fx.Node | None, x: Tensor) -> Tensor:
        if node is None:
            return torch.ones(x.numel(), dtype=torch.bool)
        return run.tensors[node].reshape(-1).cpu()


def _needs_entries(row: Operator) -> bool:
    """Whether there is no value before the first entry."""
    return "count" in row.memory and row.name not in _COUNTS


def _here(x: Tensor) -> Tensor:
    """The entries in double precision on the CPU, without gradient."""
    return x.detach().to("cpu", torch.float64).reshape(-1)


def name_of_statistic(node: Node) -> str:
    """A name for a statistic that is the same in every process: what it computes, as a short hash of its expression.

    In the program of one step it is that of the whole one.
    """
    node = node.get("entry_of", node)
    told: dict[Node, str] = {}
    for below in reachable([node]):
        said = repr((below.op, below.type, below.attrs, [told[arg] for arg in below.args]))
        told[below] = hashlib.sha256(said.encode()).hexdigest()[:16]
    return f"{node.op} {told[node]}"
