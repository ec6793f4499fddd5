"""What of a reward a trainer cannot serve, as findings with a code, a place and a cure; it needs no torch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import isfinite

from rewardlang.classes.derive import objective_in
from rewardlang.classes.follows import LEVELS, Needs, remembered_by, unserved
from rewardlang.facts.analyse import Facts
from rewardlang.ir.spec import Spec
from rewardlang.text.diagnostic import Diagnostic, Note
from rewardlang.trainers.table import TRAINERS, Trainer

#: Which code says what stands against a trainer; the codes' sentences have the cures.
_CODES = {"late": "RW416", "unseen": "RW418", "discount": "RW419"}
#: Outputs that only some trainers use.
_SPECIAL = ("weight", "keep", "advantage", "preference")


@dataclass(frozen=True)
class Use:
    """How a trainer is used.

    `sees_state` tells whether the policy is shown what the reward remembers, `discount` the trainer's own, `availability` the
    latest level at which it takes a reward where that is not the one of the table; `axes` are those besides the steps along
    which it takes rewards (of agents), `invalid` is what a sample without a reward gets, where that is said.
    """

    sees_state: bool = True
    discount: float | None = None
    availability: str | None = None
    axes: tuple[str, ...] = ()
    invalid: float | None = None

    def needs(self, row: Trainer) -> Needs:
        """What the trainer can serve when it is used so."""
        return replace(row.needs, memory=self.sees_state, discount=self.discount,
                       availability=self.availability or row.needs.availability)


#: A trainer as its table has it.
AS_LISTED = Use()


def misfits(spec: Spec, facts: Facts, trainer: str, use: Use = AS_LISTED, offered: Iterable[str] | None = None) -> Iterator[Diagnostic]:
    """A finding for each thing that a trainer could not serve of the outputs that are `offered` (None: of all)."""
    row, offered = TRAINERS[trainer], tuple(spec.outputs if offered is None else offered)
    asked = (Note(f"the trainer is {row.title}"),)
    if "reward" not in offered:
        given = ", ".join(f"`{name}`" for name in offered) or "nothing"
        yield from (Diagnostic("RW422", info.span, {"trainer": row.title, "given": given}) for info in [*spec.outputs.values()][:1])
        return
    for code, name, values in _causes(spec, facts, row, use, offered):
        yield Diagnostic(code, spec.outputs[name].span, {"trainer": row.title, **values}, asked)


_Cause = tuple[str, str, dict[str, object]]


def _causes(spec: Spec, facts: Facts, row: Trainer, use: Use, offered: tuple[str, ...]) -> Iterator[_Cause]:
    """Code, output and the values of the code's sentence, for each."""
    needs, aim, reward = use.needs(row), objective_in(spec), facts.output("reward")
    for refusal in unserved(spec, aim, facts.expressivity(aim), reward.availability, needs):
        yield _CODES[refusal.cause], "reward", {"problem": refusal.sentence}
    for name in offered:
        role = spec.outputs[name].role
        if role in _SPECIAL and role not in row.roles:
            yield "RW420", name, {"role": role, "name": name}
    if "done" in offered and "done" in row.roles:
        yield from _ending(spec, facts, needs)
    for axis in spec.outputs["reward"].node.type.axes:
        if not axis.ordered and axis.name not in use.axes:
            yield "RW421", "reward", {"axis": axis.name}
    if row.every and use.invalid is None and (reward.return_bounds is None or not isfinite(float(reward.return_bounds.lo))):
        yield "RW423", "reward", {}


def _ending(spec: Spec, facts: Facts, needs: Needs) -> Iterator[_Cause]:
    """Why the spec's `done` could not end an episode: known too late for it, or by what the policy does not see."""
    level = facts.output("done").availability
    if LEVELS.index(level) > LEVELS.index(needs.availability):
        problem = f"the end of the episode is known at `{level}`, and this trainer wants it at `{needs.availability}`"
        yield "RW417", "done", {"problem": problem}
    unseen = remembered_by(spec, [spec.outputs["done"].node])
    if unseen and not needs.memory:
        problem = f"the end of the episode rests on {', '.join(unseen)}, which this trainer's policy does not see"
        yield "RW418", "done", {"problem": problem}
