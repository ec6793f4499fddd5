"""Running the `example` blocks of a spec: every expectation is an output of its own, computed by the compiled reward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rewardlang.facts.analyse import analyse
from rewardlang.ir.spec import ExampleInfo, ExpectInfo, OutputInfo, Spec
from rewardlang.program import Program, with_params
from rewardlang.tensor.build import compile_analysed
from rewardlang.tensor.words import RewardError

OWN_VERIFIERS = "rewardlang.verifiers."


@dataclass(frozen=True)
class Outcome:
    """One expectation: `got` has one entry a sample; `problem` says why it is invalid or could not be computed."""

    expect: ExpectInfo
    passed: bool
    got: tuple[object, ...] = ()
    problem: str | None = None


def run_example(program: Program, example: ExampleInfo, bind: Mapping[str, object], trust: Sequence[str]) -> list[Outcome]:
    """Evaluate one example and compare."""
    names = [f"expect {number}" for number in range(1, len(example.expects) + 1)]
    try:
        columns, spec = _columns(program.spec, example, bind, trust), with_params(program, example.params)
        outputs = {name: OutputInfo(name, "output", expect.node, (), expect.span)
                   for name, expect in zip(names, example.expects, strict=True)}
        spec = replace(spec, outputs={**spec.outputs, **outputs}, ensures=[], examples=[])
        reward = compile_analysed(spec, analyse(spec), example.params, bind, trust, names)
        out = reward(columns)
        found = {name: out.to_lists(name) for name in names}
    except RewardError as error:
        return [Outcome(expect, False, problem=str(error)) for expect in example.expects]
    pairs = zip(names, example.expects, strict=True)
    return [_judge(expect, found[name], example.samples, [reason for reason in out.reasons(name) if reason])
            for name, expect in pairs]


def _columns(spec: Spec, example: ExampleInfo, bind: Mapping[str, object], trust: Sequence[str]) -> dict[str, list]:
    """The example's columns by their names in the data; what is neither given nor has a default is invalid."""
    columns: dict[str, list] = {}
    for name, info in spec.inputs.items():
        if name in example.columns:
            columns[info.column] = example.columns[name]
        elif not info.has_default:
            columns[info.column] = [None] * example.samples
    for name, info in spec.externals.items():
        target = info.target or ""
        can_run = info.trusted or name in bind or target.startswith(OWN_VERIFIERS) or target.partition(":")[0] in trust
        if name in example.columns:
            columns[name] = example.columns[name]
        elif not can_run:
            columns[name] = [None] * example.samples
    return columns


def _judge(expect: ExpectInfo, got: list, samples: int, reasons: list[str]) -> Outcome:
    wanted = expect.wanted
    each = wanted if samples > 1 and isinstance(wanted, list | tuple) else [wanted] * samples
    passed = all(holds(one, expect.op or "==", want, expect.tolerance) for one, want in zip(got, each, strict=True))
    problem = None if passed or not reasons or not any(one is None for one in got) else "; ".join(dict.fromkeys(reasons))
    return Outcome(expect, passed, tuple(got), problem)


def holds(got: object, op: str, wanted: object, tolerance: float) -> bool:
    """Whether a value stands as wanted; lists entry by entry, one wanted value for all entries of a list."""
    if isinstance(wanted, list | tuple) and not isinstance(got, list) and len(wanted) == 1:
        wanted = wanted[0]
    if isinstance(got, list):
        each = list(wanted) if isinstance(wanted, list | tuple) else [wanted] * len(got)
        if op == "!=":
            return len(each) != len(got) or any(holds(g, op, w, tolerance) for g, w in zip(got, each, strict=True))
        return len(each) == len(got) and all(holds(g, op, w, tolerance) for g, w in zip(got, each, strict=True))
    if op == "!=":
        return not holds(got, "==", wanted, tolerance)
    if _is_number(got) and _is_number(wanted):
        return _compare(float(got), op, float(wanted), tolerance)
    return op == "==" and type(got) is type(wanted) and got == wanted


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _compare(got: float, op: str, wanted: float, tolerance: float) -> bool:
    near = got == wanted or abs(got - wanted) <= tolerance
    return {"==": near, "<": got < wanted, ">": got > wanted, "<=": got < wanted or near, ">=": got > wanted or near}[op]
