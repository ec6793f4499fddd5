"""The parse table: made from the grammar once, then read from a file that carries the grammar's hash."""

import hashlib
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import lark
import lark.grammar
import lark.lexer

from rewardlang.data import folder

GRAMMAR = "rewardlang.lark"
SHIPPED = "rewardlang.table.json"
STARTS = ("declaration", "expression")


def grammar_text() -> str:
    """The grammar as it stands in grammars/."""
    return (folder("grammars") / GRAMMAR).read_text("utf-8")


def fingerprint(grammar: str) -> str:
    """What a saved table must carry to fit `grammar` under the installed Lark."""
    return hashlib.sha256(f"{lark.__version__}\n{grammar}".encode()).hexdigest()


def make(grammar: str, transformer: Any = None, strict: bool = False) -> lark.Lark:
    """A parser made from scratch (about 0.4 s); `strict` refuses every conflict."""
    return lark.Lark(grammar, parser="lalr", lexer="basic", start=list(STARTS), keep_all_tokens=True,
                     maybe_placeholders=False, transformer=transformer, strict=strict)


def saved(parser: lark.Lark, grammar: str) -> str:
    """The table of a parser as JSON."""
    data, memo = parser.memo_serialize([lark.lexer.TerminalDef, lark.grammar.Rule])
    data["options"]["transformer"] = None
    return json.dumps({"fingerprint": fingerprint(grammar), "data": data, "memo": memo}, separators=(",", ":"))


def restored(text: str, grammar: str, transformer: Any) -> lark.Lark | None:
    """The parser of a saved table, or None where it was made from another grammar or is damaged."""
    try:
        table = json.loads(text)
        if table["fingerprint"] != fingerprint(grammar):
            return None
        states = table["data"]["parser"]["parser"]
        states["states"] = _numbered(states["states"])
        states["tokens"] = _numbered(states["tokens"])
        return lark.Lark._load_from_dict(table["data"], _numbered(table["memo"]), transformer=transformer)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _numbered(mapping: dict[str, Any]) -> dict[int, Any]:
    """JSON's keys are texts; the table's are numbers."""
    return {int(key): _numbered(value) if _is_row(value) else value for key, value in mapping.items()}


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and all(key.isdecimal() for key in value)


def load(transformer: Any) -> lark.Lark:
    """The parser: from the shipped table, from the user's cache, or made anew and kept in that cache if it can be."""
    grammar = grammar_text()
    kept = _cache_folder() / f"table-{fingerprint(grammar)[:24]}.json"
    for path in (folder("grammars") / SHIPPED, kept):
        try:
            parser = restored(path.read_text("utf-8"), grammar, transformer)
        except (OSError, ValueError):
            continue
        if parser is not None:
            return parser
    parser = make(grammar, transformer)
    _keep(kept, saved(parser, grammar))
    return parser


def _cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(root) / "rewardlang"


def _keep(path: Path, text: str) -> None:
    """Writes beside and renames, so that no reader ever sees half a table; a read-only home is no failure."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(beside, path)
    except OSError:
        return


@cache
def fixed_terminals(parser: lark.Lark) -> dict[str, str]:
    """Every word and sign that the grammar spells, with its terminal."""
    return {t.pattern.value: t.name for t in parser.terminals}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(saved(make(grammar_text()), grammar_text()), "utf-8")
