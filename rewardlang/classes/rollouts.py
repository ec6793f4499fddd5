"""The class of an expectation: of frozen values of a rollout, of the policy's own log-probabilities, of populations."""

from dataclasses import replace

from rewardlang.classes.games import is_antisymmetric
from rewardlang.classes.law import Law, moved
from rewardlang.classes.part import HISTORY, Part, by, collapsed, total
from rewardlang.classes.pieces import FIRST, LAST, SUM, VALUE, Piece, pieces
from rewardlang.classes.policies import divergences, of_policy, without_references
from rewardlang.classes.traits import MEMORY, MOVING, OTHERS, POLICY, Trait
from rewardlang.ir.node import Node, reachable
from rewardlang.values.axes import ordered_axes
from rewardlang.values.types import Kind

_FORMULA = Trait.PAST | Trait.FUTURE


def expectation(law: Law, node: Node) -> Part:
    """E[node], the node added up where it runs along steps."""
    parts, rest = divergences(law, pieces(node, law.traits))
    parts += [collapsed(_piece(law, piece), law.model) for piece in without_references(law, rest)]
    least = law.low(node)
    if not parts:
        return Part(least=least)
    return replace(total(parts, law.model), least=least)


def _piece(law: Law, piece: Piece) -> Part:
    t = law.traits[piece.node] | piece.extra
    if piece.node.op == "const" and piece.kind == VALUE:
        return Part()
    if t & OTHERS:
        found = _of_others(law, piece.node, t)
    elif t & POLICY:
        found = of_policy(law, piece, t)
    elif piece.kind == SUM:
        found = signal(law, piece.node, t, law.rate(piece.discount))
    elif piece.kind == FIRST:
        found = by(_memory_rule(law, t | Trait.TIMER), law.text(piece.node))
    elif piece.kind == LAST:
        found = by(_memory_rule(law, t | Trait.CLOCK), law.text(piece.node), discount=law.rate(1.0))
    elif piece.extra & Trait.CONTEXT:
        found = by("T1", law.text(piece.written))
    else:
        found = whole(law, piece.node, t)
    return moved(_said(law, piece, found), t)


def _said(law: Law, piece: Piece, found: Part) -> Part:
    """With the sentence that it was written otherwise, where that made a difference."""
    whole_ = piece.written is None or found.classes == {"FTR"}
    return found if whole_ else found.after("T2", law.text(piece.written))


# --- frozen values ------------------------------------------------------------------------------------------------


def signal(law: Law, node: Node, t: int, rate: object) -> Part:
    """A sum over steps."""
    name, subject = _memory_rule(law, t), law.text(node)
    if rate == 1 and law.model != HISTORY:
        if not law.horizon:
            return by(name, subject).after("M3")
        if name == "M1" and not law.clock:
            return by(name, subject, discount=rate).after("M2")
    return by(name, subject, discount=rate)


def _memory_rule(law: Law, t: int) -> str:
    if t & (Trait.CLOCK | Trait.TIMER) and not law.clock:
        t |= Trait.MACHINE if law.horizon or not t & Trait.CLOCK else Trait.WHOLE
    if t & Trait.WHOLE:
        return "T1"
    if t & Trait.FUTURE:
        return "R3" if law.horizon and not t & Trait.REAL else "T1"
    if t & Trait.EXTREME and not t & (Trait.PAST | Trait.MACHINE):
        return "R2"
    return "R1" if t & (Trait.EXTREME | Trait.PAST | Trait.MACHINE) else "M1"


def whole(law: Law, node: Node, t: int) -> Part:
    """A value that a rollout has once."""
    subject = law.text(node)
    condition = _condition(node)
    if condition is not None and (found := verdict(law, condition)) is not None:
        return found
    if not t & ~MOVING:
        return by("M1", subject)
    finite = law.horizon and t & MEMORY and not t & (Trait.REAL | Trait.WHOLE)
    if finite:
        return by("R3", subject)
    inner = any(part.op == "total" for part in reachable([node]))
    return by("I1" if inner else "T1", subject)


def _condition(node: Node) -> Node | None:
    """The truth that a value of two numbers stands for."""
    if node.type.kind is Kind.BOOL:
        return node
    if node.op == "gate" and all(arg.op == "const" for arg in node.args[1:]):
        return node.args[0]
    return None


def verdict(law: Law, node: Node) -> Part | None:
    """The probability of a temporal formula; None for a truth that is none."""
    t = law.traits[node]
    along = bool(ordered_axes(node.type.axes))
    if t & Trait.WHOLE or not along and not t & (_FORMULA | Trait.MACHINE | Trait.EXTREME | Trait.CLOCK | Trait.TIMER):
        return None
    if t & (Trait.MACHINE | Trait.EXTREME | Trait.CLOCK | Trait.TIMER):
        return by("R3" if law.horizon else "L3", law.text(node))
    settled = law.horizon or not t & Trait.UNBOUNDED
    return by("L2" if settled else "L1", law.text(node), least=0)


# --- populations --------------------------------------------------------------------------------------------------


def _of_others(law: Law, node: Node, t: int) -> Part:
    subject = law.text(node)
    if t & Trait.GIVEN:
        return by("Q3", subject, policy=True).after("S7")
    spread = divided_by_spread(node)
    if spread is not None:
        return by("P2" if is_binary(law, spread) else "P3", subject)
    if is_antisymmetric(law.spec, node):
        return by("P5", subject)
    return by("D1" if _is_metric(node) else "P1", subject)


def divided_by_spread(node: Node) -> Node | None:
    """The value by whose spread in the population something is divided in the node, other than that spread itself."""
    for part in reachable([node]):
        inverse = part.op == "pow" and part.args[1].op == "const" and part.args[1]["value"] < 0
        if part.op == "div" or inverse:
            # A share of a spread in spreads has no unit either, but is a weight and no z-score.
            divided = [] if inverse else _spread(part.args[0])
            for value in _spread(part.args[0 if inverse else 1]):
                if value not in divided:
                    return value
    return None


def _spread(node: Node) -> list[Node]:
    """The values whose spread in the population the node is made of."""
    return [part.args[part["roles"].index("x")] for part in reachable([node])
            if part.op in ("std", "var") and part.get("window") == "batch"]


def is_binary(law: Law, node: Node) -> bool:
    """Whether a value is one of two numbers."""
    domain = law.spec.domains.get(node)
    if node.type.kind is Kind.INT and domain is not None and domain.is_finite and domain.hi - domain.lo == 1:
        return True
    if node.op in ("number", "neg", "coalesce"):
        return is_binary(law, node.args[0])
    if node.op in ("add", "sub", "mul", "div"):
        varying = [arg for arg in node.args if arg.op not in ("const", "param")]
        return len(varying) == 1 and is_binary(law, varying[0])
    return _condition(node) is not None


def _is_metric(node: Node) -> bool:
    """Whether a model or verifier looks at all rollouts of a population at once."""
    for part in reachable([node]):
        if part.op == "call":
            lifted = set(part["lifted"])
            if any(axis.like in ("batch", "group") and axis not in lifted for arg in part.args for axis in arg.type.axes):
                return True
    return False
