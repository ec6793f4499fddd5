"""Where a value is needed: masks that travel from the outputs back to what is dear to compute."""

from collections.abc import Callable

from rewardlang.ir.node import Node, consumers
from rewardlang.tensor.emit import Emitter
from rewardlang.tensor.fxgraph import FALSE, TRUE, Value
from rewardlang.tensor.order import Calls
from rewardlang.values.axes import Axis

#: In place of the calls that may decide: while values are emitted, those conditions that are emitted already.
SO_FAR: frozenset[Node] = frozenset({None})
#: The same of those that rest on no call, so that what waits for them waits for nothing in Python.
AT_ONCE: frozenset[Node] = frozenset({0})


class Demand:
    """Builds, in the emitter's graph, where each node's value is needed.

    A gate needs a side only where it is open, `??` its right side only where the left is invalid, `and` its dearer side
    only where the other does not decide, a reduction only what `where` admits. Populations and histories are never
    narrowed by a gate: if one position needs a window, all rollouts are needed.
    """

    def __init__(self, emitter: Emitter, nodes: list[Node], roots: set[Node], calls: Calls):
        self.emitter, self.k, self.roots, self.calls = emitter, emitter.k, roots, calls
        self.users = consumers(nodes)
        self._found: dict[tuple[Node, frozenset[Node] | None], Value] = {}

    def of(self, node: Node, ran: frozenset[Node] | None = None) -> Value:
        """Where a node is needed, a truth value that is never invalid; TRUE for everywhere, padding included.

        `ran` are the calls that may decide; a condition that rests on others is taken to hold. None: all may.
        """
        for upper in self._above(node, ran):
            self._found[upper, ran] = self._of(upper, ran)
        return self._found[node, ran]

    def so_far(self, node: Node) -> Value:
        """Where a node that is being emitted can be needed, by the conditions that are emitted already."""
        return self.of(node, SO_FAR)

    def rollouts(self, node: Node) -> Value | None:
        """In which rollouts a node that is being emitted can be needed, as far as that is known at once; None for all."""
        needed = self.of(node, AT_ONCE)
        return None if needed.constant or not needed.batched else self._shared(needed, ())

    def _above(self, node: Node, ran: frozenset[Node] | None) -> list[Node]:
        """The node and all that use it, users first, as far as they are not known yet."""
        seen, stack = set(), [node]
        while stack:
            found = stack.pop()
            if found not in seen and (found, ran) not in self._found:
                seen.add(found)
                stack.extend(() if found in self.roots else self.users.get(found, ()))
        return sorted(seen, key=lambda found: -found.number)

    def _of(self, node: Node, ran: frozenset[Node] | None) -> Value:
        if node in self.roots:
            return TRUE
        needed = FALSE
        for user in self.users.get(node, ()):
            for position, arg in enumerate(user.args):
                if arg is node and not (needed.constant and needed.data):
                    needed = self.k.logical_or(needed, self._by(user, position, ran))
        return needed

    def _by(self, user: Node, position: int, ran: frozenset[Node] | None) -> Value:
        """Where one user needs its argument."""
        needed = self._found[user, ran]
        if user.op in ("state", "carried"):
            return TRUE     # a history is narrowed by no gate
        guards = self.calls.guards(user, position)
        if ran in (SO_FAR, AT_ONCE) and user.get("window"):
            return TRUE
        if user.get("roles") is not None:
            needed = self._of_entries(user, needed)
        elif user.op in _MOVED:
            needed = _MOVED[user.op](self, user, position, needed)
        for guard, decides in guards:
            if self._is_known(guard, ran):
                needed = self.k.logical_and(needed, self._open(user, position, self.emitter.values[guard], decides))
            elif user.op == "gate" and position == 2 and ran is not None:
                needed = self.k.logical_and(needed, self.k.logical_not(self._surely(guard, ran)))
        return self._shared(needed, user.args[position].type.axes)

    def _surely(self, guard: Node, ran: frozenset[Node]) -> Value:
        """Where a truth holds, by those of its sides that may be looked at alone."""
        if self._is_known(guard, ran):
            value = self.emitter.values[guard]
            return self.k.logical_and(value.plain(), value.valid or TRUE)
        if guard.op not in ("and", "or"):
            return FALSE
        sides = [self._surely(arg, ran) for arg in guard.args]
        return (self.k.logical_and if guard.op == "and" else self.k.logical_or)(*sides)

    def _is_known(self, guard: Node, ran: frozenset[Node] | None) -> bool:
        """Whether what guards an argument may be looked at; within the update of a state it is decided step by step."""
        if guard not in self.emitter.values:
            return False
        return ran is None or ran is SO_FAR or self.calls.below[guard] <= ran

    def _open(self, user: Node, position: int, guard: Value, decides: bool | None) -> Value:
        """Where the value that guards an argument leaves it needed; `decides` is what it must be to leave it out."""
        known = guard.valid or TRUE
        if user.op == "coalesce":
            return self.k.logical_not(known)
        if user.op == "gate" and position == 2 or decides is False:
            off = self.k.logical_and(self.k.logical_not(guard.plain()), known)
            return off if decides is None else self.k.logical_not(off)
        holds = self.k.logical_and(guard.plain(), known)
        return self.k.logical_not(holds) if decides else holds

    def _of_entries(self, user: Node, needed: Value) -> Value:
        """Where a reduction or scan needs entries: at every position that one needed result may see."""
        if user.get("window") == "run":     # what no one asks for now is a part of what later batches see
            return TRUE
        if not user.get("window"):
            return self._shared(needed, tuple(axis for axis in user.type.axes if axis not in user["over"]))
        roles = user["roles"]
        key = self.emitter.values[user.args[roles.index("by")]] if "by" in roles else None
        return self._of_population(needed, key)

    def _of_population(self, needed: Value, key: Value | None) -> Value:
        """Where some rollout of the population needs something, at the same position of its axes."""
        if needed.constant or not needed.batched:
            return needed
        real = self.k.both(self.emitter.real(needed.axes), key.valid if key is not None else None)
        return self.k.any(self.k.rollouts(needed, real, key.plain() if key is not None else None))

    def _shared(self, needed: Value, axes: tuple[Axis, ...]) -> Value:
        """The same over fewer axes: where any position along the others is needed."""
        gone = tuple(axis for axis in needed.axes if axis not in axes)
        if not gone:
            return needed
        return self.k.any(self.k.gather(needed, self.emitter.real(gone), gone))


def _renamed(demand: Demand, user: Node, _position: int, needed: Value) -> Value:
    name = getattr(user["source"], "name", user["source"])
    if name in ("batch", "group"):
        kept = tuple(axis for axis in needed.axes if axis != user["target"])
        return demand._of_population(demand._shared(needed, kept), None)
    source = next(axis for axis in user.args[0].type.axes if axis.name == name)
    return demand.emitter._along(needed, user["target"], source)


def _picked(demand: Demand, user: Node, _position: int, needed: Value) -> Value:
    there = demand.k.eq(demand.emitter._positions(user["axis"]), Value(user["index"]))
    return demand.k.logical_and(needed, there)


def _item(demand: Demand, user: Node, position: int, needed: Value) -> Value:
    return demand.emitter._picked(needed, user["axis"], position)


_MOVED: dict[str, Callable[[Demand, Node, int, Value], Value]] = {"rename": _renamed, "pick": _picked, "vector": _item}
