"""The pages of this folder as data: programs, what is expected of each line, and tables of values."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
FENCE = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORDS = ("error", "warning", "clean", "beside", "notes", "refuted", "unproved", "bounds", "type", "availability", "terms",
         "fails", "rejected")
EXPECTATION = re.compile(rf"#\s*({'|'.join(WORDS)})\b(?::\s*([^#\n]*))?")


@dataclass(frozen=True)
class Expectation:
    """`# word: value` at the end of a program's line, which is counted from 1 within the program."""

    line: int
    word: str
    value: str

    @property
    def codes(self) -> list[str]:
        """The items of `[RW108, unused-input]`."""
        return [item.strip() for item in self.value.strip().strip("[]").split(",")]


@dataclass(frozen=True)
class Case:
    """Columns and params of one call, and what it gives: outputs by name, or words of the input error."""

    columns: dict
    params: dict
    wanted: dict
    error: str | None


@dataclass
class Block:
    """A program of a page; `beside` are the files that it uses, by name. `words` are those after `rwd` on its fence."""

    page: str
    line: int
    words: tuple[str, ...]
    text: str
    beside: dict[str, str] = field(default_factory=dict)
    cases: list[tuple[int, Case]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Where it stands, as pytest shows it."""
        return f"{self.page}:{self.line}"

    def expectations(self, *words: str) -> list[Expectation]:
        """Those of the given words, in the order of the text."""
        lines = enumerate(self.text.splitlines(), start=1)
        found = [Expectation(number, *each) for number, line in lines for each in EXPECTATION.findall(line)]
        return [each for each in found if each.word in words]


def blocks_of(path: Path) -> list[Block]:
    """The programs of a page, each with the files before it and the table of values after it."""
    text, found, beside = path.read_text(encoding="utf-8"), [], {}
    for match in FENCE.finditer(text):
        language, words, body = match.group(1), match.group(2).split(), match.group(3)
        line = text.count("\n", 0, match.start()) + 1
        name = next((word.removeprefix("file=") for word in words if word.startswith("file=")), None)
        if language == "rwd" and name:
            beside[name] = body
        elif language == "rwd":
            found.append(Block(path.name, line, tuple(words), body, beside))
            beside = {}
        elif language == "cases":
            found[-1].cases += [(line + 1 + i, case_of(row)) for i, row in enumerate(body.splitlines()) if row.strip()]
        else:
            raise ValueError(f"{path.name}:{line}: a fence of `{language}`")
    return found


def case_of(row: str) -> Case:
    """`{columns} with {params} => {outputs}`, or `… => error: words`."""
    given, _, wanted = row.partition(" => ")
    columns, _, params = given.partition(" with ")
    if wanted.startswith("error:"):
        return Case(json.loads(columns), json.loads(params or "{}"), {}, wanted.removeprefix("error:").strip())
    return Case(json.loads(columns), json.loads(params or "{}"), json.loads(wanted), None)


def all_blocks() -> list[Block]:
    """Every program of every page."""
    return [block for path in sorted(HERE.glob("*.md")) for block in blocks_of(path)]
