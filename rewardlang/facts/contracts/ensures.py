"""Claims about comparisons: of one rollout, of a return, and of a pair of rollouts in different cases."""

from collections.abc import Callable
from math import inf, isqrt

from rewardlang.classes.derive import Expressivity
from rewardlang.facts.availability import LEVELS, cause, waiting
from rewardlang.facts.contracts.machine_claims import not_farmable
from rewardlang.facts.contracts.monotone import monotone
from rewardlang.facts.contracts.pairs import decide_pair
from rewardlang.facts.contracts.potentials import potential_based
from rewardlang.facts.contracts.verdict import (
    HOLDS,
    PROVED,
    REFUTED,
    UNPROVED,
    Verdict,
    between,
    detached,
    present,
    settles,
    unbounded,
    where,
)
from rewardlang.facts.contracts.witness import entries, sentence, shown, values_at, word
from rewardlang.facts.returns.sums import steps, sum_bounds
from rewardlang.facts.search.prove import bounds, reach
from rewardlang.facts.search.question import Question, Reach
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Claim, EnsureInfo, Spec
from rewardlang.values.axes import join, ordered_axes
from rewardlang.values.interval import Interval
from rewardlang.values.types import FLOAT

#: A comparison with its sides changed.
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

#: Steps of an episode that is tried on the reference interpreter.
_MOST_STEPS = 1000
#: Entries that are looked at on such an episode: the reference looks at all steps for each step of what looks along them.
_MOST_LOOKS = 1_000_000


def decide(ranges, info: EnsureInfo, availability: dict[Node, str],
           class_of: Callable[[EnsureInfo], Expressivity]) -> Verdict:
    """The verdict on one claim. Work is bounded; what is not decided within it is UNPROVED."""
    if info.kind == "availability":
        return _availability(ranges.spec, info, availability)
    if info.kind == "class":
        return _class(info, class_of(info))
    if info.kind == "monotone":
        return monotone(ranges, info)
    if info.kind == "farmable":
        return not_farmable(ranges, info)
    if info.kind == "potential_based":
        return potential_based(ranges, info)
    verdicts = [_compare(ranges, info, op, *pair) for op, pair in zip(info.ops, zip(info.claims, info.claims[1:]))]
    for status in (REFUTED, UNPROVED):
        for verdict in verdicts:
            if verdict.status == status:
                return verdict
    return Verdict(info, PROVED)


def _availability(spec: Spec, info: EnsureInfo, availability: dict[Node, str]) -> Verdict:
    node = info.claims[0].node
    found = availability[node]
    if LEVELS.index(found) <= LEVELS.index(info.level):
        return Verdict(info, PROVED)
    late = waiting(spec, cause(availability, node))
    witness = {"availability": found, "because": late}
    return Verdict(info, REFUTED, witness, f"it is available at `{found}`, because of {late}", reason="needs-the-future")


def _class(info: EnsureInfo, found: Expressivity) -> Verdict:
    """Refuted only where the derived class is exact; a bound leaves it open."""
    if found.at_most(info.level):
        return Verdict(info, PROVED)
    classes = " and ".join(found.effective)
    if found.exact:
        witness = {"class": list(found.effective), "because": found.derivation[-1]}
        return Verdict(info, REFUTED, witness, f"its class is {classes}: {found.derivation[-1]}", reason="class-too-rich")
    return Verdict(info, UNPROVED, known=f"it is only known to lie within {classes}", reason="class-too-rich")


def _compare(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict:
    conditions = present(info.condition)
    if left.condition is not None and right.condition is not None:
        return decide_pair(ranges, info, op, left, right)
    conditions += present(left.condition, right.condition)
    if _is_sum(left) or _is_sum(right):
        return _of_sums(ranges, info, op, left, right, conditions)
    return _single(ranges, info, op, left, right, conditions)


# One rollout ----------------------------------------------------------------------------------------------------


def _single(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, conditions: tuple[Node, ...]) -> Verdict:
    node, constant, turned = _difference(left.node, right.node)
    asked = _TURNED[op] if turned else op
    if (asked, constant) in (("<=", inf), (">=", -inf)):
        return Verdict(info, PROVED)     # of every value, infinite ones included
    certified = {}

    def enough(far, near):
        return HOLDS[asked](far, constant) or near is not None and not HOLDS[asked](near, constant)

    for upward in (True, False) if op in ("==", "!=") else (asked in ("<", "<="),):
        found = reach(ranges, node, upward, Question(conditions, enough=enough))
        if found is None:
            return Verdict(info, PROVED)
        certified[upward] = found.certified
        refuted = found.reached is not None and not HOLDS[asked](found.reached, constant)
        if refuted and (verdict := _refuted(ranges, info, op, left, right, found, conditions)) is not None:
            return verdict
    low, high = certified.get(False, certified.get(True)), certified.get(True, certified.get(False))
    if settles(asked, Interval(low, high) - Interval.of(constant)):
        return Verdict(info, PROVED)
    known = bounds(ranges, node, Question(conditions))
    return Verdict(info, UNPROVED, known=between(known and known.outer), reason=unbounded(known and known.outer))


def _difference(left: Node, right: Node) -> tuple[Node, object, bool]:
    """A node to be compared with a constant, and whether the sides change places.

    Of two nodes it is their difference, in which what they share can cancel.
    """
    for one, other, turned in ((left, right, False), (right, left, True)):
        if other.op == "const" and not isinstance(other["value"], tuple | str | None):
            return one, other["value"], turned
    type_ = FLOAT.with_axes(join(left.type.axes, right.type.axes))
    return detached("sub", left, right, type=type_), 0, False


def _refuted(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, found: Reach, conditions) -> Verdict | None:
    """The verdict of a point, once the reference interpreter says the same."""
    sides = [where(claim.node, conditions) for claim in (left, right)]
    values = values_at(ranges.spec, sides, [found.point])
    if values is None:
        return None
    for one, other in _aligned(sides, values):
        if one is not None and other is not None and not HOLDS[op](one, other):
            witness = shown(ranges.spec, found.point, [left.node, right.node, *conditions])
            reason = next((unbounded(ranges.of(claim.node)) for claim in (left, right) if claim.node.op != "const"), None)
            return Verdict(info, REFUTED, witness, _shows(witness, one, other, left.node, right.node), reason=reason)
    return None


def _aligned(sides: list[Node], values: dict[Node, list]) -> list[tuple]:
    """Pairs of entries of two nodes of one rollout; a side without axes beside each entry of the other."""
    one, other = (entries(values[side][0]) for side in sides)
    if len(one) != len(other):
        one, other = one * (len(other) if len(one) == 1 else 1), other * (len(one) if len(other) == 1 else 1)
    return list(zip(one, other))


def _shows(witness, one, other, left: Node, right: Node) -> str:
    value = word(other) if left.op == "const" else word(one)
    beside = "" if "const" in (left.op, right.op) else f" against {word(other)}"
    return f"{sentence(witness) or 'every rollout'} gives {value}{beside}"


# A return -------------------------------------------------------------------------------------------------------


def _is_sum(claim: Claim) -> bool:
    return claim.of is not None and bool(ordered_axes(claim.node.type.axes))


def _of_sums(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, conditions: tuple[Node, ...]) -> Verdict:
    found, context = [], ranges.root
    for condition in conditions:
        context = context and ranges.assume(condition, True, context)
    if context is None:
        return Verdict(info, PROVED)
    for claim in (left, right):
        discount = ranges.spec.setting.discount if claim.of == "discounted" else None
        summed = sum_bounds(ranges, claim.node, discount, context)
        found.append(summed if claim.of else ranges.fact(claim.node, context).range)
    if None in found or settles(op, found[0] - found[1]):
        return Verdict(info, PROVED)
    known = found[0] if _is_sum(left) else found[1]
    refuted = _refuted_sum(ranges, info, op, left, right, conditions)
    return refuted or Verdict(info, UNPROVED, known=between(known), reason=unbounded(known))


def _refuted_sum(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, conditions) -> Verdict | None:
    """The verdict of a whole episode with the same value at every step, added up from the reference's rewards."""
    claim, other = (left, right) if _is_sum(left) else (right, left)
    if other.node.op != "const" or conditions:
        return None
    axes = ordered_axes(claim.node.type.axes)
    looking = sum(1 for node in reachable([claim.node]) if node.get("over") or node.get("axis"))
    longest = min(_MOST_STEPS, isqrt(_MOST_LOOKS // max(looking, 1)))
    for count in sorted({0, 1, min(steps(ranges.spec.setting, axes).hi, longest)}):
        if not steps(ranges.spec.setting, axes).contains(count):
            continue
        for upward in (True, False):
            found = reach(ranges, claim.node, upward, boxes=8)
            values = found and values_at(ranges.spec, [claim.node], [found.point], positions=int(count))
            rewards = entries(values[claim.node][0]) if values else [None]
            if None in rewards:
                continue
            rate = ranges.spec.setting.discount if claim.of == "discounted" else 1
            total = sum(reward * (rate or 1) ** step for step, reward in enumerate(rewards))
            pair = (total, other.node["value"]) if claim is left else (other.node["value"], total)
            if not HOLDS[op](*pair):
                witness = {"steps": int(count), **shown(ranges.spec, found.point, [claim.node])}
                shows = f"{sentence(witness)} gives {word(float(total))}"
                return Verdict(info, REFUTED, witness, shows, reason=unbounded(sum_bounds(ranges, claim.node)))
    return None
