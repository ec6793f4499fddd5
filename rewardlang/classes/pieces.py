"""A value of a rollout taken apart into a weighted sum of pieces: each a sum over steps or a value of the whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rewardlang.classes.additive import Reworded, reworded
from rewardlang.classes.traits import MOVING, OTHERS, POLICY, Trait
from rewardlang.ir.node import Node
from rewardlang.values.axes import ordered_axes, without

SUM, MEAN, FIRST, LAST, VALUE = "sum", "mean", "first", "last", "value"

_THROUGH = frozenset({"number", "coalesce"})
_MEMORY = Trait.PAST | Trait.FUTURE | Trait.MACHINE | Trait.EXTREME | Trait.CLOCK | Trait.TIMER | Trait.WHOLE


@dataclass(frozen=True, slots=True)
class Piece:
    """`node` added up over the steps (`sum`, with `discount`; None is the setting's), averaged, at the first or last step, or as it is.

    `factor` names what it is multiplied by, `sign` included apart; `extra` are the traits of masks and of moving factors.
    `population`: it is seen through the mean of the population. `written` is the value of which it is a part in other words.
    """

    node: Node
    kind: str = VALUE
    discount: float | None = None
    factor: tuple = ()
    sign: int = 1
    extra: int = 0
    population: bool = False
    written: Node | None = None


def pieces(node: Node, traits: Mapping[Node, int]) -> list[Piece]:
    """The pieces of a value; what runs along an ordered axis is added up with the setting's discount."""
    stack = [Piece(node, SUM if ordered_axes(node.type.axes) else VALUE)]
    found = []
    while stack:
        piece = stack.pop()
        parts = list(_parts(piece, traits))
        if parts == [piece]:
            found.append(piece)
        else:
            stack += reversed(parts)
    return _without_baselines(found)


def _parts(piece: Piece, traits: Mapping[Node, int]) -> Iterator[Piece]:
    node, op = piece.node, piece.node.op
    others = reworded(node, traits, piece.kind == SUM) if piece.kind in (SUM, VALUE) else None
    if others is not None:
        yield from (_in_other_words(piece, other) for other in others)
    elif op in ("add", "sub"):
        yield replace(piece, node=node.args[0])
        yield replace(piece, node=node.args[1], sign=piece.sign if op == "add" else -piece.sign)
    elif op == "neg":
        yield replace(piece, node=node.args[0], sign=-piece.sign)
    elif op == "number" or op == "coalesce" and node.args[1].op == "const":
        yield replace(piece, node=node.args[0])
    elif op == "detach" and traits[node] & POLICY:
        yield replace(piece, node=node.args[0], extra=piece.extra | Trait.DETACHED)
    elif op in ("mul", "div"):
        yield _scaled(piece, traits)
    elif op == "total":
        yield replace(piece, node=node.args[0], kind=SUM, discount=node["discount"])
    elif op in ("sum", "mean"):
        yield _gathered(piece, traits)
    elif op == "at_last" and piece.kind == SUM and traits[node] & (_MEMORY | POLICY | OTHERS):
        yield replace(piece, node=node.args[0], kind=VALUE) if not ordered_axes(node.args[0].type.axes) else piece
    else:
        yield piece


def _in_other_words(piece: Piece, other: Reworded) -> Piece:
    kind = {"sum": SUM, "first": FIRST, "last": LAST, "once": VALUE}.get(other.kind, piece.kind)
    discount = 1.0 if other.kind == "sum" else piece.discount
    return replace(piece, node=other.node, kind=kind, discount=discount, extra=piece.extra | other.extra,
                   written=piece.written or piece.node)


def _scaled(piece: Piece, traits: Mapping[Node, int]) -> Piece:
    """Without a factor that is no value of the rollout."""
    one, other = piece.node.args
    for part, factor in ((one, other), (other, one)) if piece.node.op == "mul" else ((one, other),):
        if not traits[factor] & ~(MOVING | Trait.REAL):
            moves, sign = traits[factor] & MOVING, piece.sign
            while factor.op == "neg":
                factor, sign = factor.args[0], -sign
            sign = -sign if factor.op == "const" and _number(factor) < 0 else sign
            key = (piece.node.op, abs(_number(factor)) if factor.op == "const" else factor.number)
            return replace(piece, node=part, factor=(*piece.factor, key), sign=sign, extra=piece.extra | moves)
    return piece


def _number(node: Node):
    value = node["value"]
    return value if isinstance(value, (int, float)) or hasattr(value, "numerator") else 1


def _gathered(piece: Piece, traits: Mapping[Node, int]) -> Piece:
    """A sum or mean over steps, or the mean over a population, seen as its entries."""
    node = piece.node
    roles = dict(zip(node["roles"], node.args))
    x, where = roles["x"], roles.get("where")
    if node.get("window") in ("batch",):
        keeps = where is None and (node.get("group") or "by" not in roles)
        return replace(piece, node=x, population=True) if keeps else piece
    left = without(x.type.axes, node["over"])
    steps = "by" not in roles and ordered_axes(node["over"]) and len(left) + len(node["over"]) == len(x.type.axes)
    if not steps or ordered_axes(left) or piece.kind != VALUE or any(not axis.ordered for axis in node["over"]):
        return piece
    mask = traits[where] if where is not None else 0
    if mask & (POLICY | OTHERS) or node.op == "mean" and not traits[x] & POLICY:
        return piece
    return replace(piece, node=x, kind=SUM if node.op == "sum" else MEAN, discount=1.0, extra=piece.extra | mask)


def _without_baselines(found: list[Piece]) -> list[Piece]:
    """Without population means that are subtracted from the very value that they are means of."""
    kept = {(piece.node, piece.kind, piece.sign) for piece in found if not piece.population}
    return [piece for piece in found if not piece.population or (piece.node, piece.kind, -piece.sign) not in kept]
