"""The warm subprocesses of this process: started once, lent to one job at a time, ended with the interpreter."""

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from rewardlang.verifiers.worker import HEADER, Batch, pack

# Workers beyond this many are ended when their job is done.
KEPT_WORKERS = 4


class Worker:
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


class Pool:
    """The workers of this process: idle ones wait for the next job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: set[Worker] = set()
        self._idle: list[Worker] = []

    def hire(self, target: str) -> Worker:
        """An idle worker, best one that has the target imported already; else a new one."""
        with self._lock:
            # One that was ended from outside while it was idle would cost its next job a start.
            self._idle = [worker for worker in self._idle if not _peek(worker.process.pid)]
            if self._idle:
                chosen = next((worker for worker in self._idle if target in worker.targets), self._idle[-1])
                self._idle.remove(chosen)
                return chosen
        worker = Worker()
        with self._lock:
            self._all.add(worker)
        return worker

    def release(self, worker: Worker) -> None:
        with self._lock:
            if len(self._idle) < KEPT_WORKERS:
                self._idle.append(worker)
                return
        self.dismiss(worker)

    def dismiss(self, worker: Worker, patience: float = 0.0) -> str:
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


_pool = Pool()


def pool() -> Pool:
    """The pool of this process."""
    return _pool


def close_workers() -> None:
    """End all workers of this process; later calls start new ones. Not while a job runs."""
    _pool.close()


def _start_afresh() -> None:
    """A forked process has none of its parent's workers, and a lock that nobody will open."""
    global _pool
    _pool.abandon()
    _pool = Pool()


atexit.register(close_workers)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
