"""From a typed program to the program of one step: its outputs that are known at their step, and what they hold."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from rewardlang.facts.availability import availability
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import InputInfo, MachineInfo, OutputInfo, Spec
from rewardlang.rewrite.past import RULES
from rewardlang.rewrite.steps import Memory, NotOnline, Steps
from rewardlang.values.axes import Axis
from rewardlang.values.types import BOOL

#: The name of the input that says which episodes end with this step; no column can have it.
ENDING = "ending step"


@dataclass(eq=False)
class StepProgram:
    """`spec` computes one step: held values come in as inputs and go out as outputs of the names in `memories`.

    `refused` says of each output that is not offered why; `states` names what a policy must see: states of the program
    and of its automata, as nodes of the step. `ends` tells that it asks which episodes end. `keyed` names, for each axis
    of slots for keys, the memory that counts those in use.
    """

    spec: Spec
    axis: Axis
    memories: dict[str, Memory]
    refused: dict[str, str]
    states: dict[str, Node]
    total: frozenset[Node]
    ends: bool
    keyed: dict[Axis, str]


def step_axis(spec: Spec, outputs: Collection[str], wanted: str | None = None) -> list[Axis]:
    """The axes along which a program may be run step by step: the one asked for, that of the setting, or all ordered ones."""
    nodes = reachable([spec.outputs[name].node for name in outputs])
    found = {axis for node in nodes for axis in (*node.type.axes, *(node.get("over") or ())) if axis.ordered and not axis.within}
    name = wanted or spec.setting.axis
    return sorted((axis for axis in found if name in (None, axis.name)), key=lambda axis: axis.name)


def step_program(spec: Spec, axis: Axis, outputs: Collection[str], fixed: Callable[[Node], float],
                 total: frozenset[Node]) -> StepProgram:
    """The program of one step along `axis`, for those of `outputs` that can be had."""
    infos = {info.node: info for info in spec.inputs.values()}
    kept, refused = [], {}
    for name in outputs:
        try:
            _tried(spec, axis, infos, fixed, spec.outputs[name].node)
            kept.append(name)
        except NotOnline as problem:
            refused[name] = _sentence(spec, problem)
    steps = Steps(axis, _leaf(infos), fixed, RULES)
    for name in kept:
        steps.of(spec.outputs[name].node)
    held = {f"memory {number}": memory for number, memory in enumerate(steps.memories)}
    ends = any(node.op == "input" and node["name"] == ENDING for node in steps.graph.nodes)
    made = _spec(spec, steps, kept, held, ends)
    states = _states(spec, steps, [spec.outputs[name].node for name in kept])
    known = frozenset(steps.image[node] for node in total if node in steps.image)
    names = {memory: name for name, memory in held.items()}
    keyed = {slots.axis: names[slots.used] for slots in steps.keyed.values()}
    return StepProgram(made, axis, held, refused, states, known, ends, keyed)


def _tried(spec: Spec, axis: Axis, infos: dict, fixed: Callable[[Node], float], root: Node) -> None:
    """Raise NotOnline where an output has no value at its step."""
    steps = Steps(axis, _leaf(infos), fixed, RULES)
    steps.of(root)
    for node in reachable([root]):
        if node.get("window") == "batch" or any(other.of_rollouts for other in node.type.axes):
            raise NotOnline(node, "looks at other rollouts")
    for memory in steps.memories:
        if any(other.ragged for other in memory.leaf.type.axes):
            raise NotOnline(root, "would hold a list whose length may change from step to step")
    for node, level in availability(spec, [root], run="step").items():
        if level != "step":
            raise NotOnline(node, f"is known at `{level}`")


def _leaf(infos: dict[Node, InputInfo]) -> Callable[[Steps, Node], Node | None]:
    def leaf(steps: Steps, node: Node) -> Node | None:
        if node in infos or node.op == "param":
            return steps.graph.add(node.op, (), steps.type_of(node.type), **dict(node.attrs))
        if node.op == "ending" and node["axis"] == steps.axis:
            return steps.graph.add("input", (), BOOL, name=ENDING)
        return None
    return leaf


def _sentence(spec: Spec, problem: NotOnline) -> str:
    span = spec.graph.origins.get(problem.node)
    text = " ".join(span.text.split()) if span is not None else problem.node.op
    return f"`{text if len(text) <= 60 else text[:59] + '…'}` {problem.reason}"


def _spec(spec: Spec, steps: Steps, kept: list[str], held: dict[str, Memory], ends: bool) -> Spec:
    """The spec of one step."""
    image, span = steps.image, next(iter(spec.outputs.values())).span
    inputs = {name: _input(steps, info) for name, info in spec.inputs.items()}
    for name, memory in held.items():
        inputs[name] = _own_input(name, memory.leaf, span)
    if ends:
        inputs[ENDING] = _own_input(ENDING, steps.graph.add("input", (), BOOL, name=ENDING), span)
    outputs = {name: _output(steps, spec.outputs[name]) for name in kept}
    outputs |= {name: OutputInfo(name, "memory", memory.update, (), span) for name, memory in held.items()}
    origins = {image[node]: place for node, place in spec.graph.origins.items() if node in image}
    steps.graph.origins.update(origins)
    params = {name: replace(info, node=image.get(info.node, info.node)) for name, info in spec.params.items()}
    return Spec(
        spec.source, steps.graph, spec.docstring, spec.used, spec.setting, spec.axes, inputs, params, spec.externals,
        outputs, names={name: image[node] for name, node in spec.names.items() if node in image},
        name_spans=spec.name_spans, gates={name: image[node] for name, node in spec.gates.items() if node in image},
        domains={image[node]: domain for node, domain in spec.domains.items() if node in image},
        assumptions=_assumptions(spec, steps),
    )


def _assumptions(spec: Spec, steps: Steps) -> list[Node]:
    """Those that speak of one step; others are a matter of whole rollouts."""
    found, before = [], len(steps.memories)
    for node in spec.assumptions:
        try:
            made = steps.of(node)
        except NotOnline:
            continue
        if len(steps.memories) == before:
            found.append(made)
        before = len(steps.memories)
    return found


def _input(steps: Steps, info: InputInfo) -> InputInfo:
    along = isinstance(info.default, tuple | list) and steps.axis in info.type.axes
    return replace(info, type=steps.type_of(info.type), node=steps.of(info.node), has_default=info.has_default and not along,
                   default=None if along else info.default)


def _own_input(name: str, node: Node, span) -> InputInfo:
    return InputInfo(name, node.type, None, name, None, False, None, False, node, span)


def _output(steps: Steps, info: OutputInfo) -> OutputInfo:
    terms = []
    for label, node in info.terms:
        try:
            terms.append((label, steps.of(node)))
        except NotOnline:
            continue
    return replace(info, node=steps.image[info.node], terms=tuple(terms))


def _states(spec: Spec, steps: Steps, roots: list[Node]) -> dict[str, Node]:
    """What a policy must see, by name: the states among some nodes, and those of the machines and formulas they walk."""
    machines = {info.states: (name, info) for name, info in spec.machines.items()}
    named = {info.node: name for name, info in spec.outputs.items()} | {node: name for name, node in spec.names.items()}
    # A machine with counters beside it walks among their updates too, through the same states.
    twice = {node for known in machines for node in reachable(known.args) if node.op == "walk" and node["table"] == known["table"]
             and any(part.op == "carried" for part in reachable([node]))}
    found: dict[str, Node] = {}
    nodes = reachable(roots)
    for node in nodes:
        if node.op == "state":
            found.setdefault(node["name"], steps.image[node])
        if node.op == "walk" and node not in twice:
            over = next((named[user] for user in nodes if node in user.args and user in named), None)
            name, info = machines.get(node, (named.get(node) or over or "walk", None))
            found[name if name not in found else f"{name} {len(found)}"] = _place(steps, steps.image[node], info)
    return found


def _place(steps: Steps, walked: Node, info: MachineInfo | None) -> Node:
    """The number of a machine's place: what was paid on the way into it, which its walk tells too, is no matter of the future."""
    if info is None:
        return walked
    return steps.graph.add("entry", (walked,), walked.type, values=tuple(arrival.place for arrival in info.walk.arrivals))
