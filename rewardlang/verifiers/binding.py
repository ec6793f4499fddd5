"""From the name of a verifier, `"module:function"`, to the function, or to the reason why it cannot be used here."""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import TypeVar

Function = TypeVar("Function", bound=Callable)


class VerifierUnavailable(ImportError):
    """A verifier cannot be used at all, on any data: never to be taken for a failure on one sample."""


def needs(module: str, extra: str) -> Callable[[Function], Function]:
    """Mark a verifier as resting on an optional package, installed by an extra of ours; the function itself is returned."""

    def mark(function: Function) -> Function:
        function.needs = (module, extra)
        return function

    return mark


def resolve(target: str) -> Callable:
    """The function named `"module:function"`. Raises VerifierUnavailable, with the cure where an extra is missing."""
    module, separator, name = target.partition(":")
    if not separator or not module or not name:
        raise VerifierUnavailable(f"{target!r} is not of the form 'module:function'")
    try:
        function = getattr(importlib.import_module(module), name)
    except AttributeError:
        raise VerifierUnavailable(f"{target}: the module {module} has no {name!r}") from None
    except Exception as error:
        raise VerifierUnavailable(f"{target}: {type(error).__name__}: {error}") from error
    if not callable(function):
        raise VerifierUnavailable(f"{target} is not a function")
    require_extra(function, target)
    return function


def require_extra(function: Callable, target: str) -> None:
    """Raise VerifierUnavailable where the optional package that a verifier rests on is not installed."""
    package, extra = getattr(function, "needs", (None, None))
    if package and find_spec(package) is None:
        raise VerifierUnavailable(f"{target} needs the package {package}: pip install 'rewardlang[{extra}]'")
