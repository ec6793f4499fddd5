"""What `explain` says of the words of the language: parts of docs/language.md, where each of them is defined."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rewardlang.data import file
from rewardlang.syntax.words import OUTPUT_ROLES, TEMPORAL_INFIX, TEMPORAL_PREFIX

PAGE = "docs/language.md"

_CLAUSES = "**One order of clauses:**"
_CALLS = "## Models and verifiers"
_REDUCTIONS, _SCANS, _WINDOWS = "- **Reductions**", "- **Scans**", "- **Windows over rollouts**"
_TEMPORAL = tuple(sorted(TEMPORAL_PREFIX | TEMPORAL_INFIX))

#: The words, first the one that a page is called by, and the beginnings of the lines with which its parts begin.
_TOPICS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("use",), ("| `use ",)),
    (("setting", "single_turn", "episodic", "continuing", "horizon", "discount"), ("| `setting ",)),
    (("axis", "ragged", "ordered", "like"), ("| `axis ", "`step`, `turn`, `token`")),
    (("input", "column"), ("| `input ", _CLAUSES)),
    (("group", "size"), ("| `group ", _WINDOWS)),
    (("param", "learnable"), ("| `param ", _CLAUSES)),
    (("model", "timeout", "on_error"), ("| `model ", _CALLS)),
    (("verifier",), ("| `model ", "| `verifier ", _CALLS)),
    (("from", "source"), ("| `input ", "| `model ", _CALLS)),
    (("let",), ("| `let ", "**Blocks.**")),
    (("def", "function"), ("| `def ",)),
    (("assume",), ("| `assume ",)),
    (("reward",), ("| `reward ", "**Blocks.**")),
    (("output", *OUTPUT_ROLES[2:]), ("| `output ",)),
    (("ensure", "when", "return", "increasing"), ("## Contracts",)),
    (("example", "expect", "sample"), ("## Examples are tests",)),
    (("gate", "else"), ("**Gates.**",)),
    (("match",), ("**Matches.**",)),
    (("block", "term", "rest"), ("**Blocks.**",)),
    (("over", "reduction"), (_REDUCTIONS, _SCANS, _WINDOWS)),
    (("where",), (_REDUCTIONS, _WINDOWS)),
    (("by",), ("- **Equal keys:**", _WINDOWS)),
    (("batch", "window", "run"), (_WINDOWS,)),
    (("placement",), ("- **Placement.**",)),
    (("in", "range"), ("- Chains of comparisons", _CLAUSES)),
    (("unit",), ("- **Units**",)),
    (("type", "bool", "int", "float", "id", "enum", "table", "record"), ("## Types",)),
    (("invalid", "null"), ("## Invalid",)),
    (("availability", "next_step", "episode"), ("## When a value is known",)),
    (("ignore",), ("`#` begins a comment",)),
    (("temporal", *_TEMPORAL), ("## Time",)),
    (("holds",), ("- `holds(f)`",)),
    (("robustness", "margins", "smooth"), ("- `margins(f)`", "- `robustness(f, smooth")),
    (("machine", "automaton", "shaped", "counter", "start", "final", "otherwise", "farmable"), ("## Machines",)),
    (("objective", "maximize", "minimize", "lexicographic", "pareto", "average", "CVaR", "entropy", "KL"), ("## Objective",)),
    (("class", "full_support", "antisymmetric", "formalism"), ("## Class",)),
)


@dataclass(frozen=True)
class Word:
    """One page: all words that it is for, the first its name, and its text without a heading."""

    words: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        """What the page is called."""
        return self.words[0]


@cache
def words() -> tuple[Word, ...]:
    """All pages, in the order of a file's declarations."""
    lines = file(PAGE).read_text(encoding="utf-8").splitlines()
    return tuple(Word(names, "\n\n".join(_part(lines, start) for start in starts) + "\n") for names, starts in _TOPICS)


def word(name: str) -> Word | None:
    """The page that a word is on."""
    return next((each for each in words() if name in each.words), None)


def _part(lines: list[str], start: str) -> str:
    """The part of the page whose first line begins so: a section, a row of a table, a bullet or a paragraph."""
    at = next((number for number, line in enumerate(lines) if line.startswith(start)), None)
    if at is None:
        raise LookupError(f"nothing in {PAGE} begins with {start!r}")
    if start.startswith("| "):
        return _row(lines[at])
    if start.startswith("## "):
        return "\n".join(_until(lines[at + 1:], ("## ",))).strip()
    ends = ("- ", "") if start.startswith("- ") else ("**", "#", "|", "- ")
    found = [lines[at].removeprefix("- "), *_until(lines[at + 1:], ends)]
    return "\n".join(line.removeprefix("  ") if start.startswith("- ") else line for line in found).strip()


def _until(lines: list[str], ends: tuple[str, ...]) -> Iterator[str]:
    """The lines before the first that begins with one of the ends; the end "" is a line with nothing on it."""
    for line in lines:
        if any(line.startswith(end) if end else not line for end in ends):
            return
        yield line


def _row(line: str) -> str:
    """A row of the table of declarations: what is written, and what it says."""
    written, said = (cell.strip() for cell in line.strip("| ").split(" | ", 1))
    return f"    {written.strip('`')}\n\n{said[0].upper()}{said[1:].removesuffix('.')}."


def first_sentence(text: str) -> str:
    """The first sentence of the first paragraph; all of that where no sentence ends in it.

    A full stop ends one outside brackets and code, before a blank and a capital letter, a digit or code.
    """
    prose = " ".join(text.strip().partition("\n\n")[0].split())
    depth, code = 0, False
    for place, sign in enumerate(prose):
        code ^= sign == "`"
        depth += 0 if code else (sign in "([") - (sign in ")]")
        after = prose[place + 1: place + 3]
        ends = not after or (after[0] == " " and (after[1:].isupper() or after[1:].isdigit() or after[1:] in "`*"))
        if sign == "." and depth <= 0 and not code and ends:
            return prose[: place + 1]
    return prose
