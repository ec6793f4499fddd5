"""The class of what rests on the policy itself: regularisers at the states it visits, log-probabilities of texts."""

from rewardlang.classes.law import Law, moved
from rewardlang.classes.part import HISTORY, Part, by
from rewardlang.classes.pieces import SUM, Piece
from rewardlang.classes.traits import POLICY, Trait
from rewardlang.ir.node import Node, reachable


def divergences(law: Law, found: list[Piece]) -> tuple[list[Part], list[Piece]]:
    """Sums of log-probability under the policy minus that under another, and what is left."""
    rest, parts = list(found), []
    for piece in found:
        if not law.traits[piece.node] & Trait.OWN or _source(piece.node).op != "input" or piece not in rest:
            continue
        partner = next((other for other in rest if _is_partner(law, piece, other)), None)
        if partner is not None:
            rest.remove(piece)
            rest.remove(partner)
            t = law.traits[piece.node] | law.traits[partner.node] | piece.extra | partner.extra
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


def without_references(law: Law, found: list[Piece]) -> list[Piece]:
    """Without a frozen reference's log-probabilities of given texts, where the policy's stand beside: one function of both."""
    if not any(law.traits[piece.node] & Trait.GIVEN for piece in found):
        return found
    return [piece for piece in found if not _is_given_reference(law, piece.node)]


def _is_given_reference(law: Law, node: Node) -> bool:
    infos = [law.spec.inputs[part["name"]] for part in reachable([node]) if part.op == "input"]
    return bool(infos) and all(info.of_given and info.role == "reference" for info in infos)


def of_policy(law: Law, piece: Piece, t: int) -> Part:
    """What rests on the policy's own probabilities."""
    subject, rate = law.text(piece.node), law.rate(piece.discount) if piece.kind == SUM else None
    if t & Trait.GIVEN:
        full = ("full_support", "policy") in law.spec.declared
        return by("Q3b" if full else "Q3", subject, policy=True)
    if piece.kind == SUM and t & Trait.STATE and not t & Trait.OWN:
        if not _rests_on_data(law, piece.node):
            return by("Q1", subject, policy=True, discount=rate)
        if _is_divergence(law, piece.node):
            return by("G2", subject, policy=True, discount=rate, notes=frozenset({"kl"}))
        return by("G3", subject, policy=True, discount=rate)
    if _is_surprise(law, piece):
        return by("G1", subject, policy=True, discount=rate)
    return by("Q2", subject, policy=True)


def _rests_on_data(law: Law, node: Node) -> bool:
    """Whether it rests on more than the policy's distribution."""
    return any(part.op == "call" or part.op == "input" and not law.traits[part] & POLICY for part in reachable([node]))


def _is_surprise(law: Law, piece: Piece) -> bool:
    """Whether it is minus the log-probability of the actions taken, step by step: a sample of the policy's entropy."""
    own = piece.node.op == "input" and law.traits[piece.node] & Trait.OWN and not piece.extra & Trait.DETACHED
    return bool(own and piece.kind == SUM and piece.sign < 0 and law.model != HISTORY)


def _is_divergence(law: Law, node: Node) -> bool:
    """Whether it is the sum over actions of p * log(p / q), p the policy's distribution at a state and q a reference's."""
    while node.op in ("neg", "number", "coalesce", "detach"):
        node = node.args[0]
    if node.op != "sum" or node["roles"] != ("x",):
        return False
    x = _plain(node.args[0])
    if x.op != "mul":
        return False
    return any(_is_ratio(law, p, _plain(ratio)) for p, ratio in (x.args, x.args[::-1]))


def _is_ratio(law: Law, p: Node, ratio: Node) -> bool:
    """Whether `ratio` is log(p / q), or log(p) - log(q)."""
    if ratio.op == "log" and _plain(ratio.args[0]).op == "div":
        above, below = _plain(ratio.args[0]).args
    elif ratio.op == "sub" and all(_plain(arg).op == "log" for arg in ratio.args):
        above, below = (_plain(arg).args[0] for arg in ratio.args)
    else:
        return False
    info = law.spec.inputs.get(below.get("name")) if below.op == "input" else None
    return above is p and info is not None and info.role in ("reference", "old", "refreshed")


def _plain(node: Node) -> Node:
    """What a value is where it is valid."""
    while node.op == "coalesce":
        node = node.args[0]
    return node
