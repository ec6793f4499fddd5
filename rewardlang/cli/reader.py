"""Words of the command line to values, by the table of commands; imports nothing heavy, so that `check` starts at once."""

from collections.abc import Sequence
from types import SimpleNamespace

from rewardlang.cli.errors import CliError
from rewardlang.cli.table import COMMANDS, Command, Option
from rewardlang.text.near import did_you_mean

HELP = ("--help", "-h")


def find_command(name: str) -> Command:
    """The command of that name.

    Raises:
        CliError: there is none; the hint names the nearest.
    """
    if name in COMMANDS:
        return COMMANDS[name]
    what = "option" if name.startswith("-") else "command"
    raise CliError(f"no {what} `{name}`", _near(name, COMMANDS) or f"commands: {', '.join(COMMANDS)}")


def read(command: Command, words: Sequence[str]) -> SimpleNamespace | None:
    """The command's values by name, defaults filled in; None where help is asked for.

    Raises:
        CliError: an unknown option, a value that is none of the choices, a missing or superfluous word.
    """
    values = SimpleNamespace(**{option.name: _default(option) for option in command.all_options})
    plain: list[str] = []
    words, place = list(words), 0
    while place < len(words):
        word = words[place]
        place += 1
        if word == "--":
            plain += words[place:]
            break
        if word in HELP:
            return None
        if word.startswith("-") and word != "-":
            place = _read_option(command, word, words, place, len(plain), values)
        else:
            plain.append(word)
    _assign(command, plain, values)
    return values


def _default(option: Option) -> object:
    return [] if option.kind == "many" else option.default


def _read_option(command: Command, word: str, words: list[str], place: int, plain: int, values: SimpleNamespace) -> int:
    """Read the option at `word` with its value; the place of the next unread word."""
    flag, has_value, value = word.partition("=")
    option = _find_option(command, flag)
    if option.kind == "flag":
        if has_value:
            raise CliError(f"{flag} takes no value")
        setattr(values, option.name, True)
        return place
    if not has_value:
        if place == len(words):
            raise CliError(f"{flag} needs a value: {flag} {option.shown_metavar}")
        value, place = words[place], place + 1
    _store(option, value, values)
    if option.greedy and not has_value and plain >= len(command.arguments):
        while place < len(words) and not words[place].startswith("-"):
            _store(option, words[place], values)
            place += 1
    return place


def _find_option(command: Command, flag: str) -> Option:
    for option in command.all_options:
        if flag in (option.flag, option.short):
            return option
    flags = [option.flag for option in command.all_options] + ["--help"]
    raise CliError(f"`{command.name}` has no option `{flag}`",
                   _near(flag, flags) or f"`rewardlang {command.name} --help` lists them")


def _store(option: Option, value: str, values: SimpleNamespace) -> None:
    if option.choices and value not in option.choices:
        raise CliError(f"{option.flag} cannot be `{value}`",
                       _near(value, option.choices) or f"choices: {', '.join(option.choices)}")
    if option.kind == "count":
        if not (value.isascii() and value.isdigit() and int(value) > 0):
            raise CliError(f"{option.flag} must be a whole number from 1, not `{value}`")
        setattr(values, option.name, int(value))
    elif option.kind == "many":
        getattr(values, option.name).extend([part.strip() for part in value.split(",")] if option.commas else [value])
    else:
        setattr(values, option.name, value)


def _assign(command: Command, plain: list[str], values: SimpleNamespace) -> None:
    """Give the words that are no options to the arguments, in order."""
    for argument in command.arguments:
        if not plain and argument.required:
            raise CliError(f"`{command.name}` needs {argument.metavar}: {argument.help}",
                           f"for example: {command.examples[0]}")
        if argument.many:
            setattr(values, argument.name, plain)
            plain = []
        else:
            setattr(values, argument.name, plain[0] if plain else None)
            plain = plain[1:]
    if plain:
        raise CliError(f"`{command.name}` takes no further word: `{plain[0]}`", f"for example: {command.examples[0]}")


def _near(word: str, candidates) -> str | None:
    near = did_you_mean(word, candidates)
    return f"did you mean `{near}`?" if near else None
