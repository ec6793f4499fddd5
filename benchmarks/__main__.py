"""All figures in one run: `python -m benchmarks`; exit status 1 if a promise is missed."""

import importlib
import sys

ALL = ("check_speed", "pointwise", "gated", "models", "automata", "walks", "robustness", "machines")


def main(names: list[str]) -> int:
    """Print each figure beside what was promised."""
    missed = 0
    for name in names or ALL:
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure, flush=True)
            missed += not figure.kept
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
