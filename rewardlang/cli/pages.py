"""The pages of `explain`: diagnostics, words, operators, and the standard library, each made of where it is defined."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from rewardlang.classes.pages import page as formalism_page
from rewardlang.cli.language import Word, first_sentence, word, words
from rewardlang.data import folder
from rewardlang.ops.docs import literal
from rewardlang.ops.row import Operator
from rewardlang.ops.table import OPERATORS, signature
from rewardlang.syntax import tree
from rewardlang.syntax.parse import parse
from rewardlang.text.codes import CODES
from rewardlang.text.source import Source
from rewardlang.values.classes import FORMALISMS

DECLARED = (tree.Def, tree.External, tree.Machine, tree.Let)


@dataclass(frozen=True)
class Page:
    """One page: `kind` is `diagnostic`, `word`, `operator`, `formalism`, `function` or `module`; `summary` is one line."""

    name: str
    kind: str
    summary: str
    text: str


def find_page(topic: str) -> Page | None:
    """The page of a code, a word, an operator, a function (`overlong`, `std.length.overlong`) or a module (`std.length`)."""
    code = next((row.code for row in CODES.values() if topic.upper() == row.code or topic == row.name), None)
    if code is not None:
        return _of_code(code)
    if topic in FORMALISMS:
        return _of_formalism(topic)
    operator = next((row for row in OPERATORS.values() if topic in (row.name, row.symbol)), None)
    wanted = {page.name: page for page in library() if topic in (page.name, page.name.rpartition(".")[2])}
    found = word(topic)
    if found is not None and operator is None:
        return _of_word(found, topic, wanted)
    if topic in wanted or (wanted and operator is None):
        return wanted.get(topic) or next(iter(wanted.values()))
    return None if operator is None else _of_operator(operator)


def all_pages() -> list[Page]:
    """Every page, by kind."""
    of_words = [_of_word(each, each.name, ()) for each in words() if each.name not in OPERATORS]
    return [_of_code(code) for code in CODES] + of_words + [_of_operator(row) for row in OPERATORS.values()] \
        + [_of_formalism(name) for name in FORMALISMS] + [*library()]


def names() -> list[str]:
    """All that `find_page` knows, short names included."""
    found = [page.name for page in all_pages()]
    found += [name for each in words() for name in each.words]
    return found + [name.rpartition(".")[2] for name in found] + [row.name for row in CODES.values()]


def _of_formalism(name: str) -> Page:
    return Page(name, "formalism", f"{FORMALISMS[name].title[0].upper()}{FORMALISMS[name].title[1:]}.", formalism_page(name))


def _of_code(code: str) -> Page:
    row = CODES[code]
    text = (folder("docs/diagnostics") / f"{code}.md").read_text(encoding="utf-8")
    return Page(code, "diagnostic", f"{row.severity}: {row.name.replace('-', ' ')}", text)


def _of_word(found: Word, topic: str, also: Collection[str]) -> Page:
    """The page under the word that was asked for; `also` are pages of the library of the same name."""
    more = "".join(f"\n`rewardlang explain {name}` is about the standard library.\n" for name in also)
    return Page(topic, "word", _summary(found), f"# {topic}\n\n{found.text}{more}")


def _summary(found: Word) -> str:
    """The first sentence that is neither code nor the name of a part."""
    fenced = re.sub(r"^```.*?^```$", "", found.text, flags=re.MULTILINE | re.DOTALL)
    prose = next(part for part in fenced.split("\n\n") if part.strip() and not part.startswith("    "))
    return first_sentence(re.sub(r"^\*\*[\w ]+\.\*\* ", "", prose.strip()).replace("**", ""))


def _of_operator(row: Operator) -> Page:
    written, value = row.example
    where = " where `step` has three positions" if "step" in written and "[" not in written else ""
    lines = [f"# {row.name}", "", row.doc, "", f"    {signature(row)}", "", f"For example{where}", "", f"    {written}",
             f"    is {literal(value)}"]
    about = word(row.name)
    lines += ["", about.text.rstrip()] if about else []
    return Page(row.name, "operator", first_sentence(row.doc), "\n".join(lines) + "\n")


@cache
def library() -> tuple[Page, ...]:
    """The modules of the standard library, each before its functions."""
    return tuple(_library())


def _library() -> Iterator[Page]:
    for path in sorted(folder("stdlib").glob("*.rwd")):
        source = Source(str(path), path.read_text(encoding="utf-8"))
        program, _ = parse(source)
        module = f"std.{path.stem}"
        pages = [_of_declaration(module, each) for each in program.declarations if isinstance(each, DECLARED)]
        yield _of_module(module, program.docstring or "", pages)
        yield from pages


def _of_module(module: str, docstring: str, pages: list[Page]) -> Page:
    width = max((len(page.name) for page in pages), default=0)
    listed = [f"    {page.name:<{width}}  {page.summary}" for page in pages]
    lines = [f"# {module}", "", docstring.strip(), "", *listed]
    return Page(module, "module", first_sentence(docstring), "\n".join(lines) + "\n")


def _of_declaration(module: str, declaration) -> Page:
    comment = _comment_above(declaration.span.source, declaration.span.start)
    text = declaration.span.text.strip()
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    parts = [f"# {module}.{declaration.name}", "", *([comment, ""] if comment else []), indented, "",
             f"Use it with `use {module}: {declaration.name}`."]
    summary = first_sentence(comment) if comment else text.split("\n")[0]
    return Page(f"{module}.{declaration.name}", "function", summary, "\n".join(parts) + "\n")


def _comment_above(source: Source, offset: int) -> str:
    """The comment lines right above a declaration, without their `#`."""
    number, _ = source.position(offset)
    lines: list[str] = []
    while number > 1 and source.line(number - 1).startswith("#"):
        number -= 1
        lines.insert(0, source.line(number).lstrip("#").strip())
    return "\n".join(lines)
