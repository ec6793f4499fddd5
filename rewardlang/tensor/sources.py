"""Who answers a call: a binding of the caller's, or the function that the spec names, if it may be used."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType
from urllib.parse import urlsplit

from torch import nn

from rewardlang.ir.asking import kind_of
from rewardlang.ir.spec import ExternalInfo
from rewardlang.models.chat import Judge
from rewardlang.models.exported import exported
from rewardlang.models.failed import Unusable
from rewardlang.models.folder import Folder
from rewardlang.tensor import words
from rewardlang.tensor.awaited import is_async, one_by_one
from rewardlang.verifiers.binding import VerifierUnavailable, resolve

#: The names of this machine.
_HERE = ("localhost", "127.0.0.1", "::1")
#: Verifiers of ours; everything else needs the caller's trust.
OWN = "rewardlang.verifiers"


@dataclass(frozen=True)
class Source:
    """How to evaluate calls of one external.

    `batched`: `function` takes one list (or tensor) for each argument, an entry a row, and returns as many results. Else it
    takes the arguments of one row. With `limit` (seconds of one call) `target` is called in worker processes instead, all
    calls of a batch `within` some seconds; if `here`, in a thread of this process where there is no target, or it cannot be
    imported. `batch` is the number of rows of one call. `rows`: it takes lists even
    where all arguments are numbers, and makes a call of its own of each row. `tells`: it takes `kept`, which it tells of rows
    that are done on the way.
    """

    function: Callable | None
    batched: bool
    target: str | None = None
    limit: float | None = None
    within: float | None = None
    batch: int | None = None
    rows: bool = False
    tells: bool = False
    here: bool = False


def bound(external: ExternalInfo, binding: object) -> Source:
    """The source for a callable or module that the caller has bound.

    Under a time limit a verifier that can be found by its name runs in worker processes, as a named one does; an `async`
    function is left where it is when it is late; all others run in a thread of this process.
    """
    if not callable(binding):
        raise words.RewardError(words.unusable_target(external.name, words.shown(binding), "it cannot be called"))
    batched, asking = external.kind == "model" or isinstance(binding, nn.Module), external.asking
    if is_async(binding):
        return Source(one_by_one(binding, batched, external.timeout), True, batch=asking.batch, rows=not batched)
    limit = external.timeout or asking.within
    if limit is None:
        return Source(binding, batched, batch=asking.batch)
    target = None if batched else _name_of(binding)
    return Source(binding, batched, target, limit, asking.within, asking.batch, here=True)


def _name_of(function: object) -> str | None:
    """`module:function` of a function that another process finds by it; None for what belongs to this process."""
    module, path = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    found = sys.modules.get(module) if module != "__main__" and isinstance(function, FunctionType) else None
    for part in path.split("."):
        found = getattr(found, part, None)
    return f"{module}:{path}" if found is function else None


def named(external: ExternalInfo, trust: Iterable[str]) -> Source:
    """The source for what the spec names. TrustError where the caller has not trusted its module or address."""
    kind = kind_of(external.target)
    if kind == "endpoint":
        return _endpoint(external, trust)
    if kind != "function":
        return _local(external, kind)
    target = external.target
    module, _, path = target.partition(":")
    if "/" in target:
        problem = "it is no Python function; bind one, or give a column with its results"
        raise words.RewardError(words.unusable_target(external.name, target, problem))
    if not _trusted(module, (OWN, *trust)):
        raise words.TrustError(words.untrusted(external.name, target))
    batched = external.kind == "model"
    within = external.asking.within
    if external.timeout is not None or within is not None:
        return Source(None, batched, target, external.timeout or within, within, external.asking.batch)
    return Source(_import(external, target, module, path), batched, batch=external.asking.batch)


def _endpoint(external: ExternalInfo, trust: Iterable[str]) -> Source:
    """A judge at an address; one that is not of this machine must be trusted, since all texts are sent there."""
    parts = urlsplit(external.target)
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.hostname not in _HERE and origin not in {address.rstrip("/") for address in trust}:
        raise words.TrustError(words.untrusted_address(external.name, origin))
    names = [argument.name for argument in external.arguments]
    return Source(Judge(external.target, external.asking, names, external.result, external.timeout), True, rows=True, tells=True)


def _local(external: ExternalInfo, kind: str) -> Source:
    """A model in a folder, or an exported program: the path is seen from where the spec lies, and no code in it is run."""
    place, asking = Path(external.target.partition(":")[2]), external.asking
    limit = external.timeout or asking.within
    timed = {"limit": limit, "within": asking.within, "here": True} if limit is not None else {}
    written = Path(external.span.source.name)
    path = written.parent / place if written.is_file() else place
    try:
        if kind == "program":
            return Source(exported(path), True, batch=asking.batch, **timed)
        names = [argument.name for argument in external.arguments]
        folder = Folder(path, external.result, asking.batch, asking.context == "truncate", names)
        return Source(folder, True, batch=asking.batch if timed else None, rows=True, **timed)
    except Unusable as error:
        raise words.RewardError(words.unusable_target(external.name, external.target, str(error))) from error


def _trusted(module: str, trusted: Iterable[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in trusted)


def _import(external: ExternalInfo, target: str, module: str, path: str) -> Callable:
    try:
        if _trusted(module, (OWN,)):
            return resolve(target)
        found = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, VerifierUnavailable) as error:
        raise words.RewardError(words.unusable_target(external.name, target, str(error))) from error
    return found


def find_binding(external: ExternalInfo, key: str, bind: Mapping[str, object]) -> object | None:
    """What the caller has bound to an external, by its name or its full name."""
    return bind.get(key, bind.get(external.name))


def check_tokens(pairs: Iterable[frozenset[str]], sources: Mapping[str, Source]) -> None:
    """Hold models in folders whose tokens are compared to having the same ones; RewardError. Others own what they give."""
    for one, other in sorted(map(sorted, pairs)):
        found = [getattr(sources.get(name), "function", None) for name in (one, other)]
        if all(isinstance(each, Folder) for each in found) and not found[0].cuts_like(found[1]):
            raise words.RewardError(words.other_tokens(one, other))
