"""Claims that a value is potential-based shaping: γ·Φ(after) - Φ(before), with Φ 0 once the episode has ended.

Such terms change no optimal policy (A. Ng, D. Harada, S. Russell, Policy invariance under reward transformations, ICML 1999).
Proved by the form of the value; refuted by two episodes that begin alike and whose discounted sums, which could then only be
-Φ of the beginning, differ.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED, Verdict
from rewardlang.facts.contracts.witness import entries, filler, name_of, plain, word
from rewardlang.facts.relations.linear import Linear, combined, form, scaled
from rewardlang.facts.returns.telescope import is_earlier
from rewardlang.facts.search.boxes import centre, ends
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import EnsureInfo
from rewardlang.ops.reference import evaluate
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.endpoint import exact

#: Episodes that begin alike, as indices of two values: how a source moves in them.
_PATHS = ((0,), (0, 1), (0, 1, 0), (0, 0), (0, 1, 1))

#: Sums that differ by less than this, relative to the greatest entry, are equal up to rounding.
_EQUAL = 1e-9

#: More sources than these are not moved one by one.
_MOST_SOURCES = 8


def potential_based(ranges, info: EnsureInfo) -> Verdict:
    """The verdict on `potential_based(value, discount = γ)`."""
    node = _unscaled(info.claims[0].node)
    rate = _discount_of_form(ranges, node)
    if rate is not None and (rate == 0 or rate == info.discount):
        return Verdict(info, PROVED)
    verdict = _refuted(ranges, info)
    if verdict is not None:
        reason = "discount-mismatch" if rate is not None else "shaping-not-invariant"
        return Verdict(info, REFUTED, verdict[0], verdict[1], reason=reason)
    known = f"it is with the discount {float(rate):g}" if rate is not None else "no potential was found"
    return Verdict(info, UNPROVED, known=known, reason="shaping-not-invariant")


def droppable(ranges) -> list[str]:
    """The terms of the reward that are potentials with the setting's discount, where the expected return is maximised: they
    change no order of policies.
    """
    spec = ranges.spec
    if spec.objective is not None and spec.objective.value.op != "expectation":
        return []
    rate = 1 if spec.setting.discount is None else Fraction(repr(spec.setting.discount))
    terms = [term for output in spec.outputs.values() if output.role == "reward" for term in output.terms]
    along = [(label, _unscaled(node)) for label, node in terms if ordered_axes(node.type.axes)]
    endless = spec.setting.kind == "continuing" and rate < 1
    return [label for label, node in along if rate in (_discount_of_form(ranges, node), endless and _discount_behind(ranges, node))]


def _discount_behind(ranges, node: Node) -> Fraction | int | None:
    """The γ for which the value's form is γ·Φ - prev(Φ), which over a run without end adds up to what stands before its start.

    The sum of γ^t · (γ·Φ_t - Φ_(t-1)) is -Φ_(-1), since γ^t · Φ_t vanishes where Φ is bounded; `prev` says what Φ_(-1) is.
    """
    linear = form(ranges, node)
    after, before = Linear(linear.constant, {}, False), Linear(0, {}, False)
    for term, coefficient in linear.terms.items():
        if term.op != "prev":
            after = combined(after, Linear(0, {term: coefficient}, False))
        elif term.get("window") or {"where", "by"} & set(term["roles"]) or not _is_fixed(ranges, term.args[1]):
            return None
        else:
            before = combined(before, scaled(form(ranges, term.args[0]), coefficient))
    bounded = all((found := ranges.of(term)) is not None and found.is_finite for term in after.terms)
    return _ratio(after, before) if before.terms and bounded else None


def _is_fixed(ranges, node: Node) -> bool:
    """Whether it is one number for all rollouts."""
    found = ranges.of(node)
    return found is not None and found.is_point


def _unscaled(node: Node) -> Node:
    """A value without factors that are the same at every step: they scale the potential."""
    while node.op in ("mul", "neg", "div"):
        factors = [arg for arg in node.args if ordered_axes(arg.type.axes)]
        if len(factors) != 1 or (node.op == "div" and factors[0] is not node.args[0]):
            break
        node = factors[0]
    return node


def _discount_of_form(ranges, node: Node) -> Fraction | int | None:
    """The γ for which the value's form is γ·Φ(after) - Φ(before); 0 of a value that is always 0, None if there is none."""
    linear = form(ranges, node)
    after, before, end = Linear(0, {}, False), Linear(linear.constant, {}, False), 0
    for term, coefficient in linear.terms.items():
        inner = _after(ranges, term, linear.terms)
        if inner is None:
            before = combined(before, Linear(0, {term: coefficient}, False))
            continue
        potential, last = inner
        end += coefficient * last
        after = combined(after, scaled(potential, coefficient))
    if end != 0:
        return None
    return _ratio(after, before)


def _ratio(after: Linear, before: Linear) -> Fraction | int | None:
    """γ where after = γ·Φ and before = -Φ."""
    if set(after.terms) != set(before.terms):
        return None
    pairs = [*((after.terms[node], before.terms[node]) for node in after.terms)]
    pairs += [(after.constant, before.constant)] if after.constant or before.constant else []
    if not pairs:
        return 0
    if any(below == 0 for _, below in pairs):
        return None
    rates = {exact(Fraction(-above) / below) for above, below in pairs}
    return rates.pop() if len(rates) == 1 else None


def _after(ranges, term: Node, terms) -> tuple[Linear, int | Fraction] | None:
    """The potential of which a term is the value one step later, and that value after the last step."""
    if term.op == "ahead" and not term.get("window") and not {"where", "by"} & set(term["roles"]):
        last = ranges.of(term.args[1])
        return (form(ranges, term.args[0]), last.lo) if last is not None and last.is_point else None
    if term.op == "gate" and term.args[0].op == "ending" and term.args[1].get("value") == 0:
        earlier = next((other for other in terms if is_earlier(other, term.args[2])), None)
        return (Linear(0, {earlier: 1}, False), 0) if earlier is not None else None
    return None


def _refuted(ranges, info: EnsureInfo) -> tuple[dict, str] | None:
    """Two episodes that begin alike with other discounted sums, as data and in words."""
    node, rate = info.claims[0].node, float(info.discount)
    axes = ordered_axes(node.type.axes)
    if len(axes) != 1 or any(part.op == "call" and part.type.axes for part in reachable([node])):
        return None
    for source, values in _moved(ranges, node, axes[0]):
        episodes = [[values[step] for step in path] for path in _PATHS]
        sums = _sums(ranges, node, source, axes[0], episodes, rate)
        for one, other in combinations(range(len(episodes)), 2):
            if None not in (sums[one], sums[other]) and abs(sums[one] - sums[other]) > _EQUAL * (1 + abs(sums[one])):
                name = name_of(ranges.spec, source)
                said = [f"{name} = [{', '.join(word(x) for x in episodes[i])}] adds up to {word(sums[i])}" for i in (one, other)]
                witness = {"first": {name: episodes[one]}, "second": {name: episodes[other]}, "values": [sums[one], sums[other]]}
                return witness, " and ".join(said) + ", though both begin alike"
    return None


def _moved(ranges, node: Node, axis: Axis) -> Iterator[tuple[Node, list]]:
    """Each source along the axis with two values in both orders, ends and near ones."""
    found = [part for part in reachable([node]) if part.op == "input" and part.type.axes == (axis,) and ranges.of(part) is not None]
    for source in found[:_MOST_SOURCES]:
        whole = ranges.of(source)
        low, high = (end.lo for end in ends(whole))
        middle = centre(whole)
        for pair in ((low, high), (high, low), (middle, high), (low, middle)):
            if pair[0] != pair[1]:
                yield source, [plain(x, source.type) for x in pair]


def _sums(ranges, node: Node, source: Node, axis: Axis, episodes: list[list], rate: float) -> list[float | None]:
    """The discounted sum of each episode, by the reference interpreter; None where an entry is invalid."""
    roots = [node, *ranges.spec.assumptions]
    nodes = reachable(roots)
    rest = filler(ranges.spec, nodes, len(episodes))

    def leaf(part: Node, rollout: int, *arguments):
        if part is source:
            return episodes[rollout]
        given = rest.leaf(part, rollout, *arguments)
        return given[:1] * len(episodes[rollout]) if part.type.axes[:1] == (axis,) else given

    try:
        found = evaluate(nodes, len(episodes), leaf,
                         lambda own, rollout: len(episodes[rollout]) if own == axis else rest.length(own, rollout))
    except (ValueError, ArithmeticError, TypeError, LookupError):
        return [None] * len(episodes)
    held = [all(entry is True for root in ranges.spec.assumptions for entry in entries(found[root][i])) for i in range(len(episodes))]
    sums = [_discounted(entries(value), rate) for value in found[node]]
    return [total if ok else None for total, ok in zip(sums, held)]


def _discounted(values: list, rate: float) -> float | None:
    return None if None in values else sum(value * rate ** step for step, value in enumerate(values))
