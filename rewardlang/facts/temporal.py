"""Facts of temporal words: what is known of one entry of a formula or margin."""

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
