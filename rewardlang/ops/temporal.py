"""Rows of the temporal words: the truth, or the margin, at each step of what lies ahead or behind."""

from dataclasses import dataclass
from math import inf

from rewardlang.ops.build import anything, family, option
from rewardlang.ops.row import Family

row = family(Family.TEMPORAL)


@dataclass(frozen=True)
class Reading:
    """How a temporal word is read.

    Its window is `low` to `high` steps away, `high` None for all that there are; one that is inverted has no steps.
    `margin` reads numbers, of which -inf is false and inf true, instead of truth values; `smooth` is the temperature of
    the maxima and minima of margins, 0 for hard ones.
    """

    low: int = 0
    high: int | None = None
    smooth: float = 0
    margin: bool = False

    @property
    def bottom(self) -> bool | float:
        """What is certainly false."""
        return -inf if self.margin else False

    @property
    def top(self) -> bool | float:
        """What is certainly true."""
        return inf if self.margin else True


def _beside(behind: bool, weak: bool):
    def meaning(k, xs, **options):
        reading = Reading(**options)
        beyond = k.constant(reading.top if weak else reading.bottom)
        return k.prev(xs, beyond) if behind else k.ahead(xs, beyond)
    return meaning


def _least(behind: bool):
    return lambda k, xs, **options: k.least_within(xs, Reading(**options), behind)


def _greatest(behind: bool):
    return lambda k, xs, **options: k.greatest_within(xs, Reading(**options), behind)


def _until(behind: bool):
    return lambda k, ps, qs, **options: k.until(ps, qs, Reading(**options), behind)


def _weak_until(k, ps, qs, **options):
    reading = Reading(**options)
    return k.higher(k.until(ps, qs, reading, False), k.least_within(ps, reading, False), reading)


def _strong_release(k, ps, qs, **options):
    reading = Reading(**options)
    return k.until(qs, k.lower(ps, qs, reading), reading, False)


def _release(behind: bool):
    def meaning(k, ps, qs, **options):
        reading = Reading(**options)
        return k.opposite(k.until(k.opposite(ps, reading), k.opposite(qs, reading), reading, behind), reading)
    return meaning


def _soft(name: str):
    return lambda k, a, b, **options: getattr(k, name)(a, b, Reading(**options))


_READ = (option("smooth", 0), option("margin", False))
_WINDOW = (option("low", 0), option("high"), *_READ)
_ONE, _TWO = anything("x"), anything("p", "q")

#: What each word says on the trace without steps: a promise about some step fails, one about all steps holds.
ON_NOTHING = dict.fromkeys(
    "next eventually until strong_release previous once since".split(), False) | dict.fromkeys(
    "weak_next always release weak_until weak_previous historically triggers".split(), True)

AHEAD = (
    row("next", (*_ONE, *_READ), "first", "same", _beside(False, False),
        "At the next step; false at the last.", ("next [true, true, false]", [True, False, False]), monotone="+"),
    row("weak_next", (*_ONE, *_READ), "first", "same", _beside(False, True),
        "At the next step; true at the last.", ("weak_next [true, true, false]", [True, False, True]), monotone="+"),
    row("always", (*_ONE, *_WINDOW), "first", "same", _least(False),
        "At every step from here on, or of the window; true where that has no step.",
        ("always [true, false, true]", [False, False, True]), monotone="+"),
    row("eventually", (*_ONE, *_WINDOW), "first", "same", _greatest(False),
        "At some step from here on, or of the window; false where that has no step.",
        ("eventually [false, true, false]", [True, True, False]), monotone="+"),
    row("until", (*_TWO, *_WINDOW), "first", "same", _until(False),
        "q at some step from here on, or of the window, and p from here to just before it.",
        ("[true, false, true] until [false, true, false]", [True, True, False]), monotone="++"),
    row("weak_until", (*_TWO, *_WINDOW), "first", "same", _weak_until,
        "p until q, or always p.",
        ("[true, false, true] weak_until [false, true, false]", [True, True, True]), monotone="++"),
    row("release", (*_TWO, *_WINDOW), "first", "same", _release(False),
        "not (not p until not q): q up to and with the step at which p holds, or to the end.",
        ("[false, true, false] release [true, true, false]", [True, True, False]), monotone="++"),
    row("strong_release", (*_TWO, *_WINDOW), "first", "same", _strong_release,
        "q until (p and q).",
        ("[false, true, false] strong_release [true, true, true]", [True, True, False]), monotone="++"),
)

BEHIND = (
    row("previous", (*_ONE, *_READ), "first", "same", _beside(True, False),
        "At the step before; false at the first.", ("previous [true, false, true]", [False, True, False]), monotone="+"),
    row("weak_previous", (*_ONE, *_READ), "first", "same", _beside(True, True),
        "At the step before; true at the first.", ("weak_previous [true, false, true]", [True, True, False]), monotone="+"),
    row("once", (*_ONE, *_WINDOW), "first", "same", _greatest(True),
        "At some step up to this one, or of the window behind it; false where that has no step.",
        ("once [false, true, false]", [False, True, True]), monotone="+"),
    row("historically", (*_ONE, *_WINDOW), "first", "same", _least(True),
        "At every step up to this one, or of the window behind it; true where that has no step.",
        ("historically [true, false, true]", [True, False, False]), monotone="+"),
    row("since", (*_TWO, *_WINDOW), "first", "same", _until(True),
        "q at some step up to this one, or of the window behind it, and p from just after it to here.",
        ("[false, true, false] since [true, false, false]", [True, True, False]), monotone="++"),
    row("triggers", (*_TWO, *_WINDOW), "first", "same", _release(True),
        "not (not p since not q): q from the step at which p held, or from the start.",
        ("[false, true, false] triggers [false, true, true]", [False, True, True]), monotone="++"),
)

#: What readings of formulas are made of.
READINGS = (
    row("opening", (*anything("x", "start"), *_READ), "first", "same", lambda k, xs, start, **options: k.opening(xs, start),
        "The entry at the first step; `start` where there is no step. `holds` and `robustness` are made of it.",
        ("opening [true, false], false", True), monotone="++"),
    row("soft_minimum", (*_TWO, option("smooth"), option("margin", True)), "first", "same", _soft("lower"),
        "-smooth * log(exp(-p / smooth) + exp(-q / smooth)), never above the minimum: `and` in a smooth margin.",
        ("inf soft_minimum 2.0, smooth=0.5", 2.0), monotone="++", smooth=True),
    row("soft_maximum", (*_TWO, option("smooth"), option("margin", True)), "first", "same", _soft("higher"),
        "smooth * log(exp(p / smooth) + exp(q / smooth)), never below the maximum: `or` in a smooth margin.",
        ("3.0 soft_maximum -inf, smooth=0.5", 3.0), monotone="++", smooth=True),
)

TEMPORAL = AHEAD + BEHIND + READINGS
