"""What a spec asks of training: what a policy must see, when a reward is known, and what a trainer could not serve."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rewardlang.classes.derive import Expressivity
from rewardlang.classes.part import HISTORY
from rewardlang.classes.traits import AHEAD, OTHERS, traits
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import MEASURES, ObjectiveInfo, measures_of, nodes_of
from rewardlang.ir.spec import Spec

_LONGEST = 80

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


#: Scans of which the next value rests on more than the entry before.
_SCANS = frozenset("cumsum cumprod cummax cummin cummean cumcount".split())
_LOOKS_BACK = frozenset("once historically since triggers".split())

#: What a rule says that a best policy must see.
_BY_RULE = {"M2": "the time left", "I1": "the return so far", "I2": "the return so far", "K1": "the return so far"}


def remembered(spec: Spec, objective: ObjectiveInfo, found: Expressivity) -> tuple[str, ...]:
    """What a policy must see beside the environment's state: machines, counters, formulas and states by name, sums, the time.

    Nothing where the state is the whole history.
    """
    if found.model == HISTORY:
        return ()
    said = list(remembered_by(spec, nodes_of(objective)))
    said += [f"the state of the automaton of {written(spec, part.node)}" for part in measures_of(objective)
             if part.op == "probability" and _looks_ahead(part.node)]
    rules = [line.rpartition("(")[2].rstrip(")") for line in found.derivation]
    timed = any(info.role == "clock" for info in spec.inputs.values())
    said += [_BY_RULE[rule] for rule in rules if rule in _BY_RULE and not (timed and rule == "M2")]
    return tuple(dict.fromkeys(said))


def remembered_by(spec: Spec, nodes: Iterable[Node]) -> tuple[str, ...]:
    """What the values of nodes rest on beside the step that they are of."""
    return tuple(dict.fromkeys(sentence for node in reachable(nodes) if (sentence := _of_node(spec, node))))


def _of_node(spec: Spec, node: Node) -> str | None:
    """What one node remembers."""
    if node.op == "walk":
        return _of_walk(spec, node)
    if node.op == "state":
        members = {other: f"{name}.{word}" for name, info in spec.machines.items() for word, other in info.members.items()}
        name = next((name for name, other in spec.names.items() if other is node), members.get(node))
        return f"`{name}`" if name else "a state"
    if node.op == "index" and node["axis"].ordered:
        return "the number of the step"
    past = node.op in _LOOKS_BACK or node.op in _SCANS and not node.get("window")
    if past and any(axis.ordered for axis in node["over"]):
        return written(spec, node)
    deep = node.op == "prev" and any(part.op == "prev" for part in reachable([node.args[0]]))
    return written(spec, node) if deep else None


def _of_walk(spec: Spec, node: Node) -> str:
    for name, info in spec.machines.items():
        if node in reachable([info.states]):
            counters = ", ".join(f"`{counter.name}`" for counter in info.machine.counters)
            return f"the state of `{name}`" + (f" with its counters {counters}" if counters else "")
    return "the state of a formula's automaton"


def _looks_ahead(node: Node) -> bool:
    """Whether it is a formula that more than its first step decides."""
    words = [part for part in reachable([node]) if part.op in AHEAD]
    return any(axis.ordered for part in words for axis in part["over"])


def written(spec: Spec, node: Node) -> str:
    """A node as it is written, short."""
    place = spec.graph.origins.get(node)
    words = " ".join(place.text.split()) if place is not None else node.op
    return f"`{words if len(words) <= _LONGEST else words[:_LONGEST - 1] + '…'}`"


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
    return tuple(refusal.sentence for refusal in unserved(spec, objective, found, level, needs))


class Refusal(NamedTuple):
    """One thing that a trainer could not serve: `late`, `unseen`, `discount` or `class`, and a sentence."""

    cause: str
    sentence: str


def unserved(spec: Spec, objective: ObjectiveInfo, found: Expressivity, level: str, needs: Needs) -> Iterator[Refusal]:
    """Each thing that a trainer with these abilities could not serve."""
    if LEVELS.index(level) > LEVELS.index(needs.availability):
        yield Refusal("late", f"the reward is known at `{level}`, and this trainer takes it at `{needs.availability}` at the latest")
    memory = remembered(spec, objective, found)
    if memory and not needs.memory:
        yield Refusal("unseen", f"the reward rests on {', '.join(memory)}, which this trainer's policy does not see")
    if needs.discount is not None:
        yield from (Refusal("discount", sentence) for sentence in _of_discount(spec, objective, found, needs.discount))
    if needs.classes and not any(found.at_most(name) for name in needs.classes):
        yield Refusal("class", f"its class is {' and '.join(found.effective)}, and this trainer optimises {', '.join(needs.classes)}")


def _of_discount(spec: Spec, objective: ObjectiveInfo, found: Expressivity, rate: float) -> Iterator[str]:
    """What is said to a trainer that discounts by this rate; a rate of 1 is none."""
    default = spec.setting.discount if spec.setting.discount is not None else 1.0 if found.model != "mdp" else None
    wanted: set[float] = set()
    for part in measures_of(objective):
        if part.op in ("average", "probability") and found.model != HISTORY:
            name = "a long-run average" if part.op == "average" else "a probability"
            if rate != 1:
                yield f"the spec means {name}, and this trainer discounts by {rate:g}"
        elif part.op in MEASURES or part.op in ("entropy", "kl"):
            wanted |= {float(each) for each in _rates(part.node, default) if each is not None}
    if wanted and wanted != {rate}:
        many = "discounts of" if len(wanted) > 1 else "a discount of"
        yield f"the spec means {many} {' and '.join(f'{each:g}' for each in sorted(wanted))}, and this trainer uses {rate:g}"


def _rates(node: Node | None, default: float | None) -> Iterator[float | None]:
    """The discounts of the sums that a value is made of; what runs along steps by itself has the setting's."""
    parts = reachable([node]) if node is not None else ()
    own = [part["discount"] for part in parts if part.op == "total"]
    yield from (default if each is None else each for each in own)
    if not own:
        yield default
