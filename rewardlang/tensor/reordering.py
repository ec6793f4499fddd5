"""After a batch: what it tells about the order of calls, and code that is dropped where another order is better."""

from rewardlang.tensor.assemble import Code, Watched, calls_of
from rewardlang.tensor.host import Run
from rewardlang.tensor.learned import Learned, turns
from rewardlang.tensor.profile import Profile
from rewardlang.tensor.result import Result


def learn(learned: Learned, profile: Profile, codes: dict[tuple, Code], result: Result, compiled: bool) -> None:
    """See how often each call decided, and now and then drop from `codes` (by plan and variant) those that another order beats.

    It changes no value, only what is asked. Code on which torch.compile has worked (`compiled`) is not thrown away for an order.
    """
    code, run = result._code, result._run
    if not code.watched:
        return
    for watched in code.watched:
        learned.see(watched.top, watched.side, *decisions(watched, run))
    profile.turns = turns(code.calls)
    if compiled or not learned.is_due():
        return
    for key, old in list(codes.items()):
        if learned.is_better(calls_of(key[0], learned), old.calls, run.batch.size):
            codes.pop(key)


def decisions(watched: Watched, run: Run) -> tuple[int, int]:
    """At how many entries a side was known, and at how many of these it decided."""
    known = None if watched.known is None else run.tensors[watched.known]
    decides = run.tensors[watched.data].bool() == watched.decides
    return (decides.numel(), int(decides.sum())) if known is None else (int(known.sum()), int((decides & known).sum()))
