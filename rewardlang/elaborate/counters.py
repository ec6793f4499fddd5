"""Machines whose counters are states: where they have more values than a table has room for, or change by what data says."""

from rewardlang.automata.machine import Counter, Machine, Test, Update, bare
from rewardlang.automata.unfold import unfold, walk
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.edges import Reader
from rewardlang.elaborate.infer import apply, joined
from rewardlang.elaborate.machine_values import Nodes, axis_of, known, walk_of
from rewardlang.elaborate.states import beside, check, states_of, substituted
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.axes import join
from rewardlang.values.interval import Interval
from rewardlang.values.types import BOOL, INT

_COMPARED = {"==": "eq", "!=": "ne", ">=": "ge", ">": "gt", "<=": "le", "<": "lt"}


def counters_of(cx: Context, declaration: tree.Machine, reader: Reader) -> list[Node]:
    """The counters before a step: unknowns in their ranges. `reader` has read the edges once, and knows what they ask."""
    axis, key = axis_of(cx, declaration, reader), f"{cx.module.key}:{declaration.name}"
    axes = join(joined(cx, [*reader.propositions.values(), *reader.rested], declaration.span), (axis,))
    found = []
    for counter in reader.counters:
        first = cx.const(counter.start, INT, declaration.span)
        node = cx.spec.graph.add("carried", (first,), INT.with_axes(axes), declaration.span, key=key, axis=axis, backward=False,
                                 name=f"{declaration.name}.{counter.name}")
        cx.spec.domains[node] = Interval.of(counter.low, counter.high)
        found.append(node)
    return found


def of_states(cx: Context, declaration: tree.Machine, machine: Machine, reader: Reader, counters: list[Node],
              edges: tuple[Span, ...]) -> Value:
    """A machine that walks a table of its states and edges, told whether the tests of its counters hold.

    Within a step the counters are those before it. The walk is there twice: among what a step of the counters computes,
    and along the whole axis, on what the counters have come to be.
    """
    inner, span = bare(machine), declaration.span
    taken = walk(unfold(inner, most=float("inf"), pays=lambda number, *_: number + 1))    # 0: no edge
    atoms = {**reader.propositions, **{name: _tested(cx, counters, test, span) for name, test in machine.tests.items()}}
    axis = counters[0]["axis"]
    step = Nodes(cx, span, taken, walk_of(cx, taken, [atoms[name] for name in taken.atoms], axis, span))
    updates = [_Change(step, machine, number, node, reader.changes).node() for number, node in enumerate(counters)]
    check(cx, counters[0]["name"], counters, updates, span)
    states = states_of(cx, counters, updates, span)
    image = {node: beside(cx, node, state) for node, state in zip(counters, states, strict=True)}

    def outside(nodes: dict) -> dict:
        return {name: substituted(cx.spec, node, image) for name, node in nodes.items()}

    nodes = Nodes(cx, span, taken, substituted(cx.spec, step.states, image))
    amounts = outside(reader.amounts)
    members = nodes.members(lambda paid: machine.edges[paid - 1].reward if paid else 0, amounts)
    members |= {counter.name: state for counter, state in zip(machine.counters, states, strict=True)}
    return known(cx, MachineInfo(declaration.name, machine, axis, outside(reader.propositions), amounts, taken, nodes.states,
                                 members["reward"], members, edges, span, changes=outside(reader.changes)))


def _tested(cx: Context, counters: list[Node], test: Test, span: Span) -> Node:
    return apply(cx, _COMPARED[test.op], [counters[test.counter], cx.const(test.value, INT, span)], span)


class _Change:
    """What becomes of one counter at a step, by the edge that is taken."""

    def __init__(self, step: Nodes, machine: Machine, number: int, before: Node, changes: dict[str, Node]):
        self.step, self.machine, self.before, self.changes = step, machine, before, changes
        self.number, self.counter = number, machine.counters[number]
        self.by_edge = [tuple(update for update in edge.updates if update.counter == number) for edge in machine.edges]

    def node(self) -> Node:
        """The counter after the step: constants by table, everything else by the edge that says it."""
        added = self._by_edge(_added, 0)
        found = self.before
        if any(added):
            found = self._clamped(apply(self.step.cx, "add", [self.before, self.step.entry(added, INT)], self.step.span))
        if any(self._by_edge(lambda updates: _set(updates, self.counter) is not None, False)):
            here = self.step.entry(self._by_edge(lambda updates: _set(updates, self.counter) is not None, False), BOOL)
            values = self._by_edge(lambda updates: _set(updates, self.counter) or 0, 0)
            found = self.step.chosen(here, self.step.entry(values, INT), found)
        others = [updates for updates in self.by_edge if updates and _added(updates) == 0 and _set(updates, self.counter) is None]
        for updates in dict.fromkeys(others):
            here = self.step.entry(self._by_edge(lambda own, wanted=updates: own == wanted, False), BOOL)
            found = self.step.chosen(here, self._updated(updates), found)
        return found

    def _by_edge(self, of, nothing) -> tuple:
        return self.step.walk.entries(lambda _, taken: of(self.by_edge[taken - 1]) if taken else nothing)

    def _updated(self, updates: tuple[Update, ...]) -> Node:
        cx, span, found = self.step.cx, self.step.span, self.before
        for update in updates:
            value = self.changes[update.value] if isinstance(update.value, str) else cx.const(update.value, INT, span)
            if update.op != "=":
                value = apply(cx, "add" if update.op == "+=" else "sub", [found, value], span)
            found = self._clamped(value)
        return found

    def _clamped(self, node: Node) -> Node:
        cx, span = self.step.cx, self.step.span
        return apply(cx, "clamp", [node, cx.const(self.counter.low, INT, span), cx.const(self.counter.high, INT, span)], span)


def _added(updates: tuple[Update, ...]) -> int:
    """What updates add, if they are a single one that adds a constant; else 0."""
    if len(updates) != 1 or updates[0].op == "=" or isinstance(updates[0].value, str):
        return 0
    return updates[0].of(0)


def _set(updates: tuple[Update, ...], counter: Counter) -> int | None:
    """What updates make of a counter, if they are a single one that sets it to a constant."""
    if len(updates) != 1 or updates[0].op != "=" or isinstance(updates[0].value, str):
        return None
    return counter.clamped(updates[0].value)
