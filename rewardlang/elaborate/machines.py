"""`machine` blocks: their states and counters, the faults of their build, and the values they give."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from rewardlang.automata.dfa import SATISFIED, VIOLATED
from rewardlang.automata.machine import Counter, Edge, Machine
from rewardlang.automata.unfold import MOST_PLACES, TooManyPlaces, Unfolded, unfold, walk
from rewardlang.elaborate.automata import reading_of
from rewardlang.elaborate.constants import interval, show
from rewardlang.elaborate.context import Context, Failed, Value
from rewardlang.elaborate.counters import counters_of, of_states
from rewardlang.elaborate.edges import Reader
from rewardlang.elaborate.folding import with_constants
from rewardlang.elaborate.hoa_files import automaton_of_file, is_file
from rewardlang.elaborate.machine_values import of_table
from rewardlang.elaborate.temporal import note_formula, read_argument
from rewardlang.elaborate.windows import range_of
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.text.near import hint as near
from rewardlang.text.source import Span
from rewardlang.values.interval import Interval
from rewardlang.values.types import INT, Kind

_PAID = {"accept": 1, "reject": -1}
_ENTERED = {SATISFIED: "accept", VIOLATED: "reject"}
_VERDICTS = {SATISFIED: "satisfied", VIOLATED: "violated"}
#: What a machine is asked for; no counter may have such a name.
WORDS = ("reward", "state", "done", "in")


def machine(cx: Context, declaration: tree.Machine) -> Value:
    """`machine name { … }`: checked, unfolded, and entered as nodes."""
    if declaration.value is not None:
        built, reader = of_formula(cx, declaration)
        return of_table(cx, declaration, built, walk(_unfolded(built, reader)), reader, (declaration.value.span,) * len(built.edges))
    shape = _Shape(cx, declaration)
    reader = shape.reader()
    built, spans = shape.build(reader), tuple(edge.span for edge in declaration.edges)
    try:
        if not reader.beyond:
            return of_table(cx, declaration, built, walk(_unfolded(built, reader)), reader, spans)
    except TooManyPlaces:
        pass
    counters = counters_of(cx, declaration, reader)
    reader = shape.reader(counters)
    return of_states(cx, declaration, shape.build(reader), reader, counters, spans)


def _unfolded(built: Machine, reader: Reader) -> Unfolded:
    """All places; those without counters are written down one by one, however many they are."""
    return unfold(built, most=MOST_PLACES if built.counters else inf, pays=reader.pays)


def of_formula(cx: Context, declaration: tree.Machine) -> tuple[Machine, Reader]:
    """`machine m = automaton(f, accept = +1, reject = -1)`: paid, once and for all, when the formula's verdict is known.

    In place of the formula may stand a file, `automaton("./task.hoa")`. Its states are `s0`, `s1`, … while
    the verdict is open, and the final ones `satisfied` and `violated`.
    """
    expr = declaration.value
    if not isinstance(expr, tree.Call) or expr.function != "automaton":
        raise cx.fail("RW320", expr.span, name=declaration.name, subject=declaration.name,
                      problem="is made by `automaton(formula, accept = +1, reject = -1)`, or written out in braces")
    paid = {argument.key: argument for argument in expr.arguments if argument.key in ("accept", "reject")}
    rest = tuple(argument for argument in expr.arguments if argument.key not in paid)
    call = replace(expr, arguments=rest)
    if is_file(call):
        atoms, axis, dfa = automaton_of_file(cx, call)
    else:
        node, axis, _ = read_argument(cx, call)
        note_formula(cx, "automaton", node, axis, None, expr.span)
        reading, dfa = reading_of(cx, "automaton", node, axis, expr.span)
        atoms = reading.atoms
    reader = Reader(cx, declaration, ())
    reader.propositions.update(atoms)
    reader.axis = axis
    rewards = {key: reader.paid(paid[key].value) if key in paid else amount for key, amount in _PAID.items()}
    if reader.failed:
        raise Failed
    names = tuple(_VERDICTS.get(verdict, f"s{state}") for state, verdict in enumerate(dfa.verdicts))
    edges = [Edge((edge.source,), edge.target, edge.guard, (), rewards.get(_ENTERED.get(dfa.verdicts[edge.target]), 0))
             for edge in dfa.edges if not dfa.verdicts[edge.source]]
    finals = frozenset(state for state, verdict in enumerate(dfa.verdicts) if verdict)
    return Machine(names, dfa.initial, tuple(edges), finals), reader


class _Shape:
    """The states and counters of one block, and what is wrong with them."""

    def __init__(self, cx: Context, declaration: tree.Machine):
        self.cx, self.declaration, self.sound = cx, declaration, True
        begun = [*declaration.starts, *(source for edge in declaration.edges for source in edge.sources)]
        self.states = tuple(dict.fromkeys((*begun, *declaration.finals)))
        self.ends: dict[str, tuple[Node, Node]] = {}
        self.counters = self._counters()

    def reader(self, states: Sequence[Node] = ()) -> Reader:
        """A reader of the edges, of counters that are these nodes, or a table's."""
        return Reader(self.cx, self.declaration, self.counters, states, self.ends)

    def build(self, reader: Reader) -> Machine:
        """The machine; Failed after everything that is wrong has been said."""
        declaration = self.declaration
        self._starts()
        self._finals()
        for edge in declaration.edges:
            if edge.target is not None and edge.target not in self.states:
                cure = near(edge.target, self.states) or ": list it after `final`, or give it an edge"
                self._report("RW321", edge.span, state=edge.target, cure=cure)
        edges = [self._edge(edge, reader) for edge in declaration.edges]
        if not self.sound or reader.failed:
            raise Failed
        number = self.states.index
        return Machine(self.states, number(declaration.starts[0]), tuple(edges), frozenset(map(number, declaration.finals)),
                       self.counters, reader.tests, declaration.first_match)

    def _report(self, code: str, span: Span, **values) -> None:
        self.sound = False
        self.cx.session.report(code, span, subject=self.declaration.name, **values)

    def _starts(self) -> None:
        starts = tuple(dict.fromkeys(self.declaration.starts))
        if len(starts) != 1:
            problem = f"has {len(starts)} starts ({', '.join(starts)}): a run begins in one state" if starts \
                else "does not say where a run begins: write `start` and a state"
            self._report("RW320", self.declaration.span, name=self.declaration.name, problem=problem)
        otherwise = [edge for edge in self.declaration.edges if not edge.sources]
        for extra in otherwise[1:]:
            self._report("RW320", extra.span, name=self.declaration.name, problem="has a second `otherwise`: the first takes all")

    def _finals(self) -> None:
        for edge in self.declaration.edges:
            for source in edge.sources:
                if source in self.declaration.finals:
                    self._report("RW322", edge.span, state=source)

    def _counters(self) -> tuple[Counter, ...]:
        found: dict[str, Counter] = {}
        for written in self.declaration.counters:
            domain = self._known(written)
            if written.name in found or written.name in WORDS or written.name in self.states:
                what = "is declared twice" if written.name in found else "has the name of something else that a machine has"
                self._report("RW323", written.span, name=written.name, problem=what)
            else:
                found[written.name] = Counter(written.name, domain.lo, domain.hi)
        return tuple(found.values())

    def _known(self, written: tree.Counter) -> Interval:
        """The range of whole numbers of a counter; any where it has none, which has then been said."""
        try:
            domain = self._range(written)
        except Failed:
            self.sound = False
            return Interval(0, 1)
        if isinstance(domain.lo, int) and isinstance(domain.hi, int):
            return domain
        self._report("RW323", written.span, name=written.name,
                     problem=f"counts whole numbers from one to another: {show(domain.lo)} to {show(domain.hi)} is no such range")
        return Interval(0, 1)

    def _range(self, written: tree.Counter) -> Interval:
        """All that a counter can be. Where that rests on params, `ends` has between what it is kept."""
        low, high = (with_constants(self.cx, self.cx.node(end, INT), {}) for end in (written.domain.low, written.domain.high))
        if low.op == high.op == "const":
            return interval(self.cx, written.domain, f"the range of `{written.name}`")
        low_range, high_range = (range_of(end, lambda param: self._of_param(written, param)) for end in (low, high))
        if low_range is None or high_range is None:
            raise self.cx.fail("RW120", written.domain.span, what=f"the range of `{written.name}`")
        if Kind.INT is not low.type.kind or Kind.INT is not high.type.kind or low_range.hi > 0 or high_range.lo < 0:
            problem = "begins at 0: ends that rest on params are whole numbers, and have 0 between them whatever these are"
            raise self.cx.fail("RW323", written.span, name=written.name, subject=self.declaration.name, problem=problem)
        self.ends[written.name] = low, high
        return Interval(low_range.lo, high_range.hi)

    def _of_param(self, written: tree.Counter, param: Node) -> Interval:
        info = self.cx.spec.params[param["name"]]
        if param.type.kind is not Kind.INT or param.type.axes or info.learnable or info.domain is None or not info.domain.is_finite:
            problem = f"counts up to `{info.name}`, which is no `param {info.name} : int in [low, high]` that stays as it is"
            raise self.cx.fail("RW323", written.span, name=written.name, subject=self.declaration.name, problem=problem)
        return info.domain

    def _edge(self, edge: tree.Edge, reader: Reader) -> Edge | None:
        guard, updates, reward = reader.guard(edge), reader.updates(edge), reader.reward(edge)
        if not self.sound or reader.failed:
            return None
        sources = tuple(map(self.states.index, edge.sources))
        target = None if edge.target is None else self.states.index(edge.target)
        return Edge(sources, target, guard, updates, reward, otherwise=not sources)
