"""Several processes that train one policy: samples are compared where all of them are, and figures are of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch.distributed as dist

from rewardlang.facts.analyse import analyse
from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.refuse import TrainerError
from rewardlang.trainers.score import Scored

#: A reward known at one of these rests on samples of other processes too.
COMPARING = ("group", "batch", "run")


@dataclass(frozen=True)
class _Failed:
    """What a process says to the others instead of its part, so that none waits for it."""

    cause: str


class Processes:
    """The processes of `torch.distributed`, or this one alone where it is not in use.

    They talk in a group of their own, for each reward another one, over the CPU: rewards with `async` judges are asked by
    several threads, whose messages would else meet in any order. It pickles as one that has not met the others yet.
    """

    def __init__(self) -> None:
        self._group: object = None

    def __reduce__(self):
        return Processes, ()

    @property
    def count(self) -> int:
        """How many there are."""
        return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1

    @property
    def place(self) -> int:
        """Which one this is, from 0."""
        return dist.get_rank() if self.count > 1 else 0

    def meet(self) -> None:
        """Make the group in which they talk; all of them call this, for several rewards in the same order."""
        if self.count > 1 and self._group is None:
            self._group = dist.new_group(backend="gloo")

    def share(self, make: Callable[[], object]) -> list:
        """What each process made, in their order; where one could not, all raise."""
        if self.count == 1:
            return [make()]
        mine, problem = _tried(make)
        found: list = [None] * self.count
        dist.all_gather_object(found, mine, group=self._group)
        return _whole(found, problem)

    def first(self, make: Callable[[], object]) -> object:
        """What the first process made; where it could not, all raise."""
        if self.count == 1:
            return make()
        mine, problem = _tried(make) if self.place == 0 else (None, None)
        found = [mine]
        dist.broadcast_object_list(found, src=0, group=self._group)
        return _whole(found, problem)[0]


def _tried(make: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return make(), None
    except Exception as error:
        return _Failed(f"{type(error).__name__}: {error}"), error


def _whole(found: list, problem: Exception | None) -> list:
    if problem is not None:
        raise problem
    for place, part in enumerate(found):
        if isinstance(part, _Failed):
            raise TrainerError(f"process {place} could not give rewards: {part.cause}")
    return found


def compares(reward: CompiledReward) -> bool:
    """Whether an output that is asked for rests on other samples."""
    facts = analyse(reward.spec)
    return any(facts.output(name).availability in COMPARING for name in reward.offered)


def joined(tables: Sequence[Mapping[str, Sequence]]) -> dict[str, list]:
    """The columns of several processes as one; TrainerError where they do not have the same."""
    names = {frozenset(table) for table in tables}
    if len(names) > 1:
        raise TrainerError(f"the processes have different columns: {sorted(frozenset.union(*names) - frozenset.intersection(*names))}")
    return {name: [entry for table in tables for entry in table[name]] for name in tables[0]}


def own_part(found: Scored, counts: Sequence[int], place: int) -> Scored:
    """Of what is said of the samples of all processes, `counts` each, that of one."""
    ends = list(accumulate(counts, initial=0))
    return found.part(ends[place], ends[place + 1])
