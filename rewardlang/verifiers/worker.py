"""The process that runs verifiers under a time limit: reads batches of calls from its parent, answers each call at once.

Started by `workers.py` as `python -m rewardlang.verifiers.worker`. A frame is eight bytes of length and a pickle. To the
worker go batches, as plain tuples; back come `READY` when the target is imported and then one `(value, error)` for each
call, or else the reason, as text, why the target cannot be used.
"""

import contextlib
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rewardlang.verifiers.binding import VerifierUnavailable, resolve

HEADER = struct.Struct("<Q")
READY = None
# A worker that outlives its parent in the middle of a hung call must end by itself. The parent enforces the limit;
# this is how many seconds later the kernel does, which works even where a C function never gives the interpreter back.
ORPHAN_SECONDS = 1.0
ERROR_LENGTH = 500


class Batch(NamedTuple):
    """Calls of one function: its `"module:function"` name, the limit of each call in seconds, where to import from."""

    target: str
    seconds: float
    path: list[str]
    calls: Sequence[tuple]


def pack(content: Any) -> bytes:
    """One frame."""
    body = pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body


def describe(error: BaseException) -> str:
    """An exception in one short line."""
    text = str(error).replace("\n", " ")
    return f"{type(error).__name__}: {text}"[:ERROR_LENGTH] if text else type(error).__name__


def main() -> None:
    """Serve batches until the parent closes its end."""
    source, sink = _take_channel()
    while (batch := _read(source)) is not None:
        sys.path[:] = batch.path
        try:
            function = resolve(batch.target)
        except VerifierUnavailable as reason:
            _write(sink, pack(str(reason)))
            continue
        _write(sink, pack(READY))
        for args in batch.calls:
            signal.setitimer(signal.ITIMER_REAL, batch.seconds + ORPHAN_SECONDS)
            answer = _answer(function, args)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _write(sink, answer)


def _take_channel() -> tuple[int, int]:
    """Keep the pipes for frames only: what a verifier prints goes to standard error, what it reads is empty."""
    os.environ.pop("PYTHONSAFEPATH", None)
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    return source, sink


def _read(source: int) -> Batch | None:
    header = _read_exactly(source, HEADER.size)
    if header is None:
        return None
    body = _read_exactly(source, HEADER.unpack(header)[0])
    return None if body is None else Batch(*pickle.loads(body))


def _read_exactly(source: int, size: int) -> bytes | None:
    """`size` bytes, or None where the parent is gone."""
    parts = []
    while size:
        part = os.read(source, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(sink: int, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(sink, view) :]


def _answer(function: Callable, args: tuple) -> bytes:
    """The frame with the result of one call, or with the reason why there is none."""
    try:
        return pack((function(*args), None))
    except SystemExit as stop:
        return pack((None, f"SystemExit: {stop}"))
    except Exception as error:
        return pack((None, describe(error)))


if __name__ == "__main__":
    # A broken pipe says that the parent is gone: nobody to answer. Threads that a verifier left behind are not waited for.
    with contextlib.suppress(BrokenPipeError):
        main()
    os._exit(0)
