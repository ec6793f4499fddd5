"""`test`: the `example` blocks of specs, each expectation with what was got."""

from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, FINDINGS, USAGE
from rewardlang.cli.expectations import Outcome, run_example
from rewardlang.cli.files import read_all
from rewardlang.cli.terminal import note, plural, say, say_json, wants_color
from rewardlang.cli.values import bindings, see_current_folder
from rewardlang.ir.spec import ExampleInfo
from rewardlang.program import Program
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.plain import phrase
from rewardlang.text.render import render
from rewardlang.text.source import Source

Results = list[tuple[ExampleInfo, list[Outcome]]]


def run(values: SimpleNamespace) -> int:
    """Run all examples of all files; the exit code."""
    bind = bindings(values.bind)
    if values.trust:
        see_current_folder()
    read, failures = read_all(values.files, values.stdin_filename)
    broken: list[Diagnostic] = []
    results: dict[str, Results] = {}
    for item in read:
        program = Program(item) if isinstance(item, Source) else None
        errors = [item] if program is None else list(program.errors)
        broken += errors
        if not errors:
            examples = program.spec.examples
            results[item.name] = [(example, run_example(program, example, bind, values.trust)) for example in examples]
    _report(results, broken, values)
    for failure in failures:
        note(str(failure))
    if failures:
        return USAGE
    failed = any(not outcome.passed for found in results.values() for _, outcomes in found for outcome in outcomes)
    return FINDINGS if failed or broken else CLEAN


def _report(results: dict[str, Results], broken: list[Diagnostic], values: SimpleNamespace) -> None:
    if broken:
        note(render(broken, "text", wants_color(values.color)))
    if values.format == "json":
        files = [{"path": name, "examples": [_entry(*each) for each in found]} for name, found in results.items()]
        say_json({"version": "1.0", "files": files})
        return
    for name, found in results.items():
        for example, outcomes in found:
            say("\n".join(_lines(name, example, outcomes, wants_color(values.color))))
    examples = [outcomes for found in results.values() for _, outcomes in found]
    failed = sum(not all(outcome.passed for outcome in outcomes) for outcomes in examples)
    if results:
        say(f"{plural(len(examples), 'example')}, {failed} failed" if examples else "no examples")


def _lines(name: str, example: ExampleInfo, outcomes: list[Outcome], color: bool) -> list[str]:
    """One line for an example that holds, further lines for what does not."""
    passed = all(outcome.passed for outcome in outcomes)
    word, paint = ("ok    ", "32") if passed else ("FAILED", "31")
    lines = [f"{f'{chr(27)}[{paint}m{word}{chr(27)}[0m' if color else word} {name}: {example.title}"]
    for outcome in outcomes:
        if not outcome.passed:
            line, column = outcome.expect.span.source.position(outcome.expect.span.start)
            lines.append(f"         {line}:{column}: expected {outcome.expect.text}")
            if outcome.got:
                lines.append(f"         got {phrase(_shown(outcome.got))}")
            if outcome.problem:
                lines.append(f"         because {outcome.problem}")
    return lines


def _shown(got: tuple) -> object:
    return got[0] if len(got) == 1 else list(got)


def _entry(example: ExampleInfo, outcomes: list[Outcome]) -> dict:
    expects = []
    for outcome in outcomes:
        line, column = outcome.expect.span.source.position(outcome.expect.span.start)
        got = _shown(outcome.got) if outcome.got else None
        expects.append({"text": outcome.expect.text, "passed": outcome.passed, "got": got, "problem": outcome.problem,
                        "line": line, "column": column})
    return {"title": example.title, "passed": all(outcome.passed for outcome in outcomes), "expects": expects}
