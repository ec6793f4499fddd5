"""Facts of reductions, scans and windows: what is known of one entry, and of how many there are, gathered."""


from rewardlang.facts.backward import FALSE, TRUE
from rewardlang.facts.context import Context
from rewardlang.facts.leaves import Fact, declared, positions
from rewardlang.facts.needs import admitted_context, entry_context
from rewardlang.facts.positions import total
from rewardlang.facts.relations.counts import count_of
from rewardlang.facts.relations.linear import form
from rewardlang.facts.relations.sharing import delta_range
from rewardlang.facts.relations.weights import weighted
from rewardlang.facts.returns.telescope import Telescope
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import Elements, bound, domain
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.interval import UNIT, Interval

#: Of no entries these have a value; a window of these is never empty.
_ALWAYS_DEFINED = frozenset({"sum", "prod", "any", "all", "count", "cumsum", "cumprod", "cumcount"})

#: These ask how many entries there are, not what they are.
_COUNTING = frozenset({"count", "cumcount"})

#: Scans that have no value at a position which `where` does not admit, or before the first that it admits.
_WITHOUT_VALUE = frozenset({"softmax", "rank", "cummax", "cummin", "cummean"})


def collection(ranges, node: Node, context: Context, row) -> Fact:
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
    known = [total(ranges, node, admitted), added_up(ranges, node, context), weighted(ranges, node, elements.count),
             _cancelled(ranges, node), delta_range(ranges, node, context)]
    for narrower in known:
        found = found if narrower is None else found.meet(narrower) or found
    return Fact(found, fails or inside != TRUE)


def added_up(ranges, node: Node, context: Context) -> Interval | None:
    """The range of a plain sum along an ordered axis: what telescopes in it cancels."""
    plain = node.op == "sum" and node["roles"] == ("x",) and not node.get("window") and len(node["over"]) == 1
    if not plain or not context.is_root or not node["over"][0].ordered:
        return None
    axis = node["over"][0]
    return Telescope(ranges, axis, 1, positions(ranges, axis, context), context).of(node.args[0])


def _cancelled(ranges, node: Node) -> Interval | None:
    """The range of a sum or mean of which nothing is left but a number."""
    linear = form(ranges, node)
    return Interval.of(linear.constant) if not linear.terms else None


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
