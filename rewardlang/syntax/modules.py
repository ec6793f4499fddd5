"""Finding and reading the files that a program uses: the standard library and files beside it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from rewardlang.data import folder
from rewardlang.syntax import tree
from rewardlang.syntax.parse import parse, read_source
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.near import hint
from rewardlang.text.source import Source


@dataclass(eq=False)
class Loader:
    """Reads each file once. `sources` maps what was asked for to what was read."""

    parsed: dict[str, tuple[tree.Program, list[Diagnostic]]] = field(default_factory=dict)

    def locate(self, use: tree.Use) -> str:
        """A name for the module that is the same for every `use` of it: `std.text`, or the file's full path."""
        if not use.is_file:
            return use.path
        try:
            return str(_beside(use).resolve())
        except (OSError, ValueError, RuntimeError):     # no path that a system knows: a NUL in it, or links in a ring
            return use.path

    def load(self, use: tree.Use) -> tuple[tree.Program, list[Diagnostic]] | Diagnostic:
        """The program behind a `use` with its syntax findings, or why there is none."""
        name = self.locate(use)
        if name not in self.parsed:
            if use.is_file and not use.path.endswith(".rwd"):   # never the text of any other file in a diagnostic
                return Diagnostic("RW113", use.span, {"name": use.path, "hint": ": a file that is used ends in `.rwd`"})
            path = _beside(use) if use.is_file else _standard(name)
            if path is None or not _exists(path):
                return Diagnostic("RW113", use.span, {"name": use.path, "hint": hint(use.path, standard_modules())})
            source = read_source(path)
            if not isinstance(source, Source):
                return source
            self.parsed[name] = parse(source if use.is_file else Source(f"{name}.rwd", source.text))
        return self.parsed[name]


def standard_modules() -> list[str]:
    """`std.text` and its siblings."""
    return sorted(f"std.{path.stem}" for path in folder("stdlib").glob("*.rwd"))


def standard_homes(name: str) -> list[str]:
    """The modules of the standard library that declare a function of this name."""
    declared = re.compile(rf"^(def|verifier|model) {re.escape(name)}\b", re.MULTILINE)
    return sorted(f"std.{path.stem}" for path in folder("stdlib").glob("*.rwd") if declared.search(path.read_text("utf-8")))


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):     # a path too long, or with a NUL in it
        return False


def _beside(use: tree.Use) -> Path:
    return Path(use.span.source.name).parent / use.path


def _standard(name: str) -> Path | None:
    prefix, _, stem = name.partition(".")
    return folder("stdlib") / f"{stem}.rwd" if prefix == "std" and stem.isidentifier() else None
