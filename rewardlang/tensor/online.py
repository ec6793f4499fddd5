"""A reward one step at a time: what is held between steps is a plain value, handed in and given back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from rewardlang.ir.node import Node
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.table import OPERATORS
from rewardlang.rewrite.online import ENDING, StepProgram, step_axis, step_program
from rewardlang.rewrite.steps import Memory
from rewardlang.tensor import words
from rewardlang.tensor.assume import refuse
from rewardlang.tensor.columns import Batch, find, read
from rewardlang.tensor.explain import explain
from rewardlang.tensor.host import Run
from rewardlang.tensor.padded import known_axes
from rewardlang.tensor.result import Result
from rewardlang.tensor.runstate import fingerprint_of
from rewardlang.tensor.stacked import stacked
from rewardlang.tensor.wanted import Column
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind


@dataclass(frozen=True)
class OnlineState:
    """What a reward holds between two steps of B environments: plain tensors, to be pickled, moved, or saved.

    `memory` has for each thing held a tensor [B, *axes], `valid` which of its entries are (a name that is missing: all).
    `fingerprint` tells the spec and params that it belongs to.
    """

    fingerprint: str
    size: int
    memory: Mapping[str, Tensor]
    valid: Mapping[str, Tensor] = field(default_factory=dict)

    def to(self, device: torch.device | str) -> "OnlineState":
        """The same on another device."""
        moved = ({name: x.to(device) for name, x in part.items()} for part in (self.memory, self.valid))
        return replace(self, **dict(zip(("memory", "valid"), moved, strict=True)))


class Step:
    """What a reward says of one step of B environments.

    `reward` and the `outputs` are [B, *axes], 0 where invalid; `terms` add up to the reward; `valid` [B] tells which
    environments have one, `invalid` why the others have none. `state` has by name what a policy must see for the reward to
    be Markov: the states of the program and of its automata, after this step. `done` is the output of that role.
    """

    def __init__(self, result: Result, program: StepProgram):
        self._result, self._program = result, program

    @property
    def terms(self) -> Mapping[str, Tensor]:
        """The labelled terms of the reward."""
        return self._result.terms

    def stacked(self, names: Sequence[str]) -> Tensor | None:
        """Values by their full names (`term x`, `gate c > 0`) in one tensor [names, B]; None where not all of them are numbers
        without further axes.
        """
        return stacked(self._result, names)

    @property
    def gates(self) -> Mapping[str, Tensor]:
        """The conditions of gates, by name."""
        return self._result.gates

    @property
    def valid(self) -> Tensor:
        """Which environments have a reward, bool [B]."""
        return self._result.valid

    @property
    def invalid(self) -> list[str | None]:
        """For each environment why it has no reward, None where it has one."""
        return self._result.invalid

    @property
    def outputs(self) -> dict[str, Tensor | list]:
        """The outputs that are known at their step, by name."""
        names = [name for name in self._result.outputs if name not in self._program.memories]
        return {name: self._result.outputs[name] for name in names if not name.startswith("state ")}

    @property
    def reward(self) -> Tensor:
        """The reward [B]; MissingError where it is not among the outputs."""
        return self.output("reward")

    def entries(self, name: str) -> tuple[Tensor, Tensor]:
        """An output and where it is valid, both [B, *axes]: of a reward for several agents each entry by itself."""
        data, mask = self._result.entries(name)
        return data, torch.ones_like(data, dtype=torch.bool) if mask is None else mask

    @property
    def done(self) -> Tensor:
        """The output `done`."""
        return self.output("done")

    @property
    def state(self) -> dict[str, Tensor]:
        """What a policy must see, by name."""
        return {name: self._result.outputs[f"state {name}"] for name in self._program.states}

    def mask(self, name: str = "reward") -> Tensor:
        """Which environments have a wholly valid value of an output, bool [B]."""
        return self._result.row_mask(name)

    def output(self, name: str) -> Tensor | list:
        """One output by name; MissingError, with the reason, where it is not offered."""
        if name in self._program.refused:
            raise words.MissingError(words.not_online(name, self._program.refused[name]))
        return self._result.outputs[name]


class Online:
    """The steps of one compiled reward. `make` compiles the spec of one step as the reward itself was compiled."""

    def __init__(self, reward, make, outputs: Collection[str], axis: str | None = None):
        self.fingerprint, self.reward = fingerprint_of(reward.spec, reward.params), reward
        found = step_axis(reward.spec, outputs, axis)
        if len(found) != 1:
            raise words.RewardError(words.no_step_axis([each.name for each in found], axis))
        self.program = step_program(reward.spec, found[0], outputs, _numbers(reward.params), reward.total)
        if not set(outputs) - set(self.program.refused):
            name, why = next(iter(self.program.refused.items()))
            raise words.RewardError(words.not_online(name, why))
        states = {f"state {name}": replace(next(iter(self.program.spec.outputs.values())), name=f"state {name}", node=node,
                                           role="output", terms=()) for name, node in self.program.states.items()}
        spec = replace(self.program.spec, outputs=self.program.spec.outputs | states)
        self.inner = make(spec, self.program.total)
        self._public = set(outputs) - set(self.program.refused)
        self._own = {*self.program.memories, *([ENDING] if self.program.ends else [])}

    def start(self, size: int, device: torch.device | str = "cpu") -> OnlineState:
        """The state before the first step of `size` environments."""
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise words.RewardError(words.no_size(size))
        memory = {name: _initial(held, size, device) for name, held in self.program.memories.items()}
        return OnlineState(self.fingerprint, size, memory)

    @torch.no_grad()
    def step(
        self, columns: Mapping[str, object], state: OnlineState, reset: object = None, ending: object = None,
        lengths: Mapping[str, object] | None = None, update_run: bool = True,
    ) -> tuple[Step, OnlineState]:
        """The next step, and the state after it; nothing is changed where it raises."""
        self._check(columns, state, lengths)
        inner = self.inner
        raw = {path: column for path in inner._planner.names
               if path not in self._own and (column := find(columns, path)) is not None}
        present = frozenset(raw) | self._own
        plan, assumed = inner._plan(present), inner._assumed(present)
        if plan.missing and self._public.isdisjoint(plan.outputs):
            raise words.MissingError(words.nothing_to_compute({name: plan.missing[name] for name in self._public}))
        wanted = (plan.columns if assumed is None else plan.columns | assumed.columns).values()
        asked = [want for want in wanted if want.column not in self._own]
        filled = [raw[want.column] if want.column in raw else [plan.filled[want.column]] * state.size for want in asked]
        batch = read(asked, filled, lengths)
        self._check_size(asked, batch, state)
        if not any(isinstance(column.data, Tensor) for column in batch.columns.values()) and state.memory:
            batch.device = next(iter(state.memory.values())).device
        self._hold(batch, wanted, state, reset, ending)
        if assumed is not None:
            refuse(batch, assumed, inner._result(assumed, batch))
        return self._done(plan, batch, state, update_run)

    def _check(self, columns: object, state: object, lengths: Mapping[str, object] | None) -> None:
        """Refuse what is no state of this reward, and no columns."""
        if not isinstance(state, OnlineState) or state.fingerprint != self.fingerprint:
            raise words.RewardError(words.other_state())
        held = {name: 1 + len(memory.leaf.type.axes) for name, memory in self.program.memories.items()}
        whole = state.memory.keys() == held.keys() and state.valid.keys() <= held.keys()
        if not whole or any(x.dim() != held[name] or len(x) != state.size
                            for part in (state.memory, state.valid) for name, x in part.items()):
            raise words.RewardError(words.damaged_state())
        if not hasattr(columns, "keys"):
            raise words.RewardError(words.no_columns(columns))
        known_axes(lengths, self.inner._axes())

    @staticmethod
    def _check_size(asked: list, batch: Batch, state: OnlineState) -> None:
        if asked and batch.size != state.size:
            raise words.RewardError(words.other_size(state.size, batch.size))
        batch.size = state.size

    def _hold(self, batch: Batch, wanted, state: OnlineState, reset: object, ending: object) -> None:
        """Put what is held among the columns, as if each of the reset environments began."""
        fresh = None if reset is None else _mask("reset", reset, batch)
        over = torch.zeros(batch.size, dtype=torch.bool, device=batch.device) if ending is None else _mask("ending", ending, batch)
        if fresh is not None and not fresh.is_cuda and not fresh.any():  # the common step
            fresh = None
        sizes = {axis: column.data.shape[place] for want in batch.wanted for place, axis in enumerate(want.type.axes, 1)
                 if isinstance((column := batch.columns[want.name]).data, Tensor)}
        sizes |= {axis: self._slots(state.memory[used], fresh) for axis, used in self.program.keyed.items()}
        for want in wanted:
            if want.column == ENDING:
                batch.columns[want.name] = Column(over)
            elif want.column in self._own:
                held = self.program.memories[want.column]
                batch.columns[want.name] = _held(held, want.column, state, batch, fresh, sizes)
            batch.clean = batch.clean and batch.columns[want.name].valid is None

    @staticmethod
    def _slots(used: Tensor, fresh: Tensor | None) -> int:
        """How many slots for keys there must be: one more than any environment uses, rounded up to a power of two."""
        if fresh is not None:
            used = torch.where(fresh.view(-1, *(1,) * (used.dim() - 1)), 0, used)
        return 1 << int(used.max()).bit_length() if used.numel() else 1

    def _done(self, plan, batch: Batch, state: OnlineState, update_run: bool) -> tuple[Step, OnlineState]:
        code = self.inner._code(plan, self.inner._variant(batch))
        run = self.inner._start(code, batch)
        self.reward._run_through(code, run, update_run)
        memory, valid = dict(state.memory), dict(state.valid)
        for name in self.program.memories:
            if name not in code.given:      # a column is missing, and with it what it would have made of this
                valid[name] = torch.zeros_like(memory[name], dtype=torch.bool)
            else:
                memory[name], mask = _given(code.given[name], run, batch)
                valid.pop(name, None)
                if mask is not None and not bool(mask.all()):
                    valid[name] = mask
        return Step(Result(code, run, explain), self.program), replace(state, memory=memory, valid=valid)


def _numbers(params: Mapping[str, object]):
    def fixed(node: Node) -> float:
        if node.op in ("const", "param"):
            return node["value"] if node.op == "const" else float(params[node["name"]])
        return call(FloatKernel(), OPERATORS[node.op], *map(fixed, node.args))
    return fixed


def _initial(held: Memory, size: int, device: torch.device | str) -> Tensor:
    """The initial value of each environment; along axes that the data sizes, one entry for all."""
    truth = held.leaf.type.kind is Kind.BOOL
    shape = (size, *(axis.size or 1 for axis in held.leaf.type.axes))
    dtype = torch.bool if truth else torch.int64 if held.leaf["whole"] else torch.float64
    return torch.full(shape, held.initial, device=device, dtype=dtype)


def _held(
    held: Memory, name: str, state: OnlineState, batch: Batch, fresh: Tensor | None, sizes: Mapping[Axis, int]
) -> Column:
    """One thing held, as a column."""
    data, valid = state.memory[name], state.valid.get(name)
    if data.device != batch.device:
        raise words.RewardError(words.mixed_devices("state", data.device, "the columns", batch.device))
    if data.is_floating_point():
        data = data.to(batch.dtype)
    if held.slots in sizes:
        data = _with_slots(data, sizes[held.slots], held.initial)
        valid = None if valid is None else _with_slots(valid, sizes[held.slots], True)
    shape = [batch.size, *(axis.size or sizes.get(axis, 1) for axis in held.leaf.type.axes)]
    for axis, before, now in zip(held.leaf.type.axes, data.shape[1:], shape[1:], strict=True):
        if before not in (1, now):
            raise words.RewardError(words.other_length(axis.name, before, now))
    data = data.expand(shape) if list(data.shape) != shape else data
    if fresh is not None:
        begun = fresh.view(-1, *(1,) * (data.dim() - 1))
        data = torch.where(begun, torch.tensor(held.initial, dtype=data.dtype, device=data.device), data)
        valid = None if valid is None else valid | begun
    return Column(data, valid)


def _with_slots(x: Tensor, count: int, fill: float | bool) -> Tensor:
    """The same with so many slots, the last axis: new ones hold `fill`, and those that no environment uses any more go."""
    more = count - x.shape[-1]
    return x[..., :count] if more <= 0 else torch.cat([x, x.new_full((*x.shape[:-1], more), fill)], -1)


def _given(given, run: Run, batch: Batch) -> tuple[Tensor, Tensor | None]:
    """What is held after the step, and its mask."""
    data = run.tensors[given.data] if isinstance(given.data, torch.fx.Node) else torch.as_tensor(given.data, device=batch.device)
    axes = given.node.type.axes
    if not given.batched:
        data = data.expand(batch.size, *data.shape[data.dim() - len(axes):] if axes else ())
    if data.is_floating_point():
        data = data.to(batch.dtype)
    mask = None if given.valid is None else run.tensors[given.valid]
    return data, None if mask is None else mask.expand(data.shape)


def _mask(name: str, given: object, batch: Batch) -> Tensor:
    """A mask of environments, bool [B]."""
    try:
        found = torch.as_tensor(given, device=batch.device)
    except (TypeError, ValueError, RuntimeError) as error:
        raise words.RewardError(words.no_mask(name, batch.size)) from error
    if found.shape != (batch.size,) or found.dtype is not torch.bool and not bool(((found == 0) | (found == 1)).all()):
        raise words.RewardError(words.no_mask(name, batch.size))
    return found.to(torch.bool)
