"""States in the reference interpreter: the update is computed for one step after another, from the entries of the step before."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bodies:
    """What some nodes compute within the updates of states: by the key of the state, and all of it."""

    by_key: dict[str, list]
    inside: frozenset

    def of(self, state) -> list:
        """The nodes of a state's updates that rest on another step's entry, arguments first."""
        return self.by_key[state["key"]]


def bodies(nodes: Sequence) -> Bodies:
    """The updates of the states among some nodes, arguments first."""
    keys = {node["key"] for node in nodes if node.op == "state"}
    resting: dict = {}
    for node in nodes:
        below = {key for arg in node.args for key in resting.get(arg, ())}
        own = {node["key"]} & keys if node.op == "carried" else below - ({node["key"]} if node.op == "state" else set())
        if own:
            resting[node] = own
    by_key = {key: [node for node in nodes if key in resting.get(node, ())] for key in keys}
    return Bodies(by_key, frozenset(resting))


def value(run, state, body: list, rollout: int):
    """A state's value for one rollout: nested lists along its axes."""
    (axis,), backward = state["over"], state["backward"]
    half = len(state.args) // 2
    carried, updates = state.args[:half], state.args[half:]
    known: dict = {}
    places = run.positions(state.type.axes, rollout, {})
    if places is None:
        return None
    own = {node: _by_step(run, node, axis, rollout) for node in body}
    by_step = _grouped(places, axis)
    for step in sorted(by_step, reverse=backward):
        for node in body:
            for at in own[node].get(step, ()):
                found = _entry(run, node, carried.index(node), known, rollout, at) if node in carried else run.entry(node, rollout, at)
                _put(run.values[node][rollout], node.type.axes, at, found)
        for slot, update in enumerate(updates):
            for at in by_step[step]:
                known[slot, _key(at)] = run.read(update, rollout, at)
    for node in body:
        run.values.setdefault(node, [None] * run.rollouts)[rollout] = None
    return run.build(state.type.axes, rollout, lambda at: known[state["slot"], _key(at)], {})


def _by_step(run, node, axis, rollout: int) -> dict[int, list[dict]]:
    """Where a node of the update has entries, by step; makes room for them, as yet unknown."""
    run.prepare(node, rollout)
    run.values.setdefault(node, [None] * run.rollouts)[rollout] = run.build(node.type.axes, rollout, lambda at: None, {})
    return _grouped(run.positions(node.type.axes, rollout, {}) or [], axis)


def _grouped(places: list[dict], axis) -> dict[int, list[dict]]:
    found: dict[int, list[dict]] = {}
    for at in places:
        found.setdefault(at[axis], []).append(at)
    return found


def _put(value: list, axes: tuple, at: dict, entry) -> None:
    """Sets one entry of nested lists."""
    for axis in axes[:-1]:
        value = value[at[axis]]
    value[at[axes[-1]]] = entry


def _entry(run, node, slot: int, known: dict, rollout: int, at: dict):
    """The entry of the step before (or after), the first value where there is none."""
    axis = node["axis"]
    beside = {**at, axis: at[axis] + (1 if node["backward"] else -1)}
    if not 0 <= beside[axis] < run.length(axis, rollout, at):
        return run.read(node.args[0], rollout, at)
    return known.get((slot, _key(beside)))


def _key(at: dict) -> frozenset:
    return frozenset(at.items())
