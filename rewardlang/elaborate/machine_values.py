"""The nodes of a machine: the walk of its automaton, and what its words stand for in each of that walk's states."""

from fractions import Fraction

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.dfa import Dfa
from rewardlang.automata.machine import Machine
from rewardlang.automata.shaping import potentials
from rewardlang.automata.table import table_of
from rewardlang.automata.unfold import Place, Walk
from rewardlang.elaborate.constants import constant, show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.edges import Reader, is_number
from rewardlang.elaborate.infer import apply, article, joined
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo, ShapingInfo
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span
from rewardlang.values.axes import join
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

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
        asked = [reader.propositions[name] for name in walk.atoms]
        rested = [*asked, *reader.amounts.values()]
        self.axis = ordered_axis(cx, rested, declaration.over, declaration.span, declaration.name, "`machine {word} over {axis} {{ … }}`")
        dfa = Dfa.of(walk.graph, Alphabet(walk.atoms))
        axes = join(joined(cx, asked, self.span), (self.axis,))
        self.states = cx.spec.graph.add("walk", self._along(asked), INT.with_axes(axes), self.span, table=table_of(dfa),
                                        over=(self.axis,), roles=("p",) * max(len(asked), 1))

    def _along(self, asked: list[Node]) -> list[Node]:
        """The propositions; something along the axis stands in where there is none."""
        if any(self.axis in node.type.axes for node in asked):
            return asked
        clock = self.cx.const(True, BOOL, self.span)
        ticks = self.cx.spec.graph.add("every", (clock,), BOOL.with_axes((self.axis,)), self.span, axis=self.axis)
        if not asked:
            return [ticks]
        return [apply(self.cx, "and", [asked[0], ticks], self.span), *asked[1:]]

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


def entry(cx: Context, states: Node, values: tuple, type_: Type, span: Span) -> Node:
    """`values[state]` at each step."""
    return cx.spec.graph.add("entry", (states,), type_.with_axes(states.type.axes), span, values=values)


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
    """`shaped(m, discount = 0.99)`: discount * potential after the step - potential before it."""
    positional = [argument.value for argument in expr.arguments if argument.key is None]
    keyed = {argument.key: argument.value for argument in expr.arguments if argument.key is not None}
    if not positional or len(positional) + len(keyed) > 2 or keyed.keys() - {"discount"}:
        raise cx.fail("RW107", expr.span, name="shaped", problem="takes a machine and a discount: `shaped(m, discount = 0.99)`")
    info = of_machine(cx, positional[0], "what `shaped` takes")
    rate = _discount(cx, expr, [*positional[1:], *keyed.values()])
    node = _shaping(cx, info, rate, expr.span)
    cx.spec.shapings.append(ShapingInfo(info, float(rate), node, expr.span))
    return Value(node)


def _discount(cx: Context, expr: tree.Call, written: list[tree.Expr]) -> Fraction:
    found = constant(cx, written[0], "the discount") if written else cx.spec.setting.discount
    if found is None:
        raise cx.fail("RW107", expr.span, name="shaped", problem="needs `discount = …`, since the setting has none")
    if not is_number(found) or isinstance(found, bool) or not 0 <= found <= 1:
        raise cx.fail("RW121", expr.span, what="the discount", value=show(found), domain="[0, 1]")
    return Fraction(str(found)) if isinstance(found, float) else Fraction(found)


def _shaping(cx: Context, info: MachineInfo, rate: Fraction, span: Span) -> Node:
    try:
        known = potentials(info.machine, float(rate))
    except ValueError as error:
        raise cx.fail("RW333", span, name=info.name, discount=show(rate), subject=info.name) from error
    values = info.walk.entries(lambda place, _: known[Place(*place)])
    potential = entry(cx, info.states, values, FLOAT, span)
    start = cx.const(known[Place(*info.machine.begin)], FLOAT, span)
    before = cx.spec.graph.add("prev", (potential, start), potential.type, span, roles=("x", "start"), over=(info.axis,),
                               window=None, group=False)
    after = potential if rate == 1 else apply(cx, "mul", [cx.const(rate, FLOAT, span), potential], span)
    return apply(cx, "sub", [after, before], span)
