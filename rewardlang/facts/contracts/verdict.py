"""What came of an `ensure`: proved, refuted by a witness that the reference interpreter confirms, or not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt

from rewardlang.ir.node import Node
from rewardlang.ir.spec import EnsureInfo
from rewardlang.values.axes import join
from rewardlang.values.interval import Interval
from rewardlang.values.types import FLOAT, Type

#: What the comparisons of a claim say of two numbers.
HOLDS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": lambda a, b: a == b, "!=": lambda a, b: a != b}

PROVED, REFUTED, UNPROVED = "proved", "refuted", "unproved"


@dataclass(frozen=True)
class Verdict:
    """The answer to one claim.

    `witness` is an assignment of sources by name (or a pair of them, as {"first": …, "second": …}), `shows` the
    sentence that says what happens there, `known` what could be proved instead, `reason` a tag of the mistake.
    """

    info: EnsureInfo
    status: str
    witness: Mapping[str, object] | None = None
    shows: str = ""
    known: str = ""
    reason: str | None = None


def detached(op: str, *args: Node, type: Type, **attrs) -> Node:
    """A node beside the graph: a question about its arguments, of which the program need not know."""
    return Node(op, args, type, tuple(sorted(attrs.items())), 1 + max((arg.number for arg in args), default=0))


def between(interval: Interval | None) -> str:
    """`between 0 and 1`, `at least 0`, `anything`."""
    if interval is None:
        return "never valid"
    if interval.is_finite:
        return f"it is only known to lie in {interval}"
    if type(interval.lo) is float and type(interval.hi) is float:
        return "it has no known bound"
    low, high = str(interval)[1:-1].split(", ")
    return f"it is only known to be {f'at least {low}' if type(interval.hi) is float else f'at most {high}'}"


def present(*given: Node | None) -> tuple[Node, ...]:
    """The conditions that there are."""
    return tuple(condition for condition in given if condition is not None)


def settles(op: str, gap: Interval) -> bool | None:
    """Whether `left op right` holds for every gap = left - right of a range, or for none of it."""
    if op in ("==", "!="):
        same = True if gap.lo == gap.hi == 0 else False if not gap.contains(0) else None
        return same if same is None or op == "==" else not same
    low, high = HOLDS[op](gap.lo, 0), HOLDS[op](gap.hi, 0)
    return low if low == high else None


def unbounded(interval: Interval | None) -> str | None:
    """The reason `unbounded` where a range has no end."""
    return "unbounded" if interval is not None and not interval.is_finite else None


def where(node: Node, conditions: list[Node]) -> Node:
    """The node where all conditions hold, invalid elsewhere."""
    for condition in conditions:
        axes = join(condition.type.axes, node.type.axes)
        nothing = detached("const", type=FLOAT.as_optional(), value=None)
        node = detached("gate", condition, node, nothing, type=FLOAT.with_axes(axes).as_optional())
    return node
