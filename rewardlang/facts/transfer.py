"""From the facts of a node's arguments to its own: the operator table read over intervals, and what may fail."""

from math import inf

from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.leaves import BY_KIND, Fact, constant, declared, source
from rewardlang.facts.needs import guarded_by, needs, side_of
from rewardlang.facts.nulls import rests_on_data
from rewardlang.facts.relations.gathered import collection
from rewardlang.facts.relations.quotients import ratio_range
from rewardlang.facts.relations.sharing import difference, sum_range
from rewardlang.facts.relations.stated import compared, relations
from rewardlang.facts.search.edges import looked_at
from rewardlang.facts.temporal import memory, temporal
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import KERNEL as K
from rewardlang.ops.intervals import Elements, bound, domain
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import UNIT, Interval

#: Operators whose reading is fixed here, since what decides also decides what may fail.
_CONNECTIVES = frozenset({"and", "or", "implies"})

#: Placements that look for a position which may not be there.
_SEARCHING = frozenset({"place", "spread", "lookup"})


def settle(ranges, node: Node, context: Context) -> Fact:
    """The fact of a node in a context; those of its arguments (see `needs`) are known."""
    found = _settled(ranges, node, context)
    return found._replace(fails=True) if node in ranges.without_value else found


def _settled(ranges, node: Node, context: Context) -> Fact:
    if node.op == "const":
        return constant(node)
    if not node.args and not node.get("window") or node.op in ("call", "field", "carried", "state"):
        return source(ranges, node, context)
    if node.op in ("gate", "coalesce", "valid"):
        return _CONTROL[node.op](ranges, node, context)
    if node.op in _CONNECTIVES:
        return _connective(ranges, node, context)
    row = OPERATORS.get(node.op)
    if row is None:
        return Fact(declared(ranges.spec, node), True)
    if row.family in (Family.REDUCTION, Family.SCAN):
        return collection(ranges, node, context, row)
    if row.family is Family.TEMPORAL:
        return temporal(ranges, node, context, row)
    if row.family is Family.MEMORY:
        return memory(ranges, node, context, row)
    facts = [ranges.known(*need) for need in needs(ranges, node, context)]
    if row.family in (Family.PLACEMENT, Family.HOST):
        return _placed(ranges.spec, node, facts, row)
    return _pointwise(ranges, node, context, facts, row)


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
    if not tried.fails and not rests_on_data(ranges.from_data, node.args[0]):
        return tried
    other = ranges.known(node.args[1], context)
    both = tried.range.hull(other.range) if tried.range and other.range else tried.range or other.range
    return Fact(both, tried.fails and other.fails)


def _is_valid(ranges, node: Node, context: Context) -> Fact:
    asked = ranges.known(node.args[0], context)
    never = node.args[0].type.kind in BY_KIND and asked.range is None and asked.fails
    unsure = asked.fails or rests_on_data(ranges.from_data, node.args[0])
    return Fact(FALSE if never else UNIT if unsure else TRUE, False)


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
    if inside != TRUE and context.is_root and not fails:
        args = looked_at(ranges, node, args)
        inside = domain(row, *args)
    if inside == FALSE:
        return Fact(None, True)
    found = bound(row, *args)
    narrow = _TOGETHER.get(node.op)
    return Fact(narrow(ranges, node, context, found) if narrow is not None else found, fails or inside != TRUE)


def _compared(ranges, node: Node, context: Context, found: Interval) -> Interval:
    """What a comparison says, by the range of the difference where something is known of both sides together."""
    if found.is_point or not compared(node) or not relations(ranges, context):
        return found
    gap = difference(ranges, *node.args, context)
    return found if gap is None else bound(OPERATORS[node.op], gap, FALSE)


#: What narrows an operator's range by what its arguments know of each other.
_TOGETHER = {
    "add": sum_range, "sub": sum_range, "neg": sum_range, "mul": sum_range, "div": ratio_range,
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), _compared),
}


#: What two equal arguments give. (Not for `div`: it is 1 only where it is defined, which the domain decides.)
_OF_EQUALS = {"sub": FALSE, "eq": TRUE, "ne": FALSE, "lt": FALSE, "gt": FALSE, "le": TRUE, "ge": TRUE}


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
    if node in ranges.without_value:
        return True
    if row is None or row.family is Family.HOST or not node.args:
        return _source_fails(ranges, node)
    if row.family is Family.PLACEMENT:
        return node.op in _SEARCHING or node.op == "pick"
    if row.family in (Family.REDUCTION, Family.SCAN):
        return not any(ranges.fact(*need).fails for need in needs(ranges, node, context))
    args = [ranges.fact(*need).range for need in needs(ranges, node, context)]
    return row.family is Family.POINTWISE and None not in args and domain(row, *args) != TRUE


def _source_fails(ranges, node: Node) -> bool:
    if node.op == "call":
        external = ranges.spec.externals.get(node["callee"])
        return node.type.optional or external is None or external.can_fail
    return node.op != "codes" and (node.op in _SEARCHING or node.type.optional or node.op == "const")
