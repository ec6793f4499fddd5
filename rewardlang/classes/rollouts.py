"""The class of an expectation: of frozen values of a rollout, of the policy's own log-probabilities, of populations."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rewardlang.classes.games import is_antisymmetric
from rewardlang.classes.part import EPISODIC, HISTORY, MDP, NONSTAT, STOPGRAD, Part, by, collapsed, total
from rewardlang.classes.pieces import SUM, VALUE, Piece, pieces
from rewardlang.classes.traits import MEMORY, MOVING, OTHERS, POLICY, Trait, traits
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.values.axes import ordered_axes
from rewardlang.values.types import Kind

#: A discount below 1 that nobody has named.
SOME = "discount"
_TRANSITION = Trait.STEP | Trait.CONTEXT | Trait.PAIR | Trait.REAL | MOVING
_FORMULA = Trait.PAST | Trait.FUTURE
_MOVES = ((Trait.RUNNING, "N1"), (Trait.REFRESHED, "N2"), (Trait.LEARNING, "N3"), (Trait.SCHEDULE, "N4"))


@dataclass(frozen=True, eq=False)
class Law:
    """What is known while the rollouts of one spec are classed under one state model."""

    spec: Spec
    model: str
    traits: dict[Node, int]
    low: Callable[[Node], float | None]

    @property
    def horizon(self) -> bool:
        """Whether a number of steps is known that no episode exceeds."""
        return knows_horizon(self.spec, self.model)

    @property
    def clock(self) -> bool:
        """Whether the state tells the time."""
        return any(info.role == "clock" for info in self.spec.inputs.values())

    def rate(self, discount: float | None) -> object:
        """The discount of a sum; what nobody has named is below 1 where runs may have no end, else 1."""
        found = discount if discount is not None else self.spec.setting.discount
        declared = self.model != MDP or self.spec.setting.kind == "continuing"
        if discount is None and (found is None and self.model == MDP or not declared and found == 1):
            return SOME
        return 1.0 if found is None else float(found)

    def text(self, node: Node) -> str:
        """A node as it is written, short."""
        place = self.spec.graph.origins.get(node)
        words = " ".join(place.text.split()) if place is not None else node.get("name", node.op)
        return f"`{words if len(words) <= 40 else words[:39] + '…'}`"


def knows_horizon(spec: Spec, model: str) -> bool:
    """Whether episodes end after a known number of steps at the latest."""
    return model == HISTORY or model == EPISODIC and spec.setting.horizon is not None


def law(spec: Spec, model: str, roots: list[Node], low) -> Law:
    """Everything that the rules ask about some nodes."""
    return Law(spec, model, traits(spec, roots, knows_horizon(spec, model)), low)


def expectation(law: Law, node: Node) -> Part:
    """E[node], the node added up where it runs along steps."""
    parts, rest = _divergences(law, pieces(node, law.traits))
    parts += [collapsed(_piece(law, piece), law.model) for piece in rest]
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
        found = _of_policy(law, piece, t)
    elif piece.kind == SUM:
        found = signal(law, piece.node, t, law.rate(piece.discount))
    else:
        found = whole(law, piece.node, t)
    return moved(found, t)


def moved(part: Part, t: int) -> Part:
    """The part after what the traits say of training: what moves, and what the gradient does not see."""
    for trait, rule in _MOVES:
        if t & trait:
            part = part.after(rule, flags=part.flags | {NONSTAT})
    if t & Trait.DETACHED and t & POLICY:
        part = replace(part, flags=part.flags | {STOPGRAD})
    return part


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
    if t & Trait.CLOCK and not law.clock:
        t |= Trait.MACHINE if law.horizon else Trait.WHOLE
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
    if t & Trait.WHOLE or not along and not t & (_FORMULA | Trait.MACHINE | Trait.EXTREME | Trait.CLOCK):
        return None
    if t & (Trait.MACHINE | Trait.EXTREME | Trait.CLOCK):
        return by("R3" if law.horizon else "L3", law.text(node))
    settled = law.horizon or not t & Trait.UNBOUNDED
    return by("L2" if settled else "L1", law.text(node), least=0)


# --- the policy itself --------------------------------------------------------------------------------------------


def _divergences(law: Law, found: list[Piece]) -> tuple[list[Part], list[Piece]]:
    """Sums of log-probability under the policy minus that under another, and what is left."""
    rest, parts = list(found), []
    for piece in found:
        if not law.traits[piece.node] & Trait.OWN or _source(piece.node).op != "input" or piece not in rest:
            continue
        partner = next((other for other in rest if _is_partner(law, piece, other)), None)
        if partner is not None:
            rest.remove(piece)
            rest.remove(partner)
            t = law.traits[piece.node] | law.traits[partner.node]
            subject = f"{law.text(piece.node)} - {law.text(partner.node)}"
            name = "G2" if piece.kind == SUM else "Q2"
            rate = law.rate(piece.discount) if piece.kind == SUM else None
            parts.append(moved(by(name, subject, discount=rate, policy=True, notes=frozenset({"kl"})), t))
    return parts, rest


def _source(node: Node) -> Node:
    return node.args[0] if node.op == "detach" else node


def _is_partner(law: Law, piece: Piece, other: Piece) -> bool:
    info = law.spec.inputs.get(_source(other.node).get("name"))
    same = (piece.kind, piece.discount, piece.factor) == (other.kind, other.discount, other.factor)
    return bool(same and piece.sign == -other.sign and info and info.role in ("reference", "old", "refreshed"))


def _of_policy(law: Law, piece: Piece, t: int) -> Part:
    subject = law.text(piece.node)
    if t & Trait.GIVEN:
        full = ("full_support", "policy") in law.spec.declared
        return by("Q3b" if full else "Q3", subject, policy=True)
    if piece.kind == SUM and t & Trait.STATE and not t & Trait.OWN:
        name = "G3" if _rests_on_data(law, piece.node) else "Q1"
        return by(name, subject, policy=True, discount=law.rate(piece.discount))
    return by("Q2", subject, policy=True)


def _rests_on_data(law: Law, node: Node) -> bool:
    """Whether it rests on more than the policy's distribution."""
    return any(part.op == "call" or part.op == "input" and not law.traits[part] & POLICY for part in reachable([node]))


# --- populations --------------------------------------------------------------------------------------------------


def _of_others(law: Law, node: Node, t: int) -> Part:
    subject = law.text(node)
    if t & Trait.GIVEN:
        return by("Q3", subject, policy=True).after("S7")
    spread = divided_by_spread(node)
    if spread is not None:
        return by("P2" if is_binary(spread) else "P3", subject)
    if is_antisymmetric(law.spec, node):
        return by("P5", subject)
    return by("D1" if _is_metric(node) else "P1", subject)


def divided_by_spread(node: Node) -> Node | None:
    """The value by whose spread in the population something is divided in the node."""
    for part in reachable([node]):
        if part.op == "div":
            for inner in reachable([part.args[1]]):
                if inner.op in ("std", "var") and inner.get("window") == "batch":
                    return inner.args[inner["roles"].index("x")]
    return None


def is_binary(node: Node) -> bool:
    """Whether a value is one of two numbers."""
    if node.op in ("number", "neg", "coalesce"):
        return is_binary(node.args[0])
    if node.op in ("add", "sub", "mul", "div"):
        varying = [arg for arg in node.args if arg.op not in ("const", "param")]
        return len(varying) == 1 and is_binary(varying[0])
    return _condition(node) is not None


def _is_metric(node: Node) -> bool:
    """Whether a model or verifier looks at all rollouts of a population at once."""
    for part in reachable([node]):
        if part.op == "call":
            lifted = set(part["lifted"])
            if any(axis.like in ("batch", "group") and axis not in lifted for arg in part.args for axis in arg.type.axes):
                return True
    return False
