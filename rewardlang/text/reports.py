"""Diagnostics for programs: JSON, SARIF 2.1.0 for code review, and the annotations of GitHub's workflows."""

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from urllib.parse import quote

from rewardlang.text.codes import CODES
from rewardlang.text.diagnostic import Diagnostic, Fix, Note
from rewardlang.text.plain import plain
from rewardlang.text.source import Span

VERSION = "1.0"
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_json(diagnostics: Sequence[Diagnostic], paths: Iterable[str] = ()) -> str:
    """Every file with its findings; places count from 1, ends are exclusive."""
    found: dict[str, list[object]] = {path: [] for path in paths}
    for diagnostic in diagnostics:
        found.setdefault(diagnostic.span.source.name, []).append(_entry(diagnostic))
    files = [{"path": path, "diagnostics": entries} for path, entries in found.items()]
    return _dumped({"version": VERSION, "files": files})


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One workflow command each."""
    return "".join(_command(diagnostic) for diagnostic in diagnostics)


def as_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """One run with its rules and results; columns count code points."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    run = {
        "tool": {"driver": {"name": "rewardlang", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in diagnostics],
    }
    return _dumped({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _dumped(report: object) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _corners(span: Span | None) -> dict[str, int | None]:
    """First place and the place after the last; all None where there is no span."""
    if span is None:
        return dict.fromkeys(("line", "column", "end_line", "end_column"))
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _entry(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "reason": diagnostic.reason,
        "subject": diagnostic.subject,
        "message": diagnostic.message,
        **_corners(diagnostic.span),
        "notes": [_note(note) for note in diagnostic.notes],
        "witness": plain(diagnostic.witness),
        "fix": None if diagnostic.fix is None else _fix(diagnostic.fix),
    }


def _note(note: Note) -> dict[str, object]:
    path = None if note.span is None else note.span.source.name
    return {"message": note.message, "path": path, **_corners(note.span)}


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "replacement": fix.replacement, **_corners(fix.span)}


def _command(diagnostic: Diagnostic) -> str:
    """`::error title=…,file=…,line=…,col=…::file:line:col: CODE message`, with the escapes that GitHub asks for."""
    place, name = _corners(diagnostic.span), diagnostic.span.source.name
    settings = {
        "title": f"rewardlang ({diagnostic.code})",
        "file": name,
        "line": place["line"],
        "col": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
    listed = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in settings.items())
    text = f"{name}:{place['line']}:{place['column']}: {diagnostic.code} {diagnostic.message}"
    return f"::{diagnostic.severity} {listed}::{_escaped(text)}\n"


def _escaped(text: str, more: str = "") -> str:
    """Text with its percent signs, line breaks and `more` written as percent escapes."""
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _rule(code: str) -> dict[str, object]:
    row = CODES[code]
    return {
        "id": code,
        "name": row.name,
        "shortDescription": {"text": row.name.replace("-", " ")},
        "defaultConfiguration": {"level": row.severity},
    }


def _result(diagnostic: Diagnostic, codes: list[str]) -> dict[str, object]:
    related = [
        {**_location(note.span), "message": {"text": note.message}} for note in diagnostic.notes if note.span is not None
    ]
    unplaced = [note.message for note in diagnostic.notes if note.span is None]
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": "\n".join([diagnostic.message, *unplaced])},
        "locations": [_location(diagnostic.span)],
        "properties": {
            "reason": diagnostic.reason,
            "subject": diagnostic.subject,
            "witness": plain(diagnostic.witness),
        },
    }
    if related:
        result["relatedLocations"] = related
    if diagnostic.fix is not None:
        result["fixes"] = [_change(diagnostic.fix)]
    return result


def _location(span: Span) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(span), "region": _region(span)}}


def _artifact(span: Span) -> dict[str, str]:
    return {"uri": quote(PurePath(span.source.name).as_posix(), errors="replace")}


def _region(span: Span) -> dict[str, int | None]:
    place = _corners(span)
    names = {"line": "startLine", "column": "startColumn", "end_line": "endLine", "end_column": "endColumn"}
    return {names[key]: value for key, value in place.items()}


def _change(fix: Fix) -> dict[str, object]:
    replacement = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.replacement}}
    change = {"artifactLocation": _artifact(fix.span), "replacements": [replacement]}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}
