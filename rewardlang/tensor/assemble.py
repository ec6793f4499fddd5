"""From a plan and a variant to code that runs: emission, demand, the steps in Python, and what is given back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from torch import fx

from rewardlang.ir.node import Node
from rewardlang.ir.spec import ExternalInfo
from rewardlang.tensor import place
from rewardlang.tensor.calls import Evaluation
from rewardlang.tensor.callstep import CallStep
from rewardlang.tensor.code import COMPUTED, Segment, Step, module_of, rests_on, split
from rewardlang.tensor.demand import Demand
from rewardlang.tensor.emit import Emitter, Variant, plain
from rewardlang.tensor.fxgraph import Value
from rewardlang.tensor.host import HostArgument, IdStep, ListStep, pools_of
from rewardlang.tensor.learned import Learned
from rewardlang.tensor.order import Calls
from rewardlang.tensor.plan import Plan, sizes_given
from rewardlang.tensor.recall import cache_of
from rewardlang.tensor.runstep import RunStep, name_of_statistic
from rewardlang.values.axes import Axis
from rewardlang.values.types import Kind, Type


@dataclass(eq=False)
class Given:
    """One value that is given back: `data` a tensor's node or a number, `valid` its mask's node, None if always valid.

    The data covers `axes`, and the rollouts if `batched`; the mask all axes and the rollouts, padding left out.
    """

    node: Node
    data: fx.Node | int | float | bool
    batched: bool
    valid: fx.Node | None


@dataclass(eq=False)
class Watched:
    """One side of a chain: its value's node, where it is known (None: everywhere), and the truth by which it decides."""

    top: Node
    side: Node
    decides: bool
    data: fx.Node
    known: fx.Node | None


def calls_of(plan: Plan, learned: Learned) -> Calls:
    """The order of a plan's calls by what is known so far."""
    return learned.calls(plan.nodes, plan.calls, plan.roots.values())


@dataclass(eq=False)
class Code:
    """Everything that runs for one variant of one plan; `copies` has the lengths of copied axes that are given back.

    `calls` is the order that was chosen for it, `watched` what is looked at to choose the next.
    """

    plan: Plan
    variant: Variant
    emitter: Emitter
    demand: Demand
    calls: Calls
    watched: list[Watched] = field(default_factory=list)
    order: list[Segment | Step] = field(default_factory=list)
    given: dict[str, Given] = field(default_factory=dict)
    asked: dict[Node, fx.Node] = field(default_factory=dict)
    copies: dict[Axis, fx.Node] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


class Assembler:
    """Builds the code of one plan for one variant."""

    def __init__(self, plan: Plan, variant: Variant, params: Mapping[str, object], total: frozenset[Node],
                 learned: Learned | None = None):
        self.plan, self.params = plan, params
        names = {node: name for name, node in plan.spec.names.items()}
        names |= {node: name for name, node in plan.roots.items() if " " not in name}
        domains = plan.spec.domains
        columns = {node: want.name for node, want in plan.columns.items()}
        self.emitter = Emitter(variant, columns, params, names, domains, total)
        self.emitter.defaults = plan.defaults
        self.emitter.build.sizes |= sizes_given(plan.spec, params)
        self.calls = calls_of(plan, learned or Learned(plan.spec, {}))
        self.demand = Demand(self.emitter, plan.nodes, plan.needed, self.calls)
        self.emitter.opened, self.emitter.asked = self.demand.so_far, self.demand.rollouts
        self.emitter.emit(plan.nodes, plan.roots.values())
        self.code = Code(plan, variant, self.emitter, self.demand, self.calls)

    def assemble(self) -> Code:
        """The code, cut into stretches and steps."""
        code, build = self.code, self.emitter.build
        code.given = {name: self._given(node) for name, node in self.plan.roots.items()}
        if not self.emitter.variant.clean:
            code.asked = self._asked()
        wanted = [node for given in code.given.values() for node in (given.data, given.valid) if isinstance(node, fx.Node)]
        wanted += code.asked.values()
        code.copies = {axis: self.emitter.lengths[axis] for node in self.plan.roots.values() for axis in node.type.axes
                       if axis.like and axis.ragged}
        wanted += code.copies.values()
        code.watched = self._watched()
        wanted += [node for watched in code.watched for node in (watched.data, watched.known) if isinstance(node, fx.Node)]
        steps = self._steps(wanted)
        code.steps = steps
        code.order = split(build.graph, build.attributes, steps, wanted)
        return code

    # What is given back ---------------------------------------------------------------------------------------------

    def _given(self, node: Node) -> Given:
        """A root's data and mask, as tensors over all its axes."""
        build, value, axes = self.emitter.build, self.emitter.values[node], node.type.axes
        valid = self.emitter.k.both(value.valid, self.emitter.real(axes))
        mask = None
        if value.valid is not None:
            mask = build.full(valid, axes, True) if build.rows is not None else build.full(valid, axes, False)
        value = build.number(value)
        if node.type.kind.on_host:
            return Given(node, value.data, value.batched, mask)
        if valid is not None:
            value = build.number(self._zero_outside(value, valid, axes))
        if value.constant and not axes:
            return Given(node, value.data, False, mask)
        return Given(node, build.full(value, axes, value.batched), value.batched, mask)

    def _zero_outside(self, value: Value, valid: Value, axes: tuple[Axis, ...]) -> Value:
        """A value that is 0, or false, where it is not valid."""
        build, ragged = self.emitter.build, [axis for axis in axes if axis.ragged]
        if value.valid is None and ragged == list(axes[:1]) and not value.constant and value.data not in build.zero_outside:
            data = build.call(place.up_to, build.full(value, axes, True), self.emitter.length_of(axes[0]))
            return replace(value, data=data, axes=axes, batched=True)
        return self.emitter.k.choose(valid, value.plain(), Value(False, truth=True) if value.truth else Value(0))

    def _watched(self) -> list[Watched]:
        """The sides of chains that rest on calls, where there is an order to choose."""
        found, build = [], self.emitter.build
        for top, chain in self.calls.chains.items():
            sides = [(side, decides) for side, decides in chain.sides if self.calls.below[side]]
            if chain.top is not top or len(sides) < 2:
                continue
            for side, decides in sides:
                value = self.emitter.values.get(side)
                if value is not None and value.batched and not value.constant:
                    known = self.emitter.k.both(value.valid, self.emitter.real(side.type.axes))
                    data = build.full(value.plain(), side.type.axes)
                    found.append(Watched(top, side, decides, data, None if known is None else build.full(known, side.type.axes)))
        return found

    def _asked(self) -> dict[Node, fx.Node]:
        """Where each column is needed that is not needed everywhere: bool [B, *axes]."""
        found = {}
        for node in self.plan.columns:
            needed = self.demand.of(node)
            if not needed.constant:
                found[node] = self.emitter.build.full(needed, node.type.axes)
        return found

    # Steps in Python ------------------------------------------------------------------------------------------------

    def _steps(self, wanted: list[fx.Node]) -> list[Step]:
        """The Python steps that something rests on, calls in the order of their schedule, statistics over the run last: from the
        first of these on, threads wait for each other.
        """
        makers = self._makers()
        found: dict[object, Step] = {}
        stack: list[fx.Node | Node] = list(wanted)
        seen: set = set()
        while stack:
            thing = stack.pop()
            if thing in seen:
                continue
            seen.add(thing)
            if isinstance(thing, fx.Node) and thing not in makers:
                stack += thing.all_input_nodes
                continue
            step = makers.get(thing)
            if step is None or step in found:
                continue
            made = self._make(step)
            found[step] = made
            stack += [*made.needs, *made.rests_on]
        order = {call: position for position, (call, _) in enumerate(self.schedule)}
        return sorted(found.values(), key=lambda step: len(order) if isinstance(step, RunStep) else order.get(step.node, -1))

    def _makers(self) -> dict[object, tuple[str, Node]]:
        """Which step gives each input of the graph, and each host value."""
        self.schedule = self.calls.schedule(self.plan.nodes, self.plan.needed)
        makers: dict[object, tuple[str, Node]] = {}
        inputs = self.emitter.inputs
        for node in self.emitter.hosted:
            if self._is_step(node):
                step = ("step", node)
                makers[node] = step
                names = self.emitter.step_inputs(node)
                for name in names:
                    makers[inputs[name]] = step
            if node.type.kind.on_host and (ids := inputs.get(self.emitter.id_name(node))) is not None:
                makers[ids] = ("id", node)
        return makers

    def _is_step(self, node: Node) -> bool:
        given = node in self.plan.columns or node in self.plan.defaults
        return not given and (node.op in ("call", "codes", "field", "lookup") or node in self.emitter.run_parts)

    def _make(self, step: tuple[str, Node]) -> Step:
        kind, node = step
        if kind == "id":
            batched = self.emitter.values[node].batched
            return IdStep(node, self.emitter.inputs[self.emitter.id_name(node)], batched, rests_on=(node,))
        if node in self.emitter.run_parts:
            return self._over_run(node)
        return self._call(node) if node.op == "call" else self._list(node)

    def _over_run(self, node: Node) -> RunStep:
        parts, keys = self.emitter.run_parts[node], None
        by = node.args[node["roles"].index("by")] if "by" in node["roles"] else None
        if by is not None and by.type.kind.on_host:
            pools = pools_of(by, self.emitter.hosted)
            keys = HostArgument(node.type.axes, by.type.kind, ids=parts.keys, pools=pools)
        inputs, name = self.emitter.inputs, self.emitter.host_name(node)
        return RunStep(node, name_of_statistic(node), parts, keys, inputs[name], inputs.get(f"{name}_valid"),
                       rests_on=keys.pools if keys is not None else ())

    def _list(self, node: Node) -> ListStep:
        arguments = [self._argument(arg, node.type.axes) for arg in node.args]
        rests_on = [pool for argument in arguments for pool in (argument.source, *argument.pools) if pool is not None]
        result, valid, lengths = self._results(node)
        return ListStep(node, arguments, result, valid, lengths, self.emitter.values[node].batched, rests_on)

    def _results(self, node: Node) -> tuple[fx.Node | None, fx.Node | None, dict[Axis, fx.Node]]:
        inputs, name = self.emitter.inputs, self.emitter.host_name(node)
        result = None if node.type.kind.on_host else inputs[name]
        lengths = {axis: self.emitter.lengths[axis] for axis in node.type.axes if self.emitter.made_by(axis, node)}
        return result, inputs.get(f"{name}_valid"), lengths

    def _call(self, node: Node) -> CallStep:
        emitter, lifted = self.emitter, tuple(node["lifted"])
        external = self.plan.spec.externals[node["callee"]]
        needed = self.demand.of(node, dict(self.schedule).get(node))
        real = emitter.real(lifted)
        needed = emitter.k.both(needed, real)
        able = emitter.k.both(*(emitter._argument_mask(node, arg) for arg in node.args))
        arguments = [self._argument(arg, lifted, always_full=True) for arg in node.args]
        numeric = all(argument.tensor is not None or argument.constant is not None and not arg.type.kind.on_host
                      for argument, arg in zip(arguments, node.args, strict=True))
        numeric = numeric and any(argument.tensor is not None for argument in arguments) and not node.type.kind.on_host
        own = [axis for axis in node.type.axes if axis not in lifted]
        numeric = numeric and all(axis.size is not None for axis in own)
        evaluation = Evaluation(external, self.plan.calls[node], numeric)
        rests_on = [pool for argument in arguments for pool in (argument.source, *argument.pools) if pool is not None]
        result, valid, lengths = self._results(node)
        return CallStep(node, external.name, evaluation, arguments, lifted, self._mask(needed, lifted, bool(lifted)),
                        self._mask(able, lifted, False), result, valid, lengths, rests_on,
                        real=self._mask(real, lifted, True) if lifted else None,
                        shared=self._calls_of(external) > 1, cache=cache_of(external))

    def _calls_of(self, external: ExternalInfo) -> int:
        return sum(node["callee"] == external.name for node in self.plan.calls)

    def _mask(self, mask: Value | None, lifted: tuple[Axis, ...], always: bool) -> fx.Node | None:
        """A mask as a tensor over the rollouts and the lifted axes; None where it holds everywhere."""
        if mask is None or mask.constant and mask.data:
            if not always:
                return None
            mask = Value(True, truth=True)
        for axis in lifted:
            self.emitter.size_along(axis)
        return self.emitter.build.full(mask, lifted)

    def _argument(self, arg: Node, lifted: tuple[Axis, ...], always_full: bool = False) -> HostArgument:
        emitter, value, type_ = self.emitter, self.emitter.values[arg], arg.type
        common = {"type_axes": type_.axes, "kind": type_.kind, "labels": type_.labels}
        if type_.kind is Kind.TABLE:
            return HostArgument(**common, constant=self._table(arg))
        fixed = emitter.fixed.get(arg)
        if fixed is not None and always_full and not set(lifted) & set(type_.axes):
            return HostArgument(**common, constant=_as_argument(fixed, type_))
        if type_.kind.on_host:
            if arg in emitter.hosted:
                return HostArgument(**common, source=arg)
            return HostArgument(**common, ids=emitter.build.full(value, type_.axes), pools=pools_of(arg, emitter.hosted))
        if value.constant and not type_.axes:
            return HostArgument(**common, constant=_as_argument(value.data, type_))
        own = tuple(axis for axis in type_.axes if axis not in lifted)
        axes = tuple(axis for axis in lifted if axis in type_.axes) + own
        common["type_axes"] = axes
        ragged = [axis for axis in axes if axis.ragged and axis not in lifted]
        lengths = {axis: emitter.length_of(axis) for axis in ragged if not emitter.variant.dense or axis.maker or axis.like}
        return HostArgument(**common, tensor=emitter.build.full(value, axes), lengths=lengths)

    def _table(self, node: Node) -> dict:
        if node.op == "param":
            return self.params[node["name"]]
        return {key: plain(entry) for key, entry in node["value"]}


def whole_module(code: Code) -> fx.GraphModule:
    """All tensor code of a variant as one module that gives a dict of outputs; `inputs` names what it takes, in order."""
    build, gives = code.emitter.build, {}
    for name in code.plan.outputs:
        given = code.given[name]
        if given.node.type.kind.on_host:
            continue
        data = given.data if isinstance(given.data, fx.Node) else build.literal(given.data).data
        gives[name] = data
        if given.valid is not None:
            gives[f"{name}_valid"] = given.valid
    live = rests_on(gives.values())
    takes = [node for node in build.graph.nodes if node in live and node.op == "placeholder"]
    body = [node for node in build.graph.nodes if node in live and node.op in COMPUTED]
    module = module_of(body, takes, list(gives.values()), build.attributes, tuple(gives))
    module.inputs = [node.name for node in takes]
    return module


def _as_argument(value: object, type_: Type) -> object:
    """A constant as a Python function is to see it: whole numbers as int, an enum's label for its code."""
    if isinstance(value, list | tuple):
        return [_as_argument(entry, type_) for entry in value]
    convert = {Kind.INT: int, Kind.FLOAT: float, Kind.BOOL: bool, Kind.ENUM: lambda code: type_.labels[int(code)]}
    return value if value is None or type_.kind not in convert else convert[type_.kind](value)
