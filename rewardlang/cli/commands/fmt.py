"""`fmt`: the one layout of a file; a file that does not parse is left as it is."""

import difflib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, FINDINGS, USAGE, CliError
from rewardlang.cli.files import STDIN, read_all
from rewardlang.cli.terminal import note, plural, say, say_json, wants_color
from rewardlang.syntax.format import format_source
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.render import render
from rewardlang.text.source import Source


@dataclass(frozen=True)
class Result:
    """One file: its new text, or why there is none."""

    name: str
    old: str
    new: str
    mistakes: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the layout was another."""
        return self.new != self.old


def run(values: SimpleNamespace) -> int:
    """Format all files; the exit code."""
    if STDIN in values.files and len(values.files) > 1:
        raise CliError("`fmt -` takes standard input alone")
    read, failures = read_all(values.files, values.stdin_filename)
    results = [_format(item) for item in read]
    dry = values.check or values.diff
    for result in results:
        if values.diff and result.changed:
            say(_diff(result))
        elif values.files == [STDIN] and not dry and not result.mistakes and values.format == "text":
            say(result.new)
        elif result.changed and not dry and values.files != [STDIN]:
            _replace(Path(result.name), result.new)
    _report(results, values, dry)
    for failure in failures:
        note(str(failure))
    if failures:
        return USAGE
    bad = any(result.mistakes or (dry and result.changed) for result in results)
    return FINDINGS if bad else CLEAN


def _format(item: Source | Diagnostic) -> Result:
    if isinstance(item, Diagnostic):
        return Result(item.span.source.name, "", "", (item,))
    formatted = format_source(item)
    return Result(item.name, item.text, formatted.text, tuple(d for d in formatted.diagnostics if d.severity == "error"))


def _report(results: list[Result], values: SimpleNamespace, dry: bool) -> None:
    """What was done, to standard error (with `--format json` to standard output); mistakes are drawn."""
    if values.format == "json":
        files = [{"path": result.name, "changed": result.changed, "parsed": not result.mistakes} for result in results]
        if values.files == [STDIN]:
            files[0]["text"] = results[0].new
        say_json({"version": "1.0", "files": files})
        return
    for result in results:
        if result.mistakes:
            note(render(result.mistakes, "text", wants_color(values.color)))
        elif result.changed and values.files != [STDIN]:
            note(f"{'would change' if dry else 'formatted'} {result.name}")
    if values.files != [STDIN]:
        changed = sum(result.changed for result in results)
        note(f"{plural(changed, 'file')} {'would change' if dry else 'changed'}, {len(results) - changed} left as they are")


def _diff(result: Result) -> str:
    """What would change, as a patch; a carriage return is shown as `^M`, or a change of line ends would look like none."""
    old, new = (text.removesuffix("\n").replace("\r", "^M").split("\n") for text in (result.old, result.new))
    return "".join(f"{line}\n" for line in difflib.unified_diff(old, new, result.name, result.name, lineterm=""))


def _replace(path: Path, text: str) -> None:
    """Write the file in one step: whoever reads it meets the old text or the new one; links and permissions stay."""
    target = path.resolve()
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
