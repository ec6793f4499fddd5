"""What a spec asks of training: what a policy must see, when a reward is known, and what a trainer could not serve."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rewardlang.classes.derive import Expressivity
from rewardlang.classes.traits import OTHERS, traits
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import ObjectiveInfo, nodes_of
from rewardlang.ir.spec import Spec

LEVELS = ("step", "next_step", "episode", "group", "batch", "run")


@dataclass(frozen=True)
class Needs:
    """What a trainer can serve.

    `availability` is the latest level at which it still takes a reward, `memory` whether its policy
    sees the state of machines and of stateful lets, `discount` its own discount (None: any),
    `classes` the formalisms that it optimises (empty: any).
    """

    availability: str = "run"
    memory: bool = True
    discount: float | None = None
    classes: tuple[str, ...] = ()


def remembered(spec: Spec, nodes: Iterable[Node]) -> tuple[str, ...]:
    """What a policy must see beside the environment's state: machines, formulas and states by name, and the time."""
    found: list[str] = []
    machines = {node: name for name, info in spec.machines.items() for node in reachable([info.states]) if node.op == "walk"}
    states = {node: name for name, node in spec.names.items() if node.op == "state"}
    states |= {node: f"{name}.{word}" for name, info in spec.machines.items() for word, node in info.members.items() if node.op == "state"}
    for node in reachable(nodes):
        if node.op == "walk":
            found.append(f"the state of `{machines[node]}`" if node in machines else "the state of a formula's automaton")
        elif node.op == "state":
            found.append(f"`{states[node]}`" if node in states else "a state")
        elif node.op == "index" and node["axis"].ordered:
            found.append("the number of the step")
    return tuple(dict.fromkeys(found))


def ascended(spec: Spec, of: Callable[[str], Expressivity | None]) -> tuple[str, ...]:
    """What advantages, weights and filters make of the objective, as sentences; `of` gives the class of an output."""
    said = []
    reward = next((name for name, info in spec.outputs.items() if info.role == "reward"), None)
    own = of(reward) if reward is not None else None
    for name, info in spec.outputs.items():
        found = of(name) if info.role == "advantage" else None
        if found is not None and "no objective" in found.notes:
            said.append(f"the update by `{name}` is the gradient of no objective")
        elif found is not None and own is not None and found.effective != own.effective:
            said.append(f"what the update by `{name}` ascends is of class {' and '.join(found.effective)}, and the expected "
                        f"reward of class {' and '.join(own.effective)}")
        if info.role in ("weight", "keep") and traits(spec, [info.node], True)[info.node] & OTHERS:
            said.append(f"`{name}` rests on other rollouts of the policy, so that prompts count by how it fares on them: what "
                        "is ascended is another objective than the expected reward")
    return tuple(said)


def refusals(spec: Spec, objective: ObjectiveInfo, found: Expressivity, level: str, needs: Needs) -> tuple[str, ...]:
    """Sentences, one for each thing that a trainer with these abilities could not serve; none if it can."""
    said = []
    if LEVELS.index(level) > LEVELS.index(needs.availability):
        said.append(f"the reward is known at `{level}`, and this trainer takes it at `{needs.availability}` at the latest")
    memory = remembered(spec, nodes_of(objective)) if found.model != "history" else ()
    if memory and not needs.memory:
        said.append(f"the reward rests on {', '.join(memory)}, which this trainer's policy does not see")
    wanted = spec.setting.discount if spec.setting.discount is not None else 1.0 if found.model != "mdp" else None
    if None not in (needs.discount, wanted) and needs.discount != wanted:
        said.append(f"the spec means a discount of {wanted:g}, and this trainer uses {needs.discount:g}")
    if needs.classes and not any(found.at_most(name) for name in needs.classes):
        said.append(f"its class is {' and '.join(found.effective)}, and this trainer optimises {', '.join(needs.classes)}")
    return tuple(said)
