"""Fair timing: the sides of a comparison take turns in one run, and the best time of each counts."""

import subprocess
import sys
import time
from collections.abc import Callable


def best(sides: dict[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Seconds of the fastest call of each side; one call of each to warm up, then the sides take turns."""
    for call in sides.values():
        call()
    found = {name: float("inf") for name in sides}
    for _ in range(rounds):
        for name, call in sides.items():
            start = time.perf_counter()
            call()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """A call that is too short to time alone, many times over."""
    def run() -> None:
        for _ in range(times):
            call()
    return run


def process(*arguments: str) -> Callable[[], None]:
    """A whole process of this Python; its output is thrown away, its exit status is not looked at."""
    def run() -> None:
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return run
