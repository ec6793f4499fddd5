"""Runs verifiers under a time limit in warm subprocesses, so that a call that hangs or crashes costs only itself."""

import atexit
import contextlib
import os
import pickle
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewardlang.verifiers.binding import VerifierUnavailable
from rewardlang.verifiers.worker import HEADER, READY, Batch, pack

LARGEST_BATCH = 64
# Importing a verifier's module is not part of any call; this bounds it all the same.
IMPORT_SECONDS = 120.0
# Workers beyond this many are ended when their job is done.
KEPT_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call gave: its value, or None and the reason in words."""

    value: Any
    error: str | None = None


def run_limited(target: str, calls: Sequence[tuple], seconds: float, workers: int = 2) -> list[Outcome]:
    """Call the function named `"module:function"` once for each tuple of arguments, each call limited to `seconds`.

    Arguments and results are plain data. Outcomes come in the order of the calls. A call that runs over its limit, raises
    or ends its process fails alone. May be called from any thread, and from several at once. Ctrl-C ends its workers.
    Raises VerifierUnavailable where there is no such function, or a package is missing that it needs.
    """
    if os.name != "posix":
        raise RuntimeError("time limits on verifiers need a POSIX system (select on pipes, interval timers)")
    if not seconds > 0 or workers < 1:
        raise ValueError(f"needs a positive limit and at least one worker, got {seconds} s and {workers}")
    return _Job(target, calls, seconds).run(min(workers, len(calls)))


def close_workers() -> None:
    """End all workers of this process; later calls start new ones."""
    _pool.close()


class _Worker:
    """One subprocess, and the bytes of it that do not make a whole frame yet."""

    def __init__(self) -> None:
        if not sys.executable:
            raise RuntimeError("time limits on verifiers need a Python executable: sys.executable is empty")
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rewardlang.verifiers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            # A folder that happens to be the current one must not stand in for the standard library.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"},
            # Ctrl-C reaches the parent alone, which ends the whole group: a verifier's own subprocesses too.
            start_new_session=True,
        )
        self.targets: set[str] = set()
        self._unread = bytearray()

    def send(self, batch: Batch) -> None:
        """Hand over a batch. Raises BrokenPipeError where the process has ended."""
        view = memoryview(pack(tuple(batch)))
        while view:
            view = view[self.process.stdin.write(view) :]

    def receive(self) -> tuple[list[Any], bool]:
        """The frames that have arrived, and whether the process still talks."""
        part = os.read(self.process.stdout.fileno(), 1 << 18)
        self._unread += part
        frames, at = [], 0
        while len(self._unread) >= at + HEADER.size:
            start = at + HEADER.size
            end = start + HEADER.unpack_from(self._unread, at)[0]
            if len(self._unread) < end:
                break
            frames.append(pickle.loads(self._unread[start:end]))
            at = end
        del self._unread[:at]
        return frames, bool(part)

    def end(self, patience: float = 0.0) -> str:
        """Kill the process with all that it started; returns how it ended, in words, where it ended by itself.

        The pipe of a dying process closes a moment before its exit status is there: `patience` seconds to wait for it.
        """
        by_itself = self._has_ended(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdin.close()
        self.process.stdout.close()
        code = self.process.wait()
        if not by_itself:
            return "was killed"
        return f"ended its process with code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def _has_ended(self, patience: float) -> bool:
        """Whether the process ended; it is not yet waited for, so that its number still means its group."""
        deadline = time.monotonic() + patience
        while not (ended := _peek(self.process.pid)) and time.monotonic() < deadline:
            time.sleep(0.001)
        return ended

    def abandon(self) -> None:
        """In a forked copy of the parent: let go of the pipes, so that the worker still notices its true parent's end."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.returncode = 0


def _peek(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


class _Pool:
    """The workers of this process: idle ones wait for the next job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: set[_Worker] = set()
        self._idle: list[_Worker] = []

    def hire(self, target: str) -> _Worker:
        """An idle worker, best one that has the target imported already; else a new one."""
        with self._lock:
            # One that was ended from outside while it was idle would cost its next job a start.
            self._idle = [worker for worker in self._idle if not _peek(worker.process.pid)]
            if self._idle:
                chosen = next((worker for worker in self._idle if target in worker.targets), self._idle[-1])
                self._idle.remove(chosen)
                return chosen
        worker = _Worker()
        with self._lock:
            self._all.add(worker)
        return worker

    def release(self, worker: _Worker) -> None:
        with self._lock:
            if len(self._idle) < KEPT_WORKERS:
                self._idle.append(worker)
                return
        self.dismiss(worker)

    def dismiss(self, worker: _Worker, patience: float = 0.0) -> str:
        with self._lock:
            self._all.discard(worker)
        return worker.end(patience)

    def close(self) -> None:
        with self._lock:
            workers, self._all, self._idle = self._all, set(), []
        for worker in workers:
            worker.end()

    def abandon(self) -> None:
        for worker in self._all:
            worker.abandon()


_pool = _Pool()
atexit.register(close_workers)


def _start_afresh() -> None:
    """A forked process has none of its parent's workers, and a lock that nobody will open."""
    global _pool
    _pool.abandon()
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)


class _Shift:
    """A worker at a stretch of calls: the one it is at, where the stretch ends, and when patience ends."""

    def __init__(self, worker: _Worker) -> None:
        self.worker = worker
        self.at = self.stop = 0
        self.ready = False
        self.deadline = 0.0


class _Job:
    """One `run_limited`: stretches of calls waiting, workers at theirs, outcomes by position."""

    def __init__(self, target: str, calls: Sequence[tuple], seconds: float) -> None:
        self.target, self.calls, self.seconds = target, calls, seconds
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
            except BaseException:
                for key in list(self.selector.get_map().values()):
                    self._close_shift(key.data)
                raise
        return self.outcomes

    def _open_shift(self) -> None:
        shift = _Shift(_pool.hire(self.target))
        self.selector.register(shift.worker.process.stdout, selectors.EVENT_READ, shift)
        self._assign(shift)

    def _close_shift(self, shift: _Shift, patience: float = 0.0) -> str:
        self.selector.unregister(shift.worker.process.stdout)
        return _pool.dismiss(shift.worker, patience)

    def _assign(self, shift: _Shift) -> None:
        """The next stretch for this worker, or the end of its shift."""
        if not self.waiting:
            self.selector.unregister(shift.worker.process.stdout)
            _pool.release(shift.worker)
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
        patience = min(key.data.deadline for key in self.selector.get_map().values()) - time.monotonic()
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
                self.outcomes[shift.at] = Outcome(*frame)
                shift.at += 1
        if frames:
            shift.deadline = time.monotonic() + self.seconds
        if shift.ready and shift.at == shift.stop:
            self._assign(shift)
        elif not talks:
            self._replace(shift)

    def _replace(self, shift: _Shift, reason: str | None = None) -> None:
        """Blame the call at hand (no call where the target was never imported), and go on with a new worker.

        Without a reason the process ended by itself, and how it did is the reason.
        """
        if reason:
            self._close_shift(shift)
        else:
            reason = self._close_shift(shift, patience=1.0)
        if shift.ready:
            self.outcomes[shift.at] = Outcome(None, reason)
            shift.at += 1
        else:
            self.false_starts += 1
        if shift.at < shift.stop:
            self.waiting.appendleft((shift.at, shift.stop))
        if self.false_starts > 2:
            raise VerifierUnavailable(f"{self.target}: importing it {reason}")
        if self.waiting:
            self._open_shift()
