"""TRL (GRPOTrainer, RLOOTrainer): a reward function that is asked once a step for all terms."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from rewardlang import __version__
from rewardlang.tensor.reward import CompiledReward
from rewardlang.tensor.sources import is_async
from rewardlang.trainers.naming import claim, name_of
from rewardlang.trainers.processes import Processes, compares, joined, own_part
from rewardlang.trainers.refuse import TrainerError, refuse
from rewardlang.trainers.samples import Origin, SampleColumns
from rewardlang.trainers.score import Scored, scored

#: What TRL hands over beside the columns of the dataset.
_NOT_COLUMNS = ("trainer_state", "log_metric", "log_extra", "environments")

#: What inputs `from trainer` are, by column name, where `state` says nothing else.
STATE: dict[str, Callable[[object], float]] = {
    "step": lambda state: state.global_step,
    "global_step": lambda state: state.global_step,
    "epoch": lambda state: state.epoch or 0.0,
    "progress": lambda state: state.global_step / state.max_steps if state.max_steps > 0 else 0.0,
}


class RewardFunction:
    """A compiled reward by TRL's contract: `f(prompts=…, completions=…, completion_ids=…, **columns)` → floats.

    A plain callable, since TRL takes an nn.Module for a classifier. A sample without a reward gets None: TRL leaves it out of
    its group's baseline and gives it an advantage of 0. It pickles, with the statistics over the run.
    """

    def __init__(self, reward: CompiledReward, *, name: str | None = None, columns: Mapping[str, Origin] | None = None,
                 state: Mapping[str, Callable | str] | None = None, invalid: float | None = None,
                 generations: int | None = None):
        refuse(reward, "trl")
        self.reward, self.invalid, self.generations = reward, invalid, generations
        self.fingerprint, self.version = reward.fingerprint, __version__
        self.columns = SampleColumns(reward.spec, columns)
        self.state = _state_of(reward, state or {})
        self.__name__ = claim(self, name or name_of(reward), self.fingerprint)
        self.compares, self.processes = compares(reward), Processes()
        self.generations_eval: int | None = None
        self.model = None      # that of the trainer, which the callback tells; when it evaluates it is not training

    def __call__(self, prompts: Sequence, completions: Sequence, completion_ids: Sequence | None = None,
                 **given: object) -> list[float | None]:
        """The reward of each completion; terms, gates and failures go to TRL's log."""
        self.processes.meet()
        return self._told(*self._score(prompts, completions, completion_ids, given), given)

    def _score(self, prompts: Sequence, completions: Sequence, ids: Sequence | None,
               given: Mapping[str, object]) -> tuple[Scored, dict[str, float]]:
        """What is said of this process's samples, and the figures of those of all processes.

        Where samples are compared the first process rewards all of them, since others may have part of a group, and is the
        one that remembers the run.
        """
        processes, training = self.processes, self.model is None or self.model.training
        together = self.compares and processes.count > 1
        size = self.generations if training else self.generations_eval or self.generations

        def mine() -> tuple[object, list]:
            columns, marks = self._columns(prompts, completions, ids, given), [None] * len(prompts) if size else list(prompts)
            return (self._sent(columns) if together else self._scored(columns, marks, size, training)), marks

        parts, marks = zip(*processes.share(mine), strict=True)
        every = [mark for own in marks for mark in own]
        if together:
            whole = processes.first(lambda: self._scored(joined(parts), every, size, training))
            own = own_part(whole, [len(each) for each in marks], processes.place)
        else:
            whole, own = Scored.joined(parts), parts[processes.place]
        return own, whole.metrics(self._groups(every, size))

    def _columns(self, prompts: Sequence, completions: Sequence, ids: Sequence | None,
                 given: Mapping[str, object]) -> dict[str, object]:
        rows = {name: column for name, column in given.items() if name not in _NOT_COLUMNS}
        rows |= {"prompt": prompts, "completion": completions}
        if ids is not None:
            rows["completion_ids"] = ids
        columns = self.columns.read(rows, len(prompts))
        trainer = given.get("trainer_state")
        for column, read in self.state.items():
            if column not in rows and trainer is not None:
                columns[column] = [float(read(trainer))] * len(prompts)
        return columns

    def _sent(self, columns: Mapping[str, object]) -> dict[str, list]:
        """What the first process must know of this one's samples."""
        spec = self.reward.spec
        asked = {info.column for info in spec.inputs.values()} | {external.name for external in spec.externals.values()}
        return {name: list(column) for name, column in columns.items()
                if any(path == name or path.startswith(f"{name}.") for path in asked)}

    def _scored(self, columns: dict[str, object], marks: list, size: int | None, training: bool) -> Scored:
        spec = self.reward.spec
        key = None if spec.group_key is None else spec.inputs[spec.group_key].column
        if key is not None and key not in columns:
            columns = {**columns, key: self._groups(marks, size)}
        return scored(self.reward, columns, update_run=training)

    def _groups(self, marks: Sequence, size: int | None) -> list[int]:
        """A number for each group: TRL keeps a prompt's completions together, `size` of them or as long as prompts are equal."""
        if size:
            if self.compares and len(marks) % size:
                raise TrainerError(f"{len(marks)} completions are no whole groups of {size}")
            return [place // size for place in range(len(marks))]
        found, group = [], 0
        for place, mark in enumerate(marks):
            group += place > 0 and mark != marks[place - 1]
            found.append(group)
        return found

    def _told(self, found: Scored, figures: Mapping[str, float], given: Mapping[str, object]) -> list[float | None]:
        log = given.get("log_metric")
        if log is not None:
            for name, value in figures.items():
                log(name, value)
        extra = given.get("log_extra")
        if extra is not None:       # each time, since TRL's table of completions wants columns of one length
            extra("invalid", [reason or "" for reason in found.reasons])
        return [self.invalid if value is None else value for value in found.rewards]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "model": None}

    def callback(self):
        """A callback that keeps statistics over the run in TRL's checkpoints, and the fingerprint in its history."""
        from rewardlang.trainers.trl_callback import RewardCallback
        return RewardCallback(self)


class AsyncRewardFunction(RewardFunction):
    """The same for a reward with `async` judges: TRL goes on with its other functions while they answer."""

    async def __call__(self, prompts: Sequence, completions: Sequence, completion_ids: Sequence | None = None,
                       **given: object) -> list[float | None]:
        """The reward of each completion."""
        self.processes.meet()
        found, figures = await asyncio.to_thread(self._score, prompts, completions, completion_ids, given)
        return self._told(found, figures, given)


def reward_function(reward: CompiledReward, *, name: str | None = None, columns: Mapping[str, Origin] | None = None,
                    state: Mapping[str, Callable | str] | None = None, invalid: float | None = None,
                    generations: int | None = None) -> RewardFunction:
    """What `GRPOTrainer(reward_funcs=…)` takes.

    `columns` says where inputs come from (`SampleColumns`), all else by name; `state` which inputs are numbers of
    `trainer_state`: an attribute's name or a function of it (`STATE` has those that need no word). `invalid` is the reward
    of a sample without one, None to leave it out; `generations` is `num_generations`, needed only where equal prompts may
    stand side by side. Raises TrainerError for what TRL cannot serve.
    """
    made = AsyncRewardFunction if any(is_async(each) for each in reward.bound.values()) else RewardFunction
    return made(reward, name=name, columns=columns, state=state, invalid=invalid, generations=generations)


def _state_of(reward: CompiledReward, given: Mapping[str, Callable | str]) -> dict[str, Callable[[object], float]]:
    """What is read from the trainer's state, by column."""
    inputs = reward.spec.inputs
    for name in given:
        if name not in inputs:
            raise TrainerError(f"`{name}` is no input of the spec: let what moves with the training be an input `from trainer`")
    found = {}
    for name, info in inputs.items():
        read = given.get(name, STATE.get(info.column) if info.role == "trainer" else None)
        if isinstance(read, str):
            read = _Attribute(read)
        if read is not None:
            found[info.column] = read
    return found


class _Attribute:
    """Reads one attribute; pickles."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, state: object) -> float:
        return getattr(state, self.name)
