"""The class of a spec, in general and under its setting, with its derivation and what it warns of."""

from collections.abc import Callable
from dataclasses import dataclass

from rewardlang.classes.law import law
from rewardlang.classes.part import EPISODIC, MDP, MODELS, NONSTAT, OUT, STOPGRAD, Part
from rewardlang.classes.values import objective_part
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import ObjectiveInfo, expected_sum, nodes_of
from rewardlang.ir.spec import Spec


@dataclass(frozen=True)
class Expressivity:
    """Where an objective stands among the 17 formalisms.

    `effective` is the class under the state model of the setting, `general` in any environment: sorted names, each the first
    of its equals, the least that contain it, or `OUTSIDE`. `exact` says of the effective class that none below contains it,
    else it is a bound. `flags` are `NONSTAT`, `STOPGRAD`; `notes` `semi-gradient`, `game`, `stochastic` and others.
    """

    general: tuple[str, ...]
    effective: tuple[str, ...]
    exact: bool
    flags: tuple[str, ...]
    derivation: tuple[str, ...]
    notes: tuple[str, ...]
    model: str

    def at_most(self, name: str) -> bool:
        """Whether one of the effective classes lies within the formalism."""
        from rewardlang.values.classes import leq
        return self.effective != ("OUTSIDE",) and any(leq(found, name) for found in self.effective)


def objective_of(spec: Spec, name: str) -> ObjectiveInfo | None:
    """What is maximised where an output is learned from: the spec's objective for the reward, else its expected sum."""
    info = spec.outputs[name]
    if info.role == "reward" and spec.objective is not None:
        return spec.objective
    return expected_sum(info.node, info.span) if info.node.type.kind.numeric else None


def objective_in(spec: Spec) -> ObjectiveInfo | None:
    """What a spec maximises: its `objective`, else the expected return; None without a reward."""
    reward = next((name for name, info in spec.outputs.items() if info.role == "reward"), None)
    return spec.objective if spec.objective is not None or reward is None else objective_of(spec, reward)


def expressivity(spec: Spec, objective: ObjectiveInfo, low: Callable[[Node], float | None],
                 model: str | None = None) -> Expressivity:
    """The class of an objective; `low` gives a number below which a node of the graph never falls, or None."""
    model = model or MODELS[spec.setting.kind]
    effective = derive(spec, objective, low, model)
    general = effective if model == MDP else derive(spec, objective, low, MDP)
    names = [tuple(sorted(part.classes or {"MR"})) for part in (general, effective)]
    return Expressivity(*names, effective.exact, tuple(sorted(effective.flags)), effective.lines,
                        _notes(spec, effective, objective, model), model)


def derive(spec: Spec, objective: ObjectiveInfo, low: Callable[[Node], float | None], model: str) -> Part:
    """The class under one state model: `mdp`, `episodic` or `history`."""
    return objective_part(law(spec, model, nodes_of(objective), _low_with_returns(low)), objective)


def _low_with_returns(low: Callable[[Node], float | None]) -> Callable[[Node], float | None]:
    """Of returns too: they are not below 0 where no step pays less, and above 0 where every step pays more."""
    def found(node: Node) -> float | None:
        if node.op in ("exp", "sigmoid", "softplus"):
            return 1e-300
        if any(part.op == "total" for part in reachable([node])):
            entry = low(node.args[0]) if node.op == "total" else None
            return entry if entry is not None and entry >= 0 else None
        least = low(node) if node.type.kind.numeric else None
        summed = any(axis.ordered for axis in node.type.axes)
        return least if not summed or least is None or least >= 0 else None
    return found


def _notes(spec: Spec, part: Part, objective: ObjectiveInfo, model: str) -> tuple[str, ...]:
    """What else is to be said of it, by a word each."""
    rules = {line.rpartition("(")[2].rstrip(")") for line in part.lines}
    found = set()
    if STOPGRAD in part.flags or rules & {"Q2", "Q3", "Q3b"}:
        found.add("semi-gradient")
    if "P5" in rules:
        found.add("game")
    if part.classes == OUT and part.exact or "P3" in rules:
        found.add("no objective")
    if _is_random(spec, objective):
        found.add("stochastic")
    if "RRL" in part.classes and part.discount == 1:
        found.add("RRL with discount 1: with a discount below 1 in its definition, only FOMR is certain")
    if spec.setting.within_episodes and spec.setting.discount is not None:
        found.add("discounted from the start of each episode")
    if model == EPISODIC and spec.setting.discount not in (None, 1) and spec.setting.horizon:
        found.add("the cut at the horizon is taken as no part of the objective, since later rewards are discounted")
    if NONSTAT in part.flags:
        found.add("the class is that of one moment of the training")
    return tuple(sorted(found))


def _is_random(spec: Spec, objective: ObjectiveInfo) -> bool:
    """Whether a model is asked that may answer otherwise the next time: one behind an address."""
    called = {node["callee"] for node in reachable(nodes_of(objective)) if node.op == "call"}
    targets = [spec.externals[name].target for name in called if name in spec.externals]
    return any(target is not None and target.startswith(("http:", "https:")) for target in targets)
