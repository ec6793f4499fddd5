"""States in the reference interpreter: the update is computed again for each step, from the entries of the step before."""

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
    turn = sorted({at[axis] for at in places}, reverse=backward)
    for step in turn:
        for node in body:
            run.values.setdefault(node, [None] * run.rollouts)[rollout] = (
                _entries(run, node, carried.index(node), known, rollout) if node in carried else run.value(node, rollout))
        for slot, update in enumerate(updates):
            for at in places:
                if at[axis] == step:
                    known[slot, _key(at)] = run.read(update, rollout, at)
    for node in body:
        run.values.setdefault(node, [None] * run.rollouts)[rollout] = None
    return run.build(state.type.axes, rollout, lambda at: known[state["slot"], _key(at)], {})


def _entries(run, node, slot: int, known: dict, rollout: int):
    """The entries of the step before (or after), as far as they are known; the first value where there is none."""
    axis, way = node["axis"], 1 if node["backward"] else -1

    def entry(at: dict):
        beside = {**at, axis: at[axis] + way}
        length = run.length(axis, rollout, at)
        if not 0 <= beside[axis] < length:
            return run.read(node.args[0], rollout, at)
        return known.get((slot, _key(beside)))

    return run.build(node.type.axes, rollout, entry, {})


def _key(at: dict) -> frozenset:
    return frozenset(at.items())
