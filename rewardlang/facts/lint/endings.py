"""Episodes that `done` ends: where ending at once, or never, pays more than what they are for."""

from collections.abc import Iterator
from fractions import Fraction
from math import inf

from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.returns.sums import steps
from rewardlang.facts.returns.telescope import weights
from rewardlang.ir.node import Node
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.axes import Axis, ordered_axes
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval


def early_end(ranges, places: Places) -> Iterator[Diagnostic]:
    """An episode that its `done` ends, of which every further step costs more than ending at once ever does."""
    for output, living, ending, most in _endings(ranges):
        if living.hi >= 0:
            continue
        best = living.hi * most if most != inf else -inf
        if ending.lo > best:
            values = {"worst": show(ending.lo), "best": show(best), "step": show(living.hi)}
            yield Diagnostic("RW519", output.span, values, (), output.name,
                             {"ends at once": float(ending.lo), "goes on": float(best)})


def delay(ranges, places: Places) -> Iterator[Diagnostic]:
    """An episode that its `done` ends with a prize, of which the steps that are then missed pay more at their worst."""
    for output, going, ending, most in _endings(ranges):
        if going.lo <= 0 or ending.lo <= going.hi:
            continue
        worth = most * going.lo
        if ending.hi < worth < inf:
            values = {"step": show(going.lo), "going": show(worth), "end": show(ending.hi)}
            yield Diagnostic("RW536", output.span, values, (), output.name,
                             {"goes on": float(worth), "ends": float(ending.hi)})


def _endings(ranges) -> Iterator[tuple[OutputInfo, Interval, Interval, object]]:
    """Rewards along steps, with what a step pays that goes on and one that ends, and the weight of all steps of an episode."""
    spec = ranges.spec
    done = next((output.node for output in spec.outputs.values() if output.role == "done"), None)
    if done is None or spec.setting.kind == "single_turn" or done.op in ("entry", "walk"):
        return
    for output in rewards(spec):
        axes = ordered_axes(output.node.type.axes)
        if axes:
            going, ending = (_where(ranges, output.node, done, truth) for truth in (False, True))
            if going is not None and ending is not None:
                yield output, going, ending, _most_steps(spec, axes)


def _where(ranges, node: Node, condition: Node, truth: bool) -> Interval | None:
    context = ranges.assume(condition, truth)
    return context and ranges.fact(node, context).range


def _most_steps(spec: Spec, axes: tuple[Axis, ...]):
    """The weight of all steps of the longest episode; inf where it has none."""
    discount = spec.setting.discount
    if discount not in (None, 1):
        return weights(steps(spec.setting, axes), Fraction(repr(discount))).hi
    return spec.setting.horizon[1] if spec.setting.horizon else inf
