"""Where the files lie that are no Python: next to the package in a checkout, under rewardlang/_data in a wheel."""

from collections.abc import Callable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `grammars`, `stdlib` or `docs/diagnostics`; FileNotFoundError if there is none."""
    return _found(name, Path.is_dir)


def file(name: str) -> Path:
    """The file `docs/language.md`; FileNotFoundError if there is none."""
    return _found(name, Path.is_file)


def _found(name: str, there: Callable[[Path], bool]) -> Path:
    shipped, checkout = _PACKAGE / "_data" / Path(name).name, _PACKAGE.parent / name
    for place in (shipped, checkout):
        if there(place):
            return place
    raise FileNotFoundError(f"{name!r} is neither at {shipped} nor at {checkout}")
