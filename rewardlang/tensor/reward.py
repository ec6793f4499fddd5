"""A compiled reward: columns in, rewards out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor, fx, nn

from rewardlang.ir.node import Node
from rewardlang.ir.spec import ExternalInfo, Spec
from rewardlang.tensor import words
from rewardlang.tensor.assemble import Assembler, Code, whole_module
from rewardlang.tensor.assume import refuse
from rewardlang.tensor.code import Segment
from rewardlang.tensor.columns import Batch, find, read, row_count
from rewardlang.tensor.emit import Variant, length_name, told_name
from rewardlang.tensor.entries import flatten
from rewardlang.tensor.explain import explain
from rewardlang.tensor.host import Run
from rewardlang.tensor.learned import Learned
from rewardlang.tensor.membership import check_sizes
from rewardlang.tensor.online import Online, OnlineState, Step
from rewardlang.tensor.padded import known_axes
from rewardlang.tensor.params import resolve_params
from rewardlang.tensor.plan import Plan, Planner
from rewardlang.tensor.profile import Profile
from rewardlang.tensor.reordering import learn
from rewardlang.tensor.result import Result
from rewardlang.tensor.runstate import fingerprint_of, read_state, state_of
from rewardlang.tensor.runstep import RunStep
from rewardlang.tensor.saving import restore, save
from rewardlang.tensor.sources import Source, bound, check_tokens, find_binding, named
from rewardlang.tensor.statistics import Memory
from rewardlang.values.axes import Axis


def compile_spec(
    spec: Spec,
    params: Mapping[str, object] | None = None,
    bind: Mapping[str, object] | None = None,
    trust: Sequence[str] = (),
    outputs: Sequence[str] | None = None,
    compile: bool = False,
    total: frozenset[Node] = frozenset(),
) -> "CompiledReward":
    """A running reward from a typed program without errors, its graph optimised.

    `params` by name (a trained one becomes an nn.Parameter); `bind` gives a callable or nn.Module for a model or verifier;
    `trust` names the modules whose code the spec may run; `outputs` are those to compute (None: all that the columns allow);
    `compile` uses torch.compile; `total` are nodes whose domain is proved to hold. Raises MissingError for unknown names,
    ParamError for a param that does not fit.
    """
    return CompiledReward(spec, dict(params or {}), dict(bind or {}), tuple(trust), outputs, compile, total)


class CompiledReward:
    """Rewards for batches of rollouts: `reward(columns)` gives a `Result`.

    A bound model gets the rows that need it at once: one list for each parameter, in order, or one tensor if all are
    numbers; it gives back a list or tensor of as many results. A bound verifier is called for one row at a time, unless it
    is an nn.Module. Code is emitted for each dtype, device and set of columns when it is first needed, and kept.
    """

    def __init__(
        self, spec: Spec, params: dict, bind: dict, trust: tuple[str, ...],
        outputs: Sequence[str] | None, compile: bool, total: frozenset[Node], resolved: dict | None = None,
    ):
        self.spec, self.compiled, self.total = spec, compile, total
        self._given = (params, bind, trust, outputs)
        self._check_names(bind, outputs)
        self.params = resolve_params(spec.params, params) if resolved is None else resolved
        self.trained = nn.ParameterDict({name: x for name, x in self.params.items() if isinstance(x, nn.Parameter)})
        self._bind, self._trust = bind, trust
        self._sources: dict[str, Source] = {}
        self._planner = Planner(spec, None if outputs is None else set(outputs), self.params, self._source, tuple(bind))
        self._plans: dict[frozenset[str], Plan] = {}
        self._assumptions: dict[frozenset[str], Plan | None] = {}
        self._codes: dict[tuple[Plan, Variant], Code] = {}
        self._asked = outputs
        self._memories: dict[str, Memory] = {}
        self._alone, self._counting = Lock(), Lock()
        self._online: Online | None = None
        self._profile = Profile()
        self._learned = Learned(spec, self._profile.counts)
        self._check_required(outputs)

    def _check_names(self, bind: Mapping[str, object], outputs: Sequence[str] | None) -> None:
        names = {external.name for external in self.spec.externals.values()} | set(self.spec.externals)
        for name in bind:
            if name not in names:
                raise words.MissingError(words.unknown_name("model or verifier", name, sorted(names)))
        for name in outputs or ():
            if name not in self.spec.outputs:
                raise words.MissingError(words.unknown_name("output", name, self.spec.outputs))

    def _check_required(self, outputs: Sequence[str] | None) -> None:
        """Params without which nothing that is asked for can be computed are missed at once."""
        plan = self._planner.plan(lambda _name: True)
        if plan.missing and (outputs is not None or not plan.outputs):
            name, lacks = next(iter(plan.missing.items()))
            raise words.MissingError(words.missing_for(name, lacks))

    def _source(self, key: str, external: ExternalInfo) -> Source:
        if key not in self._sources:
            binding = find_binding(external, key, self._bind)
            self._sources[key] = named(external, self._trust) if binding is None else bound(external, binding)
        return self._sources[key]

    # Calling --------------------------------------------------------------------------------------------------------

    def __call__(
        self, columns: Mapping[str, object], update_run: bool = True, lengths: Mapping[str, object] | None = None
    ) -> Result:
        """The rewards of a batch.

        `columns` by name: lists, arrays or tensors with one entry a rollout (ragged axes as nested lists, or as a padded
        tensor with `lengths` by axis name: whole numbers [B, *axes it lies within], none beyond the tensor). Columns that
        the spec does not know are ignored. Statistics `over run` see all earlier batches and this one, which they remember,
        unless `update_run` is False. Raises RewardError where nothing can be computed or `lengths` do not fit; what is wrong
        in single rows makes only them invalid.
        """
        raw = {path: column for path in self._planner.names if (column := find(columns, path)) is not None}
        plan = self._plan(frozenset(raw))
        assumed = self._assumed(frozenset(raw))
        wanted = list((plan.columns if assumed is None else plan.columns | assumed.columns).values())
        rows = row_count(raw or columns)
        known_axes(lengths, self._axes())
        given = [raw[want.column] if want.column in raw else [plan.filled[want.column]] * rows for want in wanted]
        batch = read(wanted, given, lengths)
        if not wanted:
            batch.size = rows
        if self.spec.group_size is not None and self.spec.group_key is not None:
            self._check_groups(plan, assumed, batch)
        if assumed is not None:
            with torch.no_grad():
                refuse(batch, assumed, self._result(assumed, batch))
        start = perf_counter()
        result = self._result(plan, batch, update_run)
        if batch.size:
            with self._counting:
                self._profile.add(result.counts, batch.size, perf_counter() - start)
                learn(self._learned, self._profile, self._codes, result, self.compiled)
        return result

    def profile(self) -> Profile:
        """How long all calls so far took, how often each model and verifier was asked, and what was saved; `str` of it is
        for people.
        """
        with self._counting:
            return self._profile.copy()

    def _check_groups(self, plan: Plan, assumed: Plan | None, batch: Batch) -> None:
        """Hold the rows to the declared sizes of groups, if anything that is computed looks at groups."""
        key = self.spec.inputs[self.spec.group_key].node
        for part in (plan, assumed):
            if part is not None and part.sees_group and (key in part.columns or key in part.defaults):
                check_sizes(self.spec, batch, part.columns.get(key))
                return

    def _axes(self) -> list[Axis]:
        """The axes along which there can be columns."""
        types = [info.type for info in self.spec.inputs.values()]
        types += [want.type for wanted in self._planner.wanted.values() for want in wanted]
        return [axis for type_ in types for axis in type_.axes]

    def _result(self, plan: Plan, batch: Batch, update_run: bool = False) -> Result:
        code = self._code(plan, self._variant(batch))
        run = self._start(code, batch)
        self._run_through(code, run, update_run)
        return Result(code, run, explain)

    def _run_through(self, code: Code, run: Run, update_run: bool) -> None:
        """Run some code; from the first statistic over the run on for one thread at a time: each sees whole batches, and
        none is lost."""
        begin = next((place for place, part in enumerate(code.order) if isinstance(part, RunStep)), len(code.order))
        for part in code.order[:begin]:
            part.run(run)
        if begin == len(code.order):
            return
        with self._alone:
            run.memories = self._memories
            for part in code.order[begin:]:
                part.run(run)
            if update_run:      # only now: a batch that fails half way leaves no trace
                for name, change in run.changes.items():
                    change.keep(self._memories.setdefault(name, Memory()))

    def _assumed(self, present: frozenset[str]) -> Plan | None:
        if self.spec.assumptions and present not in self._assumptions:
            self._assumptions[present] = self._planner.assumed(present.__contains__)
        return self._assumptions.get(present)

    def _plan(self, present: frozenset[str]) -> Plan:
        plan = self._plans.get(present)
        if plan is None:
            plan = self._planner.plan(present.__contains__)
            check_tokens(self.spec.compared, self._sources)
            self._plans[present] = plan
        if not plan.outputs:
            raise words.MissingError(words.nothing_to_compute(plan.missing))
        if self._asked is not None and plan.missing:
            name, lacks = next(iter(plan.missing.items()))
            raise words.MissingError(words.missing_for(name, lacks))
        return plan

    def _variant(self, batch: Batch) -> Variant:
        grad = torch.is_grad_enabled() and (batch.grad or len(self.trained) > 0 or self._has_modules())
        untold = tuple((axis, batch.outer(axis)) for axis in batch.told)
        return Variant(batch.dtype, batch.device, batch.clean, batch.dense, grad, untold)

    def _has_modules(self) -> bool:
        return any(isinstance(binding, nn.Module) for binding in self._bind.values())

    def _code(self, plan: Plan, variant: Variant) -> Code:
        key = (plan, variant)
        code = self._codes.get(key)
        if code is None:
            code = Assembler(plan, variant, self.params, self.total, self._learned).assemble()
            if self.compiled:
                for part in code.order:
                    if isinstance(part, Segment):
                        part.module = torch.compile(part.module)
            self._codes[key] = code
        return code

    @staticmethod
    def _start(code: Code, batch: Batch) -> Run:
        """A run with all that comes from the columns in it."""
        run, emitter = Run(batch), code.emitter
        inputs = emitter.inputs
        for node, name in emitter.columns.items():
            column = batch.columns[name]
            if isinstance(column.data, list):
                run.lists[node] = column.data
            else:
                run.tensors[inputs[name]] = column.data
            if not code.variant.clean:
                run.tensors[inputs[f"{name}_valid"]] = _mask(column, node, batch)
        for axis, lengths in batch.lengths.items():
            node = inputs.get(length_name(axis))
            if node is not None:
                run.tensors[node] = lengths
        if emitter.build.counter is not None:
            run.tensors[emitter.build.counter] = torch.empty(batch.size, 0, device=batch.device)
        for axis, told in batch.told.items():
            run.tensors[inputs[told_name(axis)]] = told
        for node in emitter.hosted:
            if node in emitter.fixed:
                # A step reads a value that is the same for all rollouts from the first: there is one even of no rollouts.
                run.lists[node] = [emitter.fixed[node]] * max(batch.size, 1)
        return run

    # One step at a time -----------------------------------------------------------------------------------------------

    def start(self, size: int, axis: str | None = None, device: torch.device | str = "cpu") -> OnlineState:
        """The state of `size` environments before their first step, for `step`.

        Steps are those of the program's only ordered axis (that of its `setting`, or the one named by `axis`). Raises
        RewardError where no output is known one step at a time.
        """
        self._online = Online(self, self._of_steps, self._asked or list(self.spec.outputs), axis)
        return self._online.start(size, device)

    def step(
        self, columns: Mapping[str, object], state: OnlineState, reset: object = None, ending: object = None,
        lengths: Mapping[str, object] | None = None, update_run: bool = True,
    ) -> tuple[Step, OnlineState]:
        """One step of every environment, and the state after it.

        `columns` by name hold this step's entries, [B, *other axes]; what has no step (a text, a target) is given each
        time. Environments in which `reset` (bool [B]) is true begin a new episode with this step; `ending` tells in which
        it ends with this step, which `progress` wants to know. Statistics over the run count an episode at its first
        step, unless `update_run` is false. No gradient passes. Raises RewardError for a state of
        another spec, other params, or another number of environments.
        """
        if self._online is None:
            self._online = Online(self, self._of_steps, self._asked or list(self.spec.outputs))
        return self._online.step(columns, state, reset, ending, lengths, update_run)

    def _of_steps(self, spec: Spec, total: frozenset[Node]) -> "CompiledReward":
        """A reward of another graph, with the params and bindings of this one."""
        _, bind, trust, _ = self._given
        plain = {name: x for name, x in self.params.items() if not isinstance(x, nn.Parameter)}
        known = plain | dict(self.trained.items())
        return CompiledReward(replace(spec, params={}), {}, bind, trust, None, self.compiled, total, known)

    # Statistics over the run -----------------------------------------------------------------------------------------

    def run_state(self) -> dict:
        """What statistics `over run` have seen, as plain data for `json`, `pickle` or `torch.save` (keys that are neither
        text nor number: the latter two); it grows with the number of different keys of `by`.
        """
        with self._alone:
            return state_of(self._memories, fingerprint_of(self.spec, self.params))

    def load_run_state(self, saved: Mapping[str, object]) -> None:
        """Go on from what `run_state` gave. Raises RewardError, and changes nothing, where it was given by a reward of
        another text or other params (trained ones aside), or is damaged.
        """
        memories = read_state(saved, fingerprint_of(self.spec, self.params))
        with self._alone:
            self._memories = memories

    def reset_run(self) -> None:
        """Begin a new run: what statistics `over run` have seen is forgotten."""
        with self._alone:
            self._memories = {}

    # The tensor part as a module --------------------------------------------------------------------------------------

    @property
    def module(self) -> fx.GraphModule:
        """The tensor part, in the default dtype of torch; see `as_module`."""
        return self.as_module()

    def as_module(
        self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu", dense: bool = False
    ) -> fx.GraphModule:
        """The tensor part as one torch.nn.Module, to compile, export or move.

        Its forward takes tensors in the order of `module.inputs`: columns by the names of inputs, [B, *axes], all entries
        valid, ints and enum codes as floats; for each ragged axis its lengths, int64 (`step_length`; none if `dense`, when
        every position counts); and for what Python computes (calls, codes of texts) its result and mask. It gives a dict:
        each output by name, and `NAME_valid` for one that can be invalid.
        """
        given = {want.column for node, wanted in self._planner.wanted.items() for want in wanted if self._comes_in(node)}
        plan = self._plan(frozenset(given))
        variant = Variant(dtype or torch.get_default_dtype(), torch.device(device), True, dense, True)
        return whole_module(Assembler(plan, variant, self.params, self.total).assemble())

    def _comes_in(self, node: Node) -> bool:
        """Whether a node's value is a column of the module: of an input, or of an external that nothing answers."""
        if node.op != "call":
            return True
        external = self.spec.externals[node["callee"]]
        return external.target is None and find_binding(external, node["callee"], self._bind) is None

    @property
    def fingerprint(self) -> str:
        """A hash of the texts of the spec and of all files that it uses, the standard library's too, the params, and the
        names of what is bound: equal rewards have equal ones.
        """
        params = {name: x.tolist() if isinstance(x, Tensor) else x for name, x in sorted(self.params.items())}
        texts = [source.text for source in (self.spec.source, *self.spec.used)]
        content = repr((texts, params, sorted(self._bind), sorted(self.spec.outputs), self._asked))
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def offered(self) -> tuple[str, ...]:
        """The outputs that this reward was compiled for."""
        return tuple(self.spec.outputs) if self._asked is None else tuple(self._asked)

    @property
    def bound(self) -> Mapping[str, object]:
        """What was bound to models and verifiers, by name."""
        return self._bind

    def parameters(self) -> list[nn.Parameter]:
        """The trained params."""
        return list(self.trained.values())

    def __reduce__(self):
        params, bind, trust, outputs = self._given
        trained = {name: parameter.detach() for name, parameter in self.trained.items()}
        state = self.run_state()
        return _restore, (save(self.spec, self.total), params, bind, trust, outputs, self.compiled, trained, state)


def _mask(column, node: Node, batch: Batch) -> Tensor:
    """A column's mask, made where it has none."""
    if column.valid is not None:
        return column.valid
    if isinstance(column.data, Tensor):
        return torch.ones((), dtype=torch.bool, device=batch.device).expand(column.data.shape)
    return _host_mask(column.data, node, batch)


def _host_mask(rows: list, node: Node, batch: Batch) -> Tensor:
    shape = flatten(rows, node.type.axes)[1].shape
    return torch.ones((), dtype=torch.bool, device=batch.device).expand(shape)


def _restore(
    saved: bytes, params: dict, bind: dict, trust: tuple, outputs: list | None, compile: bool, trained: dict[str, Tensor],
    state: dict,
) -> CompiledReward:
    spec, total = restore(saved)
    reward = CompiledReward(spec, params, bind, trust, outputs, compile, total)
    for name, value in trained.items():
        reward.trained[name].data.copy_(value)
    reward.load_run_state(state)
    return reward

