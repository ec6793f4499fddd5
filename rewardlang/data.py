"""Where the files lie that are no Python: next to the package in a checkout, under rewardlang/_data in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `grammars`, `stdlib` or `docs/diagnostics`; FileNotFoundError if there is none."""
    shipped, checkout = _PACKAGE / "_data" / Path(name).name, _PACKAGE.parent / name
    for place in (shipped, checkout):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the folder {name!r} is neither at {shipped} nor at {checkout}")
