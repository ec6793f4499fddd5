"""What an environment says of one step, as the columns of a spec: by declared paths, or by functions of the step."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from rewardlang.ir.spec import InputInfo, Spec
from rewardlang.tensor.words import listed
from rewardlang.trainers.infos import dig, told
from rewardlang.trainers.refuse import TrainerError
from rewardlang.values.types import Kind


@dataclass(frozen=True)
class Transition:
    """One step of B environments: each part has one entry an environment, whatever it is nested in.

    `before` and `observation` are what the policy saw and sees, `reward` is the environment's own. `infos` is a dict of
    columns, or a list with a dict for each environment.
    """

    before: object
    action: object
    observation: object
    reward: object = None
    terminated: object = None
    truncated: object = None
    info: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None


ROOTS = ("before", "action", "observation", "reward", "terminated", "truncated", "info")

#: A path such as `observation[2]`, `info.lap.time`, `observation["image"][0:3]`, or a function of a Transition.
Path = str | Callable[[Transition], object]

_PART = re.compile(r'\.(?P<name>\w+)|\["(?P<key>[^"]*)"\]|\[(?P<index>-?\d+)\]|\[(?P<low>\d*):(?P<high>\d*)\]')


class Reader:
    """Reads the columns of a spec from transitions.

    `paths` says for inputs, and for models and verifiers whose values the environment tells, where they are; an input
    that it does not name is looked for by its `from`, or its name, in `info` unless that begins with a part of a Transition.
    `infos` says whether there is an info at all; if not, an input that would be there is refused unless it has a default.
    """

    def __init__(self, spec: Spec, paths: Mapping[str, Path] | None = None, infos: bool = True):
        self._infos = infos
        self._reads: list[tuple[str, str, Callable[[Transition], object]]] = []
        given = dict(paths or {})
        externals = {external.name for external in spec.externals.values()}
        for name in given:
            if name not in spec.inputs and name not in externals:
                raise TrainerError(f"`{name}` is no input of the spec: it has {listed(spec.inputs)}")
        for name, info in spec.inputs.items():
            self._add(name, info.column, given.get(name, info.column), _entry(info) if info.has_default else None)
        for name in given.keys() & externals:
            self._add(name, name, given[name])

    def _add(self, name: str, column: str, path: Path, default: object = None) -> None:
        if callable(path):
            self._reads.append((name, column, path))
            return
        root, parts = parsed(path)
        if root == "info" and not self._infos:
            if default is not None:
                return
            raise TrainerError(f"nothing says where `{name}` is: give its path or a function by `columns=`")
        self._reads.append((name, column, _Walk(root, parts, default)))

    def columns(self, step: Transition) -> dict[str, object]:
        """Columns of this step; raises TrainerError where a path leads nowhere in the observation or action."""
        found = {}
        for name, column, read in self._reads:
            try:
                value = read(step)
            except (KeyError, IndexError, TypeError, AttributeError) as error:
                raise TrainerError(f"`{name}` cannot be read: {type(error).__name__}: {error}; say where it is by `columns=`") from error
            if value is not None:
                found[column] = own(value)
        return found


def parsed(path: str) -> tuple[str, tuple]:
    """The part of the transition that a path begins with, and the steps from there: names, numbers and slices."""
    head = re.match(r"\w+", path)
    if head is None:
        raise TrainerError(f"`{path}` is no path: write one as `observation[2]` or `info.lap.time`")
    root, place, parts = head.group(), head.end(), []
    if root not in ROOTS:
        root, parts = "info", [root]
    while place < len(path):
        part = _PART.match(path, place)
        if part is None:
            raise TrainerError(f"`{path}` is no path: `{path[place:]}` cannot be read")
        if part["index"] is not None:
            parts.append(int(part["index"]))
        elif part["low"] is not None:
            parts.append(slice(int(part["low"] or 0), int(part["high"]) if part["high"] else None))
        else:
            parts.append(part["name"] if part["name"] is not None else part["key"])
        place = part.end()
    return root, tuple(parts)


@dataclass(frozen=True)
class _Walk:
    """Follows a path; numbers count behind the environments in an array, and in a tuple of arrays among these."""

    root: str
    parts: tuple
    default: object

    def __call__(self, step: Transition) -> object:
        return self._told(step) if self.root == "info" else self._inside(getattr(step, self.root), self.parts)

    @staticmethod
    def _inside(value: object, parts: tuple) -> object:
        for part in parts:
            whole = isinstance(part, str) or isinstance(value, (tuple, Mapping))
            value = value[part] if whole else value[:, part]
        return value

    def _told(self, step: Transition) -> object:
        """Of the info, which need not have it at every step: a null then, or the default if there is one."""
        if isinstance(step.info, Mapping):
            found = told(step.info, self.parts, len(step.reward))
        else:
            found = [dig(row, self.parts) for row in step.info or ()]
        if self.default is None or not isinstance(found, list):
            return found
        return [self.default if row is None else row for row in found]


def _entry(info: InputInfo) -> object:
    """The default of an input as the entry of a column."""
    def plain(value: object) -> object:
        if isinstance(value, tuple | list):
            return [plain(each) for each in value]
        return info.type.labels[value] if info.type.kind is Kind.ENUM else float(value) if isinstance(value, Fraction) else value
    return plain(info.default)


def own(value: object) -> object:
    """A column that stays as it is when the environment goes on: arrays are copied."""
    if isinstance(value, Tensor):
        return value.detach()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return torch.from_numpy(np.array(value))
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value


def lone(step: Transition) -> Transition:
    """The transition of one environment as that of a batch of one."""
    return replace(step, **{name: batched(getattr(step, name)) for name in ROOTS if name != "info"}, info=[step.info or {}])


def batched(value: object) -> object:
    """A value of one environment with an axis of environments before it."""
    if isinstance(value, Mapping):
        return {name: batched(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(batched(part) for part in value)
    return None if value is None else np.asarray(value)[None]


def with_rows(observation: object, rows: Mapping[int, object]) -> object:
    """The observations of several environments with others in some of them; nothing is changed in place."""
    if isinstance(observation, Mapping):
        return {name: with_rows(part, {row: value[name] for row, value in rows.items()}) for name, part in observation.items()}
    if isinstance(observation, tuple):
        return tuple(with_rows(part, {row: value[place] for row, value in rows.items()}) for place, part in enumerate(observation))
    found = observation.copy()
    for row, value in rows.items():
        found[row] = value
    return found
