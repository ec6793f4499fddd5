"""Fair timing: the sides of a comparison take turns in one run, and the best time of each counts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable


def best(
    sides: dict[str, Callable[[], object]], rounds: int = 7, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Seconds of the fastest call of each side by a clock; one call of each to warm up, then the sides take turns.

    Long calls of one thread are better timed by `time.process_time`, which leaves out what else the machine does.
    """
    for call in sides.values():
        call()
    found = {name: float("inf") for name in sides}
    for _ in range(rounds):
        for name, call in sides.items():
            start = clock()
            call()
            found[name] = min(found[name], clock() - start)
    return found


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """A call that is too short to time alone, many times over."""
    def run() -> None:
        for _ in range(times):
            call()
    return run


def process(*arguments: str) -> Callable[[], None]:
    """A whole process of this Python; its output is thrown away, its exit status is not looked at.

    It keeps compiled bytecode whatever the environment says: without it, a checkout is compiled anew at each start and an installed
    library is not, so that the two could not be compared.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run([sys.executable, *arguments], env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return run
