"""The nodes of a machine: the walk of its automaton, and what its words stand for in each of that walk's states."""

from fractions import Fraction

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.machine import Machine
from rewardlang.automata.shaping import potentials
from rewardlang.automata.table import table_of
from rewardlang.automata.unfold import Walk
from rewardlang.elaborate.automata import discount_of, entry, shaping, table_walk
from rewardlang.elaborate.constants import show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.edges import Reader, is_number
from rewardlang.elaborate.infer import article, joined
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo, ShapingInfo
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span
from rewardlang.values.axes import join
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

_EXAMPLE = "`machine {word} over {axis} {{ … }}`"
_MACHINE = Type(Kind.OPAQUE, name="machine")


def machine_value(cx: Context, declaration: tree.Machine, machine: Machine, walk: Walk, reader: Reader,
                  edges: tuple[Span, ...]) -> Value:
    """The machine as something that members are taken of; known to the spec by its name."""
    nodes = _Nodes(cx, declaration, walk, reader)
    members = nodes.members()
    info = MachineInfo(declaration.name, machine, nodes.axis, reader.propositions, reader.amounts, walk, nodes.states,
                       members["reward"], members, edges, declaration.span, reader.pays)
    cx.spec.machines[cx.module.qualified(declaration.name)] = info
    node = cx.spec.graph.add("const", (), _MACHINE, declaration.span, value=cx.module.qualified(declaration.name))
    return Value(node, machine=info)


class _Nodes:
    """The nodes of one machine."""

    def __init__(self, cx: Context, declaration: tree.Machine, walk: Walk, reader: Reader):
        self.cx, self.span, self.walk, self.reader = cx, declaration.span, walk, reader
        asked = tuple(reader.propositions[name] for name in walk.atoms)
        rested = [*asked, *reader.amounts.values()]
        self.axis = reader.axis or ordered_axis(cx, rested, declaration.over, declaration.span, declaration.name, _EXAMPLE)
        dfa = Dfa.of(walk.graph, Alphabet(walk.atoms or ("true",)))
        axes = join(joined(cx, asked, self.span), (self.axis,))
        self.states = table_walk(cx, asked, axes, self.axis, table_of(dfa), self.span)

    def entry(self, values: tuple, type_: Type) -> Node:
        """What the states of the walk stand for."""
        return entry(self.cx, self.states, values, type_, self.span)

    def members(self) -> dict[str, Node]:
        """Everything that a machine is asked for by a word, save `in`."""
        machine = self.walk.unfolded.machine
        found = {
            "reward": self._reward(),
            "state": self.entry(self.walk.entries(lambda place, _: place.state), Type(Kind.ENUM, labels=machine.states)),
            "done": self.entry(self.walk.entries(lambda place, _: place.state in machine.finals), BOOL),
        }
        for number, counter in enumerate(machine.counters):
            found[counter.name] = self.entry(self.walk.entries(lambda place, _, at=number: place.counts[at]), INT)
        return found

    def _reward(self) -> Node:
        """What the last edge paid: a constant by the walk's state, an amount where the state says that it is due."""
        cx = self.cx
        values = self.walk.entries(lambda _, paid: paid if is_number(paid) else 0)
        found = self.entry(values, INT if all(isinstance(value, int) for value in values) else FLOAT)
        due = dict.fromkeys(arrival.reward for arrival in self.walk.arrivals if not is_number(arrival.reward))
        for name in due:
            amount = self.reader.amounts[name]
            here = self.entry(self.walk.entries(lambda _, paid, wanted=name: paid == wanted), BOOL)
            kind = Kind.FLOAT if Kind.FLOAT in (amount.type.kind, found.type.kind) else Kind.INT
            type_ = Type(kind, joined(cx, (here, amount, found), self.span), amount.type.optional or found.type.optional)
            found = cx.spec.graph.add("gate", (here, amount, found), type_, self.span)
        return found


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
    cx.spec.shapings.append(ShapingInfo(info, float(rate), node, expr.span))
    return Value(node)


def _potentials(cx: Context, info: MachineInfo, rate: int | Fraction, span: Span) -> tuple[float, ...]:
    try:
        known = potentials(info.machine, float(rate))
    except ValueError as error:
        raise cx.fail("RW333", span, name=info.name, discount=show(rate), subject=info.name) from error
    return info.walk.entries(lambda place, _: known[place])
