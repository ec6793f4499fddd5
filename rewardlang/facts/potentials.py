"""Claims that a term is potential-based shaping: discount · φ(next) - φ(now) for some φ that is 0 beyond the end."""

from fractions import Fraction

from rewardlang.facts.leaves import declared
from rewardlang.facts.linear import Linear, form
from rewardlang.facts.verdict import PROVED, REFUTED, UNPROVED, Verdict
from rewardlang.facts.witness import entries, name_of
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import EnsureInfo
from rewardlang.ops.reference import evaluate
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.axes import ordered_axes
from rewardlang.values.types import Kind

_PLAIN = (Family.POINTWISE, Family.CONTROL)
_NEIGHBOURS = ("ahead", "prev", "delta")
_STEPS = 4


def potential_based(ranges, info: EnsureInfo) -> Verdict:
    """Proved where the parts cancel as they must, refuted by going forth and back between two values (Ng et al., ICML 1999)."""
    node, rate = info.claims[0].node, Fraction(info.discount)
    if _cancels(form(ranges, node), rate, ranges):
        return Verdict(info, PROVED)
    found = _refuted(ranges, node, float(rate))
    if found is not None:
        witness, shows = found
        return Verdict(info, REFUTED, witness, shows, reason="shaping-not-invariant")
    return Verdict(info, UNPROVED, known="it is no sum of `discount * ahead(x, 0) - x` and of shaping by machines and formulas")


def _cancels(whole: Linear, rate: Fraction, ranges) -> bool:
    """Whether what stands for the next step, taken once for each potential, leaves exactly what must be taken off now."""
    owed: dict[Node, Fraction] = dict(whole.terms)
    constant = Fraction(whole.constant)
    for node, scale in whole.terms.items():
        part = scale / rate if rate else Fraction(0)
        if node.op == "ahead" and node.args[1].get("value") == 0 and not _narrowed(node):
            del owed[node]
            now = form(ranges, node.args[0])
            constant += part * now.constant
            for each, factor in now.terms.items():
                owed[each] = owed.get(each, 0) + part * factor
        elif (now := _before(node, owed)) is not None:
            del owed[node]
            owed[now] += part
    return not constant and not any(owed.values())


def _narrowed(node: Node) -> bool:
    return bool(node.get("window")) or bool({"where", "by"} & set(node["roles"]))


def _before(node: Node, among: dict[Node, Fraction]) -> Node | None:
    """For a potential of a walk's state, 0 at the end of the episode, the same potential of the state before."""
    later = node.args[2] if node.op == "gate" and node.args[0].op == "ending" and node.args[1].get("value") == 0 else None
    if later is None or later.op != "entry":
        return None
    walk, values = later.args[0], later["values"]
    return next((each for each in among if each.op == "entry" and each["values"] == values
                 and each.args[0].op == "prev" and each.args[0].args[0] is walk), None)


def _refuted(ranges, node: Node, rate: float) -> tuple[dict, str] | None:
    """Two values of one input between which forth and back adds up to something else than waiting does."""
    nodes = reachable([node])
    axes = ordered_axes(node.type.axes)
    inputs = [each for each in nodes if each.op == "input" and each.type.kind in (Kind.BOOL, Kind.INT, Kind.FLOAT)]
    plain = all(each in inputs or each.op in ("const", *_NEIGHBOURS) or _is_plain(each) for each in nodes)
    if len(axes) != 1 or node.type.axes != axes or not plain:
        return None
    for moved in inputs:
        low, high = _ends(ranges, moved)
        for here, there in ((low, high), (high, low)):
            paid = {(s, t): _paid(ranges, nodes, node, moved, s, t) for s, t in ((here, here), (here, there), (there, here))}
            if None in paid.values():
                continue
            found = paid[here, there] + rate * paid[there, here]
            wanted = (1 + rate) * paid[here, here]
            if abs(found - wanted) > 1e-9 * max(1.0, abs(found), abs(wanted)):
                name = name_of(ranges.spec, moved)
                witness = {name: [float(here), float(there), float(here)], "pays": [paid[here, there], paid[there, here]],
                           "gain": found - wanted}
                shows = f"`{name}` from {here:g} to {there:g} and back pays {found:g} where a potential pays {wanted:g}"
                return witness, shows
    return None


def _is_plain(node: Node) -> bool:
    row = OPERATORS.get(node.op)
    return row is not None and row.family in _PLAIN


def _ends(ranges, node: Node) -> tuple[float, float]:
    """Two values of an input, far apart where its range is known."""
    found = declared(ranges.spec, node)
    if node.type.kind is Kind.BOOL or found is None:
        return 0, 1
    low, high = float(found.lo), float(found.hi)
    if not found.is_finite:
        low, high = (max(low, -1.0), min(high, 1.0)) if low < 1 and high > -1 else (low, low + 1) if found.hi > low else (low, high)
    return low, high


def _paid(ranges, nodes: list[Node], node: Node, moved: Node, here: float, there: float) -> float | None:
    """What is paid for the step from one value to another, all other inputs resting, in a run that rests before and after."""
    def value(each: Node, entry: float):
        return bool(entry) if each.type.kind is Kind.BOOL else int(entry) if each.type.kind is Kind.INT else float(entry)

    def leaf(each: Node, _rollout: int, *_arguments):
        trace = [here, here, there, there] if each is moved else [_ends(ranges, each)[0]] * _STEPS
        return [value(each, entry) for entry in trace] if each.type.axes else value(each, trace[0])

    if any(len(each.type.axes) > 1 for each in nodes):
        return None
    try:
        found = entries(evaluate(nodes, 1, leaf, lambda axis, rollout: _STEPS)[node][0])
    except (ValueError, ArithmeticError, TypeError, KeyError, LookupError):
        return None
    backward = any(each.op in ("prev", "delta") for each in nodes) and not any(each.op == "ahead" for each in nodes)
    paid = found[2 if backward else 1]
    return None if paid is None else float(paid)
