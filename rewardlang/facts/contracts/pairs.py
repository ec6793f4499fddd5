"""Claims about a pair of rollouts in two different cases: `(reward when a) > (reward when b)`."""

from rewardlang.facts.contracts.verdict import HOLDS, PROVED, REFUTED, UNPROVED, Verdict, present, settles, unbounded, where
from rewardlang.facts.contracts.witness import entries, sentence, shown, values_at, word
from rewardlang.facts.search.boxes import Box, centre, corners, halves
from rewardlang.facts.search.prove import BOXES, reach
from rewardlang.facts.search.question import Question, Reach
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Claim, EnsureInfo
from rewardlang.values.endpoint import show
from rewardlang.values.interval import REAL, Interval

#: Boxes of params looked at for one pair.
_PAIR_BOXES = 64
#: With more params than these, proofs let the two rollouts differ in them too: that costs less and proves less.
_MOST_PARAMS = 6
#: With so few, refutations try their corners beside their middle.
_FEW_PARAMS = 3


def decide_pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict:
    """Two rollouts that share nothing but the params: the worst of one against the best of the other."""
    params = _params(ranges, left, right)
    cut = params if len(params) <= _MOST_PARAMS else []
    open_boxes: list[Box] = [dict(cut)]
    worst = None
    for looked in range(_PAIR_BOXES):
        if not open_boxes:
            return Verdict(info, PROVED)
        box = open_boxes.pop(0)
        if _decided_at_once(ranges, info, op, left, right, box):
            continue
        work = BOXES // (1 + looked)
        gap, points = _gap(ranges, info, op, left, right, box, work)
        if gap is None or settles(op, gap):
            continue
        worst = gap if worst is None else worst.hull(gap)
        for at in _settings(box or dict(params), looked):
            if at:
                _, points = _gap(ranges, info, op, left, right, at, work)
            verdict = points and _refuted_pair(ranges, info, op, left, right, [{**at, **point} for point in points])
            if verdict:
                return verdict
        parts = halves(ranges, box, cut)
        if not parts:
            break
        open_boxes += parts
    verdict = _searched_pair(ranges, info, op, left, right)
    known = f"the first less the second is only known to be {_end_of(worst, op)}"
    return verdict or Verdict(info, UNPROVED, known=known, reason=unbounded(worst) or "compensation")


def _settings(box: Box, looked: int) -> list[Box]:
    """Values of the params to look for a refutation at: the middle of a box, and at first its corners if they are few."""
    ends = corners(box, 2**_FEW_PARAMS) if box and not looked and len(box) <= _FEW_PARAMS else ()
    return [{source: Interval(centre(part), centre(part)) for source, part in box.items()}, *ends]


def _end_of(worst: Interval, op: str) -> str:
    if op in ("==", "!="):
        return f"in {worst}"
    return f"at most {show(worst.hi)}" if op in ("<", "<=") else f"at least {show(worst.lo)}"


def _params(ranges, left: Claim, right: Claim) -> list[tuple[Node, Interval]]:
    nodes = reachable([part for claim in (left, right) for part in (claim.node, claim.condition)])
    params = [node for node in nodes if node.op == "param"]
    found = [(node, ranges.of(node)) for node in params]
    return [(node, interval) for node, interval in found if interval is not None and not interval.is_point]


def _decided_at_once(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, box: Box) -> bool:
    """Whether the natural ranges say it already, or there is no such pair."""
    gap, _ = _gap(ranges, info, op, left, right, box, boxes=1)
    return gap is None or bool(settles(op, gap))


def _gap(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, box: Box, boxes: int = BOXES):
    """What left - right can be at its ends over pairs with params in the box, and the points there.

    An order is decided by one end, equality by both, of which the points are those where the two differ. None if there is
    no pair.
    """
    gap = points = None
    for upward in (False, True) if op in ("==", "!=") else (op in ("<", "<="),):
        found: list[Reach] = []
        for claim, way in ((left, upward), (right, not upward)):
            side = reach(ranges, claim.node, way, Question(present(info.condition, claim.condition), box), boxes)
            if side is None:
                return None, None
            found.append(side)
        end = found[0].certified - found[1].certified
        here = Interval(end, end) if end == end else REAL
        gap = here if gap is None else gap.hull(here)
        if None not in (found[0].reached, found[1].reached) and (points is None or end != 0):
            points = [side.point for side in found]
    return gap, points


def _refuted_pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim, points: list[Box]) -> Verdict | None:
    """The verdict of a pair of points, each a rollout of its own, once the reference interpreter says the same."""
    extra = [info.condition] if info.condition is not None else []
    sides = [where(claim.node, [claim.condition, *extra]) for claim in (left, right)]
    runs = [values_at(ranges.spec, sides, [point]) for point in points]
    if None in runs:
        return None
    return _first_failure(ranges, info, op, (left, right), points,
                          [entries(run[side][0]) for run, side in zip(runs, sides)])


def _first_failure(ranges, info, op: str, claims, points, found: list[list]) -> Verdict | None:
    for one in found[0]:
        for other in found[1]:
            if one is not None and other is not None and not HOLDS[op](one, other):
                names = [shown(ranges.spec, point, [claim.node, claim.condition]) for point, claim in zip(points, claims)]
                witness = {"first": names[0], "second": names[1], "values": [one, other]}
                shows = f"{sentence(names[0])} gives {word(one)}, and {sentence(names[1])} gives {word(other)}"
                return Verdict(info, REFUTED, witness, shows, reason="compensation")
    return None


def _searched_pair(ranges, info: EnsureInfo, op: str, left: Claim, right: Claim) -> Verdict | None:
    """Where windows over rollouts decide: a few whole populations, tried on the reference interpreter."""
    extra = [info.condition] if info.condition is not None else []
    sides = [where(claim.node, [claim.condition, *extra]) for claim in (left, right)]
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
