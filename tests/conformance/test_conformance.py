"""The language's definition, executed: every program of the pages here means what its comments and its table of values say.

At the end of a line: `# error: [RW108]` (a code, the beginning of one, its name or its reason), `# warning: […]`, `# clean`
(no finding at all), `# bounds: [0, 1]`, `# type: float[step]?`, `# availability: step`, `# terms: a, b`, `# notes: words`
(said beside the error), `# refuted` and `# unproved` (an `ensure`), `# fails` (an `expect`), `# rejected` (a value of an
example), `# beside: [RW115]` (the errors of the files it uses). Errors stand on exactly the lines that say so. A fence
`rwd clean` has no finding. Below a program, ```cases has rows
of `{columns} with {params} => {outputs}` or `… => error: words`, said of the call or of a row; null is invalid.
"""

import json
import math
import re
import signal
from pathlib import Path

import pytest
from conformance_pages import Block, Case, Expectation, all_blocks

import rewardlang as rl
from rewardlang.program import Program, program_of
from rewardlang.text.diagnostic import Diagnostic

BLOCKS = all_blocks()
LONGEST = 20  # seconds, the first import of torch among them
OUTPUT = re.compile(r"(reward|weight|keep|done|advantage|preference|output)\b *(\w+)? *=")
LET = re.compile(r"(?:let|input|param) (\w+)")
#: Programs that the implementation does not follow yet, with what it does instead; strict, so that a cure shows.
KNOWN: dict[str, str] = json.loads((Path(__file__).with_name("known.json")).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def in_time():
    """What hangs fails, after longer than anything here may take."""

    def late(*_):
        raise TimeoutError(f"longer than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def parameters(blocks: list[Block], names: list[str]):
    """One test for each; those listed as known divergences are expected to fail."""
    return [pytest.param(block, id=name, marks=[pytest.mark.xfail(reason=KNOWN[name])] if name in KNOWN else [])
            for block, name in zip(blocks, names, strict=True)]


def program(block: Block, folder: Path) -> Program:
    """The program of a block, read from a folder where the files it uses lie."""
    for name, text in block.beside.items():
        (folder / name).write_text(text, encoding="utf-8")
    main = folder / "main.rwd"
    main.write_text(block.text, encoding="utf-8")
    return program_of(main)


def line_of(found: Diagnostic) -> int:
    """The line of a finding in its own file."""
    return found.position[0]


def is_a(found: Diagnostic, code: str) -> bool:
    """Whether a finding is what the item of an expectation says."""
    return found.code.startswith(code) or code in (found.row.name, found.reason)


@pytest.mark.parametrize("block", parameters(BLOCKS, [block.name for block in BLOCKS]))
def test_findings(block, tmp_path):
    made = program(block, tmp_path)
    found = [each for each in made.diagnostics if each.span.source is made.source]
    drawn = [f"{line_of(each)}: {each.code} {each.message}" for each in found]
    beside = [each for each in made.diagnostics if each.span.source is not made.source and each.severity == "error"]
    assert [each.code for each in beside] == [code for each in block.expectations("beside") for code in each.codes], drawn
    for expectation in block.expectations("error", "warning"):
        here = [each for each in found if line_of(each) == expectation.line and each.severity == expectation.word]
        for code in expectation.codes:
            assert any(is_a(each, code) for each in here), (expectation, drawn)
        if expectation.word == "error":
            assert all(any(is_a(each, code) for code in expectation.codes) for each in here), drawn
    for expectation in block.expectations("notes"):
        said = " ".join(note.message for each in found if line_of(each) == expectation.line for note in each.notes)
        said += " ".join(f"{each.fix.title} {each.fix.replacement}" for each in found if each.fix) + " ".join(drawn)
        assert all(word.strip() in said for word in expectation.value.split(",")), (expectation, said)
    check_ensures(block, found, drawn)
    wrong = {each.line for each in block.expectations("error", "refuted", "unproved", "rejected")}
    assert {line_of(each) for each in found if each.severity == "error"} - wrong == set(), drawn
    clean = {each.line for each in block.expectations("clean")}
    assert not [each for each in found if line_of(each) in clean or "clean" in block.words], drawn


def check_ensures(block: Block, found: list[Diagnostic], drawn: list[str]) -> None:
    """A refuted `ensure` has a witness, an unproved one has none."""
    for expectation in block.expectations("refuted", "unproved"):
        here = [each for each in found if line_of(each) == expectation.line and each.severity == "error"]
        assert [each.code[:3] for each in here] == ["RW2"], (expectation, drawn)
        assert (here[0].witness is not None) == (expectation.word == "refuted"), (expectation, drawn, here[0].witness)


FACTS = [block for block in BLOCKS if block.expectations("bounds", "type", "availability", "terms")]


@pytest.mark.parametrize("block", parameters(FACTS, [f"{block.name} facts" for block in FACTS]))
def test_facts(block, tmp_path):
    made = program(block, tmp_path)
    lines = block.text.splitlines()
    for expectation in block.expectations("bounds", "type", "availability", "terms"):
        check_fact(made, lines[expectation.line - 1], expectation)


def check_fact(made: Program, line: str, expectation: Expectation) -> None:
    """Compare one fact of an output, or the type of any declared value."""
    output, value = OUTPUT.match(line), expectation.value.strip()
    if output is None:
        name = LET.match(line).group(1)
        assert expectation.word == "type", f"{expectation}: only the type of {name} is public"
        infos = {**made.spec.inputs, **made.spec.params}
        assert str(infos[name].type if name in infos else made.spec.names[name].type) == value, expectation
        return
    view = made.outputs[output.group(2) or output.group(1)]
    if expectation.word == "bounds":
        low, high = (float(end) for end in value.strip("[]").split(","))
        got = (float(view.bounds.lo), float(view.bounds.hi))
        assert got[0] <= low and high <= got[1], (expectation, got)
        assert got == pytest.approx((low, high), abs=1e-9), (expectation, got)
    elif expectation.word == "terms":
        assert ", ".join(view.terms) == value, expectation
    else:
        assert str(getattr(view, expectation.word)) == value, (expectation, str(getattr(view, expectation.word)))


VALUES = [(block, line, case) for block in BLOCKS for line, case in block.cases]


@pytest.mark.parametrize("row", parameters(VALUES, [f"{block.page}:{line} values" for block, line, _ in VALUES]))
def test_values(row, tmp_path):
    block, _, case = row
    program(block, tmp_path)
    if case.error is not None:
        said = refusal(tmp_path, case)
        assert all(re.search(rf"\b{word}\b", said) for word in case.error.split()), said
        return
    out = call(tmp_path, case)
    for name, wanted in case.wanted.items():
        got = taken(out, name)
        assert same(got, wanted), (name, got, wanted)


def refusal(folder: Path, case: Case) -> str:
    """Why a call, an output or a row is refused: the error that is raised, else the reasons of the rows."""
    said, out = [], None
    for name in (None, *rl.load(folder / "main.rwd").outputs):
        try:
            if name is None:
                out = call(folder, case)
                said += [reason for reason in out.invalid if reason]
            elif out is not None:
                out.to_lists(name)
        except Exception as error:
            assert type(error).__module__.startswith("rewardlang"), error
            said.append(str(error))
    return "; ".join(said)


def call(folder: Path, case: Case):
    """Compile the program of a block and give it the columns of a case."""
    wanted = [name for name in case.wanted if "." not in name]
    return rl.compile(folder / "main.rwd", params=case.params, outputs=wanted or None)(case.columns)


def taken(out, name: str):
    """An output as lists, `terms.style` of the reward, or `valid`."""
    if name.startswith("terms."):
        return out.terms[name.removeprefix("terms.")].tolist()
    return out.valid.tolist() if name == "valid." else out.to_lists(name)


def same(got, wanted) -> bool:
    """Equal lists; numbers within 1e-9, a bool only where a bool is wanted."""
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(same, got, wanted))
    if isinstance(wanted, bool) or wanted is None or isinstance(wanted, str):
        return got is wanted if not isinstance(wanted, str) else got == wanted
    return isinstance(got, int | float) and math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)


EXAMPLES = [block for block in BLOCKS
            if re.search("^example ", block.text, re.MULTILINE) and not block.expectations("error")]


@pytest.mark.parametrize("block", parameters(EXAMPLES, [f"{block.name} examples" for block in EXAMPLES]))
def test_examples(block, tmp_path):
    from rewardlang.cli.expectations import run_example

    made = program(block, tmp_path)
    refused = {line_of(each) for each in made.errors}
    for expectation in block.expectations("rejected"):
        if expectation.line in refused:
            return
    outcomes = [each for example in made.spec.examples for each in run_example(made, example, {}, ())]
    assert outcomes
    failing = {each.line for each in block.expectations("fails")}
    for outcome in outcomes:
        line = outcome.expect.span.source.position(outcome.expect.span.start)[0]
        must_fail = line in failing or bool(block.expectations("rejected"))
        assert outcome.passed != must_fail, (line, outcome)


def test_every_page_has_programs():
    assert len(BLOCKS) >= 100 and len(VALUES) >= 100
    assert set(KNOWN) <= {block.name for block in BLOCKS} | {f"{block.name} facts" for block in FACTS} | {
        f"{block.page}:{line} values" for block, line, _ in VALUES} | {f"{block.name} examples" for block in EXAMPLES}
