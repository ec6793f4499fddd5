"""Claims that a value rises or falls with a source: by signs, box by box, or refuted by two points that differ in it."""

from collections.abc import Iterator
from fractions import Fraction

from rewardlang.facts.backward import is_integral
from rewardlang.facts.context import Context
from rewardlang.facts.contracts.verdict import PROVED, REFUTED, UNPROVED, Verdict, detached
from rewardlang.facts.contracts.witness import entries, name_of, sentence, shown, values_at, word
from rewardlang.facts.search.boxes import Box, centre, corners, halves, middle, sources
from rewardlang.facts.search.signs import sign
from rewardlang.facts.search.slope import direction
from rewardlang.ir.node import Node
from rewardlang.ir.spec import EnsureInfo
from rewardlang.values.interval import Interval
from rewardlang.values.types import FLOAT

_BOXES = 128
_STEPS = 5


def monotone(ranges, info: EnsureInfo) -> Verdict:
    """The verdict on `value increasing in source` (or decreasing, or strictly)."""
    node, along = info.claims[0].node, _source(info.along)
    wanted = 1 if info.direction == "increasing" else -1
    context = ranges.assume(info.condition, True) if info.condition is not None else ranges.root
    if context is None or _proved(ranges, node, along, wanted, 2 if info.strictly else 1, context):
        return Verdict(info, PROVED)
    verdict = _search(ranges, info, node, along, wanted, context)
    known = f"no pair was found where it is not {info.direction}, and no proof that there is none"
    return verdict or Verdict(info, UNPROVED, known=known)


def _source(along: Node) -> Node:
    """The node that moves: a truth value rather than its number."""
    return along.args[0] if along.op == "number" else along


def _proved(ranges, node: Node, along: Node, wanted: int, strength: int, context: Context) -> bool:
    """Whether the sign is right in every box of a cover.

    Boxes are cut so that they share their ends along the source: monotone on each, the value is monotone on all.
    """
    whole = sources(ranges, [node], context)
    boxes: list[Box] = [dict(whole)]
    for _ in range(_BOXES):
        if not boxes:
            return True
        box = boxes.pop()
        inner = ranges.inside(box, context)
        if inner is None or (along in box and box[along].is_point):
            continue
        way = sign(ranges, node, along, inner)
        if way is None and strength == 1 and not ranges.fact(node, inner).fails:
            way = direction(ranges, node, along, inner)
        if way is not None and way * wanted >= (strength if strength > 1 else 0):
            continue
        parts = halves(ranges, box, whole)
        if not parts:
            return False
        boxes += _joined(parts, along)
    return not boxes


def _joined(parts: list[Box], along: Node) -> list[Box]:
    """Two halves that share a point along the source, whole numbers too."""
    low, high = parts
    if low.get(along) != high.get(along) and is_integral(along):
        high = {**high, along: Interval(low[along].hi, high[along].hi)}
    return [low, high]


def _search(ranges, info: EnsureInfo, node: Node, along: Node, wanted: int, context: Context) -> Verdict | None:
    """Two points that differ only in the source, in the wrong order."""
    box = dict(sources(ranges, [node], context))
    if along not in box:
        return None
    for base in _bases(box):
        found: list[tuple[Interval, Box]] = []
        for x in _values(box[along], is_integral(along)):
            point = {**base, along: Interval(x, x)}
            inner = ranges.inside(point, context, valid=True)
            fact = inner and ranges.fact(node, inner)
            if fact and fact.range is not None:
                found.append((fact.range, point))
        for (one, first), (other, second) in zip(found, found[1:]):
            wrong = one.lo > other.hi if wanted > 0 else one.hi < other.lo
            wrong = wrong or (info.strictly and one.is_point and one == other)
            if wrong and (verdict := _confirmed(ranges, info, node, along, wanted, (first, second))) is not None:
                return verdict
    return None


def _bases(box: Box) -> Iterator[Box]:
    yield middle(box)
    yield from corners(box, limit=32)


def _values(interval: Interval, whole: bool) -> list:
    """A few values of a range, in order."""
    low, high = (end if type(end) is not float else centre(interval) for end in (interval.lo, interval.hi))
    found = [low + (high - low) * i // _STEPS if whole else low + (high - low) * _ratio(i) for i in range(_STEPS + 1)]
    return sorted(set(found))


def _ratio(i: int):
    return Fraction(i, _STEPS)


def _confirmed(ranges, info: EnsureInfo, node: Node, along: Node, wanted: int, points: tuple[Box, Box]) -> Verdict | None:
    asked = node
    if info.condition is not None:
        nothing = detached("const", type=FLOAT.as_optional(), value=None)
        asked = detached("gate", info.condition, node, nothing, type=node.type.as_optional())
    runs = [values_at(ranges.spec, [asked], [point]) for point in points]
    if None in runs:
        return None
    for one, other in zip(*(entries(run[asked][0]) for run in runs)):
        if one is None or other is None:
            continue
        if (other - one) * wanted < 0 or (info.strictly and one == other):
            return _verdict(ranges, info, node, along, points, (one, other))
    return None


def _verdict(ranges, info: EnsureInfo, node: Node, along: Node, points, values) -> Verdict:
    names = [shown(ranges.spec, point, [node]) for point in points]
    name = name_of(ranges.spec, along)
    rest = {key: value for key, value in names[0].items() if key != name}
    said = [f"{name} = {word(names[i].get(name))} gives {word(values[i])}" for i in (0, 1)]
    shows = " and ".join(said) + (f", with {sentence(rest)}" if rest else "")
    witness = {"first": names[0], "second": names[1], "values": list(values)}
    return Verdict(info, REFUTED, witness, shows, reason="wrong-sign")
