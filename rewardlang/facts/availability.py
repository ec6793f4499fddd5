"""When a value is known: at the step itself, one step later, at the episode's end, or with the group, batch or run."""

from collections.abc import Mapping

from rewardlang.facts.needs import POPULATIONS, moved_axes
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec

#: From the earliest to the latest.
LEVELS = ("step", "next_step", "episode", "group", "batch", "run")

_STEP, _NEXT, _EPISODE = range(3)
_LONGEST = 80

#: Reductions, scans, temporal words and walks that look at no later position than the one they answer for.
_PAST = frozenset({"cumsum", "cumprod", "cummax", "cummin", "cummean", "cumcount", "prev", "delta",
                   "previous", "weak_previous", "once", "historically", "since", "triggers", "opening", "walk"})

#: Temporal words that look ahead within a window.
_WINDOWED = frozenset({"always", "eventually", "until", "weak_until", "release", "strong_release"})

#: Placements whose value at a position can rest on any position of an ordered axis.
_ANYWHERE = frozenset({"place", "spread", "rename"})


def cause(levels: Mapping[Node, str], node: Node) -> Node | None:
    """The node, of those that one rests on, that makes it wait: the first that is as late; None for what is known at its step."""
    if levels[node] == LEVELS[_STEP]:
        return None
    while (later := next((arg for arg in node.args if levels[arg] == levels[node]), None)) is not None:
        node = later
    return node


def waiting(spec: Spec, node: Node) -> str:
    """A node that is known late, in words: by its name, else as it is written."""
    named = next((name for name, other in spec.names.items() if other is node), None) if node.op == "state" else node.get("name")
    place = spec.graph.origins.get(node)
    words = named or (" ".join(place.text.split()) if place is not None else node.op)
    return f"`{words if len(words) <= _LONGEST else words[:_LONGEST - 1] + '…'}`"


def availability(spec: Spec, roots: list[Node], run: str = "run") -> dict[Node, str]:
    """The level of every node that the roots rest on; `run` is that of a statistic over the run, its entries known."""
    levels: dict[Node, int] = {}
    for node in reachable(roots):
        below = max((levels[arg] for arg in node.args), default=_STEP)
        own = LEVELS.index(run) if node.get("window") == "run" else _own(spec, node)
        # One step ahead of what is itself known one step later is more than the next step.
        levels[node] = _EPISODE if own == below == _NEXT and _is_ahead(node) else max(own, below)
    return {node: LEVELS[level] for node, level in levels.items()}


def _own(spec: Spec, node: Node) -> int:
    """The least level at which this operator can answer, whatever its arguments."""
    if node.op == "input":
        return _of_input(spec, node)
    if node.op in ("length", "at_last"):
        return _EPISODE if node["axis"].ordered else _STEP
    if node.get("window"):
        return LEVELS.index("group" if node.get("group") else node["window"])
    if node.op == "pick":
        return _EPISODE if node["axis"].ordered and node["index"] else _STEP
    if node.op == "call":
        whole = [axis for arg in node.args for axis in arg.type.axes if axis not in node["lifted"]]
        return _EPISODE if any(axis.ordered for axis in whole) else _STEP
    if node.op == "state":
        return _EPISODE if node["backward"] else _STEP
    if _is_ahead(node):
        return _NEXT
    if node.get("roles") is not None:
        future = node.op not in _PAST and any(axis.ordered for axis in node["over"])
        return _EPISODE if future else _STEP
    if node.op in _ANYWHERE:
        return _of_placement(node)
    return _STEP


def _is_ahead(node: Node) -> bool:
    """Whether it looks at the step after its own, and no further: a word for it, or a window that ends there."""
    if node.op in ("ahead", "next", "weak_next"):
        return not node.get("window")
    return node.op in _WINDOWED and _high(node) == 1


def _high(node: Node) -> int | None:
    """The end of a window, where it is a known number."""
    high = dict(zip(node["roles"], node.args)).get("high")
    return high["value"] if high is not None and high.op == "const" else None


def _of_input(spec: Spec, node: Node) -> int:
    """Without an ordered axis, a single turn's data is there when the turn is over, an episode's and a trainer's from the start."""
    info = spec.inputs.get(node["name"])
    if info is not None and info.role == "trainer":
        return _STEP
    ordered = any(axis.ordered for axis in node.type.axes)
    return _EPISODE if spec.setting.kind == "single_turn" and not ordered else _STEP


def _of_placement(node: Node) -> int:
    axes = moved_axes(node)
    names = [name for axis in axes for name in (getattr(axis, "name", axis), getattr(axis, "like", None))]
    populations = [LEVELS.index(name) for name in names if name in POPULATIONS]
    if populations:
        return max(populations)
    return _EPISODE if any(getattr(axis, "ordered", False) for axis in axes) else _STEP
