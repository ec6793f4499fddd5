"""Time limits on functions of this process: calls run in a thread that is left behind, and told to stop, when one is late."""

import ctypes
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from math import inf
from time import monotonic

from rewardlang.models.failed import Failed


class TimeIsUp(BaseException):
    """Raised inside a function whose time is up, at the next line of Python that it runs; no `except Exception` holds it."""


def in_time(function: Callable, calls: Sequence[tuple], seconds: float, within: float | None = None,
            prepare: Callable[[], object] | None = None) -> list:
    """What `function` gives for each tuple of arguments, or Failed where it took longer than `seconds`, in order.

    All calls together may take `within` seconds. They run one after the other in a thread, which `prepare` is run in first. A
    late call ends there where it runs Python; where it is inside of C code it goes on, and nobody waits for it: calls after it
    run in another thread. Raises what a call raises.
    """
    found: list = [None] * len(calls)
    end = inf if within is None else monotonic() + within
    at = 0
    while at < len(calls):
        if monotonic() >= end:
            found[at:] = [Failed(f"took longer than {within:g} s with all the others", "time")] * (len(calls) - at)
            break
        at = _Stint(function, calls, found, at, prepare).watched(seconds, end)
    return found


class _Stint:
    """One thread at some calls, from `at` on; `began` is when the present one did."""

    def __init__(self, function: Callable, calls: Sequence[tuple], found: list, at: int, prepare: Callable[[], object] | None):
        self.function, self.calls, self.found, self.at, self.prepare = function, calls, found, at, prepare
        self.began = inf
        self.gone = False
        self.error: BaseException | None = None
        self.change = threading.Condition()
        self.thread = threading.Thread(target=copy_context().run, args=(self._work,), name="rewardlang calls", daemon=True)

    def watched(self, seconds: float, end: float) -> int:
        """Run until all calls are done, or one is late; where the next begins."""
        with self.change:
            self.thread.start()
            try:
                while self.at < len(self.calls) and self.error is None:
                    now = monotonic()
                    if now >= min(self.began + seconds, end):
                        return self._late(seconds, now >= self.began + seconds)
                    self.change.wait(min(self.began + seconds, end, now + seconds) - now)
            except BaseException:
                self._leave()
                raise
        if self.error is not None:
            raise self.error
        return self.at

    def _late(self, seconds: float, alone: bool) -> int:
        """Leave the present call; where its own time is not up, that of all calls is."""
        self._leave()
        if not alone:
            return self.at
        self.found[self.at] = Failed(f"took longer than {seconds:g} s", "time")
        return self.at + 1

    def _leave(self) -> None:
        """Let the thread be, and raise TimeIsUp in it: the only way to end what runs Python there."""
        self.gone = True
        if self.thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread.ident), ctypes.py_object(TimeIsUp))

    def _work(self) -> None:
        try:
            if self.prepare is not None:
                self.prepare()
            for at in range(self.at, len(self.calls)):
                with self.change:
                    if self.gone:
                        return
                    self.began = monotonic()
                value = self.function(*self.calls[at])
                with self.change:
                    if self.gone:
                        return
                    self.found[at], self.at = value, at + 1
            with self.change:
                self.change.notify()
        except TimeIsUp:
            return
        except BaseException as error:
            with self.change:
                if not self.gone:
                    self.error = error
                    self.change.notify()
