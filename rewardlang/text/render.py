"""Diagnostics as text in any of the offered formats: the only place where they become words on a page."""

from collections.abc import Iterable

from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.drawing import concise, draw_all
from rewardlang.text.reports import as_github, as_json, as_sarif

FORMATS = ("text", "concise", "json", "sarif", "github")


def render(diagnostics: Iterable[Diagnostic], format: str = "text", color: bool = False, paths: Iterable[str] = ()) -> str:
    """All findings in one of FORMATS, file by file in the order in which they come, from the top of each file down.

    `paths` names the files that were checked, so that `json` lists the clean ones too. `color` (ANSI) is for `text` alone;
    whether the terminal and NO_COLOR allow it is the caller's to know. The result ends with a line break, or is empty where
    `text`, `concise` and `github` have nothing to say. Raises ValueError for an unknown format.
    """
    written = _written(in_order(diagnostics), format, color, paths)
    return written.encode(errors="replace").decode()  # half characters, which no file can hold, become `?`


def _written(ordered: list[Diagnostic], format: str, color: bool, paths: Iterable[str]) -> str:
    if format == "text":
        return draw_all(ordered, color)
    if format == "concise":
        return concise(ordered)
    if format == "json":
        return as_json(ordered, paths)
    if format == "sarif":
        return as_sarif(ordered)
    if format == "github":
        return as_github(ordered)
    raise ValueError(f"no format {format!r}: one of {', '.join(FORMATS)}")


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings by file (as first met), then by place, then by code."""
    found = list(diagnostics)
    files = {name: index for index, name in enumerate(dict.fromkeys(d.span.source.name for d in found))}
    return sorted(found, key=lambda d: (files[d.span.source.name], d.span.start, d.code))
