"""Machines that pay for something else than their task: loops, doing nothing, ending early; and another discount's shaping."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf, log

from rewardlang.automata.gains import MOST_WORK, most, paying_loop, shortest
from rewardlang.automata.unfold import Arrow, Unfolded
from rewardlang.facts.contracts.machine_claims import lasso, runs, step, together, turn
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.machines import MachineFacts, machine_facts
from rewardlang.facts.returns.sums import steps
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.interval import Interval

_WORK = MOST_WORK // 8
_LONGEST = 100_000
#: What is left of a discounted sum when no more steps are looked at.
_LEFT = 1e-9
#: Places whose early ends are looked at.
_MOST_PLACES = 16
_WAITING, _ENDING = "whether waiting pays (RW330)", "whether ending early pays (RW331)"


def machine_incentives(ranges, places: Places) -> Iterator[Diagnostic]:
    """All findings about what machines in a reward pay for."""
    for output in rewards(ranges.spec):
        for info in ranges.spec.machines.values():
            if info.reward in reachable([output.node]):
                share = _Share.of(ranges, output, info.reward)
                if share is not None:
                    facts = machine_facts(ranges, info)
                    # How long a way is, and what waiting leads to, is known only where counters are.
                    facts.left_open |= set() if info.lists_places else {_WAITING, _ENDING}
                    for check in (_paying, _idle, _early) if info.lists_places else (_paying,):
                        yield from check(facts, share)
    for shaping in ranges.spec.shapings:
        setting = ranges.spec.setting.discount
        if setting is not None and shaping.discount != setting:
            values = {"name": shaping.machine.name, "discount": f"{shaping.discount:g}", "setting": f"{setting:g}"}
            witness = {"waiting at a potential of 1": shaping.discount - 1, "invariant": setting - 1}
            yield Diagnostic("RW335", shaping.span, values, (), places.subject(shaping.node) or shaping.machine.name, witness)


class _Share:
    """A machine's part in a reward: `scale` times its own, and what all other terms pay at a step (`rest`)."""

    def __init__(self, scale: float, rest: Interval):
        self.scale, self.rest = scale, rest

    @classmethod
    def of(cls, ranges, output: OutputInfo, reward: Node) -> "_Share | None":
        """None where the machine does not simply raise the reward. Shaping by a machine earns nothing in the end."""
        scale, rest = 0, Interval(0, 0)
        shapings = {shaping.node for shaping in ranges.spec.shapings}
        for term in [node for _, node in output.terms] or [output.node]:
            if reward in reachable([term]):
                part = _scale(ranges, term, reward)
                if part is None:
                    return None
                scale, rest = scale + part[0], rest + part[1]
            elif term not in shapings:
                found = ranges.of(term)
                rest = rest + (found or Interval(-inf, inf))
        return cls(scale, rest) if scale > 0 else None

    def high(self, facts: MachineFacts):
        """What an arrow earns at most; others only where they take away."""
        return lambda arrow: self.scale * facts.pay(arrow).hi + min(self.rest.hi, 0)

    def whole(self, facts: MachineFacts, arrow: Arrow) -> Interval:
        """The range of the whole reward on an arrow."""
        return Interval.of(self.scale) * facts.pay(arrow) + self.rest


def _scale(ranges, node: Node, reward: Node) -> tuple[float, Interval] | None:
    """The coefficient of the machine's reward in a term, and what stands beside it; None where it is no simple multiple of it."""
    if node is reward:
        return 1, Interval(0, 0)
    inside = [arg for arg in node.args if reward in reachable([arg])]
    if len(inside) != 1 or node.op not in ("mul", "neg", "add", "sub", "gate"):
        return None
    found = _scale(ranges, inside[0], reward)
    if found is None or node.op == "gate" and inside[0] is node.args[0]:
        return None
    scale, rest = found
    others = [ranges.of(arg) for arg in node.args if arg is not inside[0]]
    if node.op == "mul":
        factor = others[0]
        return None if factor is None or not factor.is_finite else (scale * factor.hi, rest * factor)
    if node.op in ("add", "sub"):
        beside = others[0] or Interval(-inf, inf)
        left, right = (rest, beside) if inside[0] is node.args[0] else (beside, rest)
        rest = left + right if node.op == "add" else left - right
    negative = node.op == "neg" or node.op == "sub" and inside[0] is node.args[1]
    return (-scale if negative else scale), (-rest if node.op == "neg" else rest)


def _paying(facts: MachineFacts, share: _Share) -> Iterator[Diagnostic]:
    """A loop over more than one state that earns something each round: staying is what dense rewards are paid for."""
    found = paying_loop(facts.unfolded, share.high(facts))
    if found is None or not runs(facts, found):
        return
    gain = together(facts, found, lambda paid: share.scale * paid.hi + min(share.rest.hi, 0))
    if gain <= 0:
        return
    values = {"name": facts.info.name, "loop": turn(facts, found), "gain": f"{gain:g}"}
    witness = lasso(facts, replace(found, gain=gain))
    yield Diagnostic("RW329", facts.info.span, values, (), facts.info.name, witness)


def _idle(facts: MachineFacts, share: _Share) -> Iterator[Diagnostic]:
    """Doing nothing pays at least as well as the best way to an end that is paid, without loops."""
    unfolded, setting = facts.unfolded, facts.ranges.spec.setting
    paid = {arrow.target for own in unfolded.arrows for arrow in own
            if unfolded.is_final(arrow.target) and share.scale * facts.pay(arrow).hi > 0}
    count, discount = steps(setting, (facts.info.axis,)), setting.discount or 1
    idle = _doing_nothing(facts, share, count, discount)
    if not paid or idle is None:
        return
    direct = replace(unfolded, arrows=tuple(tuple(a for a in own if a.source != a.target) for own in unfolded.arrows))
    longest = min(len(unfolded.places), count.hi)
    best = most(direct, lambda arrow: share.whole(facts, arrow).hi, (0, longest), discount, paid, _WORK)
    if best is None:
        facts.left_open.add(_WAITING)
    if best is None or best == -inf or idle < best:
        return
    witness = {"label": [], "idle": float(idle), "best": float(best)}
    values = {"idle": f"{float(idle):g}", "best": f"{float(best):g}", "name": facts.info.name}
    yield Diagnostic("RW330", facts.info.span, values, (), facts.info.name, witness)


def _doing_nothing(facts: MachineFacts, share: _Share, count: Interval, discount: float) -> float | None:
    """The least that a run earns in which no proposition ever holds; None where it ends by itself."""
    unfolded, place, total, weight = facts.unfolded, 0, 0, 1
    letter = unfolded.choices.alphabet.nearest(())
    most_steps = count.hi
    if most_steps == inf:
        most_steps = _LONGEST if discount == 1 else min(_LONGEST, int(log(_LEFT) / log(discount)))
    left = int(min(most_steps, _LONGEST))
    for step in range(left):
        arrow = unfolded.reading(place, letter)
        if arrow is None:
            return None
        paid = share.whole(facts, arrow).lo
        if arrow.target == place and count.hi == inf and discount == 1 and paid:
            return inf if paid > 0 else -inf
        if arrow.target == place:     # for good: the same letter again and again
            repeats = left - step
            return total + weight * float(paid) * (repeats if discount == 1 else (1 - discount**repeats) / (1 - discount))
        total, weight, place = total + weight * float(paid), weight * discount, arrow.target
        if unfolded.is_final(place):
            return None
    return total


def _early(facts: MachineFacts, share: _Share) -> Iterator[Diagnostic]:
    """An end that costs something, but less than the best way on."""
    unfolded, setting = facts.unfolded, facts.ranges.spec.setting
    count, discount = steps(setting, (facts.info.axis,)), setting.discount or 1
    if count.hi == inf:
        if discount == 1:
            return
        count = Interval(0, int(log(_LEFT) / log(discount)))
    costly = [arrow for own in unfolded.arrows for arrow in own if _costs(facts, share, arrow)]
    ends = {arrow.target for arrow in costly}
    on = replace(unfolded, arrows=tuple(tuple(a for a in own if a.target not in ends) for own in unfolded.arrows))
    places = sorted({arrow.source for arrow in costly})
    if len(places) > _MOST_PLACES:
        facts.left_open.add(_ENDING)
    for place in places[:_MOST_PLACES]:
        end = max((a for a in costly if a.source == place), key=lambda a: share.whole(facts, a).lo)
        best = most(_from(on, place), lambda arrow: share.whole(facts, arrow).hi, (count.hi, count.hi), discount, work=_WORK)
        value = share.whole(facts, end).lo
        if best is None:
            facts.left_open.add(_ENDING)
        if best is None or not value > best:
            continue
        state = facts.info.machine.states[unfolded.places[place].state]
        values = {"name": facts.info.name, "state": state, "end": f"{float(value):g}", "best": f"{float(best):g}"}
        witness = {"way": [step(facts, arrow) for arrow in shortest(unfolded, place)], "end": step(facts, end),
                   "pays": float(value), "best": float(best)}
        yield Diagnostic("RW331", facts.info.edges[end.edge], values, (), facts.info.name, witness)
        return


def _costs(facts: MachineFacts, share: _Share, arrow: Arrow) -> bool:
    """Whether an arrow ends the run at a price: it pays less than nothing, and than the best step that goes on."""
    if not facts.unfolded.is_final(arrow.target):
        return False
    live = [share.whole(facts, other).hi for other in facts.unfolded.arrows[arrow.source]
            if not facts.unfolded.is_final(other.target)]
    price = share.scale * facts.pay(arrow).hi
    return price < 0 and bool(live) and price < max(live)


def _from(unfolded: Unfolded, place: int) -> Unfolded:
    """The same machine begun in another place."""
    if place == 0:
        return unfolded
    swap = {0: place, place: 0}
    order = [swap.get(number, number) for number in range(len(unfolded.places))]
    arrows = tuple(tuple(a._replace(source=swap.get(a.source, a.source), target=swap.get(a.target, a.target))
                         for a in unfolded.arrows[number]) for number in order)
    return replace(unfolded, places=tuple(unfolded.places[number] for number in order), arrows=arrows)
