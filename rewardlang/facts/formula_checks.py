"""The temporal formulas of a program, each with what its automaton says before any data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import inf

from rewardlang.automata.alphabet import Alphabet
from rewardlang.automata.checks import Finding, check, check_at_each, windows
from rewardlang.automata.dfa import Dfa, Witness
from rewardlang.automata.formula import Formula, atom, negation
from rewardlang.automata.infinite import Place, hierarchy
from rewardlang.automata.translate import TooManyStates, at_last, translate
from rewardlang.facts.leaves import positions
from rewardlang.facts.terms import always
from rewardlang.ir.formulas import LOGIC, OpenWindow, Reading, formula_of, is_word, operands
from rewardlang.ir.formulas import read as read_truth
from rewardlang.ir.node import Node, consumers, reachable
from rewardlang.ir.objective import Measure
from rewardlang.ir.spec import Spec
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind

#: States that a construction may come to before a formula is passed over: `check` answers at once or not at all.
STATES = 2_000
#: Formulas looked at in one program, and nodes that one of them may have.
MOST_FORMULAS, MOST_NODES = 100, 2_000

AT_EACH = "at each step"


@dataclass(frozen=True, eq=False)
class CheckedFormula:
    """A formula as a program reads it: by a word (`holds`, `robustness` …, `P` in an objective), or `AT_EACH` step where its truth is used.

    `node` is its truth at each step along `axis`; `formula` the same over the propositions `atoms`, `made` the formulas
    of the nodes inside. `laws` are what ranges and enums say of the propositions, `horizon` the most steps, None if not known.
    `value` is what is made of it, where a word reads it written at `span`.
    """

    reading: str
    node: Node
    axis: Axis
    value: Node
    span: object
    formula: Formula
    atoms: Mapping[str, Node]
    made: Mapping[Node, Formula]
    laws: tuple[Formula, ...]
    horizon: int | None

    @property
    def at_each(self) -> bool:
        """Whether its truth counts at every step, and not at the first alone."""
        return self.reading in (AT_EACH, "margins")

    @property
    def looks_back(self) -> bool:
        """Whether it is read at each step and its truth there rests on steps before."""
        return self.at_each and self.formula.past

    @cached_property
    def dfa(self) -> Dfa | None:
        """The automaton of the traces on which it holds at the first step, or if it `looks_back`, at the last.

        None where that would be too large, or where it looks both ways from the middle of a trace.
        """
        if self.looks_back and self.formula.future:
            return None
        try:
            return translate(at_last(self.formula) if self.looks_back else self.formula, laws=self.laws, states=STATES)
        except TooManyStates:
            return None

    @property
    def cost(self) -> int:
        """How many states there are to look at, or were in vain."""
        return STATES if self.dfa is None else len(self.dfa)

    @property
    def kind(self) -> str | None:
        """When the verdict arrives on what is read from the first step on: `safety`, `co_safety`, `both`, `neither`."""
        return None if self.dfa is None or self.looks_back else self.dfa.kind

    @cached_property
    def place(self) -> Place:
        """Where it stands on traces without end; nothing, and no reason, where it is read at each step or a trace has an end."""
        return hierarchy(self.formula, self.laws) if self.reading in ("P", "holds") and self.horizon is None else Place(None, None)

    @property
    def shortest(self) -> Witness | None:
        """A shortest trace, of one step or more, that satisfies it; None where there is none, or none is known."""
        return self.dfa and self.dfa.shortest(nonempty=True)

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong with it, and is not natural to write.

        `x in [0, 1]` compares once too often where x cannot be negative, and by how much a formula holds is worth knowing
        where ranges settle that it does: idle propositions, and idle margins, must be so for any ranges.
        """
        try:
            found = self._found(self.laws, self.horizon)
        except TooManyStates:
            return windows(self.formula, Alphabet((), ()), self.horizon)
        doubtful = {(each.what, each.path) for each in found if self.laws and self._may_be_natural(each)}
        return [each for each in found if (each.what, each.path) not in doubtful - self._by_itself] if doubtful else found

    def _may_be_natural(self, finding: Finding) -> bool:
        if self.reading in ("margins", "robustness"):
            return finding.what in ("tautology", "vacuous")
        return finding.what == "vacuous" and not finding.part.temporal

    def _found(self, laws: tuple[Formula, ...], horizon: int | None) -> list[Finding]:
        return (check_at_each if self.at_each else check)(self.formula, laws, horizon, STATES)

    @cached_property
    def _by_itself(self) -> set[tuple[str, tuple[int, ...]]]:
        """What is found, and where, if any propositions may hold together; nothing where that is too large."""
        try:
            return {(each.what, each.path) for each in self._found((), None)}
        except TooManyStates:
            return set()

    @cached_property
    def by_range(self) -> bool:
        """Whether its being constant rests on ranges and enums."""
        return bool(self.laws) and not {("unsatisfiable", ()), ("tautology", ())} & self._by_itself


def checked_formulas(ranges) -> list[CheckedFormula]:
    """The formulas that the outputs rest on, those that a word reads first, in the order of the text."""
    spec, found = ranges.spec, {}
    for word, node, axis, value, span in islice(_readings(spec), MOST_FORMULAS):
        key = node, word in (AT_EACH, "margins")
        if key in found or len(reachable([node])) > MOST_NODES:
            continue
        try:
            read = formula_of(node, axis, spec.graph.origins, spec.domains)
        except OpenWindow:
            continue
        if any(map(_is_word, read.made)):
            most = positions(ranges, axis, ranges.root).hi
            horizon = None if most == inf else int(most)
            laws = _laws(ranges, read)
            found[key] = CheckedFormula(word, node, axis, value, span, read.formula, read.atoms, read.made, laws, horizon)
    return list(found.values())


def _laws(ranges, read: Reading) -> tuple[Formula, ...]:
    """What comparisons exclude by their declared ranges, and atoms that proved ranges decide."""
    decided = {name: always(ranges, node) for name, node in read.atoms.items()}
    known = [atom(name) if truth else negation(atom(name)) for name, truth in decided.items() if truth is not None]
    try:
        return Alphabet(tuple(read.atoms), (*read.laws, *known, *_assumed(ranges.spec, read))).laws
    except ValueError:     # no row can be: another finding says so
        return ()


def _assumed(spec: Spec, read: Reading) -> Iterator[Formula]:
    """What the file assumes of the propositions alone, at each step."""
    names = {node: name for name, node in read.atoms.items()}
    for fact in spec.assumptions:
        unknown = []

        def leaf(node: Node) -> Formula:
            if node not in names:
                unknown.append(node)
            return atom(names.get(node, "?"))

        law = read_truth(fact, None, leaf)
        if not unknown:
            yield law


def _readings(spec: Spec) -> Iterator[tuple[str, Node, Axis, Node, object]]:
    nodes = reachable(output.node for output in spec.outputs.values())
    live = set(nodes)
    for info in spec.formulas:
        if info.value is None or info.value in live:
            yield info.word, info.node, info.axis, info.value or info.node, info.span
    for node in _chances(spec.objective and spec.objective.value):
        if (axis := _axes(reachable([node])).get(node)) is not None:
            yield "P", node, axis, node, None
    if not any(map(_is_word, nodes)):
        return
    users, axes = consumers(nodes), _axes(nodes)
    for node, axis in axes.items():
        uses = users.get(node, ())
        if not uses or not all(user.op == "opening" or node in operands(user, axis) for user in uses):
            yield AT_EACH, node, axis, node, None


def _chances(measure: Measure | None) -> Iterator[Node]:
    """The truths of which the objective takes the probability."""
    if measure is not None and measure.op == "probability":
        yield measure.node
    for part in measure.args if measure is not None else ():
        yield from _chances(part)


def _is_word(node: Node) -> bool:
    return bool(node.get("over")) and is_word(node, node["over"][0])


def _axes(nodes: list[Node]) -> dict[Node, Axis]:
    """The axis of each of some nodes (arguments first) that is a temporal word, or made of one through logic."""
    found: dict[Node, Axis] = {}
    for node in nodes:
        if _is_word(node):
            found[node] = node["over"][0]
        elif node.type.kind is Kind.BOOL and node.op in (*LOGIC, "eq", "ne"):
            inner = next((found[arg] for arg in node.args if arg in found), None)
            if inner is not None:
                found[node] = inner
    return found
