"""`show`: any stage of the compiler's work on a spec, as text, JSON, dot or Mermaid."""

from types import SimpleNamespace

from rewardlang.automata import machine_show
from rewardlang.cli.drawings import Drawing, graph_drawing, graph_text, tree_drawing, tree_text
from rewardlang.cli.errors import CLEAN, CliError
from rewardlang.cli.files import read_spec
from rewardlang.cli.specs import load_spec
from rewardlang.cli.terminal import say, say_json
from rewardlang.ir.node import Node
from rewardlang.program import Program
from rewardlang.syntax.parse import parse
from rewardlang.text.diagnostic import SpecError

_DRAWN = {"text": machine_show.as_text, "dot": machine_show.as_dot, "mermaid": machine_show.as_mermaid}


def run(values: SimpleNamespace) -> int:
    """Print one stage; the exit code."""
    if values.stage == "torch":
        _show_code(values)
        return CLEAN
    if values.stage == "automaton":
        _show_automata(values)
        return CLEAN
    drawing, text = _drawn(values)
    if values.format == "json":
        say_json({"version": "1.0", "stage": values.stage, **drawing.as_json()})
    elif values.format == "dot":
        say(drawing.as_dot())
    elif values.format == "mermaid":
        say(drawing.as_mermaid())
    else:
        say(text)
    return CLEAN


def _drawn(values: SimpleNamespace) -> tuple[Drawing, str]:
    """The stage as a drawing and as text."""
    if values.stage == "tree":
        tree, mistakes = parse(read_spec(values.file, values.stdin_filename))
        if any(mistake.severity == "error" for mistake in mistakes):
            raise SpecError(mistakes)
        drawing = tree_drawing(tree)
        return drawing, tree_text(drawing)
    program = load_spec(values.file, values.stdin_filename)
    if values.stage == "facts":
        drawing = graph_drawing(program.spec, lambda node: _facts(program, node))
    else:
        drawing = graph_drawing(program.optimized if values.stage == "optimized" else program.spec)
    return drawing, graph_text(drawing)


def _facts(program: Program, node: Node) -> dict[str, object]:
    """What is known of a node."""
    bounds = program.facts.bounds(node)
    return {"bounds": str(bounds) if bounds is not None else None, "availability": program.facts.availability[node]}


def _show_automata(values: SimpleNamespace) -> None:
    """The minimal automaton of each formula that the program reads, and its machines as they are written."""
    program = load_spec(values.file, values.stdin_filename)
    automata, machines = program.automata, program.machines
    if values.format == "json":
        say_json({"version": "1.0", "stage": values.stage, "automata": [each.as_data() for each in automata],
                  "machines": [machine_show.as_data(machine, name) for name, machine in machines.items()]})
        return
    drawn = [each.drawn(values.format) for each in automata]
    drawn += [_DRAWN[values.format](machine, name) for name, machine in machines.items()]
    say("\n\n".join(drawn) or "no formula is read by `holds`, `verdict` or `progress`, and there is no machine")


def _show_code(values: SimpleNamespace) -> None:
    """The torch module's own code."""
    from rewardlang.tensor.build import compile_program
    if values.format in ("dot", "mermaid"):
        raise CliError(f"the stage `torch` is code, and has no drawing as {values.format}", "--format text or json")
    program = load_spec(values.file, values.stdin_filename)
    module = compile_program(program, {}, {}, ()).module
    code = "\n".join(part.code.strip() for part in module.modules() if hasattr(part, "code")) + "\n"
    if values.format == "json":
        say_json({"version": "1.0", "stage": "torch", "code": code})
    else:
        say(code)
