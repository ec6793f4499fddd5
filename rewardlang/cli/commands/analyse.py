"""`analyse`: one function of `rewardlang.analysis`, with arguments from a JSON file or the command line."""

import inspect
import json
import sys
from types import SimpleNamespace

from rewardlang.cli.data.open import STDIN
from rewardlang.cli.errors import CLEAN, CliError, file_error
from rewardlang.cli.terminal import say, say_json
from rewardlang.cli.values import params
from rewardlang.text.near import did_you_mean


def run(values: SimpleNamespace) -> int:
    """Print what the function gives, or the list of all; the exit code."""
    from rewardlang import analysis

    if values.function is None:
        _show_list(analysis, values.format)
        return CLEAN
    if values.function not in analysis.__all__:
        near = did_you_mean(values.function, analysis.__all__)
        raise CliError(f"there is no analysis `{values.function}`",
                       f"did you mean `{near}`?" if near else "`rewardlang analyse` lists all")
    function = getattr(analysis, values.function)
    found = _called(function, _arguments(values.data) | params(values.set))
    if values.format == "json":
        say_json({"version": "1.0", "function": values.function, "result": found})
    else:
        say(_shown(found))
    return CLEAN


def _show_list(analysis, form: str) -> None:
    summaries = {name: inspect.getdoc(getattr(analysis, name)).partition("\n")[0] for name in analysis.__all__}
    if form == "json":
        say_json({"version": "1.0", "functions": [{"name": name, "summary": text} for name, text in summaries.items()]})
        return
    width = max(map(len, summaries))
    for name, text in summaries.items():
        say(f"  {name:<{width}}  {text}")


def _arguments(path: str | None) -> dict[str, object]:
    """The keyword arguments in a JSON object."""
    if path is None:
        return {}
    try:
        text = sys.stdin.read() if path == STDIN else open(path, encoding="utf-8").read()
        found = json.loads(text)
    except OSError as error:
        raise file_error(path, error) from error
    except ValueError as error:
        raise CliError(f"{path}: no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CliError(f"{path}: arguments are a JSON object of names and values")
    return found


def _called(function, arguments: dict[str, object]):
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise CliError(f"{function.__name__}: {error}", f"it takes {inspect.signature(function)}") from error
    try:
        return function(**arguments)
    except (ValueError, TypeError) as error:
        raise CliError(f"{function.__name__}: {error}", f"it takes {inspect.signature(function)}") from error


def _shown(found) -> str:
    """A record as one line for each entry, anything else as JSON."""
    if isinstance(found, dict):
        width = max(map(len, found), default=0)
        return "\n".join(f"{name:<{width}}  {json.dumps(value)}" for name, value in found.items())
    return json.dumps(found)
