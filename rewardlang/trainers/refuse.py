"""What a trainer cannot serve of a reward is said before training, with what to do instead."""

from dataclasses import replace

from rewardlang.classes.derive import objective_in
from rewardlang.classes.follows import LEVELS, Needs, refusals, remembered_by
from rewardlang.facts.analyse import Facts, analyse
from rewardlang.ir.spec import Spec
from rewardlang.tensor.reward import CompiledReward
from rewardlang.tensor.words import RewardError, listed
from rewardlang.trainers.table import TRAINERS, Trainer
from rewardlang.values.interval import Interval


class TrainerError(RewardError):
    """A trainer cannot serve this reward, or was not told what it needs for it; the message says what to change."""


def refuse(reward: CompiledReward, trainer: str, *, sees_state: bool = True, discount: float | None = None,
           availability: str | None = None, axes: tuple[str, ...] = ()) -> Facts:
    """Raise TrainerError where a trainer could not serve a reward, with a line for each cause; else what is known of it.

    `sees_state` tells whether the policy is shown what the reward remembers, `discount` the trainer's own, `availability`
    the latest level at which it takes a reward where that is not the one of the table; `axes` are those besides the steps
    along which it takes rewards (of agents).
    """
    row = TRAINERS[trainer]
    needs = replace(row.needs, memory=sees_state, discount=discount)
    if availability is not None:
        needs = replace(needs, availability=availability)
    spec = reward.spec
    if "reward" not in reward.offered:
        raise TrainerError(f"{row.title} wants a `reward`, and this spec gives {listed(reward.offered)}")
    facts = analyse(spec)
    aim = objective_in(spec)
    said = list(refusals(spec, aim, facts.expressivity(aim), facts.output("reward").availability, needs))
    said += _roles(reward, row)
    if "done" in reward.offered and "done" in row.roles:
        said += _ending(spec, facts, needs)
    said += [f"the reward has a value for each `{axis.name}`, and {row.title} takes one for all"
             for axis in spec.outputs["reward"].node.type.axes if not axis.ordered and axis.name not in axes]
    if said:
        raise TrainerError(f"{row.title} cannot serve this reward:" + "".join(f"\n  - {line}{_cure(line)}" for line in said))
    return facts


def _roles(reward: CompiledReward, row: Trainer) -> list[str]:
    outputs = {name: reward.spec.outputs[name].role for name in reward.offered}
    return [f"it has no use for the {role} `{name}`" for name, role in outputs.items()
            if role in ("weight", "keep", "advantage", "preference") and role not in row.roles]


def _ending(spec: Spec, facts: Facts, needs: Needs) -> list[str]:
    """Why the spec's `done` could not end an episode: known too late for it, or by what the policy does not see."""
    level, said = facts.output("done").availability, []
    if LEVELS.index(level) > LEVELS.index(needs.availability):
        said.append(f"the end of the episode is known at `{level}`, and this trainer wants it at `{needs.availability}`")
    unseen = remembered_by(spec, [spec.outputs["done"].node])
    if unseen and not needs.memory:
        said.append(f"the end of the episode rests on {', '.join(unseen)}, which this trainer's policy does not see")
    return said


_CURES = (
    ("the reward is known at", "use a trainer that takes rewards that late, or a `let` that looks back only"),
    ("the end of the episode is known at", "let `done` look back only, or leave it out: `rl.compile(…, outputs=[\"reward\"])`"),
    ("the end of the episode rests on", "show the policy the state: `observe=\"append\"` or `observe=\"dict\"`"),
    ("the reward rests on", "show the policy the state: `observe=\"append\"` or `observe=\"dict\"`"),
    ("the spec means a discount", "give both the same"),
    ("it has no use for", "leave it out: `rl.compile(…, outputs=[\"reward\"])`"),
    ("the reward has a value for each", "add up over that axis"),
)


def _cure(line: str) -> str:
    return next((f"; {cure}" for start, cure in _CURES if line.startswith(start)), "")


def bounds_of(facts: Facts, name: str = "reward") -> Interval:
    """The proved range of an output, at one step where it runs along steps."""
    return facts.output(name).bounds
