"""The trainers that rewards are embedded in: what each is called, installed as, tried with, and what it can serve."""

from dataclasses import dataclass

from rewardlang.classes.follows import Needs


@dataclass(frozen=True)
class Trainer:
    """One trainer; `module` is the one of ours, `package` its distribution, `tried` the versions that tests ran with.

    `needs` says what it can serve of a reward, `roles` which outputs besides `reward` it uses, `every` that it wants a number
    for every sample, also for one without a reward.
    """

    name: str
    module: str
    package: str
    tried: str
    needs: Needs
    roles: tuple[str, ...] = ()
    every: bool = False

    @property
    def title(self) -> str:
        """How its users write it."""
        return _TITLES.get(self.name, self.name)


#: The entry points by which packages say which trainers they embed rewards in.
GROUP = "rewardlang.trainers"

_TITLES = {"trl": "TRL", "openrlhf": "OpenRLHF", "nemo_gym": "NeMo Gym", "areal": "AReaL", "sb3": "Stable-Baselines3",
           "torchrl": "TorchRL", "isaaclab": "Isaac Lab", "pettingzoo": "PettingZoo"}

#: Sees all completions of a batch at once; the policy sees the whole text so far.
BATCH = Needs(availability="run")
#: Sees the completions of one prompt at once.
GROUP_OF = Needs(availability="group")
#: Sees one rollout at a time, when it is over.
SAMPLE = Needs(availability="episode")
#: Asks at each step, and takes the answer at once.
STEP = Needs(availability="step")


def _row(name: str, package: str, tried: str, needs: Needs, *roles: str, every: bool = False) -> Trainer:
    return Trainer(name, f"rewardlang.trainers.{name}", package, tried, needs, roles, every)


TRAINERS = {row.name: row for row in (
    _row("trl", "trl", "1.16.0", BATCH, "keep"),
    _row("verl", "verl", "0.9.1", BATCH, every=True),
    _row("openrlhf", "openrlhf", "0.11.2", SAMPLE, every=True),
    _row("verifiers", "verifiers", "0.4.0", SAMPLE, every=True),
    _row("nemo_gym", "nemo-gym", "", SAMPLE, every=True),
    _row("slime", "slime", "", GROUP_OF, every=True),
    _row("areal", "areal", "1.0.4", SAMPLE, every=True),
    _row("gymnasium", "gymnasium", "1.4.0", STEP, "done"),
    _row("sb3", "stable-baselines3", "2.9.2", STEP, "done"),
    _row("torchrl", "torchrl", "0.14.1", STEP, "done"),
    _row("isaaclab", "isaaclab", "", STEP, "done"),
    _row("pettingzoo", "pettingzoo", "1.27.0", STEP, "done"),
)}
