"""A reward inside an environment's loop: steps in, finite numbers out, and the state that a policy must see."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch
from torch import Tensor

from rewardlang.facts.analyse import analyse
from rewardlang.ir.node import Node, reachable
from rewardlang.tensor.online import Step
from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.fits import Use
from rewardlang.trainers.refuse import TrainerError, bounds_of, refuse
from rewardlang.trainers.score import LARGEST
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

#: States of automata with more places than this are shown as a number, not one by one.
PLACES = 64


@dataclass(frozen=True)
class Slot:
    """One thing that the policy must see: `width` numbers.

    `kinds` has for each of its places (states of an automaton, labels of an enum) which of the numbers is then 1 and the
    others 0; where it is empty the numbers are themselves.
    """

    name: str
    width: int
    low: float
    high: float
    initial: float
    kinds: tuple[int, ...] = ()

    def shown(self, values: Tensor) -> Tensor:
        """Its numbers, float32 [B, width]."""
        if not self.kinds:
            return values.float().reshape(len(values), self.width)
        kinds = torch.tensor(self.kinds, device=values.device)[values.long().clamp(0, len(self.kinds) - 1)]
        return torch.nn.functional.one_hot(kinds, self.width).float()


@dataclass
class Stepped:
    """What a reward says of a step of B environments, all finite, on the device of the columns.

    `table` is [1 + terms + gates, B, *axes]: the reward, then its terms, by `names`, then the share of each gate that is open.
    `invalid` says why environments have none;
    where there are several agents an environment is among them if any has none, and `wrong` [B, *axes] tells which.
    """

    table: Tensor
    names: tuple[str, ...]
    found: Step = field(repr=False)
    done: Tensor | None = None
    invalid: dict[int, str] = field(default_factory=dict)
    wrong: Tensor | None = None

    @property
    def reward(self) -> Tensor:
        """The reward, [B, *axes]."""
        return self.table[0]

    @cached_property
    def terms(self) -> dict[str, Tensor]:
        """The terms that add up to it, by name."""
        return dict(zip(self.names, self.table[1 : 1 + len(self.names)], strict=True))

    @property
    def outputs(self) -> dict[str, Tensor]:
        """The other outputs that are known at the step, by name."""
        return {name: value for name, value in self.found.outputs.items() if isinstance(value, Tensor) and name != "reward"}


class Stepper:
    """The steps of `size` environments; keeps what is held between them.

    An environment without a reward at a step gets `invalid`, and is counted. `shown` is what the policy must see after
    the last step, float32 [B, width].
    """

    def __init__(self, reward: CompiledReward, trainer: str, size: int, *, sees_state: bool, discount: float | None = None,
                 invalid: float = 0.0, axes: tuple[str, ...] = (), device: torch.device | str = "cpu"):
        facts = refuse(reward, trainer, Use(sees_state, discount, axes=axes))
        self.bounds = outside(bounds_of(facts), invalid)
        self.reward, self.size, self.invalid, self.device = reward, size, invalid, device
        self.terms = tuple(label for label, _ in reward.spec.outputs["reward"].terms)
        self.gates = tuple(reward.spec.gates)
        self._full = ("reward", *(f"term {name}" for name in self.terms), *(f"gate {name}" for name in self.gates))
        self.failures = 0
        self.state = reward.start(size, device=device)
        program = reward._online.program
        if "reward" in program.refused:
            raise TrainerError(f"the reward cannot be given step by step: {program.refused['reward']}")
        self.ends_by_itself = "done" in program.spec.outputs
        self._asks_ending, self._of_agents = program.ends, bool(axes)
        self.slots = slots(reward)
        #: How many numbers the policy must see.
        self.width = sum(slot.width for slot in self.slots)
        self.fresh: Tensor | None = None
        self.begin()

    def begin(self, mask: Tensor | None = None) -> None:
        """New episodes, in all environments or where `mask` is true."""
        if mask is None:
            self.fresh, self.shown = torch.ones(self.size, dtype=torch.bool, device=self.device), self._initial()
            return
        mask = mask.to(self.device)
        self.fresh = mask.clone() if self.fresh is None else self.fresh | mask
        if self.width:
            self.shown = torch.where(mask.unsqueeze(-1), self._initial(), self.shown)

    def _initial(self) -> Tensor:
        parts = [slot.shown(torch.full((self.size,), slot.initial, device=self.device)) for slot in self.slots]
        return torch.cat(parts, 1) if parts else torch.zeros(self.size, 0, device=self.device)

    def step(self, columns: Mapping[str, object], terminated: Tensor | None = None, idle: Tensor | None = None) -> Stepped:
        """One step. `terminated` tells whose episode ends in the environment; `idle` which only began anew, and took no step."""
        ending = terminated if self._asks_ending else None
        found, state = self.reward.step(columns, self.state, self.fresh, ending)
        done = found.done.bool() & found.mask("done") if self.ends_by_itself else None
        if done is not None and ending is not None and bool((done & ~ending).any()):
            found, state = self.reward.step(columns, self.state, self.fresh, ending | done)
        self.state = state
        self.fresh = None
        if self.width:
            self.shown = torch.cat([slot.shown(found.state[slot.name]) for slot in self.slots], 1)
        stepped = self._finite(found, done)
        if idle is not None:
            self.begin(idle)
            stepped = _without(stepped, idle)
        if stepped.invalid:
            self.failures += int(stepped.wrong.sum())
        return stepped

    def _finite(self, found: Step, done: Tensor | None) -> Stepped:
        table = found.stacked(self._full)
        if table is not None and (table.dtype is torch.float32 or bool((table.abs() <= LARGEST).all())):
            return Stepped(table, self.terms, found, done)
        reward, valid = found.entries("reward") if self._of_agents else (found.reward, found.valid)
        table = _table([reward, *(found.terms[name] for name in self.terms), *(found.gates[name] for name in self.gates)])
        least, most = torch.aminmax(table)
        if most.item() <= LARGEST and least.item() >= -LARGEST and bool(valid.all()):
            return Stepped(table, self.terms, found, done)
        good = valid & (table.abs() <= LARGEST).all(0)
        rows = (~good if good.dim() == 1 else ~good.flatten(1).all(1)).nonzero().flatten().tolist()
        causes = found.invalid
        reasons = {row: causes[row] or "the reward is too large for a trainer" for row in rows}
        table = torch.where(good, table, 0)
        table[0] = torch.where(good, table[0], self.invalid)
        return Stepped(table, self.terms, found, done, reasons, ~good)


def _table(parts: list[Tensor]) -> Tensor:
    """The reward, its terms and gates in one tensor; what lacks an axis of the reward is the same along it, and of a gate with
    more axes it is the share that is open.
    """
    first, *others = parts
    shape, dtype, dims = first.shape, first.dtype, first.dim()
    alike = [part.to(dtype) for part in others]
    alike = [part.flatten(dims).mean(-1) if part.dim() > dims else part.view(*part.shape, *(1,) * (dims - part.dim())) for part in alike]
    return torch.stack([first, *(part.expand(shape) for part in alike)])


def _along(rows: Tensor, table: Tensor) -> Tensor:
    """A mask of environments, to be laid beside what has them first."""
    return rows.view(-1, *(1,) * (table.dim() - 2))


def _without(stepped: Stepped, idle: Tensor) -> Stepped:
    """The same where nothing happened in some environments."""
    done = None if stepped.done is None else stepped.done & ~idle
    found = replace(stepped, table=stepped.table.masked_fill(_along(idle, stepped.table), 0), done=done)
    if stepped.invalid:
        asleep = set(idle.nonzero().flatten().tolist())
        found.invalid = {row: why for row, why in stepped.invalid.items() if row not in asleep}
        found.wrong = stepped.wrong & ~_along(idle, stepped.table)
    return found


def outside(bounds: Interval, value: float) -> Interval:
    """The range of a reward, and what an environment without one gets."""
    return bounds.hull(Interval.of(value, value))


def slots(reward: CompiledReward) -> tuple[Slot, ...]:
    """What a policy must see of a reward that was started, and how it is shown."""
    program = reward._online.program
    used = _used(program)
    facts = analyse(reward._online.inner.spec)
    initial = {memory.update: float(memory.initial) for memory in program.memories.values()}

    def before(node: Node) -> float:
        if node.op == "entry":      # the place of a machine, by the state of its walk
            return float(node["values"][int(before(node.args[0]))])
        return initial.get(node, 0.0)

    return tuple(_slot(name, node, facts.output(f"state {name}").bounds, before(node))
                 for name, node in program.states.items() if node in used or used.intersection(node.args))


def _used(program) -> set[Node]:
    """The nodes that reward and ending rest on, those that become known at earlier steps included."""
    used, roots = set(), [info.node for name, info in program.spec.outputs.items() if name in ("reward", "done")]
    while roots:
        used |= set(reachable(roots))
        roots = [held.update for held in program.memories.values() if held.leaf in used and held.update not in used]
    return used


def _slot(name: str, node: Node, bounds: Interval, initial: float) -> Slot:
    width = 1
    for axis in node.type.axes:
        if axis.size is None:
            raise TrainerError(f"`{name}` has no fixed size along `{axis.name}`: a policy cannot be shown it")
        width *= axis.size
    kinds = _kinds(node) if width == 1 else ()
    if 0 < len(set(kinds)) <= PLACES:
        return Slot(name, len(set(kinds)), 0.0, 1.0, initial, kinds)
    low, high = (0.0, len(kinds) - 1.0) if kinds else (float(bounds.lo), float(bounds.hi))
    return Slot(name, width, low, high, initial)


def _kinds(node: Node) -> tuple[int, ...]:
    """Which places of a state are alike to a policy: states of a table from which every letter leads to the same."""
    if node.op == "entry":
        return tuple(range(max(node["values"]) + 1))
    if node.op != "advance":
        return tuple(range(len(node.type.labels))) if node.type.kind is Kind.ENUM else ()
    table = node["table"]
    first = table.stages[0]
    rows = [first.entries[state << first.width:(state + 1) << first.width] for state in range(table.states)]
    known: dict[tuple[int, ...], int] = {}
    return tuple(known.setdefault(row, len(known)) for row in rows)
