"""What a call of a reward gives back; everything in it is made when it is asked for."""

from collections.abc import Mapping
from functools import cached_property, reduce
from math import isfinite
from typing import TYPE_CHECKING

import torch
from torch import Tensor, fx

from rewardlang.facts.infinite import may_be_infinite
from rewardlang.tensor import words
from rewardlang.tensor.assemble import Code, Given
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.cut import Cut, converter
from rewardlang.tensor.host import HostArgument, Run, pools_of
from rewardlang.tensor.padded import widened
from rewardlang.tensor.pairs import Pairs, mates, pairs_of
from rewardlang.tensor.wanted import Problems
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator


class Named(Mapping):
    """Values by name, each computed when it is first asked for; a name that was left out says what it lacks."""

    def __init__(self, names: dict[str, str], result: "Result", missing: Mapping[str, list[str]], kind: str):
        self._names, self._result, self._missing, self._kind = names, result, missing, kind

    def __getitem__(self, name: str) -> Tensor | list:
        if name not in self._names:
            raise words.MissingError(self._problem(name))
        return self._result.value(self._names[name])

    def _problem(self, name: str) -> str:
        if name in self._missing:
            return words.missing_for(name, self._missing[name])
        return words.unknown_name(self._kind, name, self._names)

    def __iter__(self) -> "Iterator[str]":
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"{{{', '.join(self._names)}}}"


class Result:
    """Rewards, and what they are made of, for one batch of B rollouts.

    Tensors are [B, *axes], 0 in padding and where invalid, and finite but for margins, in which ±inf is a bare truth;
    along an axis of which columns came as tensors they are as wide as the widest of these, else as its longest list.
    `reward`, `weight`, `keep`, `done`, `advantage` are the outputs of those roles; `outputs`, `terms`, `gates` give all by
    name. `valid` [B] tells which rollouts have a reward, `invalid` why the others have none, `mask` (of the shape of
    `reward`) which of its entries count. `counts` says how often each model and verifier was asked.
    """

    def __init__(self, code: Code, run: Run, explain):
        self._code, self._run, self._explain = code, run, explain
        self._values: dict[str, tuple[Tensor | list, Tensor | None]] = {}

    # Tensors --------------------------------------------------------------------------------------------------------

    @property
    def reward(self) -> Tensor:
        """The reward, [B] or [B, T]. MissingError where the spec has none or it lacks a column."""
        return self.outputs["reward"]

    @property
    def weight(self) -> Tensor:
        """The output `weight`."""
        return self.outputs["weight"]

    @property
    def keep(self) -> Tensor:
        """The output `keep`."""
        return self.outputs["keep"]

    @property
    def done(self) -> Tensor:
        """The output `done`."""
        return self.outputs["done"]

    @property
    def advantage(self) -> Tensor:
        """The output `advantage`."""
        return self.outputs["advantage"]

    def pairs(self, name: str = "preference") -> Pairs:
        """The pairs of rollouts that an output of role `preference` makes: those with an entry above 0, or true.

        An output of role `weight` along the same axis says what each counts. RewardError where there is no such output, or
        where it compares no rollouts, since each row is a pair by itself.
        """
        outputs = self._code.plan.outputs
        known = [other for other, info in outputs.items() if info.role == "preference"]
        if name not in known:
            raise words.RewardError(words.no_preference(name, known))
        axes = outputs[name].node.type.axes
        if not axes:
            raise words.RewardError(words.rows_are_pairs(name))
        weight = next((other for other, info in outputs.items() if info.role == "weight" and info.node.type.axes == axes), None)
        margin = self.value(name).to(self._run.batch.result)
        return pairs_of(margin, self.real(name), self._mates(axes[0]), None if weight is None else self.value(weight))

    def _mates(self, axis: Axis) -> Tensor:
        """The row that stands at each position along a copy of the batch or group."""
        run, spec, emitter = self._run, self._code.plan.spec, self._code.emitter
        if axis.like == "batch":
            return torch.arange(run.batch.size).expand(run.batch.size, -1)
        key = spec.inputs[spec.group_key].node
        return mates(run.lists[key] if key in run.lists else run.tensors[emitter.inputs[emitter.columns[key]]].tolist())

    @property
    def counts(self) -> dict[str, Counts]:
        """By model or verifier: rows demanded, evaluated, deduplicated, skipped and failed."""
        return self._run.counts

    @cached_property
    def outputs(self) -> Named:
        """Every output by name."""
        return Named({name: name for name in self._code.plan.outputs}, self, self._code.plan.missing, "output")

    @cached_property
    def terms(self) -> Named:
        """The labelled terms of the reward, which add up to it; those of another output as `OUTPUT.LABEL`."""
        return self._prefixed("term ", "term")

    @cached_property
    def gates(self) -> Named:
        """The conditions of gates."""
        return self._prefixed("gate ", "gate")

    def _prefixed(self, prefix: str, kind: str) -> Named:
        names = {name.removeprefix(prefix): name for name in self._code.given if name.startswith(prefix)}
        return Named(names, self, {}, kind)

    @property
    def _main(self) -> str:
        """The output that says which rollouts are valid: the reward, else the first."""
        return "reward" if "reward" in self._code.plan.outputs else next(iter(self._code.plan.outputs))

    @cached_property
    def valid(self) -> Tensor:
        """Which rollouts have a reward, bool [B]."""
        return self.row_mask(self._main)

    @cached_property
    def mask(self) -> Tensor:
        """Which entries of the reward count: those of valid rollouts, without padding."""
        given = self._code.given[self._main]
        data, _ = self.finished(self._main)
        rows = self.valid.view(-1, *(1,) * len(given.node.type.axes))
        real = self.real(self._main)
        return rows.expand(data.shape).clone() if real is None else rows & real

    @cached_property
    def misread(self) -> list[str | None]:
        """For each rollout None, or what is wrong with its data, so that it has no reward: an entry that is no number or
        out of range, lists of unequal lengths, an assumption that does not hold. A null is not wrong.
        """
        rows = self._faulty_rows(self._main)
        faulty = [] if rows is None else rows.nonzero().flatten().tolist()
        found: list[str | None] = [None] * self._run.batch.size
        for row in faulty:
            found[row] = self.misreading(self._main, row)
        return found

    def misreading(self, name: str, row: int) -> str | None:
        """What is wrong with the data of a rollout that an output needs there, if anything."""
        return next((problem.say(row) for problem, rows in self._problems(name) if bool(rows[row])), None)

    @cached_property
    def invalid(self) -> list[str | None]:
        """For each rollout None, or the first cause why it has no reward."""
        return self.reasons(self._main)

    def reasons(self, name: str) -> list[str | None]:
        """For each rollout None, or why an output is invalid there."""
        rows = (~self.row_mask(name)).nonzero().flatten().tolist()
        found: list[str | None] = [None] * self._run.batch.size
        if rows:
            for row, reason in self._explain(self, name, rows).items():
                found[row] = reason
        return found

    # How values are finished ------------------------------------------------------------------------------------------

    def value(self, name: str) -> Tensor | list:
        """A value by its full name."""
        return self.finished(name)[0]

    def finished(self, name: str) -> tuple[Tensor | list, Tensor | None]:
        """A value and its mask over all its entries (None: all are valid), 0 where invalid."""
        if name not in self._values:
            self._values[name] = self._finish(name)
        return self._values[name]

    def entries(self, name: str) -> tuple[Tensor, Tensor | None]:
        """The same of a reward with each of its entries by itself: one that is invalid takes no other with it."""
        return self._finish(name, whole=False)

    def _finish(self, name: str, whole: bool = True) -> tuple[Tensor | list, Tensor | None]:
        given, run = self._code.given[name], self._run
        mask = self._tensor(given.valid)
        if given.node.type.kind.on_host:
            return self._objects(given), mask
        data = self._tensor(given.data) if isinstance(given.data, fx.Node) else given.data
        data = self._whole(data, given)
        mask = None if mask is None else mask.expand(data.shape)
        rows = self._faulty_rows(name)
        if rows is not None:
            good = (~rows).to(data.device).view(-1, *(1,) * (data.dim() - 1))
            mask = good.expand(data.shape) if mask is None else mask & good
        if data.is_floating_point() and not self._is_finite(data):
            finite = ~data.isnan() if may_be_infinite(given.node) else data.isfinite()
            mask = finite if mask is None else mask & finite
        for axis in set(given.node.type.axes) & set(self._told):
            told = _laid_along(self._told[axis], axis, given.node.type.axes).expand(data.shape)
            mask = told if mask is None else mask & told
        if mask is not None and whole and self._by_row(name):
            mask = self._whole_rows(mask, given)
        if mask is not None:
            data = torch.where(mask, data, torch.zeros((), dtype=data.dtype, device=data.device))
        if data.is_floating_point() and data.dtype is not run.batch.result:
            data = data.to(run.batch.result)
        if not run.batch.widths:
            return data, mask
        axes, widths = given.node.type.axes, self._widths(given)
        return widened(data, axes, widths), None if mask is None else widened(mask, axes, widths)

    def _whole(self, data: Tensor | float | bool, given: Given) -> Tensor:
        """The value with a dimension for the rollouts."""
        batch = self._run.batch
        if not isinstance(data, Tensor):
            dtype = torch.bool if given.node.type.kind is Kind.BOOL else batch.dtype
            data = torch.full((), data, dtype=dtype, device=batch.device)
        return data if given.batched else data.expand(batch.size, *data.shape)

    @staticmethod
    def _is_finite(data: Tensor) -> bool:
        if not data.numel() or isfinite(data.detach().sum().item()):  # one pass is enough where the sum does not overflow
            return True
        least, most = torch.aminmax(data.detach())
        return isfinite(least.item()) and isfinite(most.item())

    def _by_row(self, name: str) -> bool:
        """Whether one invalid entry makes the rollout's whole value invalid: of rewards, and what adds up to them."""
        role = self._code.plan.outputs[name].role if name in self._code.plan.outputs else "output"
        return role in ("reward", "advantage", "weight")

    def _whole_rows(self, mask: Tensor, given: Given) -> Tensor:
        if mask.dim() == 1:
            return mask
        real = self._real(given)
        rows = (mask if real is None else mask | ~real).flatten(1).all(1)
        rows = rows.view(-1, *(1,) * (mask.dim() - 1))
        return rows.expand(mask.shape) if real is None else rows & real

    def row_mask(self, name: str) -> Tensor:
        """Which rollouts have a wholly valid value of an output, bool [B]."""
        data, mask = self.finished(name)
        batch = self._run.batch
        if mask is None:
            return torch.ones(batch.size, dtype=torch.bool, device=batch.device)
        if mask.dim() == 0:
            return mask.expand(batch.size)
        if mask.dim() == 1:
            return mask
        real = self.real(name)
        rows = (mask if real is None else mask | ~real).flatten(1).all(1)
        for axis in set(self._code.given[name].node.type.axes) & set(self._run.told):   # a list that failed has no entries to say so
            rows = rows & self._run.told[axis].reshape(batch.size, -1).all(1)
        return rows

    def _faulty_rows(self, name: str) -> Tensor | None:
        """Rollouts in which a column is wrong that the value needs there."""
        found = [rows for _, rows in self._problems(name)]
        return reduce(Tensor.logical_or, found) if found else None

    def _problems(self, name: str) -> list[tuple[Problems, Tensor]]:
        """What is wrong with the data, the first cause first, and in which rollouts it keeps an output from being computed."""
        batch, plan = self._run.batch, self._code.plan
        if not batch.problems and not batch.refused:
            return []
        below = plan.rests_on(plan.roots[name])
        columns = [(node, plan.columns[node]) for node in sorted(plan.columns, key=lambda node: node.number) if node in below]
        found = [(problem, problem.rows & self._asks(node))
                 for node, want in columns for problem in batch.problems.get(want.name, ())]
        return found + [(problem, problem.rows) for problem in batch.refused]

    def _asks(self, node) -> Tensor:
        """In which rollouts a column is needed."""
        asked = self._code.asked.get(node)
        if asked is None:
            return torch.ones(self._run.batch.size, dtype=torch.bool)
        needed = self._run.tensors[asked].cpu()
        return needed if needed.dim() == 1 else needed.flatten(1).any(1)

    def _tensor(self, node: fx.Node | None) -> Tensor | None:
        return None if node is None else self._run.tensors[node]

    def real(self, name: str) -> Tensor | None:
        """Which entries of a value are no padding, bool [B, *axes]; None if all are."""
        given = self._code.given[name]
        real = self._real(given)
        return None if real is None else widened(real, given.node.type.axes, self._widths(given))

    def _widths(self, given: Given) -> dict[Axis, int]:
        """How wide a value is along those of its axes that came in with tensors: as wide as these."""
        widths = self._run.batch.widths
        named = {axis.name: width for axis, width in widths.items()}
        return {axis: widths.get(axis, named.get(axis.like, 0)) for axis in given.node.type.axes if axis.ragged}

    def _real(self, given: Given) -> Tensor | None:
        """Which entries of a value are no padding, bool [B, *axes]; None if all are."""
        axes = given.node.type.axes
        found = None
        for position, axis in enumerate(axes, start=1):
            lengths = self._lengths.get(axis)
            if not axis.ragged or lengths is None:
                continue
            size = self._size(given, position)
            mask = _laid_along(torch.arange(size, device=lengths.device) < lengths.unsqueeze(-1), axis, axes, True)
            found = mask if found is None else found & mask
        return found

    @property
    def _told(self) -> dict[Axis, Tensor]:
        """Where the lists along an axis are there, for each axis along which some are missing."""
        return {**self._run.batch.told, **self._run.told}

    @cached_property
    def _lengths(self) -> dict[Axis, Tensor]:
        """The lengths of all ragged axes: of the columns, of lists that calls made, and of copies."""
        copies = {axis: self._run.tensors[node] for axis, node in self._code.copies.items()}
        return {**self._run.batch.lengths, **self._run.lengths, **copies}

    def _size(self, given: Given, position: int) -> int:
        data = self._run.tensors[given.data]
        return data.shape[position if given.batched else position - 1]

    def _objects(self, given: Given) -> list:
        """A host value as nested lists."""
        node = given.node
        if node in self._run.lists:
            return self._run.lists[node][: self._run.batch.size]
        pools = pools_of(node, self._code.emitter.hosted)
        return HostArgument(node.type.axes, node.type.kind, ids=given.data, pools=pools).objects(self._run)

    # Plain data -----------------------------------------------------------------------------------------------------

    def to_lists(self, name: str) -> list:
        """An output, term or gate as nested lists: ragged axes cut to their lengths, None where invalid, labels of enums.

        A reward along an axis shows the entries that are there, also where one that is missing excludes the rollout; a
        rollout that could not be read is None as a whole.
        """
        full = next((full for full in (name, f"term {name}", f"gate {name}") if full in self._code.given), name)
        if full not in self._code.given:
            raise words.MissingError(self.outputs._problem(name))
        given = self._code.given[full]
        by_row = self._by_row(full)
        data, mask = self.entries(full) if by_row and given.node.type.axes else self.finished(full)
        # Adding 0 turns -0.0 into 0.0 and leaves every other number as it is.
        rows = data if isinstance(data, list) else (data + 0.0 if data.is_floating_point() else data).tolist()
        marks = None if mask is None else mask.tolist()
        faulty = self._faulty_rows(full) if by_row else None
        lengths = {axis: found.tolist() for axis, found in self._lengths.items()}
        told = {axis: found.tolist() for axis, found in self._told.items()}
        cut = Cut(given.node.type.axes, lengths, told, converter(given.node.type))
        marks = [True] * self._run.batch.size if marks is None else marks
        found = [cut.entry(row, mark, {"": place}) for place, (row, mark) in enumerate(zip(rows, marks, strict=True))]
        return found if faulty is None else [None if bad else row for row, bad in zip(found, faulty.tolist(), strict=True)]

    def __repr__(self) -> str:
        return f"<rewards of {self._run.batch.size} rollouts: {', '.join(self._code.plan.outputs)}>"


def _laid_along(mask: Tensor, axis: Axis, axes: tuple[Axis, ...], itself: bool = False) -> Tensor:
    """A mask [B, *axes that `axis` lies within] (and `axis`, if `itself`) as one that broadcasts over [B, *axes]."""
    within = axis.within if axis.ragged else ()
    for position, other in enumerate(axes[: axes.index(axis)], start=1):
        if other.name not in within:
            mask = mask.unsqueeze(position)
    return mask[(...,) + (None,) * (len(axes) + 1 - mask.dim())]
