"""`check`: parse, type, prove and lint; loads neither torch nor anything else that starts slowly."""

from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, FINDINGS, USAGE, CliError
from rewardlang.cli.files import read_all
from rewardlang.cli.terminal import note, plural, say, wants_color
from rewardlang.program import Program, check_source
from rewardlang.text.codes import CODES
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.near import did_you_mean
from rewardlang.text.render import render
from rewardlang.text.source import Source


def run(values: SimpleNamespace) -> int:
    """Print the findings of all files; the exit code."""
    select, ignore = _prefixes(values.select, "--select"), _prefixes(values.ignore, "--ignore")
    read, failures = read_all(values.files, values.stdin_filename)
    found = [finding for item in read for finding in findings(item, values) if _is_asked_for(finding, select, ignore)]
    names = [item.name if isinstance(item, Source) else item.span.source.name for item in read]
    color = values.format == "text" and wants_color(values.color)
    say(render(found, values.format, color, names))
    for failure in failures:
        note(str(failure))
    if values.format == "text" and not found and read:
        say(f"{plural(len(read), 'file')} checked, no findings")
    if failures:
        return USAGE
    return FINDINGS if found else CLEAN


def findings(item: Source | Diagnostic, values: SimpleNamespace) -> list[Diagnostic]:
    """All findings of a file, and what stands against its trainer; a file that is no text at all is itself one."""
    if isinstance(item, Diagnostic):
        return [item]
    if values.trainer is None:
        if values.discount is not None or values.hidden_state:
            raise CliError("--discount and --hidden-state are of a trainer", "say which: --trainer NAME")
        return check_source(item, values.dtype)
    program = Program(item, dtype=values.dtype)
    return [*program.diagnostics, *([] if program.errors else _misfits(program, values))]


def _misfits(program: Program, values: SimpleNamespace) -> list[Diagnostic]:
    from rewardlang.trainers.fits import Use, misfits
    from rewardlang.trainers.table import TRAINERS

    if values.trainer not in TRAINERS:
        raise CliError(f"--trainer: no trainer `{values.trainer}`", f"there are {', '.join(TRAINERS)}")
    return list(misfits(program.spec, program.facts, values.trainer, Use(not values.hidden_state, _rate(values.discount))))


def _rate(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        rate = float(given)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise CliError(f"--discount: `{given}` is no number from 0 to 1", "write one such as 0.99")
    return rate


def _prefixes(given: list[str], flag: str) -> tuple[str, ...]:
    """The beginnings of codes that an option names, each known to begin some code."""
    prefixes = tuple(prefix.upper() for prefix in given if prefix)
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in CODES):
            near = did_you_mean(prefix, CODES)
            raise CliError(f"{flag}: no code begins with `{prefix}`",
                           f"did you mean `{near}`?" if near else "`rewardlang explain` lists all codes")
    return prefixes


def _is_asked_for(finding: Diagnostic, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return (not select or finding.code.startswith(select)) and not finding.code.startswith(ignore or ("-",))
