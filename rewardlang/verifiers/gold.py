"""Gold cases: calls with known results, written beside each verifier and run by its module's self-test."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable)


class _Fails:
    """The expected result of a call that must raise."""

    def __repr__(self) -> str:
        return "FAILS"


FAILS = _Fails()


@dataclass(frozen=True)
class GoldFailure:
    """One gold case that did not score as stated; `got` is the result, or the error that was raised."""

    function: str
    args: tuple
    expected: Any
    got: Any


def gold(*cases: tuple[tuple, Any]) -> Callable[[Function], Function]:
    """Attach `(args, expected)` cases to a verifier and return the verifier itself, so that calls cost nothing more.

    `expected` is compared exactly, floats to 1e-9; `FAILS` says that the call must raise.
    """

    def attach(function: Function) -> Function:
        function.gold = cases
        return function

    return attach


def golden(module: ModuleType) -> dict[str, Callable]:
    """The functions defined in `module` that carry gold cases, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if hasattr(value, "gold") and getattr(value, "__module__", None) == module.__name__
    }


def run_gold(module: ModuleType) -> list[GoldFailure]:
    """Run every gold case of `module`; an empty list means that all of them score as stated."""
    failures = []
    for name, function in golden(module).items():
        for args, expected in function.gold:
            got = _outcome(function, args)
            if not _same(got, expected):
                failures.append(GoldFailure(name, args, expected, got))
    return failures


def _outcome(function: Callable, args: tuple) -> Any:
    try:
        return function(*args)
    except Exception as error:
        return error


def _same(got: Any, expected: Any) -> bool:
    """Equality that tells 1 from True and from 1.0, as the language's types do, and floats to 1e-9."""
    if expected is FAILS:
        return isinstance(got, Exception)
    if type(got) is not type(expected):
        return False
    if isinstance(got, float):
        return math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(got, list):
        return len(got) == len(expected) and all(map(_same, got, expected))
    if isinstance(got, dict):
        return got.keys() == expected.keys() and all(_same(got[key], expected[key]) for key in got)
    return got == expected
