"""Writes docs/systems.md from what runs: `python tests/systems/systems_page.py`, with the cases in ../shared/systems."""

import contextlib
import io
import json
from pathlib import Path

import rewardlang as rl
from rewardlang.cli.main import main

ROOT = Path(__file__).resolve().parent.parent.parent
SPECS = {path.stem: path for path in sorted((ROOT / "examples/systems").glob("*.rwd"))}
CASES = ROOT.parent / "shared/systems"
PAGE = ROOT / "docs/systems.md"

HEAD = """\
# Published reward systems

Rewards of the literature, each as one file to read, check, score and start from. The page is written by
`python tests/systems/systems_page.py` from what ran; a test holds the two together.

*Lines* are those without docstring, examples, comments and blanks. *Class* is the effective class of the reward, or of the
first output where there is none; *known* says when it is available. *Proved* counts the contracts that hold for all inputs
and params, *examples* those in the file, *cases* the expected values, of the authors' code or of the formula, that are met.

| system | lines | outputs | class | known | proved | examples | cases |
|---|---|---|---|---|---|---|---|
"""
MIDDLE = "\n## What to know of each\n\nWhat the paper's reward is, and where the file departs from published code.\n\n"


def cases(slug: str) -> list[dict]:
    """The cases of a system's outputs; those of analysis functions are tested beside the functions."""
    file = CASES / f"{slug}.jsonl"
    if not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if "output" in row]


def lines_of(program: rl.Program) -> int:
    """The lines of a spec without docstring, examples, comments and blanks."""
    text = program.source.text
    for example in program.spec.examples:
        text = text.replace(program.source.text[example.span.start:example.span.end], "")
    return sum(bool(line.split("#")[0].strip()) for line in text.split('"""', 2)[2].splitlines())


def differs(got, expected, tol: float) -> str | None:
    """Where and how a value departs from the expected one: null where null, else within `tol * max(1, |expected|)`."""
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return f": {got} is not {expected}"
        found = ((place, differs(one, other, tol)) for place, (one, other) in enumerate(zip(got, expected, strict=True)))
        return next((f"[{place}]{problem}" for place, problem in found if problem), None)
    if expected is None or isinstance(expected, str) or got is None:
        return None if got == expected else f": {got} is not {expected}"
    return None if abs(got - expected) <= tol * max(1, abs(expected)) else f": {got} is not {expected}"


def meets(slug: str, row: dict) -> bool:
    """Whether a system gives what a case expects."""
    reward = rl.compile(SPECS[slug], params=row.get("params", {}), outputs=[row["output"]])
    return differs(reward(row["inputs"]).to_lists(row["output"]), row["expected"], row["tol"]) is None


def inspected(path: Path) -> dict:
    """What `rewardlang inspect` says of a file."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        main(["inspect", str(path), "--format", "json"])
    return json.loads(said.getvalue())


def line(slug: str, passed: int) -> str:
    """One system, of which so many cases passed, as a line of the table."""
    program, about, rows = rl.load(SPECS[slug]), inspected(SPECS[slug]), cases(slug)
    outputs = about["outputs"]
    first = next((one for one in outputs.values() if one["role"] == "reward"), next(iter(outputs.values())))
    kind = " = ".join(first["class"]["effective"]) if first.get("class") else "–"
    proved = sum(ensure["proved"] for ensure in about["ensures"])
    cells = (f"[{slug}](../examples/systems/{slug}.rwd)", lines_of(program), len(outputs), kind, first["availability"],
             f"{proved} of {len(about['ensures'])}", len(program.spec.examples), f"{passed} of {len(rows)}")
    return f"| {' | '.join(map(str, cells))} |\n"


def about(slug: str) -> str:
    """What a system's file says of itself."""
    text = " ".join(rl.load(SPECS[slug]).spec.docstring.split())
    return f"- **{slug}**. {text}\n"


def page() -> str:
    """The whole page."""
    table = "".join(line(slug, sum(meets(slug, row) for row in cases(slug))) for slug in SPECS)
    return HEAD + table + MIDDLE + "".join(map(about, SPECS))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
