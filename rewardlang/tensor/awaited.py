"""Judges that are coroutine functions: all rows of a call are asked at the same time, in one loop of a thread of its own."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial

from rewardlang.models.failed import Failed, describe


def is_async(function: object) -> bool:
    """Whether calling it gives a coroutine: an `async def`, an object with such a `__call__`, or a partial of one."""
    while isinstance(function, partial):
        function = function.func
    called = getattr(type(function), "__call__", None)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop of all judges, so that what they keep open between calls stays usable."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="rewardlang judges", daemon=True).start()
    return loop


def one_by_one(function: Callable, batched: bool, limit: float | None) -> Callable[..., list]:
    """A plain function of columns, a result a row, of an `async` one: of a row, or of columns itself if `batched`.

    A row that raises, or takes longer than `limit` seconds, is Failed, and the others are not.
    """
    async def row(arguments: Sequence) -> object:
        try:
            return await asyncio.wait_for(function(*arguments), limit)
        except Exception as error:
            late = isinstance(error, TimeoutError) and limit is not None
            return Failed(f"took longer than {limit:g} s", "time") if late else Failed(describe(error))

    async def rows(columns: Sequence[Sequence]) -> list:
        return await asyncio.gather(*(row(arguments) for arguments in zip(*columns, strict=True)))

    def ask(*columns: Sequence) -> list:
        work = asyncio.wait_for(function(*columns), limit) if batched else rows(columns)
        return asyncio.run_coroutine_threadsafe(work, _loop()).result()

    return ask
