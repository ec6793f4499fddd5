"""From the facts of a node's arguments to its own: the operator table read over intervals, and what may fail."""

from math import inf
from typing import NamedTuple

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.linear import linear_range
from rewardlang.facts.positions import total
from rewardlang.facts.needs import admitted_context, entry_context, guarded_by, needs, side_of
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import Elements, bound, domain
from rewardlang.ops.intervals import KERNEL as K
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import REAL, UNIT, Interval
from rewardlang.values.types import Kind


class Fact(NamedTuple):
    """What is known of one entry: the range of its valid values (None: no number, or never valid), and whether it may be invalid."""

    range: Interval | None
    fails: bool


#: The entries that a declaration gives where nothing else is said.
_BY_KIND = {Kind.BOOL: UNIT, Kind.INT: REAL, Kind.FLOAT: REAL}

#: Operators whose reading is fixed here, since what decides also decides what may fail.
_CONNECTIVES = frozenset({"and", "or", "implies"})

#: Of no entries these have a value; a window of these is never empty.
_ALWAYS_DEFINED = frozenset({"sum", "prod", "any", "all", "count", "cumsum", "cumprod", "cumcount"})

#: These ask how many entries there are, not what they are.
_COUNTING = frozenset({"count", "cumcount"})

#: Scans that have no value at a position which `where` does not admit, or before the first that it admits.
_WITHOUT_VALUE = frozenset({"softmax", "rank", "cummax", "cummin", "cummean"})

#: Placements that look for a position which may not be there.
_SEARCHING = frozenset({"place", "spread", "lookup"})


def settle(ranges, node: Node, context: Context) -> Fact:
    """The fact of a node in a context; those of its arguments (see `needs`) are known."""
    if node.op == "const":
        return _constant(node)
    if not node.args or node.op in ("call", "field"):
        return _source(ranges, node, context)
    if node.op in ("gate", "coalesce", "valid"):
        return _CONTROL[node.op](ranges, node, context)
    if node.op in _CONNECTIVES:
        return _connective(ranges, node, context)
    row = OPERATORS.get(node.op)
    if row is None:
        return Fact(declared(ranges.spec, node), True)
    if row.family in (Family.REDUCTION, Family.SCAN):
        return _collection(ranges, node, context, row)
    facts = [ranges.known(*need) for need in needs(ranges, node, context)]
    if row.family in (Family.PLACEMENT, Family.HOST):
        return _placed(ranges.spec, node, facts, row)
    return _pointwise(ranges, node, context, facts, row)


# Leaves ---------------------------------------------------------------------------------------------------------


def _constant(node: Node) -> Fact:
    value = node["value"]
    if value is None:
        return Fact(None, True)
    return Fact(of_constant(value), False)


def of_constant(value: object) -> Interval | None:
    """The range of a constant's entries; None for texts."""
    if isinstance(value, tuple):
        parts = [of_constant(item) for item in value]
        found = None
        for part in parts:
            found = part if found is None else found if part is None else found.hull(part)
        return found
    return None if isinstance(value, str) else Interval.of(value)


def declared(spec, node: Node) -> Interval | None:
    """What is declared of a node's entries, by range or by kind; None if they are no numbers."""
    kind = node.type.kind
    if kind is Kind.ENUM:
        return Interval(0, max(len(node.type.labels) - 1, 0))
    by_kind = _BY_KIND.get(kind)
    if by_kind is None:
        return None
    found = spec.domains.get(node) or _of_external(spec, node)
    return by_kind if found is None else found.meet(by_kind)


def _of_external(spec, node: Node) -> Interval | None:
    """The range that a model or verifier declares of its result, or of one field of it."""
    call = node.args[0] if node.op == "field" else node
    external = spec.externals.get(call["callee"]) if call.op == "call" else None
    if external is None:
        return None
    return dict(external.field_domains).get(node["name"]) if node.op == "field" else external.domain


def _source(ranges, node: Node, context: Context) -> Fact:
    if node.op in ("index", "length"):
        most = positions(ranges, node["axis"], context).hi
        return Fact(Interval(0, max(most - 1, 0) if node.op == "index" else most), False)
    fails = node.type.optional and node.op != "param"
    if node.op == "call":
        external = ranges.spec.externals.get(node["callee"])
        fails = node.type.optional or external is None or external.on_error is None
        fails = fails or any(ranges.known(*need).fails for need in needs(ranges, node, context))
    if node.op == "field":
        fails = fails or ranges.known(node.args[0], context).fails
    return Fact(declared(ranges.spec, node), fails)


def positions(ranges, axis, context: Context) -> Interval:
    """How many positions an axis has in one rollout (in one entry of what it lies within)."""
    if axis.size is not None:
        return Interval(axis.size, axis.size)
    node = ranges.length_of(axis)
    if node is not None and node in context.known:
        return context.known[node]
    setting = ranges.spec.setting
    if setting.horizon is not None and axis.name == (setting.axis or "step") and not axis.within:
        return Interval(0, setting.horizon[1])
    return Interval(0, inf)


# Control --------------------------------------------------------------------------------------------------------


def _gate(ranges, node: Node, context: Context) -> Fact:
    condition, opened, closed = node.args
    found, fails = None, ranges.known(condition, context).fails
    for side, truth in ((opened, True), (closed, False)):
        inner = side_of(ranges, condition, truth, context)
        if inner is not None:
            fact = ranges.known(side, inner)
            fails = fails or fact.fails
            found = fact.range if found is None else found if fact.range is None else found.hull(fact.range)
    return Fact(found, fails)


def _coalesce(ranges, node: Node, context: Context) -> Fact:
    tried = ranges.known(node.args[0], context)
    if not tried.fails:
        return tried
    other = ranges.known(node.args[1], context)
    both = tried.range.hull(other.range) if tried.range and other.range else tried.range or other.range
    return Fact(both, other.fails)


def _is_valid(ranges, node: Node, context: Context) -> Fact:
    asked = ranges.known(node.args[0], context)
    never = node.args[0].type.kind in _BY_KIND and asked.range is None and asked.fails
    return Fact(FALSE if never else UNIT if asked.fails else TRUE, False)


_CONTROL = {"gate": _gate, "coalesce": _coalesce, "valid": _is_valid}


def _connective(ranges, node: Node, context: Context) -> Fact:
    left, right = (ranges.known(arg, context) for arg in node.args)
    inner = guarded_by(ranges, node, context)
    fails = left.fails or right.fails
    if not left.fails and right.fails:
        fails = inner is not None and ranges.known(node.args[1], inner).fails
    return Fact(OPERATORS[node.op].meaning(K, left.range or UNIT, right.range or UNIT), fails)


# Operators by family --------------------------------------------------------------------------------------------


def _pointwise(ranges, node: Node, context: Context, facts: list[Fact], row) -> Fact:
    args = [fact.range for fact in facts]
    fails = any(fact.fails for fact in facts)
    if None in args:
        return Fact(None, fails)
    if len(args) == 2 and node.args[0] is node.args[1] and node.op in _OF_EQUALS:
        return Fact(_OF_EQUALS[node.op], fails)
    inside = domain(row, *args)
    if inside == FALSE:
        return Fact(None, True)
    return Fact(linear_range(ranges, node, context, bound(row, *args)), fails or inside != TRUE)


#: What two equal arguments give. (Not for `div`: it is 1 only where it is defined, which the domain decides.)
_OF_EQUALS = {"sub": FALSE, "eq": TRUE, "ne": FALSE, "lt": FALSE, "gt": FALSE, "le": TRUE, "ge": TRUE}


def _collection(ranges, node: Node, context: Context, row) -> Fact:
    """Reductions, scans and windows: the entries are those that `where` admits, in whatever rollout they stand."""
    args = dict(zip(node["roles"], node.args))
    inner, admitted = entry_context(ranges, node, context), admitted_context(ranges, node, context)
    starts = [ranges.known(args[role], context) for role in ("start", "end") if role in args]
    deciders = [ranges.known(args[role], inner) for role in ("where", "by") if role in args]
    fails = any(fact.fails for fact in (*starts, *deciders))
    options = {name: node[name] for name in ("ddof", "q", "p", "ties") if node.get(name) is not None}
    if admitted is None:
        return _of_nothing(node, row, fails, options)
    entry = ranges.known(args["x"], admitted) if "x" in args else Fact(UNIT, False)
    fails = fails or _entry_is_lost(ranges, node, entry, args)
    value = entry.range if entry.range is not None else UNIT if node.op in _COUNTING else None
    if value is None or any(start.range is None for start in starts):
        return Fact(declared(ranges.spec, node), True)
    elements = Elements(value, count_of(ranges, node, context, args))
    inside = domain(row, elements, **options)
    if inside == FALSE:
        return Fact(None, True)
    found = bound(row, elements, *(start.range for start in starts), **options)
    each = total(ranges, node, admitted)
    return Fact(found.meet(each) or found if each is not None else found, fails or inside != TRUE)


def _of_nothing(node: Node, row, fails: bool, options: dict) -> Fact:
    """Where `where` admits no entry at all."""
    if node.op in _ALWAYS_DEFINED:
        return Fact(bound(row, Elements(FALSE, FALSE), **options), fails)
    return Fact(None, True)


def _entry_is_lost(ranges, node: Node, entry: Fact, args: dict[str, Node]) -> bool:
    """Whether an invalid entry, or the want of one, can make a value invalid.

    Along the rollout's own axes any invalid entry does. A window leaves invalid rollouts out, and its value is then
    missing only where its own rollout's entry would have been the last one left.
    """
    scan = OPERATORS[node.op].family is Family.SCAN
    if scan and "where" in args and node.op in _WITHOUT_VALUE:
        return True
    if node.op in _COUNTING or "x" not in args:
        return False
    if not node.get("window"):
        return entry.fails
    if node.op in _ALWAYS_DEFINED and not scan:
        return False
    return "where" in args or ranges.fact(args["x"]).fails


def count_of(ranges, node: Node, context: Context, args: dict[str, Node]) -> Interval:
    """How many entries a reduction sees; in a window, along with `by`, and in a scan, the own one at least."""
    sure = "where" not in args or _admits_all(ranges, node, context, args)
    if node.get("window"):
        size = ranges.spec.group_size if node.get("group") and node["window"] == "batch" else None
        found = Interval(*size) if size else Interval(1, inf)
        sure = sure and ("x" not in args or not ranges.fact(args["x"]).fails)
        return found if sure else Interval(0, found.hi)
    found = Interval(1, 1)
    for axis in node["over"]:
        found = found * positions(ranges, axis, context)
    if "by" in args or OPERATORS[node.op].family is Family.SCAN:
        found = Interval(1 if "by" in args else max(found.lo, 1), max(found.hi, 1))
    return found if sure else Interval(0, found.hi)


def _admits_all(ranges, node: Node, context: Context, args: dict[str, Node]) -> bool:
    return ranges.known(args["where"], entry_context(ranges, node, context)) == Fact(TRUE, False)


def _placed(spec, node: Node, facts: list[Fact], row) -> Fact:
    fails = any(fact.fails for fact in facts) or node.op in _SEARCHING
    args = [fact.range for fact in facts]
    if node.op == "pick":
        axis = node["axis"]
        fails = fails or axis.size is None or node["index"] >= axis.size
        return Fact(args[0], fails)
    if node.op in ("at_first", "at_last"):
        return Fact(args[0] and args[0].hull(FALSE), fails)
    if node.op == "vector":
        known = [arg for arg in args if arg is not None]
        found = known[0] if known else None
        for arg in known[1:]:
            found = found.hull(arg)
        return Fact(found, fails)
    if node.op == "place":
        entry = Elements(args[0], Interval(0, inf)) if args[0] is not None else None
        return Fact(entry and K.sum(entry), fails)
    if node.op == "codes":
        return Fact(Interval(0, inf), fails)
    if node.op == "lookup":
        return Fact(args[0] or declared(spec, node), True)
    return Fact(args[0], fails)


# Failures of its own --------------------------------------------------------------------------------------------


def may_fail_itself(ranges, node: Node, context: Context) -> bool:
    """Whether a node that may be invalid can be so although all that it uses is valid."""
    row = OPERATORS.get(node.op)
    if row is None or row.family is Family.HOST or not node.args:
        return _source_fails(ranges, node)
    if row.family is Family.PLACEMENT:
        return node.op in _SEARCHING or node.op == "pick"
    if row.family in (Family.REDUCTION, Family.SCAN):
        return not any(ranges.known(*need).fails for need in needs(ranges, node, context))
    args = [ranges.known(*need).range for need in needs(ranges, node, context)]
    return row.family is Family.POINTWISE and None not in args and domain(row, *args) != TRUE


def _source_fails(ranges, node: Node) -> bool:
    if node.op == "call":
        external = ranges.spec.externals.get(node["callee"])
        return node.type.optional or external is None or external.on_error is None
    return node.op != "codes" and (node.op in _SEARCHING or node.type.optional or node.op == "const")
