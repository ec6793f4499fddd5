"""Facts of temporal words: what is known of one entry of a formula or margin, and where a margin may be infinite."""

from math import inf

from rewardlang.facts.context import Context
from rewardlang.facts.leaves import Fact, declared, positions
from rewardlang.facts.needs import entry_context
from rewardlang.ir.node import Node
from rewardlang.ops.intervals import Elements, bound
from rewardlang.values.interval import Interval

_OPTIONS = ("low", "high", "smooth")


def temporal(ranges, node: Node, context: Context, row) -> Fact:
    """The fact of a temporal word, from what is known of any entry along its axis."""
    inner = entry_context(ranges, node, context)
    roles = dict(zip(node["roles"], node.args))
    facts = {role: ranges.known(arg, context if role == "start" else inner) for role, arg in roles.items()}
    fails = any(fact.fails for role, fact in facts.items() if role not in _OPTIONS)
    operands = [facts[role].range for role in roles if role not in _OPTIONS]
    if None in operands:
        return Fact(declared(ranges.spec, node), True)
    options = _options(node, {role: facts[role].range for role in _OPTIONS if role in facts})
    if not node["over"]:
        return Fact(bound(row, *operands, **options), fails)
    count = positions(ranges, node["over"][0], context)
    if node.op != "opening":
        count = Interval(max(count.lo, 1), max(count.hi, 1))
    entries = [Elements(value, count) if role != "start" else value
               for role, value in zip((role for role in roles if role not in _OPTIONS), operands)]
    return Fact(bound(row, *entries, **options), fails)


def memory(ranges, node: Node, context: Context, row) -> Fact:
    """The fact of a walk, from what is known of its propositions at any step; of an entry, from the states at hand."""
    if node.op == "entry":
        fact = ranges.known(node.args[0], context)
        return Fact(fact.range and bound(row, fact.range, values=node["values"]), fact.fails)
    inner = entry_context(ranges, node, context)
    facts = [ranges.known(arg, inner) for arg in node.args]
    fails = any(fact.fails for fact in facts)
    if any(fact.range is None for fact in facts):
        return Fact(declared(ranges.spec, node), True)
    return Fact(bound(row, *(Elements(fact.range) for fact in facts), table=node["table"]), fails)


def _options(node: Node, given: dict[str, Interval]) -> dict[str, object]:
    """The reading; of a window whose ends are params, one that can be empty whenever any of them can."""
    options = {"margin": node["margin"]}
    if "smooth" in given:
        options["smooth"] = given["smooth"].hi
    if "low" in given:
        low, high = given["low"], given["high"]
        options |= {"low": 0 if low.hi == 0 else 1, "high": None if high.hi == inf else int(high.hi)}
    return options


# Infinite margins -----------------------------------------------------------------------------------------------------

#: Whether a value can be +inf, and whether it can be -inf, though all it is made of is finite.
Ends = tuple[bool, bool]
_FINITE: Ends = (False, False)

#: Operators that hand infinite ends on as they are.
_CARRIERS = frozenset("gate coalesce add mul min max sum mean first last pick spread rename place at_first at_last every "
                      "vector cummax cummin cumsum cummean prev ahead abs push".split())
#: Temporal words that see at least their own step, unless a window keeps it out.
_OWN_STEP = frozenset("always eventually once historically until weak_until release strong_release since triggers".split())
_BESIDE = {"next": False, "previous": False, "weak_next": True, "weak_previous": True}
_FALSE_IF_EMPTY = frozenset("eventually once until since strong_release".split())


def infinite_ends(nodes: list[Node], of_nothing: bool) -> dict[Node, Ends]:
    """For each of some nodes (arguments first) whether it may be infinite since a truth without a margin, the end of the
    trace or an empty window decides; with `of_nothing` also since a trace has no steps.

    What overflows, or comes infinite out of a model, is another matter and not meant.
    """
    found: dict[Node, Ends] = {}
    for node in nodes:
        found[node] = _ends(node, [found.get(arg, _FINITE) for arg in node.args], of_nothing)
    return found


def _ends(node: Node, args: list[Ends], of_nothing: bool) -> Ends:
    if node.op == "const" and isinstance(node["value"], float):
        return node["value"] == inf, node["value"] == -inf
    if node.op == "memory":
        return node["infinite"], node["infinite"]
    if node.get("margin"):
        return _of_temporal(node, args, of_nothing)
    if node.op in ("minimum", "maximum"):
        (a, b), (c, d) = args
        return (a and c, b or d) if node.op == "minimum" else (a or c, b and d)
    if node.op == "neg":
        return args[0][::-1]
    if node.op == "sub":
        return args[0][0] or args[1][1], args[0][1] or args[1][0]
    if node.op == "div":
        return _any_sign(args[:1])
    if node.op in _CARRIERS:
        return _any_sign(args) if node.op in ("add", "mul", "abs") else _either(args)
    return _FINITE


def _either(args: list[Ends]) -> Ends:
    return any(high for high, _ in args), any(low for _, low in args)


def _any_sign(args: list[Ends]) -> Ends:
    some = any(high or low for high, low in args)
    return some, some


def _of_temporal(node: Node, args: list[Ends], of_nothing: bool) -> Ends:
    roles = dict(zip(node["roles"], args))
    if node.op == "opening":
        return _either([roles["x"], roles["start"]] if of_nothing else [roles["x"]])
    if node.op in _BESIDE:
        high, low = roles["x"]
        return high or _BESIDE[node.op], low or not _BESIDE[node.op]
    operands = [ends for role, ends in roles.items() if role not in _OPTIONS]
    if node.op.startswith("soft_"):
        (a, b), (c, d) = operands
        return (a and c, b or d) if node.op == "soft_minimum" else (a or c, b and d)
    high, low = operands[-1] if len(operands) == 1 else _either(operands)
    start = dict(zip(node["roles"], node.args)).get("low")
    if node.op in _OWN_STEP and start is not None and start.get("value") != 0:
        return (high, True) if node.op in _FALSE_IF_EMPTY else (True, low)
    return high, low
