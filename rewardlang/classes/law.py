"""What is known while a spec is classed, and what training does to any part: what moves, what no gradient sees."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rewardlang.classes.part import EPISODIC, HISTORY, MDP, NONSTAT, STOPGRAD, Part
from rewardlang.classes.traits import POLICY, Trait, traits
from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec

#: A discount below 1 that nobody has named.
SOME = "discount"
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


def moved(part: Part, t: int) -> Part:
    """The part after what the traits say of training: what moves, and what the gradient does not see."""
    for trait, rule in _MOVES:
        if t & trait:
            part = part.after(rule, flags=part.flags | {NONSTAT})
    if t & Trait.DETACHED and t & POLICY:
        part = replace(part, flags=part.flags | {STOPGRAD})
    return part
