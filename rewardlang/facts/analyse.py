"""All facts of a typed program in one place, each found when it is first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rewardlang.classes.derive import Expressivity, expressivity, objective_in
from rewardlang.facts.availability import availability, cause, waiting
from rewardlang.facts.contracts import potentials
from rewardlang.facts.contracts.ensures import decide
from rewardlang.facts.contracts.verdict import Verdict
from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.excess import excess
from rewardlang.facts.failures import failures, total
from rewardlang.facts.formula_checks import CheckedFormula, checked_formulas
from rewardlang.facts.lint.table import lint
from rewardlang.facts.machines import MachineFacts, machine_facts
from rewardlang.facts.ranges import Ranges, roots
from rewardlang.facts.returns.sums import sum_bounds
from rewardlang.facts.rounded import PRECISIONS, SINGLE
from rewardlang.facts.search.prove import bounds
from rewardlang.facts.search.question import Bounds
from rewardlang.facts.terms import TermFact, term_facts
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import ObjectiveInfo, expected_sum
from rewardlang.ir.spec import EnsureInfo, Spec
from rewardlang.ops.table import OPERATORS
from rewardlang.values.endpoint import round_down, round_up
from rewardlang.values.interval import Interval


@dataclass(frozen=True)
class OutputFacts:
    """What is known of one output.

    `bounds` are of one entry, `return_bounds` and `discounted_bounds` of the sum over its ordered axes; None for
    what is no number. `availability_because` is what makes it wait, None if nothing does. `needs` are the columns
    it reads, `invalid_from` names what can make it invalid, `varying` says what it changes with besides its data:
    `policy`, `learned`, `run`, else `frozen`.
    """

    bounds: Interval | None
    bounds_tight: bool
    return_bounds: Interval | None
    discounted_bounds: Interval | None
    availability: str
    availability_because: str | None
    invalid_from: tuple[str, ...]
    needs: tuple[str, ...]
    varying: tuple[str, ...]


class Facts:
    """The facts of a spec whose tensors are of a float type; what costs more than `ranges` is found when first asked for."""

    def __init__(self, spec: Spec, dtype: str = SINGLE.name):
        self.spec = spec
        self.dtype = dtype
        self.ranges = Ranges(spec)
        self._outputs: dict[str, OutputFacts] = {}
        self._bounds: dict[Node, Bounds | None] = {}
        self._classes: dict[tuple, Expressivity] = {}

    def bounds(self, node: Node) -> Interval | None:
        """The natural range of one entry of a node; None for what is no number or never valid."""
        return self.ranges.of(node)

    def reached(self, node: Node) -> Bounds | None:
        """The certified range of a node by all stages, with what is reached of it."""
        if node not in self._bounds:
            numeric = node.type.kind.numeric and self.ranges.of(node) is not None
            self._bounds[node] = bounds(self.ranges, node) if numeric else None
        return self._bounds[node]

    def float_excess(self, name: str) -> float | None:
        """How far an output in the tensors' float type may lie beyond its `bounds`; None where nothing is known."""
        return excess(self.ranges, self.spec.outputs[name].node, PRECISIONS[self.dtype])

    @cached_property
    def availability(self) -> Mapping[Node, str]:
        """The level at which each node's value is there."""
        return availability(self.spec, roots(self.spec))

    @cached_property
    def total(self) -> frozenset[Node]:
        """The partial operators that are defined on every row, demanded or not."""
        return total(self.ranges, roots(self.spec))

    @cached_property
    def machines(self) -> Mapping[str, MachineFacts]:
        """The facts of the machines, by name."""
        return {name: machine_facts(self.ranges, info) for name, info in self.spec.machines.items()}

    @cached_property
    def terms(self) -> Mapping[str, list[TermFact]]:
        """The facts of the terms, by output."""
        return {name: term_facts(self.ranges, output) for name, output in self.spec.outputs.items()}

    @cached_property
    def ensures(self) -> tuple[Verdict, ...]:
        """The verdict on every `ensure`, in the order of the text."""
        return tuple(decide(self.ranges, info, self.availability, self._class_of) for info in self.spec.ensures)

    @cached_property
    def droppable(self) -> tuple[str, ...]:
        """Terms of the reward that are potentials, and change no order of policies."""
        return tuple(potentials.droppable(self.ranges))

    @cached_property
    def formulas(self) -> tuple[CheckedFormula, ...]:
        """The temporal formulas that the outputs rest on, each with what its automaton says."""
        return tuple(checked_formulas(self.ranges))

    @cached_property
    def diagnostics(self) -> tuple:
        """All findings that facts give rise to, as Diagnostics."""
        return tuple(lint(self.spec, self.ranges, self.ensures, self.dtype))

    def expressivity(self, objective: ObjectiveInfo | None, model: str | None = None) -> Expressivity | None:
        """The class of an objective, under the setting or another state model; None for None."""
        if objective is None:
            return None
        key = (None if objective is self.spec.objective else objective.value.node, model)
        if key not in self._classes:
            self._classes[key] = expressivity(self.spec, objective, self._least, model)
        return self._classes[key]

    def _class_of(self, info: EnsureInfo) -> Expressivity:
        """The class that an `ensure class(x)` speaks of: of the reward it is the objective's."""
        node = info.claims[0].node
        rewards = [output.node for output in self.spec.outputs.values() if output.role == "reward"]
        return self.expressivity(objective_in(self.spec) if node in rewards else expected_sum(node, info.span))

    def _least(self, node: Node) -> float | None:
        found = self.ranges.of(node)
        return None if found is None else float(found.lo)

    def invalid_from(self, node: Node) -> tuple[str, ...]:
        """Names of what can make a node invalid and is hidden by nothing on the way."""
        return tuple(dict.fromkeys(self._cause(cause) for cause, _ in failures(self.ranges, node)))

    def _cause(self, node: Node) -> str:
        if node.op == "const":
            return "invalid"
        if node.op in ("input", "call", "field"):
            return name_of(self.spec, node)
        row = OPERATORS.get(node.op)
        return row.symbol or row.name if row is not None else node.op

    def output(self, name: str) -> OutputFacts:
        """The facts of one output; KeyError if there is none of that name."""
        if name not in self._outputs:
            self._outputs[name] = self._output(self.spec.outputs[name].node)
        return self._outputs[name]

    def _output(self, node: Node) -> OutputFacts:
        reached = self.reached(node)
        summed = discounted = None
        if reached is not None:
            summed = sum_bounds(self.ranges, node)
            discounted = sum_bounds(self.ranges, node, self.spec.setting.discount)
            if node.type.axes == ():
                summed = discounted = reached.outer
        return OutputFacts(
            rounded(reached.outer) if reached else None, reached.tight if reached else True, summed, discounted,
            self.availability[node], self.waits_for(node), self.invalid_from(node), self.needs(node), self.varying(node),
        )

    def waits_for(self, node: Node) -> str | None:
        """What makes a node wait beyond its step, as it is written."""
        found = cause(self.availability, node)
        return None if found is None else waiting(self.spec, found)

    def needs(self, node: Node) -> tuple[str, ...]:
        """The columns that a node reads, in the order of declaration."""
        read = {part["name"] for part in reachable([node]) if part.op == "input"}
        return tuple(info.column for name, info in self.spec.inputs.items() if name in read)

    def varying(self, node: Node) -> tuple[str, ...]:
        """What a node changes with besides its data."""
        found = set()
        for part in reachable([node]):
            if part.op == "input" and (info := self.spec.inputs.get(part["name"])) is not None:
                found |= {"policy"} if info.role == "policy" or info.of_given else set()
            if part.op == "param" and (param := self.spec.params.get(part["name"])) is not None:
                found |= {"learned"} if param.learnable else set()
            if part.get("window") == "run":
                found.add("run")
        return tuple(sorted(found)) or ("frozen",)


def rounded(interval: Interval) -> Interval:
    """A range as it is shown: ends of too many digits rounded outward."""
    return Interval(round_down(interval.lo), round_up(interval.hi))


def analyse(spec: Spec, dtype: str = SINGLE.name) -> Facts:
    """The facts of a typed program, computed in tensors of that float type."""
    return Facts(spec, dtype)
