"""Shapes that hardly anyone means: what is counted twice, multiplied by a sign, limited in vain, or steepest at its end."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from rewardlang.facts.context import Context
from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import asked_for, verdicts
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.relations.linear import form
from rewardlang.facts.search.signs import sign
from rewardlang.facts.search.slope import slope
from rewardlang.ir.node import Node, reachable
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

_SOURCES = frozenset({"input", "call", "field"})
_MARGIN = Interval(100, 100)

#: Windows that see rollouts in the order in which they stand.
_IN_ORDER = frozenset({"first", "last", "argmax", "argmin", "prev", "ahead", "delta"})


def counted_twice(ranges, places: Places) -> Iterator[Diagnostic]:
    """Two terms of a reward of which one follows from the other."""
    for output in rewards(ranges.spec):
        terms = [(label, node) for label, node in output.terms if label not in ("then", "else")]
        for (one, first), (other, second) in combinations(terms, 2):
            what = _copy(ranges, *_within(first, second))
            if what is not None:
                values = {"terms": f"the terms `{one}` and `{other}`", "what": what}
                yield Diagnostic("RW520", places.term(second, output.span), values, (), other, {"terms": [one, other]})


def _within(first: Node, second: Node) -> tuple[Node, Node]:
    """What two terms are inside gates that both stand in, and that close to 0."""
    while first.op == second.op == "gate" and first.args[0] is second.args[0]:
        if any(node.args[2].get("value") != 0 for node in (first, second)):
            break
        first, second = first.args[1], second.args[1]
    return first, second


def _copy(ranges, first: Node, second: Node) -> str | None:
    ranges_of = [ranges.of(node) for node in (first, second)]
    if None in ranges_of or any(found.is_point for found in ranges_of):
        return None
    one, other = form(ranges, first).terms, form(ranges, second).terms
    if one and set(one) == set(other):
        ratios = {one[node] / other[node] if one[node] % other[node] else one[node] // other[node] for node in one}
        if len(ratios) == 1:
            return "a multiple of it, up to a constant"
    smaller, larger = sorted((one, other), key=len)
    if smaller and set(smaller) < set(larger) and _adds_up(smaller, larger):
        return "what the other holds already" if larger is one else "a sum that holds it already"
    sources = [{part for part in reachable([node]) if part.op in _SOURCES} for node in (first, second)]
    if len(sources[0]) != 1 or sources[0] != sources[1] or first.type.axes != second.type.axes:
        return None
    (source,) = sources[0]
    if source.type.kind is Kind.BOOL and all(part.get("roles") is None for part in reachable([first, second])):
        return f"made of `{name_of(ranges.spec, source)}` alone, too"
    inner = _interior(ranges, source)
    moves = [_moves(ranges, node, source, inner) for node in (first, second)]
    if moves[0] and moves[0] == moves[1]:
        return f"rising and falling with `{name_of(ranges.spec, source)}` alone, too"
    return None


def _moves(ranges, node: Node, source: Node, context: Context | None) -> int:
    """1 where a value always rises with a source, -1 where it always falls, 0 where that is not known."""
    found = sign(ranges, node, source, context) or 0
    if abs(found) == 1 and (steep := slope(ranges, node, source, context or ranges.root)) is not None:
        found = 2 * ((steep.lo > 0) - (steep.hi < 0))
    return (found == 2) - (found == -2)


def _interior(ranges, source: Node) -> Context | None:
    """Where a source is off the ends of its range: there a square rises too."""
    whole = ranges.of(source)
    if whole is None or not whole.is_finite or whole.is_point:
        return None
    margin = Interval.of(whole.width) / _MARGIN
    return ranges.inside({source: Interval(whole.lo + margin.hi, whole.hi - margin.hi)})


def _adds_up(smaller: dict, larger: dict) -> bool:
    """Whether all parts of two sums are measured as they come, and enter both with one sign: `0.5 * a + 0.5 * b` holds `a`."""
    signs = {weight > 0 for weight in (*smaller.values(), *larger.values())}
    return len(signs) == 1 and all(part.op in (*_SOURCES, "number") and not part.type.axes for part in larger)


def signed_multiplier(ranges, places: Places) -> Iterator[Diagnostic]:
    """A measured bonus that multiplies a base of either sign: where the base is negative, more of it is less."""
    spec = ranges.spec
    if spec.setting.kind != "single_turn":
        return
    for output in rewards(spec):
        for node in reachable([output.node]):
            if node.op != "mul" or places.span(node).source is not spec.source:
                continue
            for bonus, base in (node.args, node.args[::-1]):
                signed = _is_signed_verdict(ranges, base) or _is_signed(ranges, base) and (
                    _is_asked_for(spec, bonus) or _amplifies(ranges, bonus) and not _is_of_others(base))
                if _is_bonus(ranges, bonus) and signed:
                    values = {"bonus": places.text(bonus), "base": places.text(base)}
                    yield Diagnostic("RW521", places.span(node, output.span), values, (), places.subject(node),
                                     {"base": ranges.of(base).to_json(), "bonus": ranges.of(bonus).to_json()})
                    break


def _is_bonus(ranges, node: Node) -> bool:
    """A measured value that is never negative and no mere mask."""
    found = ranges.of(node)
    if found is None or found.lo < 0 or found.is_point or node.op == "number":
        return False
    sources = [part for part in reachable([node]) if part.op in _SOURCES]
    plain = all(part.op != "input" or ranges.spec.inputs[part["name"]].role is None for part in sources)
    return plain and any(part.type.kind in (Kind.FLOAT, Kind.INT) for part in sources)


def _amplifies(ranges, node: Node) -> bool:
    """Whether a factor only ever makes more of what it multiplies: `1 + bonus`."""
    found = ranges.of(node)
    return found is not None and found.lo >= 1


def _is_of_others(node: Node) -> bool:
    """Whether a value is compared with a population: of such a one either sign is meant."""
    return any(part.get("window") for part in reachable([node]))


def _is_signed(ranges, node: Node) -> bool:
    found = ranges.of(node)
    return found is not None and found.lo < 0 < found.hi


def _is_asked_for(spec, bonus: Node) -> bool:
    """Whether an `ensure` says that more of the bonus is to be worth more."""
    return any(asked_for(spec, part, 1) for part in reachable([bonus]) if part.op in _SOURCES)


def _is_signed_verdict(ranges, node: Node) -> bool:
    """A value of either sign that a verdict decides, and is not centred on a group."""
    if not _is_signed(ranges, node):
        return False
    return bool(verdicts(ranges.spec, node)) and not _is_of_others(node)


def order(ranges, places: Places) -> Iterator[Diagnostic]:
    """What changes with the order of the rows, or of two steps of a calculation."""
    spec = ranges.spec
    for output in rewards(spec):
        nodes = reachable([output.node])
        for node in nodes:
            if places.span(node).source is not spec.source or node in spec.graph.calls:
                continue
            what = _of_rows(node) or _of_limit(ranges, places, node) or _of_other_limits(places, node, nodes)
            if what is not None:
                yield Diagnostic("RW522", places.span(node, output.span), {"what": what}, (), places.subject(node),
                                 {"swapped": places.text(node)})


def _of_rows(node: Node) -> str | None:
    if node.get("window") != "batch":
        return None
    if node.op == "rank" and node.get("ties") == "order":
        return "equal values are ranked by the order of their rows, which says nothing about them"
    row = OPERATORS.get(node.op)
    scan = row is not None and row.family is Family.SCAN and node.op not in ("softmax", "rank")
    return f"`{node.op}` looks at the order of the rows, which says nothing about them" if scan or node.op in _IN_ORDER else None


def _of_limit(ranges, places: Places, node: Node) -> str | None:
    """A limit of something scaled that is never reached: the limit of the thing itself may have been meant."""
    if node.op != "clamp" or node.args[0].op not in ("mul", "div"):
        return None
    scaled, low, high = (ranges.of(arg) for arg in node.args)
    constant = any(arg.op in ("const", "param") for arg in node.args[0].args)
    if None in (scaled, low, high) or not constant or not (low.is_finite and high.is_finite and scaled.is_finite):
        return None
    if not (low.hi < scaled.lo and scaled.hi < high.lo):
        return None
    return f"`{places.text(node.args[0])}` is scaled to {scaled} first, so the limits {show(low.hi)} and {show(high.lo)} never hold"


def _of_other_limits(places: Places, node: Node, nodes: list[Node]) -> str | None:
    """A limit of something scaled, beside a value that has the same limits and is scaled afterwards by the same number."""
    if node.op != "clamp" or (scaled := _scaled(node.args[0])) is None:
        return None
    for other in nodes:
        limited = _scaled(other)
        if limited is not None and limited[0] == scaled[0] and limited[1].op == "clamp" and limited[1].args[1:] == node.args[1:]:
            return f"`{places.text(other)}` is limited before it is scaled, and `{places.text(node)}` after: one of them is not meant so"
    return None


def _scaled(node: Node) -> tuple[Node, Node] | None:
    """The constant factor, other than 1, and what it scales."""
    if node.op != "mul":
        return None
    return next(((factor, x) for factor, x in (node.args, node.args[::-1]) if factor.op in ("const", "param")), None)


def limits(ranges, places: Places) -> Iterator[Diagnostic]:
    """A minimum, maximum or limit of which one side that varies never counts."""
    spec = ranges.spec
    for output in rewards(spec):
        for node in reachable([output.node]):
            own = places.span(node).source is spec.source
            idle, where = (_idle_side(ranges, node), "") if own else (None, "")
            if own and idle is None and (cut := _cut_off(ranges, node)) is not None:
                idle, where = cut[0], f" where `{places.text(cut[1])}` is true"
            if idle is not None:
                values = {"operator": _NAMES.get(node.op, node.op), "idle": places.text(idle), "where": where}
                yield Diagnostic("RW523", places.span(node, output.span), values, (), places.subject(node),
                                 {"always": ranges.of(node).to_json()})


def _cut_off(ranges, node: Node) -> tuple[Node, Node] | None:
    """What a limit leaves nothing of where a verdict is true, and that verdict: the bonus of `min(correct + bonus, 1)`."""
    if node.op not in ("minimum", "clamp"):
        return None
    limit = node.args[2] if node.op == "clamp" else next((arg for arg in node.args if arg.op in ("const", "param")), None)
    total = next((arg for arg in node.args if arg.op in ("add", "sub")), None)
    for part, other in ((total.args, total.args[::-1]) if total is not None and limit is not None else ()):
        for verdict in verdicts(ranges.spec, part):
            context = ranges.assume(verdict, True)
            if verdict in reachable([other]) or context is None or ranges.of(limit) is None:
                continue
            full, rest = (ranges.fact(each, context).range for each in (total, other))
            if full and rest and not rest.is_point and rest.lo >= 0 and full.lo >= ranges.of(limit).hi:
                return other, verdict
    return None


_NAMES = {"minimum": "min", "maximum": "max"}


def _idle_side(ranges, node: Node) -> Node | None:
    if node.op not in ("minimum", "maximum", "clamp"):
        return None
    found = [ranges.of(arg) for arg in node.args]
    if None in found:
        return None
    x, other = node.args[:2]
    if node.op == "clamp":
        over = found[0].lo >= found[2].hi or found[0].hi <= found[1].lo
        return x if over and not found[0].is_point else None
    low = node.op == "minimum"
    for one, two, idle in ((0, 1, other), (1, 0, x)):
        wins = found[one].hi <= found[two].lo if low else found[one].lo >= found[two].hi
        if wins and not found[two].is_point:
            return idle
    return None


#: Cells into which a model's range is cut, and how much steeper the last may be than those in the middle.
_CELLS = 8
_STEEPER = Fraction(3, 2)


def steepest_at_the_end(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward that rises fastest where a model's score is highest, which is where models are least to be trusted.

    Reward Shaping to Mitigate Reward Hacking in RLHF (arXiv 2502.18770): bounded, and rapid then gradual growth.
    """
    spec = ranges.spec
    for output in rewards(spec):
        for source in reachable([output.node]):
            external = spec.externals.get(source["callee"]) if source.op == "call" else None
            whole = ranges.of(source)
            if external is None or external.kind != "model" or whole is None or not whole.is_finite or whole.is_point:
                continue
            middle, last = (_slope_on(ranges, output.node, source, whole, cell) for cell in (_CELLS // 2, _CELLS - 1))
            if middle is not None and last is not None and last.lo > _STEEPER * max(middle.hi, 0) and last.lo > 0:
                values = {"subject": f"`{output.name}`", "name": external.name, "last": show(last.lo), "middle": show(middle.hi)}
                yield Diagnostic("RW527", output.span, values, (), output.name, {external.name: float(whole.hi)})


def _slope_on(ranges, node: Node, source: Node, whole: Interval, cell: int):
    step = Interval.of(whole.width) / Interval(_CELLS, _CELLS)
    part = Interval(whole.lo + step.lo * cell, whole.lo + step.lo * (cell + 1))
    guarded = [other for other in reachable([node]) if other.op == "coalesce" and other.args[0] is source]
    inner = ranges.inside(dict.fromkeys((source, *guarded), part), valid=True)
    return inner and slope(ranges, node, source, inner)
