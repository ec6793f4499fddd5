"""What elaboration makes of a program: its graph, and everything that is said about the graph's nodes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rewardlang.automata.machine import Counts, Machine
from rewardlang.automata.unfold import Walk
from rewardlang.ir.asking import Asking
from rewardlang.ir.node import Graph, Node
from rewardlang.ir.objective import ObjectiveInfo
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Source, Span
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Type


@dataclass(frozen=True)
class InputInfo:
    """A declared input: `column` is where its data stands (dots reach into records), `role` whose value it is.

    Of the policy it is about its own sample, unless `of_given` (text that was not sampled) or `of_state` (its whole
    distribution at the states on the way).
    """

    name: str
    type: Type
    domain: Interval | None
    column: str
    role: str | None
    of_given: bool
    default: object | None
    has_default: bool
    node: Node
    span: Span
    of_state: bool = False


@dataclass(frozen=True)
class ParamInfo:
    """A declared param; `default` is None with `required` True where it must be given."""

    name: str
    type: Type
    domain: Interval | None
    default: object | None
    required: bool
    learnable: bool
    node: Node
    span: Span


@dataclass(frozen=True)
class ArgumentInfo:
    """One parameter of a model or verifier; its axes are names bound at each call."""

    name: str
    type: Type
    domain: Interval | None
    default: object | None
    has_default: bool


@dataclass(frozen=True)
class ExternalInfo:
    """A declared model or verifier.

    `name` is what users call it (a column or binding of that name replaces it; a verifier of the standard library has
    its module before it, `std.text.tagged`). `target` is "module:object", "hf:…", a URL, or None. `on_error` is the
    value on failure, `invalid` where None. `timeout` is in seconds. `mode` is `frozen`, `refreshed` or `trained` while the
    policy is; None says nothing, and counts as frozen.
    """

    name: str
    kind: str
    arguments: tuple[ArgumentInfo, ...]
    result: Type
    domain: Interval | None
    field_domains: tuple[tuple[str, Interval], ...]
    target: str | None
    timeout: float | None
    on_error: object | None
    span: Span
    trusted: bool = False
    mode: str | None = None
    asking: Asking = Asking()

    @property
    def can_fail(self) -> bool:
        """Whether a call with valid arguments may be invalid; our own verifiers without a time limit are total."""
        return self.on_error is None and not (self.trusted and self.timeout is None)


@dataclass(frozen=True)
class OutputInfo:
    """A declared output: `role` is `reward`, `output`, `weight`, `keep`, `done`, `advantage` or `preference`.

    `terms` are its additive attributions by label (empty if it is no block): on every rollout they add up to `node`.
    `gates` are the conditions of the gates it is made of, by a printable name.
    """

    name: str
    role: str
    node: Node
    terms: tuple[tuple[str, Node], ...]
    span: Span


@dataclass(frozen=True)
class SettingInfo:
    """`single_turn`, `episodic` or `continuing`; horizon as (least, most) steps, None where not known."""

    kind: str = "single_turn"
    horizon: tuple[int, int] | None = None
    axis: str | None = None
    discount: float | None = None
    within_episodes: bool = False


@dataclass(frozen=True)
class Claim:
    """One side of an `ensure`: a value, and the condition (a bool node) of its `when`, if any."""

    node: Node
    condition: Node | None = None
    of: str | None = None        # `return`, `discounted`: said of the sum over the ordered axes


@dataclass(frozen=True)
class EnsureInfo:
    """One `ensure`, typed.

    kind `compare`: `claims` related by `ops` in a chain (`in [a, b]` is the chain a <= x <= b);
    kind `monotone`: claims[0] is `direction` (`increasing` or `decreasing`, `strictly`) in the node `along`;
    `state` names the state whose declared range it is, said of one update;
    kind `availability`: claims[0] at most `level`; kind `farmable`: no loop of the machine whose reward claims[0] is pays;
    kind `potential_based`: claims[0] is shaping by a potential, for `discount`;
    kind `class`: of the objective, or of what claims[0] is the sum of, at most the formalism `level`.
    """

    kind: str
    claims: tuple[Claim, ...]
    ops: tuple[str, ...]
    span: Span
    text: str
    condition: Node | None = None
    direction: str | None = None
    strictly: bool = False
    along: Node | None = None
    level: str | None = None
    discount: float | Fraction | None = None
    state: str | None = None


@dataclass(frozen=True)
class ExpectInfo:
    """One `expect`: a comparison of a node with a value for each sample (`op` None: the node itself must hold)."""

    node: Node
    op: str | None
    wanted: object
    tolerance: float
    span: Span
    text: str


@dataclass(frozen=True)
class ExampleInfo:
    """One `example`: columns by input or external name, one entry a sample, params, and what is expected."""

    title: str
    columns: dict[str, list]
    params: dict[str, object]
    samples: int
    expects: tuple[ExpectInfo, ...]
    span: Span


@dataclass(frozen=True)
class FormulaInfo:
    """A formula that something reads: `node` is its truth at each step, `value` what is made of it, if that is one node.

    `word` is `holds`, `robustness`, `margins`, `verdict`, `progress` or `automaton`.
    """

    word: str
    node: Node
    axis: Axis
    value: Node | None
    span: Span


@dataclass(frozen=True, eq=False)
class MachineInfo:
    """A reward machine: the value, and which nodes its words stand for.

    `propositions` are the truths that its guards ask, by atom; `amounts` what edges pay that is no constant, by the name
    that `machine` has for it. `pays` names what an edge (its number first) pays at some values of the counters. `walk`
    is the automaton that runs: of all places, or of states and edges only, with the counters as states beside it, which
    `changes` (by the names in updates) move. `edges` are the places of the edges in the text.
    """

    name: str
    machine: Machine
    axis: Axis
    propositions: dict[str, Node]
    amounts: dict[object, Node]
    walk: Walk
    states: Node
    reward: Node
    members: dict[str, Node]
    edges: tuple[Span, ...]
    span: Span
    pays: Callable[[int, object, Counts], object] | None = None
    changes: Mapping[str, Node] = field(default_factory=dict)

    @property
    def lists_places(self) -> bool:
        """Whether the walk tells the values of all counters."""
        return self.walk.unfolded.machine is self.machine


@dataclass(frozen=True)
class ShapingInfo:
    """One `shaped(machine, discount)`."""

    machine: MachineInfo
    discount: float
    node: Node
    span: Span


@dataclass(eq=False)
class Spec:
    """A typed program. `domains` are declared ranges by node (of one entry); `names` the nodes of lets by name.

    `entries` are the values of params that are lists, where they are fixed (nested as their axes are).

    `machines` are those of the program and of the files it uses, by name.

    `name_spans` says where each let is declared: one node may have several names, and then arises from the first.
    `objective` is None where none is written (then it is the expected return). `declared` is what is taken as said: pairs
    such as ("full_support", "policy").
    `compared` are pairs of models whose tokens are compared one by one, so that both must cut texts alike.
    `used` are the files that the program uses, and those that they use, in the order of the `use` lines.
    """

    source: Source
    graph: Graph
    docstring: str | None = None
    used: tuple[Source, ...] = ()
    setting: SettingInfo = SettingInfo()
    axes: dict[str, Axis] = field(default_factory=dict)
    inputs: dict[str, InputInfo] = field(default_factory=dict)
    params: dict[str, ParamInfo] = field(default_factory=dict)
    externals: dict[str, ExternalInfo] = field(default_factory=dict)
    outputs: dict[str, OutputInfo] = field(default_factory=dict)
    names: dict[str, Node] = field(default_factory=dict)
    name_spans: dict[str, Span] = field(default_factory=dict)
    gates: dict[str, Node] = field(default_factory=dict)
    machines: dict[str, MachineInfo] = field(default_factory=dict)
    shapings: list[ShapingInfo] = field(default_factory=list)
    domains: dict[Node, Interval] = field(default_factory=dict)
    entries: dict[Node, list | tuple] = field(default_factory=dict)
    group_key: str | None = None
    group_size: tuple[int, int] | None = None
    assumptions: list[Node] = field(default_factory=list)
    ensures: list[EnsureInfo] = field(default_factory=list)
    examples: list[ExampleInfo] = field(default_factory=list)
    formulas: list[FormulaInfo] = field(default_factory=list)
    objective: ObjectiveInfo | None = None
    declared: frozenset[tuple[str, str]] = frozenset()
    compared: set[frozenset[str]] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def size_of(self, axis: Axis) -> int | None:
        """How many entries an axis of one size for all has: declared, or that of a fixed param along it; None if neither says."""
        if axis.size is not None or axis.ragged:
            return axis.size
        for node, value in self.entries.items():
            for own in node.type.axes:
                if not isinstance(value, list | tuple):
                    break
                if own.name in (axis.name, axis.like) or own.like == axis.name:
                    return len(value)
                value = value[0] if value else None
        return None
