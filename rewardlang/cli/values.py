"""Values that are written on the command line: `--set name=value`, `--bind name=module:object`."""

import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from rewardlang.cli.errors import CliError


def params(pairs: Sequence[str]) -> dict[str, object]:
    """Values of params by name; a value is JSON if it reads as JSON, else the text itself (an enum's label)."""
    return {name: _value(text) for name, text in _pairs(pairs, "--set", "name=value")}


def bindings(pairs: Sequence[str]) -> dict[str, Callable]:
    """Python objects by the name of the model or verifier that they compute; naming a module here is trusting it.

    Raises:
        CliError: the module cannot be imported, or has no such object.
    """
    return {name: _object(target) for name, target in _pairs(pairs, "--bind", "name=module:object")}


def see_current_folder() -> None:
    """Let modules beside the user be found, as `python -m` does: a program that pip installed does not look there."""
    if "" not in sys.path:
        sys.path.insert(0, "")


def _pairs(pairs: Sequence[str], flag: str, shape: str) -> list[tuple[str, str]]:
    found = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise CliError(f"{flag} {pair}: write {flag} {shape}")
        found.append((name.strip(), value.strip()))
    return found


def _value(text: str) -> object:
    if text == "NaN":
        raise CliError("--set: NaN is no value")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _object(target: str) -> Callable:
    module, _, path = target.partition(":")
    if not module or not path:
        raise CliError(f"--bind {target}: write --bind name=module:object")
    see_current_folder()
    try:
        found = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except ImportError as error:
        raise CliError(f"--bind {target}: {error}") from error
    except AttributeError as error:
        raise CliError(f"--bind {target}: `{module}` has no `{path}`") from error
    return found
