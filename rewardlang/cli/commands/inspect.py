"""`inspect`: what a spec needs, what was proved about what it gives, and what its evaluation costs."""

from dataclasses import asdict
from types import SimpleNamespace

from rewardlang.classes.derive import Expressivity
from rewardlang.classes.follows import ascended, remembered
from rewardlang.classes.guide import ADVICE, drawing
from rewardlang.cli.axis import outweighs
from rewardlang.cli.errors import CLEAN, FINDINGS
from rewardlang.cli.formulas import formula_row, formulas
from rewardlang.cli.outputs import OPINIONS, class_text, heading, interval, output_text, table, why
from rewardlang.cli.specs import load_spec
from rewardlang.cli.terminal import say, say_json
from rewardlang.facts.analyse import rounded
from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.linear_states import LinearMemory
from rewardlang.facts.lint.weights import SIDES
from rewardlang.facts.machines import MachineFacts
from rewardlang.facts.recheck.machines import recheck_machine
from rewardlang.facts.recheck.ranges import CONTRADICTED, recheck
from rewardlang.facts.returns.sums import steps, sum_bounds
from rewardlang.ir.node import Node, leaves, reachable
from rewardlang.ir.spec import ExternalInfo, InputInfo, ParamInfo
from rewardlang.program import OutputView, Program
from rewardlang.text.plain import phrase, plain
from rewardlang.values.axes import ordered_axes
from rewardlang.values.interval import Interval


def run(values: SimpleNamespace) -> int:
    """Print the facts; the exit code."""
    program = load_spec(values.file, values.stdin_filename, values.dtype)
    report = examine(program, values.paranoid)
    if values.format == "json":
        from rewardlang.cli.schema import InspectReport
        say_json(InspectReport.model_validate(plain(report)).as_json())
    else:
        say(as_text(report))
    checked = [entry["recheck"] for part in ("outputs", "machines") for entry in report[part].values() if entry["recheck"]]
    return FINDINGS if any(entry["status"] == CONTRADICTED for entry in checked) else CLEAN


def examine(program: Program, paranoid: bool = False) -> dict:
    """All facts as JSON has them; `paranoid`: ranges with a second opinion."""
    spec = program.spec
    return {
        "version": "1.0",
        "path": program.source.name,
        "docstring": spec.docstring,
        "setting": {"kind": spec.setting.kind, "horizon": spec.setting.horizon, "discount": spec.setting.discount},
        "inputs": {name: _input(info) for name, info in spec.inputs.items()},
        "params": {name: _param(info) for name, info in spec.params.items()},
        "models": {name: _external(info) for name, info in spec.externals.items() if _calls(program, name)},
        "group": {"by": spec.group_key, "size": spec.group_size} if spec.group_key else None,
        "dtype": program.dtype,
        "outputs": {name: _output(program, view, paranoid) for name, view in program.outputs.items()},
        "objective": _objective(program),
        "formulas": formulas(program),
        "machines": {name: _machine(program, facts, paranoid) for name, facts in program.facts.machines.items()},
        "memories": [_memory(found) for found in program.facts.ranges.memories],
        "ensures": [{"text": ensure.text, "line": ensure.span.source.position(ensure.span.start)[0],
                     "proved": ensure.kind != "later"} for ensure in spec.ensures],
        "cost": {"nodes": len(reachable(output.node for output in spec.outputs.values())),
                 "nodes_optimized": len(reachable(output.node for output in program.optimized.outputs.values())),
                 "calls": {name: _calls(program, name) for name in spec.externals if _calls(program, name)}},
        "notes": _follows(program),
    }


def _range(interval: Interval | None) -> list | None:
    return None if interval is None else interval.to_json()


def _input(info: InputInfo) -> dict:
    return {"type": str(info.type), "axes": [axis.name for axis in info.type.axes], "range": _range(info.domain),
            "unit": str(info.type.unit) if info.type.unit is not None else None, "column": info.column, "role": info.role,
            "default": info.default, "required": not info.has_default}


def _param(info: ParamInfo) -> dict:
    return {"type": str(info.type), "range": _range(info.domain), "default": info.default, "required": info.required,
            "learnable": info.learnable}


def _external(info: ExternalInfo) -> dict:
    arguments = [f"{argument.name}: {argument.type}" for argument in info.arguments]
    return {"kind": info.kind, "arguments": arguments, "result": str(info.result), "range": _range(info.domain),
            "from": info.target, "timeout": info.timeout, "on_error": info.on_error}


def _calls(program: Program, name: str) -> int:
    """Different calls of a model or verifier that the outputs rest on."""
    nodes = reachable(output.node for output in program.spec.outputs.values())
    return sum(node["callee"] == name for node in leaves(nodes, "call"))


def _objective(program: Program) -> dict | None:
    said = program.objective
    found = program.facts.expressivity(said)
    return said and {"text": said.text, "kind": said.kind, "class": _class(found)}


def _class(found: Expressivity | None) -> dict | None:
    if found is None:
        return None
    return {"general": list(found.general), "effective": list(found.effective), "exact": found.exact,
            "flags": list(found.flags), "derivation": list(found.derivation), "notes": list(found.notes)}


def _follows(program: Program) -> list[str]:
    """What follows for training, as sentences."""
    views = program.outputs
    changed = list(ascended(program.spec, lambda name: views[name].expressivity))
    if program.objective is None:
        return changed
    found = program.facts.expressivity(program.objective)
    seen = remembered(program.spec, program.objective, found)
    advice = [ADVICE[name] for name in found.effective]
    said = [f"{part.optimum}; sound: {part.algorithms}; mind that {part.mind}" for part in advice]
    said += [f"the policy must see {', '.join(seen)}"] if seen else []
    said += [f"`{label}` is a potential: without it the same policies are best" for label in program.facts.droppable]
    return said + changed


def _recheck(program: Program, view: OutputView) -> dict:
    """What the independent checker says of an output's range."""
    found = recheck(program.facts.ranges, program.spec.outputs[view.name].node, view.bounds)
    return {"status": found.status, "boxes": found.boxes, "point": {name_of(program.spec, node): x for node, x in found.point.items()},
            "trusted": list(dict.fromkeys(name_of(program.spec, node) for node in found.trusted))}


def _output(program: Program, view: OutputView, paranoid: bool) -> dict:
    info = program.spec.outputs[view.name]
    return {
        "type": str(view.type), "axes": [axis.name for axis in view.axes], "bounds": _range(view.bounds),
        "bounds_tight": view.bounds_tight,
        "float_excess": program.facts.float_excess(view.name) if view.bounds is not None else None,
        "recheck": _recheck(program, view) if paranoid and view.bounds is not None else None,
        "return_bounds": _range(view.return_bounds),
        "discounted_bounds": _range(view.discounted_bounds), "class": _class(view.expressivity),
        "availability": view.availability, "availability_because": view.availability_because,
        "role": view.role, "varying": list(view.varying), "invalid_from": list(view.invalid_from),
        "needs": list(view.needs), "terms": list(view.terms),
        "term_bounds": (known := {label: _range(program.facts.bounds(node)) for label, node in info.terms}),
        "term_return_bounds": (added := {label: _return(program, node) for label, node in info.terms}),
        "what_counts": _what_counts(known, added, view.axes),
    }


def _return(program: Program, node: Node) -> list | None:
    """What a term adds up to in an episode; None where it has no steps, or no value."""
    found = sum_bounds(program.facts.ranges, node) if ordered_axes(node.type.axes) else None
    return _range(found and rounded(found))


def _what_counts(entries: dict[str, list | None], sums: dict[str, list | None], axes) -> str | None:
    """Which term outweighs which, at each step and in an episode where there are steps; None for one term alone."""
    said, added = _outweighs(entries), _outweighs(sums)
    where = f"at each {axes[-1].name}: " if axes and axes[-1].ordered else ""
    in_all = f"; in an episode: {added}" if where and said and added else ""
    return f"{where}{said}{in_all}" if said else None


def _outweighs(bounds: dict[str, list | None]) -> str | None:
    known = {label: pair for label, pair in bounds.items() if pair is not None and label not in SIDES}
    return outweighs({label: tuple(float(end) for end in pair) for label, pair in known.items()})


# --- as text ---------------------------------------------------------------------------------------------------------


def as_text(report: dict) -> str:
    """The report as tables for people."""
    parts = [report["path"] + (f": {report['docstring'].strip().splitlines()[0]}" if report["docstring"] else "")]
    outputs = sorted(report["outputs"].items(), key=lambda pair: pair[1]["role"] != "reward")
    texts = [output_text(name, entry, report["dtype"]) for name, entry in outputs]
    first = sum(entry["role"] == "reward" for _, entry in outputs)
    parts += texts[:first]
    parts.append(table("inputs", [_input_row(name, entry) for name, entry in report["inputs"].items()]))
    parts.append(table("params", [_param_row(name, entry) for name, entry in report["params"].items()]))
    calls = report["cost"]["calls"]
    models = [_model_row(name, entry, calls) for name, entry in report["models"].items()]
    parts.append(table("models and verifiers", models))
    parts += texts[first:]
    parts.append(_objective_text(report))
    parts.append(table("formulas", [formula_row(entry) for entry in report["formulas"]]))
    parts.append(table("machines", [_machine_row(name, entry) for name, entry in report["machines"].items()]))
    parts.append(table("linear states", [_memory_row(entry) for entry in report["memories"]]))
    proofs = [("proved" if ensure["proved"] else "not yet", ensure["text"]) for ensure in report["ensures"]]
    parts.append(table("ensure", proofs))
    cost = report["cost"]
    parts.append(f"cost: {cost['nodes']} operations, {cost['nodes_optimized']} after optimising")
    parts.append("\n".join(f"note: {note}" for note in report["notes"]))
    parts += [table(f"class of {heading(name, entry)}", why(entry["class"])) for name, entry in outputs]
    parts.append(_place(report))
    return "\n\n".join(part for part in parts if part) + "\n"


def _input_row(name: str, entry: dict) -> tuple:
    unit = f"unit {entry['unit']}" if entry["unit"] else ""
    origin = [part for part in (entry["role"], entry["column"] if entry["column"] != name else None) if part]
    source = f"from {' '.join(origin)}" if origin else ""
    default = "" if entry["required"] else f"= {phrase(entry['default'])}"
    return name, entry["type"], interval(entry["range"]), unit, source, default


def _param_row(name: str, entry: dict) -> tuple:
    default = "required" if entry["required"] else f"= {phrase(entry['default'])}"
    return name, entry["type"], interval(entry["range"]), default, "learnable" if entry["learnable"] else ""


def _model_row(name: str, entry: dict, calls: dict) -> tuple:
    count = f"{calls[name]} call{'s' if calls[name] > 1 else ''} a rollout, where demanded"
    signature = f"{name}({', '.join(entry['arguments'])})"
    return entry["kind"], signature, f"-> {entry['result']}", count, entry["from"] or "to be bound"


def _machine(program: Program, facts: MachineFacts, paranoid: bool) -> dict:
    machine, setting = facts.info.machine, program.spec.setting
    opinion = recheck_machine(facts, steps(setting, (facts.info.axis,)), setting.discount) if paranoid else None
    return {"states": list(machine.states), "final": [machine.states[state] for state in sorted(machine.finals)],
            "places": len(facts.unfolded.places) if facts.info.lists_places else None,
            "clamped": [machine.counters[number].name for number in facts.clamped],
            "counters": {counter.name: [counter.low, counter.high] for counter in machine.counters},
            "left_open": sorted(facts.left_open),
            "recheck": None if opinion is None else asdict(opinion)}


def _machine_row(name: str, entry: dict) -> tuple:
    counters = ", ".join(f"{counter} {interval(ends)}" for counter, ends in entry["counters"].items())
    clamped = f"clamped at its range: {', '.join(entry['clamped'])}" if entry["clamped"] else ""
    places = "" if not entry["counters"] else f"{entry['places']} places" if entry["places"] else "counters beside its states"
    found = entry["recheck"]
    opinion = f"re-checked: {OPINIONS[found['status']]} ({found['inequalities']} inequalities, {found['moves']} moves)" if found else ""
    opinion += f": {found['fault']}" if found and found["fault"] else ""
    left = f"left open: {', '.join(entry['left_open'])}" if entry["left_open"] else ""
    return name, f"{len(entry['states'])} states", f"final {', '.join(entry['final']) or 'none'}", counters, places, clamped, left, opinion


def _memory(found: LinearMemory) -> dict:
    reached = {name: _range(None if range_ is None else rounded(range_)) for name, range_ in zip(found.names, found.reached, strict=True)}
    return {"spectral_radius": found.radius, "reached": reached}


def _memory_row(entry: dict) -> tuple:
    radius = entry["spectral_radius"]
    ranges = ", ".join("no bound" if ends is None else f"reaches [{', '.join(f'{end:.6g}' for end in map(float, ends))}]"
                       for ends in entry["reached"].values())
    return ", ".join(entry["reached"]), f"spectral radius {radius:.6g}{', fades' if radius < 1 else ''}", ranges


def _objective_text(report: dict) -> str:
    """The objective, where no reward has its class."""
    entry = report["objective"]
    if entry is None or any(output["role"] == "reward" for output in report["outputs"].values()):
        return ""
    found = entry["class"]
    return table("objective", [(entry["kind"], entry["text"]), ("class", class_text(found)), *why(found)])


def _place(report: dict) -> str:
    """The order of the classes, the program's in brackets."""
    found = report["objective"] and report["objective"]["class"]["effective"]
    return "" if not found or found == ["OUTSIDE"] else "place among the classes\n" + drawing(tuple(found)).rstrip("\n")


