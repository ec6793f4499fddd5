"""The options of models and verifiers: which source they are of, what they may be, the holes of a prompt."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rewardlang.elaborate.constants import constant
from rewardlang.elaborate.context import Context
from rewardlang.ir.asking import Asking, holes_of, kind_of
from rewardlang.syntax import tree
from rewardlang.values.types import Kind, Type

_ANY = ("function", "folder", "program", "endpoint")
_WORDS = {"function": "a function", "folder": "a model's folder", "program": "an exported program", "endpoint": "an endpoint"}


@dataclass(frozen=True)
class _Row:
    """An option: the sources it is of, the field of Asking that it sets, and what is wrong with a value, if anything."""

    kinds: tuple[str, ...]
    field: str
    problem: Callable[[object], str | None] = lambda value: None


def _whole(least: int) -> Callable[[object], str | None]:
    def problem(value: object) -> str | None:
        fits = isinstance(value, int) and value >= least
        return None if fits else f"is a whole number from {least}, and this is {value}"
    return problem


def _one_of(*words: str) -> Callable[[object], str | None]:
    def problem(value: object) -> str | None:
        return None if value in words else f"is {' or '.join(f'`{word}`' for word in words)}, and this is `{value}`"
    return problem


def _pattern(value: object) -> str | None:
    try:
        groups = re.compile(value).groups
    except re.error as error:
        return f"is no regular expression: {error}"
    return None if groups == 1 else f"has one group, `(…)`, around what is read, and this has {groups}"


def _name(value: object) -> str | None:
    return None if value else "is a name, and this is empty"


_OPTIONS = {
    "prompt": _Row(("endpoint",), "prompt"),
    "as": _Row(("endpoint",), "model", _name),
    "key": _Row(("endpoint",), "key", _name),
    "parse": _Row(("endpoint",), "parse", _pattern),
    "temperature": _Row(("endpoint",), "temperature"),
    "votes": _Row(("endpoint",), "votes", _whole(1)),
    "retries": _Row(("endpoint",), "retries", _whole(0)),
    "concurrency": _Row(("endpoint",), "concurrency", _whole(1)),
    "batch": _Row(("function", "folder", "program"), "batch", _whole(1)),
    "within": _Row(_ANY, "within"),
    "cache": _Row(_ANY, "cache", _name),
    "version": _Row(_ANY, "version"),
    "out_of_range": _Row(_ANY, "out_of_range", _one_of("clip", "error")),
    "context": _Row(("folder",), "context", _one_of("truncate")),
    "on_unparsed": _Row(("endpoint",), "on_unparsed"),
}


def asking(cx: Context, declaration: tree.External, target: str | None, result: Type, read: Callable) -> Asking:
    """The options of a declaration; `read` gives the value that stands in for an answer that cannot be read."""
    kind, found = kind_of(target), {}
    for option in declaration.options:
        row = _OPTIONS[option.name]
        if kind not in row.kinds:
            where = " or ".join(_WORDS[each] for each in row.kinds)
            raise cx.fail("RW402", option.span, option=option.name, of=where, name=declaration.name, source=_WORDS[kind])
        if option.name == "on_unparsed":
            found |= {"on_unparsed": read(option.value, "`on_unparsed`"), "reads_unparsed": True}
            continue
        value = _value(cx, option)
        if problem := row.problem(value):
            raise cx.fail("RW403", option.span, option=option.name, problem=problem)
        found[row.field] = value
    asked = Asking(**found)
    _check_together(cx, declaration, asked, kind, result)
    return asked


def _value(cx: Context, option: tree.Option) -> object:
    match option.value:
        case tree.Name(name=name):
            return name
        case tree.Duration(seconds=seconds):
            if not seconds > 0:
                raise cx.fail("RW403", option.span, option=option.name, problem="is a time above 0 s")
            return float(seconds)
    value = constant(cx, option.value, f"`{option.name}`")
    return float(value) if option.name == "temperature" else value


def _check_together(cx: Context, declaration: tree.External, asked: Asking, kind: str, result: Type) -> None:
    """What options, signature and source must be to each other."""
    if declaration.kind == "verifier" and (kind in ("folder", "program") or asked.batch is not None):
        raise cx.fail("RW402", declaration.span, option="batch" if asked.batch else "from", of="a `model`",
                      name=declaration.name, source="a `verifier`")
    if asked.cache is None and asked.version:
        raise cx.fail("RW403", declaration.span, option="version", problem="is that of a `cache`, and there is none")
    if kind == "endpoint":
        _check_endpoint(cx, declaration, asked, result)
    if kind == "folder":
        _check_folder(cx, declaration, result)


def _check_endpoint(cx: Context, declaration: tree.External, asked: Asking, result: Type) -> None:
    if asked.prompt is None:
        raise cx.fail("RW403", declaration.span, option="prompt", problem="is missing: an endpoint is asked by a text")
    ranking = len(result.axes) == 1 and result.kind is Kind.INT
    plain = not result.axes and result.kind in (Kind.BOOL, Kind.ENUM, Kind.INT, Kind.FLOAT, Kind.TEXT)
    if not ranking and not plain:
        raise cx.fail("RW405", declaration.result.span, name=declaration.name, result=str(result),
                      can="a bool, an enum, a number, a text, or `int[axis]`, a ranking")
    names = [parameter.name for parameter in declaration.parameters]
    spots = next(option.span for option in declaration.options if option.name == "prompt")
    holes = holes_of(asked.prompt)
    for hole in holes:
        if hole not in names:
            raise cx.fail("RW404", spots, hole="{" + (hole or "") + "}", name=declaration.name)
    for name in names:
        if name not in holes:
            raise cx.fail("RW406", spots, hole="{" + name + "}", name=name)


def _check_folder(cx: Context, declaration: tree.External, result: Type) -> None:
    texts = all(parameter.type.kind == "text" and not parameter.type.axes for parameter in declaration.parameters)
    if not texts or not declaration.parameters:
        raise cx.fail("RW405", declaration.span, name=declaration.name, result="these parameters",
                      can="a text, or a completion after its contexts, all of them text")
    if result.kind is not Kind.FLOAT or len(result.axes) > 1:
        raise cx.fail("RW405", declaration.result.span, name=declaration.name, result=str(result),
                      can="`float`, one score, or `float[token]`, a log-probability for each token")
