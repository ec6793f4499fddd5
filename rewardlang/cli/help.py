"""Help pages and completion in the shell, drawn by typer from the table of commands."""

import inspect
from pathlib import Path

import typer

from rewardlang.cli.table import COMMANDS, Argument, Command, Option

ABOUT = "Reward functions that are typed, proved and compiled."


def answer(program: str, words: list[str]) -> int:
    """Print the page that `words` ask for, or serve completion in the shell; the exit code."""
    try:
        _app()(args=words, prog_name=program, standalone_mode=False)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def _app() -> typer.Typer:
    app = typer.Typer(help=ABOUT, rich_markup_mode=None, epilog="`rewardlang COMMAND --help` has examples. "
                      "`rewardlang --version` says which version this is.")
    for command in COMMANDS.values():
        app.command(command.name, help=_page(command), short_help=command.summary, epilog=f"Exit codes: {command.exits}.")(
            _function(command))
    return app


def _page(command: Command) -> str:
    """The text of a command's page; `\\b` keeps the line breaks of the examples."""
    return "\n".join([command.summary, "", "\b", "Examples:", *(f"  {line}" for line in command.examples)])


def _function(command: Command):
    """A function with the signature that typer reads; it is never called: `reader` reads the words."""
    def described(**values):
        raise AssertionError("help pages run no command")

    parameters = [_argument(argument) for argument in command.arguments]
    parameters += [_option(option) for option in command.all_options]
    described.__signature__ = inspect.Signature(parameters)
    described.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return described


def _argument(argument: Argument) -> inspect.Parameter:
    default = typer.Argument(... if argument.required else None, metavar=argument.metavar, help=argument.help)
    return _parameter(argument.name, list[Path] if argument.many else Path, default)


def _option(option: Option) -> inspect.Parameter:
    names = [option.flag] + ([option.short] if option.short else [])
    if option.kind == "flag":
        return _parameter(option.name, bool, typer.Option(False, *names, help=option.help))
    complete = (lambda: list(option.choices)) if option.choices else None
    default = typer.Option(option.default, *names, metavar=option.shown_metavar, help=option.help, autocompletion=complete)
    annotation = {"many": list[str], "count": int}.get(option.kind, str)
    return _parameter(option.name, annotation, default)


def _parameter(name: str, annotation: type, default) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
