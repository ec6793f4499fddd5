"""How each word that looks back along an axis goes one step at a time: what it holds, and what it makes of it."""

from collections.abc import Callable
from math import inf

from rewardlang.facts.infinite import may_be_infinite
from rewardlang.ir.node import Node
from rewardlang.rewrite.keyed import by_key
from rewardlang.rewrite.steps import NotOnline, Steps
from rewardlang.values.types import BOOL, FLOAT, INT, Kind, Type

#: Windows of truth values wider than this are counted instead of kept.
_WIDE = 16


def _parts(steps: Steps, node: Node) -> tuple[Node | None, Node | None, Type]:
    """The entry, what admits it, and the type of the result's entry."""
    if tuple(node["over"]) != (steps.axis,):
        raise NotOnline(node, "looks along several axes at once")
    roles = steps.roles(node)
    x = roles.get("x")
    if x is not None and x.type.kind.on_host:
        raise NotOnline(node, "would hold a text from step to step")
    return x, roles.get("where"), steps.type_of(node.type)


def _running(combine: str, neutral, counted: bool = False) -> Callable[[Steps, Node], Node]:
    """A scan that joins each entry to those before it."""
    def rule(steps: Steps, node: Node) -> Node:
        x, where, type_ = _parts(steps, node)
        found = _accumulated(steps, combine, neutral, steps.const(1, INT) if counted else x, where, type_, may_be_infinite(node))
        if where is None or combine in ("add", "mul"):
            return found
        # Before the first entry that counts there is no value; an infinite one may be what stands for none.
        seen = (_accumulated(steps, "or", False, where, None, BOOL, False) if may_be_infinite(node)
                else steps.make("ne", found, steps.const(neutral, FLOAT), type=BOOL))
        return steps.make("gate", seen, found, steps.const(None, type_.as_optional()), type=type_)
    return rule


def _accumulated(steps: Steps, combine: str, neutral, x: Node, where: Node | None, type_: Type,
                 infinite: bool) -> Node:
    held = steps.memory(type_, neutral, combine, neutral, x, where, infinite=infinite)
    if held.update is None:
        both = steps.make(combine, held.leaf, x, type=type_)
        held.update = both if where is None else steps.make("gate", where, both, held.leaf, type=type_)
    return held.update


def _cummean(steps: Steps, node: Node) -> Node:
    x, where, type_ = _parts(steps, node)
    total = _accumulated(steps, "add", 0, x, where, type_, may_be_infinite(node))
    count = _accumulated(steps, "add", 0, steps.const(1, INT), where, INT.with_axes(type_.axes), False)
    return steps.make("div", total, count, type=type_)


def _prev(steps: Steps, node: Node) -> Node:
    x, where, type_ = _parts(steps, node)
    start = steps.roles(node)["start"]
    if where is None:
        held, found = steps.earlier(node, type_, start, may_be_infinite(node))
        held.update = x
        return found
    seen = steps.memory(INT.with_axes(where.type.axes), 0, "admitted", where)   # a count: once invalid, always so
    seen.update = steps.make("add", seen.leaf, steps.make("number", where, type=INT), type=INT)
    held = steps.memory(type_, False if type_.kind is Kind.BOOL else 0, infinite=may_be_infinite(node))
    held.update = steps.make("gate", where, x, held.leaf, type=type_)
    return steps.make("gate", steps.make("gt", seen.leaf, steps.const(0, INT), type=BOOL), held.leaf, start, type=type_)


def _delta(steps: Steps, node: Node) -> Node:
    return steps.make("sub", steps.roles(node)["x"], _prev(steps, node), type=steps.type_of(node.type))


def _opening(steps: Steps, node: Node) -> Node:
    x, type_ = steps.roles(node)["x"], steps.type_of(node.type)
    held = steps.memory(type_, False if type_.kind is Kind.BOOL else 0, infinite=may_be_infinite(node))
    held.update = steps.make("gate", steps.begun(), held.leaf, x, type=type_)
    return held.update


# Placement ------------------------------------------------------------------------------------------------------------


def _index(steps: Steps, node: Node) -> Node:
    held = steps.memory(INT, 0, "index")
    held.update = steps.make("add", held.leaf, steps.const(1, INT), type=INT)
    return held.leaf


def _at_first(steps: Steps, node: Node) -> Node:
    (x,) = (steps.image[arg] for arg in node.args)
    nothing = steps.const(False if x.type.kind is Kind.BOOL else 0, x.type)
    return steps.make("gate", steps.begun(), nothing, x, type=steps.type_of(node.type))


def _every(steps: Steps, node: Node) -> Node:
    return steps.image[node.args[0]]


def _pick(steps: Steps, node: Node) -> Node:
    if node["index"]:
        raise NotOnline(node, f"is known only from step {node['index']} on")
    x, type_ = steps.image[node.args[0]], steps.type_of(node.type)
    held = steps.memory(type_, False if type_.kind is Kind.BOOL else 0, infinite=may_be_infinite(node))
    held.update = steps.make("gate", steps.begun(), held.leaf, x, type=type_)
    return held.update


def _walk(steps: Steps, node: Node) -> Node:
    type_ = steps.type_of(node.type)
    held = steps.memory(type_, node["table"].start)
    held.update = steps.make("advance", held.leaf, *(steps.image[arg] for arg in node.args), type=type_, table=node["table"])
    return held.update


# Time -----------------------------------------------------------------------------------------------------------------


def _temporal(combined: Callable) -> Callable[[Steps, Node], Node]:
    """A temporal word; an invalid margin is read as the worst and as the best, and valid where both agree."""
    def rule(steps: Steps, node: Node) -> Node:
        roles = steps.roles(node)
        low, high = (int(steps.fixed(roles[end])) if end in roles and steps.fixed(roles[end]) != inf else None
                     for end in ("low", "high"))
        operands = [roles[role] for role in ("x", "p", "q") if role in roles]
        word = _Word(steps, node["margin"], roles.get("smooth"))
        if not node["margin"]:
            return combined(word, *operands, low or 0, high)
        worst, best = (combined(word, *(word.filled(x, fill) for x in operands), low or 0, high) for fill in (-inf, inf))
        rests = [worst, best]
        if word.smooth is not None:     # on every finite number, however little
            rests = [combined(word, *(word.filled(word.levelled(x), fill) for x in operands), low or 0, high)
                     for fill in (-inf, inf)]
        agree = steps.make("eq", *rests, type=BOOL)
        return steps.make("gate", agree, worst, steps.const(None, FLOAT.as_optional()), type=FLOAT)
    return rule


class _Word:
    """The logic of one reading: of truth values, of margins, or of those that are smooth at a temperature."""

    def __init__(self, steps: Steps, margin: bool, smooth: Node | None = None):
        self.steps, self.margin = steps, margin
        self.smooth = smooth if smooth is not None and steps.fixed(smooth) else None
        self.type = FLOAT if margin else BOOL
        self.bottom, self.top = (-inf, inf) if margin else (False, True)

    def filled(self, x: Node, fill: float) -> Node:
        """A margin with `fill` where it is invalid."""
        return self.steps.make("coalesce", x, self.steps.const(fill, FLOAT), type=FLOAT)

    def levelled(self, x: Node) -> Node:
        """0 for every finite number, infinities as they are."""
        infinite = self.steps.make("eq", self.steps.make("abs", x, type=FLOAT), self.steps.const(inf, FLOAT), type=BOOL)
        return self.steps.make("gate", infinite, x, self.steps.const(0, FLOAT), type=FLOAT)

    def _soft(self, op: str, a: Node, b: Node) -> Node:
        return self.steps.make(op, a, b, self.smooth, type=FLOAT, roles=("p", "q", "smooth"), over=(), margin=True)

    def higher(self, a: Node, b: Node) -> Node:
        if self.smooth is not None:
            return self._soft("soft_maximum", a, b)
        return self.steps.make("maximum" if self.margin else "or", a, b, type=self.type)

    def lower(self, a: Node, b: Node) -> Node:
        if self.smooth is not None:
            return self._soft("soft_minimum", a, b)
        return self.steps.make("minimum" if self.margin else "and", a, b, type=self.type)

    def opposite(self, a: Node) -> Node:
        return self.steps.make("neg" if self.margin else "not", a, type=self.type)

    def once(self, x: Node, low: int, high: int | None) -> Node:
        """The greatest from `high` to `low` steps behind."""
        x = self.steps.delayed(x, low, self.bottom)
        if high is None:
            held = self.steps.memory(x.type, self.bottom, "once", x, self.smooth, infinite=True)
            held.update = self.higher(held.leaf, x)
            return held.update
        width = high - low + 1
        if width <= 1:
            return x if width == 1 else self.steps.const(self.bottom, self.type)
        if not self.margin and width > _WIDE:
            return self._counted(x, width)
        window = self.steps.recent(x, width, self.bottom)
        axis = window.type.axes[-1]
        if self.smooth is not None:
            return self.steps.graph.add("soften", (window, self.smooth), x.type, axis=axis)
        return self.steps.graph.add("max" if self.margin else "any", (window,), x.type, roles=("x",), over=(axis,), window=None,
                                    group=False)

    def _counted(self, x: Node, width: int) -> Node:
        """Whether a truth is less than `width` steps old, if it was one for certain, and if it may have been one."""
        sure, maybe = (self._recent(self.steps.make("coalesce", x, self.steps.const(fill, BOOL), type=BOOL), width)
                       for fill in (False, True))
        agree = self.steps.make("eq", self._number(sure), self._number(maybe), type=BOOL)
        return self.steps.make("gate", agree, sure, self.steps.const(None, BOOL.as_optional()), type=BOOL)

    def _number(self, x: Node) -> Node:
        return self.steps.make("number", x, type=INT)

    def _recent(self, x: Node, width: int) -> Node:
        age = self.steps.memory(INT.with_axes(x.type.axes), width, "age", x, width)
        older = self.steps.make("add", age.leaf, self.steps.const(1, INT), type=INT)
        older = self.steps.make("minimum", older, self.steps.const(width, INT), type=INT)
        age.update = self.steps.make("gate", x, self.steps.const(0, INT), older, type=INT)
        return self.steps.make("lt", age.update, self.steps.const(width, INT), type=BOOL)

    def historically(self, x: Node, low: int, high: int | None) -> Node:
        return self.opposite(self.once(self.opposite(x), low, high))

    def since(self, p: Node, q: Node, low: int, high: int | None) -> Node:
        """As the batch reads it: q in the window, p since its end, and from there p since q without a window."""
        held = self.steps.memory(self.lower(p, q).type, self.bottom, "since", p, q, self.smooth, infinite=True)
        held.update = self.higher(q, self.lower(p, held.leaf))
        found = self.steps.delayed(held.update, low, self.bottom)
        if low:
            found = self.lower(found, self.historically(p, 0, low - 1))
        return found if high is None else self.lower(found, self.once(q, low, high))

    def triggers(self, p: Node, q: Node, low: int, high: int | None) -> Node:
        return self.opposite(self.since(self.opposite(p), self.opposite(q), low, high))

    def previous(self, x: Node, low: int, high: int | None) -> Node:
        return self.steps.delayed(x, 1, self.bottom)

    def weak_previous(self, x: Node, low: int, high: int | None) -> Node:
        return self.steps.delayed(x, 1, self.top)


#: For each word that looks back along the axis, how it goes one step at a time.
RULES: dict[str, Callable[[Steps, Node], Node]] = {
    "cumsum": by_key(_running("add", 0)), "cumprod": by_key(_running("mul", 1)),
    "cumcount": by_key(_running("add", 0, counted=True)), "cummax": by_key(_running("maximum", -inf)),
    "cummin": by_key(_running("minimum", inf)), "cummean": by_key(_cummean), "prev": by_key(_prev), "delta": by_key(_delta),
    "opening": _opening, "walk": _walk, "index": _index, "at_first": _at_first, "every": _every, "pick": _pick,
    **{word: _temporal(getattr(_Word, word)) for word in
       ("once", "historically", "since", "triggers", "previous", "weak_previous")},
}
