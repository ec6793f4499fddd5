"""A part of an objective as the rules see it: its class, how sure that is, and what else they ask about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rewardlang.classes.rules import OUTSIDE, RULES
from rewardlang.values.classes import least_upper_bounds

NONSTAT, STOPGRAD = "NONSTAT", "STOPGRAD"

MDP, EPISODIC, HISTORY = "mdp", "episodic", "history"

#: The state model that each setting is.
MODELS = {"single_turn": HISTORY, "episodic": EPISODIC, "continuing": MDP}
_FROM_TRAJECTORIES = frozenset({"MR", "RM", "LAR", "LTL", "FTR"})
OUT = frozenset({OUTSIDE})


@dataclass(frozen=True, slots=True)
class Part:
    """`discount` is what its rewards are weighted by (None where any does); `least` is a number that it never falls below.

    `policy`: it depends on the policy beyond the law of rollouts. `finite`: over all policies it has finitely many values.
    `order`: it is an order, and no number. `bent`: it is a rising function of an expectation, and no summand as that is.
    `lines` are the sentences of its derivation.
    """

    classes: frozenset[str] = frozenset()
    exact: bool = True
    flags: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()
    discount: object = None
    least: float | None = None
    policy: bool = False
    finite: bool = False
    order: bool = False
    bent: bool = False
    notes: frozenset[str] = frozenset()

    @property
    def constant(self) -> bool:
        """Whether it is a number that no policy changes."""
        return not self.classes

    def after(self, name: str, subject: str = "", **changes) -> "Part":
        """The part once one more rule has spoken; a rule that gives no class keeps that of the part."""
        rule = RULES[name]
        classes = frozenset(rule.gives) or self.classes
        what = f"{subject}: " if subject else ""
        line = f"{what}{rule.premise}: {named(classes)} ({name})"
        return replace(self, classes=classes, exact=self.exact and rule.exact, lines=(*self.lines, line), **changes)


def named(classes: frozenset[str]) -> str:
    """`MR`, `LTL and RM`."""
    return " and ".join(sorted(classes))


def by(name: str, subject: str = "", **more) -> Part:
    """The part that a rule gives of nothing else."""
    return Part(**more).after(name, subject)


def collapsed(part: Part, model: str) -> Part:
    """Where the state is the whole history, an expectation of trajectories is a Markov return."""
    if model == HISTORY and part.classes and part.classes <= _FROM_TRAJECTORIES and part.classes != {"MR"}:
        return part.after("H")
    return part


def merged(parts: Iterable[Part]) -> Part:
    """What all parts hand on to the whole: flags, notes, doubt, and their derivations, each sentence once."""
    parts = tuple(parts)
    lines = tuple(dict.fromkeys(line for part in parts for line in part.lines))
    return Part(frozenset(), all(part.exact for part in parts), frozenset().union(*(part.flags for part in parts)), lines,
                policy=any(part.policy for part in parts), notes=frozenset().union(*(part.notes for part in parts)))


def among(parts: Iterable[Part], name: str) -> bool:
    """Whether a part is of the class."""
    return any(name in part.classes for part in parts)


def total(parts: Iterable[Part], model: str) -> Part:
    """The sum of parts."""
    parts = tuple(parts)
    real = [part for part in parts if not part.constant]
    whole = merged(parts)
    if len(real) <= 1:
        sure = real[0].least if real and len(parts) == 1 else None
        return replace(real[0], lines=whole.lines, flags=whole.flags, exact=whole.exact, least=sure) if real else whole
    name = _rule(real, model)
    rates = {part.discount for part in real if part.discount is not None}
    return collapsed(whole.after(name, discount=rates.pop() if len(rates) == 1 else None), model)


def _rule(parts: list[Part], model: str) -> str:
    if any(part.order for part in parts) and not all(part.classes == OUT for part in parts if part.order):
        return "S8"
    if among(parts, OUTSIDE):
        return "S9"
    if among(parts, "FPR"):
        return "Q4" if all(part.classes == {"FPR"} for part in parts) else "S7"
    if any(part.bent for part in parts):
        return "V1"
    # What is in both LTL and RM takes part as the machine that it also is, paid when the verdict is known.
    classes = {"RM" if "RM" in part.classes else next(iter(part.classes)) for part in parts}
    one_rate = len({part.discount for part in parts if part.discount is not None}) <= 1
    if classes == {"LAR"}:
        return "S3"
    if classes == {"MR"} and (one_rate or model == HISTORY):
        return "S1"
    if classes <= {"MR", "RM"} and one_rate:
        return "S2"
    if classes <= {"MR", "RRL"} and one_rate:
        return "S5"
    return "S4" if classes <= _FROM_TRAJECTORIES else "S6"


def upper(parts: Iterable[Part]) -> Part:
    """A whole of which nothing is known but its parts: the least classes above them all, as a bound."""
    parts = tuple(parts)
    return replace(merged(parts), classes=least_upper_bounds(name for part in parts for name in part.classes), exact=False)
