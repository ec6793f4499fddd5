"""What a trainer cannot serve of a reward is said before training, with what to do instead."""

from collections.abc import Iterable

from rewardlang.facts.analyse import Facts, analyse
from rewardlang.tensor.reward import CompiledReward
from rewardlang.tensor.words import RewardError
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.trainers.fits import AS_LISTED, Use, misfits
from rewardlang.trainers.table import TRAINERS
from rewardlang.values.interval import Interval


class TrainerError(RewardError):
    """A trainer cannot serve this reward, or was not told what it needs for it; the message says what to change.

    `diagnostics` are the findings where the reward itself does not fit.
    """

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()):
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


def refuse(reward: CompiledReward, trainer: str, use: Use = AS_LISTED) -> Facts:
    """Raise TrainerError where a trainer that is used so could not serve a reward, with a line for each cause; else what is
    known of it.
    """
    facts = analyse(reward.spec)
    found = list(misfits(reward.spec, facts, trainer, use, reward.offered))
    if found:
        lines = "".join(f"\n  - {each.message} ({each.code})" for each in found)
        raise TrainerError(f"{TRAINERS[trainer].title} cannot serve this reward:{lines}", found)
    return facts


def bounds_of(facts: Facts, name: str = "reward") -> Interval:
    """The proved range of an output, at one step where it runs along steps."""
    return facts.output(name).bounds
