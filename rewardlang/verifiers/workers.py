"""Runs verifiers under a time limit in warm subprocesses, so that a call that hangs or crashes costs only itself."""

import math
import os
import selectors
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlang.verifiers.binding import VerifierUnavailable
from rewardlang.verifiers.pool import Worker, pool
from rewardlang.verifiers.worker import READY, Batch

LARGEST_BATCH = 64
# Importing a verifier's module is not part of any call; this bounds it all the same.
IMPORT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call gave: its value, or None and the reason in words; `late` where a time limit was the reason."""

    value: Any
    error: str | None = None
    late: bool = False


def run_limited(
    target: str, calls: Sequence[tuple], seconds: float, workers: int = 2, within: float | None = None,
    settled: Callable[[int, Outcome], None] | None = None,
) -> list[Outcome]:
    """Call the function named `"module:function"` once for each tuple of arguments, each call limited to `seconds`, and all
    of them together to `within` seconds (None: without limit), of which the start of the workers is a part.

    Arguments and results are plain data. Outcomes come in the order of the calls. A call that runs over its limit, raises
    or ends its process fails alone; `settled` is told of each that is done, by its place among the calls. May be called from any
    thread, and from several at once. Ctrl-C ends its workers.
    Raises VerifierUnavailable where there is no such function, or a package is missing that it needs.
    """
    if os.name != "posix":
        raise RuntimeError("time limits on verifiers need a POSIX system (select on pipes, interval timers)")
    if not seconds > 0 or workers < 1:
        raise ValueError(f"needs a positive limit and at least one worker, got {seconds} s and {workers}")
    return _Job(target, calls, seconds, within, settled).run(min(workers, len(calls)))


class _Shift:
    """A worker at a stretch of calls: the one it is at, where the stretch ends, and when patience ends."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.at = self.stop = 0
        self.ready = False
        self.deadline = 0.0


class _Job:
    """One `run_limited`: stretches of calls waiting, workers at theirs, outcomes by position."""

    def __init__(self, target: str, calls: Sequence[tuple], seconds: float, within: float | None,
                 settled: Callable[[int, Outcome], None] | None) -> None:
        self.target, self.calls, self.seconds, self.settled = target, calls, seconds, settled
        self.within, self.end = within, math.inf if within is None else time.monotonic() + within
        self.outcomes: list[Outcome | None] = [None] * len(calls)
        self.waiting: deque[tuple[int, int]] = deque()
        self.selector = selectors.DefaultSelector()
        self.false_starts = 0

    def run(self, workers: int) -> list[Outcome]:
        size = max(1, min(LARGEST_BATCH, len(self.calls) // (2 * max(workers, 1))))
        self.waiting.extend((at, min(at + size, len(self.calls))) for at in range(0, len(self.calls), size))
        with self.selector:
            try:
                for _ in range(workers):
                    self._open_shift()
                while self.selector.get_map():
                    self._step()
                    if time.monotonic() >= self.end:
                        self._stop()
            except BaseException:
                for key in list(self.selector.get_map().values()):
                    self._close_shift(key.data)
                raise
        return self.outcomes

    def _stop(self) -> None:
        """The time of all calls is up: end the workers that are at work, and say of each call that is left why."""
        self.waiting.clear()
        for key in list(self.selector.get_map().values()):
            self._close_shift(key.data)
        late = Outcome(None, f"took longer than {self.within:g} s with all the others", True)
        self.outcomes = [outcome or late for outcome in self.outcomes]

    def _open_shift(self) -> None:
        shift = _Shift(pool().hire(self.target))
        self.selector.register(shift.worker.process.stdout, selectors.EVENT_READ, shift)
        self._assign(shift)

    def _close_shift(self, shift: _Shift, patience: float = 0.0) -> str:
        self.selector.unregister(shift.worker.process.stdout)
        return pool().dismiss(shift.worker, patience)

    def _assign(self, shift: _Shift) -> None:
        """The next stretch for this worker, or the end of its shift."""
        if not self.waiting:
            self.selector.unregister(shift.worker.process.stdout)
            pool().release(shift.worker)
            return
        shift.at, shift.stop = self.waiting.popleft()
        shift.ready = False
        batch = Batch(self.target, self.seconds, sys.path, self.calls[shift.at : shift.stop])
        try:
            shift.worker.send(batch)
        except BrokenPipeError:
            self._replace(shift)
            return
        shift.worker.targets.add(self.target)
        shift.deadline = time.monotonic() + IMPORT_SECONDS

    def _step(self) -> None:
        """Wait for answers or for the next limit to pass, and act on it."""
        earliest = min(key.data.deadline for key in self.selector.get_map().values())
        patience = min(earliest, self.end) - time.monotonic()
        answered = [key.data for key, _ in self.selector.select(max(0.0, patience))]
        for shift in answered:
            self._collect(shift)
        now = time.monotonic()
        for key in list(self.selector.get_map().values()):
            if key.data.deadline <= now and key.data not in answered:
                limit = self.seconds if key.data.ready else IMPORT_SECONDS
                self._replace(key.data, f"took longer than {limit:g} s")

    def _collect(self, shift: _Shift) -> None:
        frames, talks = shift.worker.receive()
        for frame in frames:
            if isinstance(frame, str):
                raise VerifierUnavailable(frame)
            if frame is READY:
                shift.ready = True
            else:
                self._settle(shift, Outcome(*frame))
        if frames:
            shift.deadline = time.monotonic() + self.seconds
        if shift.ready and shift.at == shift.stop:
            self._assign(shift)
        elif not talks:
            self._replace(shift)

    def _settle(self, shift: _Shift, outcome: Outcome) -> None:
        """The call at hand has its outcome."""
        self.outcomes[shift.at] = outcome
        if self.settled is not None:
            self.settled(shift.at, outcome)
        shift.at += 1

    def _replace(self, shift: _Shift, reason: str | None = None) -> None:
        """Blame the call at hand (no call where the target was never imported), and go on with a new worker.

        Without a reason the process ended by itself, and how it did is the reason.
        """
        late = reason is not None
        if late:
            self._close_shift(shift)
        else:
            reason = self._close_shift(shift, patience=1.0)
        if shift.ready:
            self._settle(shift, Outcome(None, reason, late))
        else:
            self.false_starts += 1
        if shift.at < shift.stop:
            self.waiting.appendleft((shift.at, shift.stop))
        if self.false_starts > 2:
            raise VerifierUnavailable(f"{self.target}: importing it {reason}")
        if self.waiting:
            self._open_shift()
