"""What a value of a rollout rests on, as a set of traits: memory, the policy itself, other rollouts, training."""

from collections.abc import Iterable

from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.values.types import Kind


class Trait:
    """What a value may rest on: one bit each of a plain number, since these are joined for every node."""

    STEP = 1                # the transition
    CONTEXT = 2             # what a rollout has once, known from its start
    PAIR = 4                # the step before or after
    PAST = 8                # temporal words that look back
    FUTURE = 16             # temporal words that look ahead
    MACHINE = 32            # other finite memory
    EXTREME = 64            # a running extreme of finitely many values
    CLOCK = 128             # the number of the step
    WHOLE = 256             # the whole trajectory, real-valued memory included
    UNBOUNDED = 512         # a temporal word without a window
    REAL = 1024             # infinitely many values
    OWN = 2048              # the policy's log-probability of its own rollout
    STATE = 4096            # the policy's distribution at a state
    GIVEN = 8192            # the policy's log-probability of other texts
    DETACHED = 16384        # hidden from the gradient
    STATISTIC = 32768       # other rollouts of the policy
    RIVAL = 65536           # other rollouts, along an axis of their own
    RUNNING = 131072        # all rollouts so far
    REFRESHED = 262144
    LEARNING = 524288
    SCHEDULE = 1048576
    TIMER = 2097152         # the number of the step, compared with one that is fixed


MEMORY = Trait.PAST | Trait.FUTURE | Trait.MACHINE | Trait.EXTREME | Trait.CLOCK | Trait.TIMER | Trait.WHOLE \
    | Trait.PAIR
POLICY = Trait.OWN | Trait.STATE | Trait.GIVEN
OTHERS = Trait.STATISTIC | Trait.RIVAL
MOVING = Trait.RUNNING | Trait.REFRESHED | Trait.LEARNING | Trait.SCHEDULE

_BACK = frozenset("previous weak_previous once historically since triggers".split())
AHEAD = frozenset("next weak_next always eventually until weak_until release strong_release".split())
_BESIDE = frozenset("next weak_next previous weak_previous".split())
_NEIGHBOURS = frozenset({"prev", "ahead", "delta"})
_COUNTS = frozenset({"sum", "mean", "count", "cumsum", "cumcount", "cummean", "prod", "cumprod"})
_COMPARED = frozenset("eq ne lt le gt ge".split())
_MODES = {"refreshed": Trait.LEARNING, "trained": Trait.LEARNING}
_REAL, _STEP, _WHOLE, _MACHINE = Trait.REAL, Trait.STEP, Trait.WHOLE, Trait.MACHINE


def traits(spec: Spec, roots: Iterable[Node], horizon: bool) -> dict[Node, int]:
    """The traits of the roots and of all they rest on; `horizon` says that the number of steps is bounded and known."""
    found: dict[Node, int] = {}
    for node in reachable(roots):
        own = 0
        for arg in node.args:
            own |= found[arg]
        found[node] = _of(spec, node, own, horizon)
    return found


def _of(spec: Spec, node: Node, args: int, horizon: bool) -> int:
    op = node.op
    if op == "const":
        return 0
    if op == "param":
        return Trait.LEARNING if spec.params[node["name"]].learnable else 0
    if op == "input":
        return _input(spec, node)
    if op == "call":
        return _call(spec, node, args)
    if op in ("total", "state", "walk", "carried"):
        return _memory(node, args, horizon)
    if op == "rename" and node["source"] in ("batch", "group"):
        return args | Trait.RIVAL
    if node.get("window") is not None:
        return _window(node, args)
    if op in ("index", "length", "at_first"):
        ordered = node["axis"].ordered
        time = Trait.TIMER if op == "at_first" else Trait.CLOCK
        return args | (time if ordered else 0) | (_REAL if op == "length" and ordered and not horizon else 0)
    if op == "detach":
        return args | Trait.DETACHED
    if op in _COMPARED and {arg.op for arg in node.args} == {"index", "const"}:
        return args & ~Trait.CLOCK | (Trait.TIMER if args & Trait.CLOCK else 0)
    return _operator(node, args, horizon)


def _window(node: Node, args: int) -> int:
    """A running statistic is one number for all rollouts, unless it asks for their keys or places.

    How many a population has is no matter of the policy.
    """
    if node["window"] == "run":
        own = "by" in node["roles"] or OPERATORS[node.op].family is Family.SCAN
        return Trait.RUNNING | (args if own else args & Trait.LEARNING)
    if node.op == "count" and "where" not in node["roles"]:
        return 0
    return _valued(node, args | Trait.STATISTIC)


def _input(spec: Spec, node: Node) -> int:
    info, kind = spec.inputs.get(node["name"]), node.type.kind
    domain = spec.domains.get(node)
    finite = kind in (Kind.BOOL, Kind.ENUM) or kind is Kind.INT and domain is not None and domain.is_finite
    own = 0 if finite else _REAL
    if any(axis.ordered for axis in node.type.axes):
        own |= _STEP
    else:
        own |= Trait.CONTEXT if spec.setting.kind != "single_turn" else _WHOLE
    if info is None or info.role == "policy" and not kind.numeric:
        return own
    if info.role == "policy":
        loose = any(not axis.ordered for axis in node.type.axes)
        return own | (Trait.GIVEN if info.of_given else Trait.STATE if info.of_state or loose else Trait.OWN)
    if info.role == "trainer" and not any(axis.ordered for axis in node.type.axes):
        return Trait.SCHEDULE
    return own | {"refreshed": Trait.REFRESHED, "old": Trait.REFRESHED, "trainer": Trait.SCHEDULE}.get(info.role, 0)


def _call(spec: Spec, node: Node, args: int) -> int:
    info = spec.externals.get(node["callee"])
    lifted = set(node["lifted"])
    whole = any(axis.ordered and axis not in lifted for arg in node.args for axis in arg.type.axes)
    own = args | (_WHOLE if whole else 0) | _MODES.get(info.mode if info else None, 0)
    domain = info.domain if info else None
    return _valued(node, own, finite=node.type.kind is Kind.INT and domain is not None and domain.is_finite)


def _memory(node: Node, args: int, horizon: bool) -> int:
    if node.op == "total":
        return args | (_MACHINE if horizon and not args & _REAL else _WHOLE)
    if node.op == "walk":
        return (args & ~_REAL) | _MACHINE
    if node.op == "carried":
        return _STEP | (0 if node.type.kind in (Kind.BOOL, Kind.INT, Kind.ENUM) else _REAL)
    counted = all(arg.type.kind in (Kind.BOOL, Kind.INT, Kind.ENUM) for arg in node.args) and not node.get("backward")
    return args | (_MACHINE if counted else _WHOLE)


def _valued(node: Node, own: int, finite: bool = False) -> int:
    """Truth values are finitely many, whatever they are made of."""
    if finite or node.type.kind in (Kind.BOOL, Kind.ENUM) or node.op == "sign":
        return own & ~_REAL
    return own | (_REAL if node.op in ("call", "std", "var") else 0)


def _operator(node: Node, args: int, horizon: bool) -> int:
    row = OPERATORS.get(node.op)
    family = row.family if row is not None else Family.POINTWISE
    if family is Family.TEMPORAL:
        return _temporal(node, args)
    over = node.get("over") or ()
    if not isinstance(over, tuple) or not any(axis.ordered for axis in over) or node.op in ("place", "spread"):
        return _valued(node, args)
    real = args & _REAL
    if node.op in ("any", "all"):
        return args | Trait.FUTURE | Trait.UNBOUNDED
    if node.op in _NEIGHBOURS:
        again = args & (Trait.PAIR | Trait.MACHINE | Trait.WHOLE)
        return args | (Trait.PAIR if not again else _WHOLE if real else _MACHINE)
    if real or (node.op in _COUNTS and not horizon):
        return _valued(node, args | _WHOLE | _REAL)
    if node.op in ("cummax", "cummin", "max", "min"):
        return args | (Trait.EXTREME if horizon or family is Family.SCAN else _WHOLE)
    return args | (_MACHINE if horizon or family is Family.SCAN else _WHOLE)


def _temporal(node: Node, args: int) -> int:
    if node.get("margin") or node.op in ("soft_minimum", "soft_maximum"):
        return args | _WHOLE | _REAL
    if node.op == "opening":
        return args | Trait.FUTURE
    own = args | (Trait.PAST if node.op in _BACK else Trait.FUTURE)
    return own if node.op in _BESIDE or "low" in node["roles"] else own | Trait.UNBOUNDED
