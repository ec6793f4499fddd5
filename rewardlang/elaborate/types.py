"""From written types, ranges and units to those of the graph."""

import re
from collections.abc import Iterable

from rewardlang.elaborate.constants import interval
from rewardlang.elaborate.context import Context, Failed
from rewardlang.elaborate.scope import BUILT_IN_AXES, POPULATIONS, axis_names
from rewardlang.syntax import tree
from rewardlang.text.near import distance, hint
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind, Type
from rewardlang.values.units import Unit, parse_unit

_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.OPAQUE}


#: Words of other languages; any other unknown word is an opaque type, which only models and verifiers look into.
_FOREIGN = {"string": "text", "str": "text", "boolean": "bool", "integer": "int", "number": "float", "double": "float",
            "real": "float", "dict": "json", "object": "json"}


def _slip(word: str) -> str | None:
    return next((kind for kind in _KINDS if len(kind) > 2 and distance(word, kind, 1) <= 1), None)


def axis_named(cx: Context, name: str, span: Span, among: Iterable[Axis] = ()) -> Axis:
    """The axis that a name means here: one of the value's own, one bound by a signature, or a declared one."""
    for axis in among:
        if axis.name == name:
            return axis
    for space in (cx.axes, cx.module.axes, cx.module.made, cx.spec.axes, BUILT_IN_AXES):
        if name in space:
            return space[name]
    if name in cx.module.broken:     # its declaration has a finding of its own
        raise Failed
    cure = hint(name, axis_names(cx.module)) or f": declare it, for example `axis {name} ragged`"
    raise cx.fail("RW105", _word_in(span, name), name=name, hint=cure)


def _word_in(span: Span, word: str) -> Span:
    """Where a word stands within a piece of text; the whole piece if it does not."""
    found = re.search(rf"\b{re.escape(word)}\b", span.text)
    return Span(span.source, span.start + found.start(), span.start + found.end()) if found else span


def unit_of(cx: Context, text: str | None, span: Span) -> Unit | None:
    """The unit that a declaration gives, None where it gives none."""
    try:
        return None if text is None else parse_unit(text)
    except ValueError as error:
        raise cx.fail("RW232", span, text=text, problem=str(error)) from error


def type_of(cx: Context, written: tree.TypeExpr, unit: str | None = None, variables: bool = False) -> Type:
    """The type; with `variables`, as in a signature, unknown axis names stand for any axis."""
    axes = _axes(cx, written, variables)
    kind = _KINDS.get(written.kind, Kind.OPAQUE)
    if kind is Kind.OPAQUE and (meant := _FOREIGN.get(written.kind) or _slip(written.kind)):
        raise cx.fail("RW101", written.span, name=written.kind, hint=f": did you mean `{meant}`?")
    if repeated := next((label for label in written.labels if written.labels.count(label) > 1), None):
        line = written.span.source.position(written.span.start)[0]
        raise cx.fail("RW102", written.span, name=repeated, line=line)
    return Type(kind, axes, written.optional, unit_of(cx, unit, written.span), written.labels,
                tuple((field.name, type_of(cx, field.type, variables=variables)) for field in written.fields),
                written.kind if kind is Kind.OPAQUE else "",
                type_of(cx, written.value) if written.value else None)


def _axes(cx: Context, written: tree.TypeExpr, variables: bool) -> tuple[Axis, ...]:
    found: list[Axis] = []
    for name in written.axes:
        axis = _axis(cx, name, written.span, variables)
        outer = tuple(other.name for other in found if other.ragged)
        if axis.ragged and not axis.within and outer:
            axis = Axis(axis.name, True, axis.ordered, None, (), outer, axis.like, axis.maker)
        found.append(axis)
    return tuple(found)


def _axis(cx: Context, name: str, span: Span, variables: bool) -> Axis:
    if name in POPULATIONS:
        raise cx.fail("RW105", _word_in(span, name), name=name,
                      hint=": the samples of a prompt are reached by `over group`, not by a type")
    if variables:
        return cx.axes.get(name) or cx.module.axes.get(name) or BUILT_IN_AXES.get(name) or Axis(name, ragged=True)
    return axis_named(cx, name, span)


def field_domains(cx: Context, written: tree.TypeExpr) -> tuple[tuple[str, Interval], ...]:
    """The ranges of a record type's fields, those that have one."""
    pairs = ((field.name, interval(cx, field.domain, f"the range of `{field.name}`")) for field in written.fields)
    return tuple((name, found) for name, found in pairs if found is not None)
