"""Many requests at once: a limited number of threads, retries after a wait, and time limits that really end the work."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from time import monotonic

from rewardlang.models.exchange import Broken, Line, Refused
from rewardlang.models.failed import Failed, describe

#: Seconds before the first retry; doubled for each further one, and varied by half so that retries do not come at once.
FIRST_WAIT, LONGEST_WAIT = 0.1, 10.0
#: How long a thread whose connection was closed has to notice, before its task is given up and another takes its place.
GRACE = 0.05


@dataclass(frozen=True)
class Limits:
    """`at_once` requests at one time; seconds of one try, and of all tasks together (None: no limit); further tries."""

    at_once: int
    timeout: float | None
    within: float | None
    retries: int


@dataclass(eq=False)
class _Hand:
    """A thread at work: its task, its connection, and when its present try is late."""

    line: Line
    task: int | None = None
    late: float = inf
    cut: bool = False
    gone: bool = False
    wake: threading.Event = field(default_factory=threading.Event)


class Crew:
    """One batch of tasks; `send(line, task, seconds)` makes one try of a task, `url` is where all go.

    `settled(task, value)` is told of each that is done, one at a time.
    """

    def __init__(self, url: str, tasks: Sequence, send: Callable[[Line, object, float | None], object], limits: Limits,
                 settled: Callable[[int, object], None] | None = None):
        self.url, self.tasks, self.send, self.limits, self.settled = url, tasks, send, limits, settled
        self.found: list = [None] * len(tasks)
        self.tries = 0
        self._done = [False] * len(tasks)
        self._open, self._next = len(tasks), 0
        self._hands: list[_Hand] = []
        self._change = threading.Condition()
        self._end = inf if limits.within is None else monotonic() + limits.within

    def run(self) -> list:
        """What each task gave, or Failed, in order."""
        with self._change:
            for _ in range(min(self.limits.at_once, len(self.tasks))):
                self._hire()
            try:
                while self._open and (now := monotonic()) < self._end:
                    self._end_late_tries(now)
                    earliest = min([self._end, *(hand.late for hand in self._hands if not hand.gone)])
                    self._change.wait(None if earliest == inf else max(earliest - monotonic(), 0.0))
            finally:
                self._dismiss()
        return self.found

    def _hire(self) -> None:
        hand = _Hand(Line(self.url))
        self._hands.append(hand)
        threading.Thread(target=self._work, args=(hand,), daemon=True).start()

    def _dismiss(self) -> None:
        """End what still runs: the time of the batch is up, or all is done."""
        for task, done in enumerate(self._done):
            if not done and monotonic() >= self._end:
                self._settle(task, Failed(f"took longer than {self.limits.within:g} s with all the others", "time"))
        for hand in self._hands:
            hand.gone = True
            hand.wake.set()
            hand.line.cut()

    def _end_late_tries(self, now: float) -> None:
        """Close the connection of a try that is late; give up a thread that does not notice."""
        for hand in [hand for hand in self._hands if not hand.gone and hand.late <= now]:
            if not hand.cut:
                hand.cut, hand.late = True, now + GRACE
                hand.line.cut()
                continue
            hand.gone = True
            self._settle(hand.task, self._late())
            if self._next < len(self.tasks):
                self._hire()

    def _late(self) -> Failed:
        return Failed(f"took longer than {self.limits.timeout:g} s", "time")

    def _settle(self, task: int, value: object) -> None:
        if not self._done[task]:
            self._done[task], self.found[task] = True, value
            self._open -= 1
            if self.settled is not None:
                self.settled(task, value)
            self._change.notify()

    # In the threads ---------------------------------------------------------------------------------------------------

    def _work(self, hand: _Hand) -> None:
        while (task := self._take(hand)) is not None:
            value = self._tried(hand, task)
            with self._change:
                if hand.gone:
                    return
                hand.late = inf
                self._settle(task, value)

    def _take(self, hand: _Hand) -> int | None:
        with self._change:
            if hand.gone or self._next >= len(self.tasks):
                hand.gone = True
                hand.line.cut()
                return None
            hand.task = self._next
            self._next += 1
            return hand.task

    def _tried(self, hand: _Hand, task: int) -> object:
        """The value of a task, after as many tries as it takes and may have."""
        for number in range(self.limits.retries + 1):
            with self._change:
                if hand.gone:
                    return None
                self.tries += 1
                hand.cut = False
                hand.late = inf if self.limits.timeout is None else monotonic() + self.limits.timeout
                if hand.late < inf:
                    self._change.notify()
            value, after = self._once(hand, task)
            if after is None or number == self.limits.retries:
                return value
            with self._change:
                hand.late = inf
            hand.wake.wait(max(after, min(FIRST_WAIT * 2**number, LONGEST_WAIT) * random.uniform(0.75, 1.25)))
        return value

    def _once(self, hand: _Hand, task: int) -> tuple[object, float | None]:
        """What one try gave, and, if another may help, how many seconds to wait at least."""
        try:
            return self.send(hand.line, self.tasks[task], self.limits.timeout), None
        except Broken as error:
            return (self._late() if hand.cut or error.late else Failed(str(error))), error.after
        except Refused as error:
            return Failed(str(error), "refused"), None
        except Exception as error:
            return (self._late() if hand.cut else Failed(describe(error))), 0.0 if hand.cut else None
