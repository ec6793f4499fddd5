"""The reference interpreter: a graph's values on plain Python numbers, entry by entry, as the rows are defined.

It shares nothing with the tensor emission but the table. It is slow, and meant to be read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from rewardlang.ops import formulas, stateful, windows
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import OPERATORS
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind

#: A position: the index along each axis of a value.
At = dict[Axis, int]

_GIVEN = frozenset({"input", "param"})


def evaluate(nodes: Sequence, rollouts: int, leaf: Callable, lengths: Callable | None = None) -> dict:
    """The value of every node for every rollout: `result[node][rollout]`.

    `nodes` are typed nodes, arguments first, all that they rest on included. A value is a Python number, bool, text or
    None for `invalid`; along axes it is nested lists in the order of `node.type.axes` (ragged axes as they come).
    `carried` nodes without their `state` among the nodes are leaves too: unknown entries of another step.
    `leaf(node, rollout, *arguments)` gives the value of an input, a param, or of a call for the values of its arguments
    (whole nested lists: the callback maps a lifted call). `lengths(axis, rollout)` gives the length of an axis that no
    leaf has; ValueError where it is needed and not given, or where two leaves disagree on a length.
    """
    run = Evaluation(rollouts, lengths)
    bodies = stateful.bodies(nodes)
    ordered = [node for node in nodes if node.op in _GIVEN] + [node for node in nodes if node.op not in _GIVEN]
    for node in ordered:
        if node in bodies.inside:
            continue
        if node.op in _GIVEN or node.op in ("call", "carried"):
            arguments = [run.values[arg] for arg in node.args]
            found = [leaf(node, rollout, *(value[rollout] for value in arguments)) for rollout in range(rollouts)]
        elif node.op == "state":
            found = [stateful.value(run, node, bodies.of(node), rollout) for rollout in range(rollouts)]
        else:
            found = [run.value(node, rollout) for rollout in range(rollouts)]
        run.values[node] = found
        if node.op in _GIVEN or node.op in ("call", "field"):
            for rollout, value in enumerate(found):
                run.note(node.type.axes, value, rollout, {})
    return run.values


class Evaluation:
    """The values so far, and the lengths of the axes."""

    def __init__(self, rollouts: int, lengths: Callable | None):
        self.rollouts = rollouts
        self.values: dict = {}
        self.kernel = FloatKernel()
        self.walked: dict[tuple, list] = {}    # the states of a walk so far, by node, rollout and place beside its axis
        self._asked = lengths
        self._sizes: dict[tuple, int] = {}

    # Axes -------------------------------------------------------------------------------------------------------

    def note(self, axes: tuple[Axis, ...], value, rollout: int, at: At) -> None:
        """Remembers the lengths that a leaf's value has."""
        if not axes or value is None:
            return
        key = self._key(axes[0], rollout, at)
        if self._sizes.setdefault(key, len(value)) != len(value) or axes[0].size not in (None, len(value)):
            raise ValueError(f"two values of rollout {rollout} have different lengths along `{axes[0].name}`")
        for position, entry in enumerate(value):
            self.note(axes[1:], entry, rollout, {**at, axes[0]: position})

    def length(self, axis: Axis, rollout: int, at: At) -> int | None:
        """The number of positions along an axis; None if the list that has it is invalid."""
        if axis.size is not None:
            return axis.size
        key = self._key(axis, rollout, at)
        if key not in self._sizes and self._asked is not None:
            return self._asked(axis, rollout)
        return self._sizes.get(key)

    def _key(self, axis: Axis, rollout: int, at: At) -> tuple:
        outer = tuple(next((i for a, i in at.items() if a.name == name), None) for name in axis.within)
        return axis, rollout, outer

    def positions(self, axes: Iterable[Axis], rollout: int, at: At) -> list[At] | None:
        """All positions along some axes, the last running fastest; None if a length is unknown."""
        found = [at]
        for axis in axes:
            longer = []
            for position in found:
                length = self.length(axis, rollout, position)
                if length is None:
                    return None
                longer += [{**position, axis: i} for i in range(length)]
            found = longer
        return found

    # Values -----------------------------------------------------------------------------------------------------

    def read(self, node, rollout: int, at: At):
        """One entry; None past the end of a list."""
        value = self.values[node][rollout]
        for axis in node.type.axes:
            if value is None or at[axis] >= len(value):
                return None
            value = value[at[axis]]
        return value

    def build(self, axes: tuple[Axis, ...], rollout: int, entry: Callable[[At], object], at: At):
        """Nested lists of the entries along some axes."""
        if not axes:
            return entry(at)
        length = self.length(axes[0], rollout, at)
        if length is None:
            return None
        return [self.build(axes[1:], rollout, entry, {**at, axes[0]: i}) for i in range(length)]

    def value(self, node, rollout: int):
        """The value of a node whose arguments are known."""
        if node.op == "const":
            return constant(node)
        axes = node.args[0].type.axes if node.op == "field" else node.type.axes
        self.prepare(node, rollout)
        return self.build(axes, rollout, lambda at: self.entry(node, rollout, at), {})

    def prepare(self, node, rollout: int) -> None:
        """Notes the length of an axis that a node makes."""
        if node.op == "rename":
            _note_copy(self, node, rollout)

    def entry(self, node, rollout: int, at: At):
        """One entry of a node whose arguments are known there, and along what it looks at."""
        row = OPERATORS[node.op]
        if row.family is Family.REDUCTION:
            return windows.reduced(self, node, row, rollout, at)
        if row.family is Family.SCAN:
            return windows.scanned(self, node, row, rollout, at)
        if row.family is Family.TEMPORAL:
            return formulas.read(self, node, row, rollout, at)
        if row.family is Family.PLACEMENT or node.op in _PLACED:
            return _PLACED[node.op](self, node, row, rollout, at)
        return call(self.kernel, row, *(self.read(arg, rollout, at) for arg in node.args), **windows.options(node, row))


def constant(node):
    """The plain value of a constant node: lists for literals, a dict for a table, floats for fractions."""
    if node.type.kind is Kind.TABLE:
        return {key: _plain(value) for key, value in node["value"]}
    return _plain(node["value"])


def _plain(value):
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return float(value) if isinstance(value, Fraction) else value


# --- placement ------------------------------------------------------------------------------------------------------


def _along(run: Evaluation, node, axis: Axis, rollout: int, at: At) -> list | None:
    """The entries of a node along one axis."""
    places = run.positions([axis], rollout, at)
    return None if places is None else [run.read(node, rollout, place) for place in places]


def _put(run: Evaluation, node, row: Operator, rollout: int, at: At):
    axis = node["axis"]
    length = run.length(axis, rollout, at)
    return call(run.kernel, row, run.read(node.args[0], rollout, at), length=length)[at[axis]]


def _place(run: Evaluation, node, row: Operator, rollout: int, at: At):
    (source,), onto = node["over"], node["onto"]
    x, index = (_along(run, arg, source, rollout, at) for arg in node.args)
    if x is None or index is None:
        return None
    return call(run.kernel, row, x, index, length=run.length(onto, rollout, at))[at[onto]]


def _spread(run: Evaluation, node, row: Operator, rollout: int, at: At):
    x = _along(run, node.args[0], node["over"][0], rollout, at)
    return None if x is None else call(run.kernel, row, x, [run.read(node.args[1], rollout, at)])[0]


def _note_copy(run: Evaluation, node, rollout: int) -> None:
    """The length of a copied axis: that of its source, or the number of rollouts in the population."""
    target = node["target"]
    if _source(node) in ("batch", "group"):
        run.note((target,), _population(run, node, rollout), rollout, {})
        return
    source = next(axis for axis in node.args[0].type.axes if axis.name == _source(node))
    outer = [axis for axis in node.args[0].type.axes if axis.name in source.within]
    for at in run.positions(outer, rollout, {}) or []:
        length = run.length(source, rollout, at)
        if length is not None:
            run.note((target,), [None] * length, rollout, at)


def _population(run: Evaluation, node, rollout: int) -> list[int]:
    if _source(node) == "batch":
        return list(range(run.rollouts))
    keys = run.values[node.args[1]]
    return [other for other in range(run.rollouts) if keys[other] is not None and keys[other] == keys[rollout]]


def _source(node) -> str:
    return getattr(node["source"], "name", node["source"])


def _rename(run: Evaluation, node, row: Operator, rollout: int, at: At):
    x, target = node.args[0], node["target"]
    if _source(node) in ("batch", "group"):
        return run.read(x, _population(run, node, rollout)[at[target]], at)
    source = next(axis for axis in x.type.axes if axis.name == _source(node))
    return run.read(x, rollout, {**at, source: at[target]})


def _walk(run: Evaluation, node, row: Operator, rollout: int, at: At):
    axis = node["over"][0]
    states = run.walked.setdefault((node, rollout, *((other, i) for other, i in at.items() if other != axis)), [])
    while len(states) <= at[axis]:
        letter = ([run.read(arg, rollout, {**at, axis: len(states)})] for arg in node.args)
        table = replace(node["table"], start=states[-1]) if states and states[-1] is not None else node["table"]
        ended = bool(states) and states[-1] is None    # invalid once, invalid for good
        states.append(None if ended else call(run.kernel, row, *letter, table=table)[-1])
    return states[at[axis]]


def _pick(run: Evaluation, node, row: Operator, rollout: int, at: At):
    x = _along(run, node.args[0], node["axis"], rollout, at)
    return None if x is None else call(run.kernel, row, x, index=node["index"])


def _vector(run: Evaluation, node, row: Operator, rollout: int, at: At):
    return call(run.kernel, row, *(run.read(arg, rollout, at) for arg in node.args))[at[node["axis"]]]


def _index(run: Evaluation, node, row: Operator, rollout: int, at: At):
    return call(run.kernel, row, length=run.length(node["axis"], rollout, at))[at[node["axis"]]]


def _length(run: Evaluation, node, row: Operator, rollout: int, at: At):
    length = run.length(node["axis"], rollout, at)
    return None if length is None else call(run.kernel, row, length=length)


_PLACED = {"at_first": _put, "at_last": _put, "every": _put, "place": _place, "spread": _spread, "rename": _rename,
           "pick": _pick, "vector": _vector, "index": _index, "length": _length, "walk": _walk, "ending": _index}
