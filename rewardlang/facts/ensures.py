"""Claims about comparisons: of one rollout, of a return, and of a pair of rollouts in different cases."""

from operator import ge, gt, le, lt

from rewardlang.facts.availability import LEVELS
from rewardlang.facts.boxes import Box, centre, halves
from rewardlang.facts.monotone import monotone
from rewardlang.facts.prove import BOXES, Question, Reach, bounds, reach
from rewardlang.facts.sums import steps, sum_bounds
from rewardlang.facts.verdict import LATER, PROVED, REFUTED, UNPROVED, Verdict, between, detached
from rewardlang.facts.witness import entries, sentence, shown, values_at, word
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Claim, EnsureInfo
from rewardlang.values.axes import join, ordered_axes
from rewardlang.values.endpoint import show
from rewardlang.values.interval import REAL, Interval
from rewardlang.values.types import FLOAT

_HOLDS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": lambda a, b: a == b, "!=": lambda a, b: a != b}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_PAIR_BOXES = 64

#: Steps of an episode that is tried on the reference interpreter.
_MOST_STEPS = 1000


def decide(ranges, info: EnsureInfo, availability: dict[Node, str]) -> Verdict:
    """The verdict on one claim. Work is bounded; what is not decided within it is UNPROVED."""
    if info.kind == "availability":
        return _availability(info, availability)
    if info.kind == "monotone":
        return monotone(ranges, info)
    if info.kind != "compare":
        return Verdict(info, LATER)
    verdicts = [_compare(ranges, info, op, *pair) for op, pair in zip(info.ops, zip(info.claims, info.claims[1:]))]
    for status in (REFUTED, UNPROVED):
        for verdict in verdicts:
            if verdict.status == status:
                return verdict
    return Verdict(info, PROVED)


def _availability(info: EnsureInfo, availability: dict[Node, str]) -> Verdict:
    found = availability[info.claims[0].node]
    if LEVELS.index(found) <= LEVELS.index(info.level):
        return Verdict(info, PROVED)
    return Verdict(info, REFUTED, {"availability": found}, f"it is available at `{found}`", reason="needs-the-future")


def _compare(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict:
    conditions = _conditions(info.condition)
    if left.condition is not None and right.condition is not None:
        return _pair(ranges, info, op, left, right)
    conditions += _conditions(left.condition, right.condition)
    if _is_sum(left) or _is_sum(right):
        return _of_sums(ranges, info, op, left, right, conditions)
    return _single(ranges, info, op, left, right, conditions)


def _conditions(*given: Node | None) -> tuple[Node, ...]:
    return tuple(condition for condition in given if condition is not None)


def _decided(op: str, gap: Interval) -> bool | None:
    """Whether `left op right` holds for every gap = left - right of a range, or for none of it."""
    if op in ("==", "!="):
        same = True if gap.lo == gap.hi == 0 else False if not gap.contains(0) else None
        return same if same is None or op == "==" else not same
    low, high = _HOLDS[op](gap.lo, 0), _HOLDS[op](gap.hi, 0)
    return low if low == high else None


# One rollout ----------------------------------------------------------------------------------------------------


def _single(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, conditions: tuple[Node, ...]) -> Verdict:
    node, constant, turned = _difference(left.node, right.node)
    asked = _TURNED[op] if turned else op
    certified = {}

    def enough(far, near):
        return _HOLDS[asked](far, constant) or near is not None and not _HOLDS[asked](near, constant)

    for upward in (True, False) if op in ("==", "!=") else (asked in ("<", "<="),):
        found = reach(ranges, node, upward, Question(conditions, enough=enough))
        if found is None:
            return Verdict(info, PROVED)
        certified[upward] = found.certified
        refuted = found.reached is not None and not _HOLDS[asked](found.reached, constant)
        if refuted and (verdict := _refuted(ranges, info, op, left, right, found, conditions)) is not None:
            return verdict
    low, high = certified.get(False, certified.get(True)), certified.get(True, certified.get(False))
    if _decided(asked, Interval(low, high) - Interval.of(constant)):
        return Verdict(info, PROVED)
    known = bounds(ranges, node, Question(conditions))
    return Verdict(info, UNPROVED, known=between(known and known.outer), reason=_unbounded(known and known.outer))


def _difference(left: Node, right: Node) -> tuple[Node, object, bool]:
    """A node to be compared with a constant, and whether the sides change places.

    Of two nodes it is their difference, in which what they share can cancel.
    """
    for one, other, turned in ((left, right, False), (right, left, True)):
        if other.op == "const" and not isinstance(other["value"], tuple | str | None):
            return one, other["value"], turned
    type_ = FLOAT.with_axes(join(left.type.axes, right.type.axes))
    return detached("sub", left, right, type=type_), 0, False


def _unbounded(interval: Interval | None) -> str | None:
    return "unbounded" if interval is not None and not interval.is_finite else None


def _refuted(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, found: Reach, conditions) -> Verdict | None:
    """The verdict of a point, once the reference interpreter says the same."""
    sides = [_under(claim.node, conditions) for claim in (left, right)]
    values = values_at(ranges.spec, sides, [found.point])
    if values is None:
        return None
    for one, other in _aligned(sides, values):
        if one is not None and other is not None and not _HOLDS[op](one, other):
            witness = shown(ranges.spec, found.point, [left.node, right.node, *conditions])
            reason = next((_unbounded(ranges.of(claim.node)) for claim in (left, right) if claim.node.op != "const"), None)
            return Verdict(info, REFUTED, witness, _shows(witness, one, other, left.node, right.node), reason=reason)
    return None


def _under(node: Node, conditions: list[Node]) -> Node:
    """The node where all conditions hold, invalid elsewhere."""
    for condition in conditions:
        axes = join(condition.type.axes, node.type.axes)
        nothing = detached("const", type=FLOAT.as_optional(), value=None)
        node = detached("gate", condition, node, nothing, type=FLOAT.with_axes(axes).as_optional())
    return node


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
        found.append(sum_bounds(ranges, claim.node, discount, context) if claim.of else ranges.fact(claim.node, context).range)
    if None in found or _decided(op, found[0] - found[1]):
        return Verdict(info, PROVED)
    known = found[0] if _is_sum(left) else found[1]
    refuted = _refuted_sum(ranges, info, op, left, right, conditions)
    return refuted or Verdict(info, UNPROVED, known=between(known), reason=_unbounded(known))


def _refuted_sum(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, conditions) -> Verdict | None:
    """The verdict of a whole episode with the same value at every step, added up from the reference's rewards."""
    claim, other = (left, right) if _is_sum(left) else (right, left)
    if other.node.op != "const" or conditions:
        return None
    axes = ordered_axes(claim.node.type.axes)
    for count in sorted({0, 1, min(steps(ranges.spec.setting, axes).hi, _MOST_STEPS)}):
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
            if not _HOLDS[op](*pair):
                witness = {"steps": int(count), **shown(ranges.spec, found.point, [claim.node])}
                shows = f"{sentence(witness)} gives {word(float(total))}"
                return Verdict(info, REFUTED, witness, shows, reason=_unbounded(sum_bounds(ranges, claim.node)))
    return None


# A pair of rollouts ---------------------------------------------------------------------------------------------


def _pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict:
    """Two rollouts that share nothing but the params: the worst of one against the best of the other."""
    params = _params(ranges, left, right)
    open_boxes: list[Box] = [dict(params)]
    worst = None
    for _ in range(_PAIR_BOXES):
        if not open_boxes:
            return Verdict(info, PROVED)
        box = open_boxes.pop(0)
        if _decided_at_once(ranges, info, op, left, right, box):
            continue
        gap, points = _gap(ranges, info, op, left, right, box)
        if gap is None or _decided(op, gap):
            continue
        worst = gap if worst is None else worst.hull(gap)
        at = {source: Interval(centre(part), centre(part)) for source, part in box.items()}
        if box:
            _, points = _gap(ranges, info, op, left, right, at)
        verdict = points and _refuted_pair(ranges, info, op, left, right, [{**at, **point} for point in points])
        if verdict:
            return verdict
        parts = halves(ranges, box, params)
        if not parts:
            break
        open_boxes += parts
    verdict = _searched_pair(ranges, info, op, left, right)
    known = f"the first less the second is only known to be {'at most' if op in ('<', '<=') else 'at least'} {_end_of(worst, op)}"
    return verdict or Verdict(info, UNPROVED, known=known, reason=_unbounded(worst) or "compensation")


def _end_of(worst: Interval, op: str) -> str:
    return show(worst.hi if op in ("<", "<=") else worst.lo)


def _params(ranges, left: Claim, right: Claim) -> list[tuple[Node, Interval]]:
    nodes = reachable([part for claim in (left, right) for part in (claim.node, claim.condition)])
    params = [node for node in nodes if node.op == "param"]
    found = [(node, ranges.of(node)) for node in params]
    return [(node, interval) for node, interval in found if interval is not None and not interval.is_point]


def _decided_at_once(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, box: Box) -> bool:
    """Whether the natural ranges say it already, or there is no such pair."""
    gap, _ = _gap(ranges, info, op, left, right, box, boxes=1)
    return gap is None or bool(_decided(op, gap))


def _gap(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, box: Box, boxes: int = BOXES):
    """The end of left - right over pairs with params in the box, and the points there; None if there is no pair."""
    upward = op in ("<", "<=")
    found: list[Reach] = []
    for claim, way in ((left, upward), (right, not upward)):
        side = reach(ranges, claim.node, way, Question(_conditions(info.condition, claim.condition), box), boxes)
        if side is None:
            return None, None
        found.append(side)
    end = found[0].certified - found[1].certified
    points = [side.point for side in found] if None not in (found[0].reached, found[1].reached) else None
    return Interval(end, end) if end == end else REAL, points


def _refuted_pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, points: list[Box]) -> Verdict | None:
    """The verdict of a pair of points, each a rollout of its own, once the reference interpreter says the same."""
    extra = [info.condition] if info.condition is not None else []
    sides = [_under(claim.node, [claim.condition, *extra]) for claim in (left, right)]
    runs = [values_at(ranges.spec, sides, [point]) for point in points]
    if None in runs:
        return None
    return _first_failure(ranges, info, op, (left, right), points,
                          [entries(run[side][0]) for run, side in zip(runs, sides)])


def _first_failure(ranges, info, op: str, claims, points, found: list[list]) -> Verdict | None:
    for one in found[0]:
        for other in found[1]:
            if one is not None and other is not None and not _HOLDS[op](one, other):
                names = [shown(ranges.spec, point, [claim.node, claim.condition]) for point, claim in zip(points, claims)]
                witness = {"first": names[0], "second": names[1], "values": [one, other]}
                shows = f"{sentence(names[0])} gives {word(one)}, and {sentence(names[1])} gives {word(other)}"
                return Verdict(info, REFUTED, witness, shows, reason="compensation")
    return None


def _searched_pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict | None:
    """Where windows over rollouts decide: a few whole populations, tried on the reference interpreter."""
    extra = [info.condition] if info.condition is not None else []
    sides = [_under(claim.node, [claim.condition, *extra]) for claim in (left, right)]
    nodes = reachable(sides)
    if not any(node.get("window") for node in nodes):
        return None
    for points in populations(ranges, nodes):
        values = values_at(ranges.spec, sides, points)
        if values is None:
            continue
        for i, first in enumerate(points):
            for j, second in enumerate(points):
                found = [entries(values[sides[0]][i]), entries(values[sides[1]][j])]
                verdict = _first_failure(ranges, info, op, (left, right), [first, second], found)
                if verdict is not None:
                    return verdict
    return None


def populations(ranges, nodes: list[Node]) -> list[list[Box]]:
    """Populations of four rollouts: every choice of two truth values with two sizes, from small and large numbers."""
    params = [node for node in nodes if node.op == "param" and ranges.of(node) is not None]
    shared = {node: Interval(centre(ranges.of(node)), centre(ranges.of(node))) for node in params}
    numbers = [node for node in nodes if node.op in ("input", "call") and ranges.of(node) is not None]
    truths = [node for node in numbers if ranges.of(node) == Interval(0, 1) and node.type.kind.value == "bool"]
    found = []
    for far in (False, True):
        rollouts = []
        for truth in (0, 1):
            for size in (0, 1):
                point = dict(shared)
                for node in numbers:
                    point[node] = Interval(truth, truth) if node in truths else _end(ranges.of(node), size, far)
                rollouts.append(point)
        found.append(rollouts)
    return found


def _end(interval: Interval, size: int, far: bool) -> Interval:
    low = interval.lo if type(interval.lo) is not float else centre(interval)
    high = interval.hi if far and type(interval.hi) is not float else centre(interval)
    x = high if size else low
    return Interval(x, x)
