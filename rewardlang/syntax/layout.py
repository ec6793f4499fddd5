"""Laying out text within a width: groups stay on one line if they fit, and every line knows which source it shows."""

from dataclasses import dataclass, field
from typing import Any

INDENT = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """What follows shows the source from this offset on."""

    offset: int


@dataclass(frozen=True, slots=True)
class Break:
    """A line break where the group around it does not fit on one line; `flat` is written where it does."""

    flat: str = " "
    always: bool = False


@dataclass(frozen=True, slots=True)
class Pad:
    """Blanks that align columns, written only where the group around them is broken."""

    blanks: int


@dataclass(frozen=True, slots=True)
class Nest:
    """Lines begun inside stand deeper by one indent."""

    doc: "Doc"


@dataclass(frozen=True, slots=True)
class Group:
    """On one line if that fits and it is not `broken` anyway; else its own breaks are taken, not those of inner groups."""

    doc: "Doc"
    broken: bool = False


Doc = str | Mark | Break | Pad | Nest | Group | list

LINE = Break()
SOFT = Break("")
HARD = Break("", always=True)


@dataclass(slots=True)
class OutLine:
    """A line of output, its indent in blanks, and the source offsets that it shows."""

    indent: int
    text: str = ""
    marks: list[int] = field(default_factory=list)


def render(doc: Doc, width: int) -> list[OutLine]:
    """The lines of a document that keeps to `width` columns wherever it has a break to do so."""
    lines = [OutLine(0)]
    column = 0
    stack: list[tuple[int, bool, Any]] = [(0, False, doc)]
    while stack:
        indent, flat, part = stack.pop()
        if isinstance(part, str):
            lines[-1].text += part
            column = len(part) - part.rfind("\n") - 1 if "\n" in part else column + len(part)
        elif isinstance(part, Mark):
            lines[-1].marks.append(part.offset)
        elif isinstance(part, list):
            stack.extend((indent, flat, inner) for inner in reversed(part))
        elif isinstance(part, Nest):
            stack.append((indent + INDENT, flat, part.doc))
        elif isinstance(part, Group):
            whole = not part.broken and (flat or _fits(part.doc, stack, width - column))
            stack.append((indent, whole, part.doc))
        elif isinstance(part, Pad):
            lines[-1].text += "" if flat else " " * part.blanks
            column += 0 if flat else part.blanks
        elif flat and not part.always:
            lines[-1].text += part.flat
            column += len(part.flat)
        else:
            lines[-1].text = lines[-1].text.rstrip(" ")
            lines.append(OutLine(indent))
            column = indent
    return lines


def _fits(doc: Doc, rest: list[tuple[int, bool, Any]], room: int) -> bool:
    """Whether `doc` on one line, and what follows it up to the next possible break, takes at most `room` columns."""
    inner: list[tuple[bool, Any]] = [(True, doc)]
    following = len(rest)
    while room >= 0:
        if not inner:
            if following == 0:
                return True
            following -= 1
            inner.append((rest[following][1], rest[following][2]))
        flat, part = inner.pop()
        if isinstance(part, str):
            room -= len(part) if "\n" not in part else part.index("\n")
            if "\n" in part:
                return room >= 0
        elif isinstance(part, list):
            inner.extend((flat, item) for item in reversed(part))
        elif isinstance(part, Group):
            inner.append((flat and not part.broken, part.doc))
        elif isinstance(part, Nest):
            inner.append((flat, part.doc))
        elif isinstance(part, Pad):
            room -= 0 if flat else part.blanks
        elif isinstance(part, Break):
            if part.always or not flat:
                return True
            room -= len(part.flat)
    return False


def joined(parts: list[Doc], separator: Doc) -> Doc:
    """The parts with a separator between each two."""
    result: list[Doc] = []
    for at, part in enumerate(parts):
        if at:
            result.append(separator)
        result.append(part)
    return result
