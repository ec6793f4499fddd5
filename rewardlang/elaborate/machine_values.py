"""The nodes of a machine: the walk of its automaton, and what its words stand for in each of that walk's states."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.machine import Machine, bare
from rewardlang.automata.shaping import NoValue, potentials
from rewardlang.automata.table import table_of
from rewardlang.automata.unfold import Place, TooManyPlaces, Walk
from rewardlang.elaborate.automata import discount_of, entry, shaping, table_walk
from rewardlang.elaborate.constants import show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.edges import EXAMPLE, Reader, is_number
from rewardlang.elaborate.infer import article, joined
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo, ShapingInfo
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis, join
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

_MACHINE = Type(Kind.OPAQUE, name="machine")


def of_table(cx: Context, declaration: tree.Machine, machine: Machine, walk: Walk, reader: Reader,
             edges: tuple[Span, ...]) -> Value:
    """A machine whose places are all in the table that is walked."""
    asked = tuple(reader.propositions[name] for name in walk.atoms)
    axis = axis_of(cx, declaration, reader)
    states = walk_of(cx, walk, asked, axis, declaration.span)
    nodes = Nodes(cx, declaration.span, walk, states)
    members = nodes.members(lambda paid: paid, reader.amounts)
    for number, counter in enumerate(machine.counters):
        members[counter.name] = nodes.entry(walk.entries(lambda place, _, at=number: place.counts[at]), INT)
    return known(cx, MachineInfo(declaration.name, machine, axis, reader.propositions, reader.amounts, walk, states,
                                 members["reward"], members, edges, declaration.span, reader.pays))


def known(cx: Context, info: MachineInfo) -> Value:
    """The machine as something that members are taken of; known to the spec by its name."""
    name = cx.module.qualified(info.name)
    cx.spec.machines[name] = info
    return Value(cx.spec.graph.add("const", (), _MACHINE, info.span, value=name), machine=info)


def axis_of(cx: Context, declaration: tree.Machine, reader: Reader) -> Axis:
    """The ordered axis that a machine goes along: that of what its edges ask and pay."""
    rested = [*reader.propositions.values(), *reader.amounts.values(), *reader.rested]
    return reader.axis or ordered_axis(cx, rested, declaration.over, declaration.span, declaration.name, EXAMPLE)


def walk_of(cx: Context, walk: Walk, asked: Sequence[Node], axis: Axis, span: Span) -> Node:
    """The node of the states that a walk goes through on what its atoms stand for."""
    dfa = Dfa.of(walk.graph, Alphabet(walk.atoms or ("true",)))
    axes = join(joined(cx, asked, span), (axis,))
    return table_walk(cx, tuple(asked), axes, axis, table_of(dfa), span)


class Nodes:
    """What the states of a walk stand for: nodes of `states`, whose arrivals are those of `walk`."""

    def __init__(self, cx: Context, span: Span, walk: Walk, states: Node):
        self.cx, self.span, self.walk, self.states = cx, span, walk, states

    def entry(self, values: tuple, type_: Type) -> Node:
        """What the states of the walk stand for."""
        return entry(self.cx, self.states, values, type_, self.span)

    def members(self, pay: Callable[[object], object], amounts: Mapping[object, Node]) -> dict[str, Node]:
        """Everything that a machine is asked for by a word, save `in` and counters; `pay` says what an arrival was paid."""
        machine = self.walk.unfolded.machine
        return {
            "reward": self._reward(pay, amounts),
            "state": self.entry(self.walk.entries(lambda place, _: place.state), Type(Kind.ENUM, labels=machine.states)),
            "done": self.entry(self.walk.entries(lambda place, _: place.state in machine.finals), BOOL),
        }

    def _reward(self, pay: Callable[[object], object], amounts: Mapping[object, Node]) -> Node:
        """What the last edge paid: a constant by the walk's state, an amount where the state says that it is due."""
        paid = self.walk.entries(lambda _, told: pay(told))
        values = tuple(value if is_number(value) else 0 for value in paid)
        found = self.entry(values, INT if all(isinstance(value, int) for value in values) else FLOAT)
        for name in dict.fromkeys(value for value in paid if not is_number(value)):
            here = self.entry(tuple(value == name for value in paid), BOOL)
            found = self.chosen(here, amounts[name], found)
        return found

    def chosen(self, here: Node, one: Node, other: Node) -> Node:
        """One number where a truth holds, elsewhere another; only that one is looked at."""
        kind = Kind.FLOAT if Kind.FLOAT in (one.type.kind, other.type.kind) else Kind.INT
        type_ = Type(kind, joined(self.cx, (here, one, other), self.span), one.type.optional or other.type.optional)
        return self.cx.spec.graph.add("gate", (here, one, other), type_, self.span)


def is_in(cx: Context, expr: tree.Call, info: MachineInfo) -> Value:
    """`m.in(loaded, broken)`: whether the machine is in one of these states after the step."""
    names = [argument.value.name for argument in expr.arguments if isinstance(argument.value, tree.Name)]
    if len(names) != len(expr.arguments) or not names:
        raise cx.fail("RW107", expr.span, name=expr.function, problem="takes names of states")
    states = info.machine.states
    for name in names:
        if name not in states:
            raise cx.fail("RW116", expr.span, name=name, type=f"the machine `{info.name}`", hint=near(name, states))
    wanted = {states.index(name) for name in names}
    return Value(entry(cx, info.states, info.walk.entries(lambda place, _: place.state in wanted), BOOL, expr.span))


def of_machine(cx: Context, expr: tree.Expr, what: str) -> MachineInfo:
    """The machine that an expression names."""
    value = cx.value(expr)
    if value.machine is None:
        raise cx.fail("RW108", expr.span, what=what, wanted="a machine", found=article(value.node.type))
    return value.machine


def shaped(cx: Context, expr: tree.Call) -> Value:
    """`shaped(m, discount = 0.99)`: discount · potential after the step - potential before it; 0 once the episode has ended."""
    positional = [argument.value for argument in expr.arguments if argument.key is None]
    keyed = {argument.key: argument.value for argument in expr.arguments if argument.key is not None}
    if not positional or len(positional) + len(keyed) > 2 or keyed.keys() - {"discount"}:
        raise cx.fail("RW107", expr.span, name="shaped", problem="takes a machine and a discount: `shaped(m, discount = 0.99)`")
    info = of_machine(cx, positional[0], "what `shaped` takes")
    written = [*positional[1:], *keyed.values()]
    if not written and cx.spec.setting.discount is None:
        raise cx.fail("RW107", expr.span, name="shaped", problem="needs `discount = …`, since the setting has none")
    rate = discount_of(cx, written[0] if written else None)
    node = shaping(cx, info.states, 0, _potentials(cx, info, rate, expr.span), rate, info.axis, expr.span)
    found = ShapingInfo(info, float(rate), node, expr.span)
    if found not in cx.spec.shapings:    # edges of a machine may be read twice
        cx.spec.shapings.append(found)
    return Value(node)


def _potentials(cx: Context, info: MachineInfo, rate: int | Fraction, span: Span) -> tuple[float, ...]:
    """By the states of the walk: of places, or of states alone where counters are beside it."""
    machine = info.walk.unfolded.machine
    try:
        found = potentials(machine, float(rate))
        return info.walk.entries(lambda place, _: found[place])
    except TooManyPlaces:    # states that no run comes to have counters too
        found = potentials(bare(machine), float(rate))
        return info.walk.entries(lambda place, _: found[Place(place.state)])
    except NoValue as error:
        raise cx.fail("RW333", span, name=info.name, discount=show(rate), subject=info.name) from error
