"""What the terms of a reward weigh against each other: dead, negligible and dominating ones, and verdicts that others outbid."""

from collections.abc import Iterator
from math import inf

from rewardlang.facts.lint.names import FORMS, HARMS, UNWANTED, names_under, words
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import is_share, verdicts, way
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.machines import machine_of
from rewardlang.facts.returns.sums import sum_bounds
from rewardlang.facts.terms import TermFact, term_facts
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import OutputInfo
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.axes import ordered_axes
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval

#: A term that moves less than this share of the total decides nothing …
NEGLIGIBLE = 0.001
#: … and one that moves more than so many times all others decides alone.
DOMINATING = 10

#: Labels of what has none: the sides of a gate. They exclude each other, so neither outweighs anything.
SIDES = frozenset({"then", "else"})


def terms(ranges, places: Places) -> Iterator[Diagnostic]:
    """Terms that are dead, negligible or dominating, and a verdict that the others together outbid."""
    for output in rewards(ranges.spec):
        found = term_facts(ranges, output)
        swings = [term.swing for term in found]
        if len(found) < 2 or inf in swings or not sum(swings):
            continue
        weighed = _Weighed(ranges, found)
        for term in found:
            finding = _dead(term, output) or _negligible(weighed, term) or _dominating(weighed, term)
            if finding is not None:
                code, values, witness = finding
                reason = "scale-mismatch" if code == "RW507" and _is_bare(term.node) else None
                yield Diagnostic(code, places.term(term.node, output.span), values, (), term.label, witness, None, reason)
        yield from _outbid(weighed, places, output)


class _Weighed:
    """The terms of one reward with what each is for, and how much it moves in a whole episode."""

    def __init__(self, ranges, found: list[TermFact]):
        self.ranges, self.found = ranges, found
        self.single = ranges.spec.setting.kind == "single_turn"
        self.purposes = [term for term in found if self.is_purpose(term)]
        self.totals = {term.label: self._total(term) for term in found} if not self.single else {}

    def is_task(self, term: TermFact) -> bool:
        """What a machine pays, or a verdict at the end of an episode."""
        return any(machine_of(self.ranges.spec, part) for part in reachable([term.node])) or \
            self.decides(term) and any(part.op == "at_last" for part in reachable([term.node]))

    def decides(self, term: TermFact) -> bool:
        return term.decides or is_share(self.ranges.spec, term.node)

    def is_form(self, term: TermFact) -> bool:
        """Whether a term is about the form alone, by its label or by the names of all that it is made of."""
        return bool((words(term.label) | names_under(self.ranges.spec, term.node)) & FORMS)

    def is_purpose(self, term: TermFact) -> bool:
        """Whether a term is a verdict on what the rollout is for, and not on its form, nor a mere price of some flag."""
        if not self.decides(term) or not term.swing or self.is_form(term) or term.label in SIDES:
            return False
        names = names_under(self.ranges.spec, term.node)
        if names & HARMS or term.range.hi > 0 and not names & UNWANTED:
            return True
        return any(way(self.ranges, term.node, verdict) == 1 for verdict in verdicts(self.ranges.spec, term.node))

    def _total(self, term: TermFact):
        """The width of a term's sum over an episode; inf where it has no bound."""
        found = sum_bounds(self.ranges, term.node)
        return found.width if found is not None else 0

    def rest(self, term: TermFact):
        return sum(other.swing for other in self.found if other is not term)


def _dead(term: TermFact, output: OutputInfo):
    if term.swing or term.label in SIDES or (ordered_axes(output.node.type.axes) and term.range.lo):
        return None
    return "RW505", {"term": term.label, "value": show(term.range.lo)}, {"always": float(term.range.lo)}


def _negligible(weighed: _Weighed, term: TermFact):
    """A term that is next to nothing at a step, and over an episode too where sums have a bound.

    Along steps a verdict may be a rare event: it is compared with the other measured terms, with verdicts where there are none.
    """
    others = [other for other in weighed.found if other is not term]
    measured = [other for other in others if not weighed.decides(other)]
    once = not weighed.single and not measured
    total = sum(other.swing for other in (others if weighed.single else measured or others)) + term.swing
    least = Interval.of(NEGLIGIBLE).lo
    if not term.swing or term.swing >= total * least:
        return None
    sums = list(weighed.totals.values())
    if sums and inf not in sums and weighed.totals[term.label] >= (total if once else sum(sums)) * least:
        return None
    share = f"{float(term.swing / total):.2g}".rstrip()
    values = {"term": term.label, "swing": show(term.swing), "total": show(total), "share": f"{float(share) * 100:g} %"}
    return "RW506", values, {"swing": float(term.swing), "total": float(total)}


def _dominating(weighed: _Weighed, term: TermFact):
    """A term that is no purpose and outweighs one (in one turn), or a price or another scale that drowns all others."""
    if term.label in SIDES or term in weighed.purposes:
        return None
    rest = weighed.rest(term)
    comparison = _over_purpose(weighed, term) if weighed.single else _over_task(weighed, term)
    if comparison is None and rest and term.swing > DOMINATING * rest and not weighed.decides(term):
        others = [other for other in weighed.found if other is not term and other.swing]
        only_prices = all(other.range.hi <= 0 and (term.range.hi > 0 or weighed.decides(other)) for other in others)
        if not only_prices and not weighed.is_task(term):
            comparison = f"more than {DOMINATING} times the {show(rest)} of all other terms"
    if comparison is None:
        return None
    values = {"term": term.label, "swing": show(term.swing), "comparison": comparison}
    return "RW507", values, {"term": term.range.to_json(), "rest": float(rest)}


def _over_purpose(weighed: _Weighed, term: TermFact) -> str | None:
    own = set(_measured(term.node))
    best = max((other for other in weighed.purposes if not own.issuperset(_measured(other.node))),
               key=lambda other: other.swing, default=None)
    if best is None or term.swing <= best.swing or weighed.decides(term) and not weighed.is_form(term):
        return None
    return f"more than the {show(best.swing)} of `{best.label}`"


def _measured(node: Node) -> list[Node]:
    """The sources of a value: a prize for a threshold of what another term pays for stands in for that term."""
    return [part for part in reachable([node]) if part.op in ("input", "call", "field")]


def _over_task(weighed: _Weighed, term: TermFact) -> str | None:
    """A measured price of each step, not one of an event, that adds up to more than ten times what the task is worth in all."""
    tasks = [other for other in weighed.found if other is not term and weighed.is_task(other)]
    worth = max((weighed.totals[other.label] for other in tasks), default=inf)
    total = weighed.totals[term.label]
    if term.range.hi > 0 or weighed.decides(term) or inf in (worth, total) or weighed.is_task(term) or total <= DOMINATING * worth:
        return None
    return f"which adds up to {show(total)} in an episode, more than {DOMINATING} times the {show(worth)} of the task"


def _outbid(weighed: _Weighed, places: Places, output: OutputInfo) -> Iterator[Diagnostic]:
    """A verdict that measured terms can outweigh together: a wrong rollout can then be worth more than a right one."""
    ranges = weighed.ranges
    purpose = max(weighed.purposes, key=lambda term: term.swing, default=None)
    if not weighed.single or purpose is None or output.node.type.axes or len(weighed.purposes) > 1:
        return
    found = verdicts(ranges.spec, purpose.node)
    if len(found) != 1 or (turn := way(ranges, purpose.node, found[0])) in (None, 0) or _is_promised(ranges.spec, output):
        return
    others = [term for term in weighed.found
              if not weighed.decides(term) and found[0] not in reachable([term.node]) and term.label not in SIDES]
    ends = [ranges.assume(found[0], truth) for truth in (turn > 0, turn < 0)]
    if None in ends or sum(term.swing for term in others) <= purpose.swing:
        return
    worst, best = (sum(term.range.lo for term in others), sum(term.range.hi for term in others))
    low, high = (ranges.fact(purpose.node, context).range for context in ends)
    if low is None or high is None or high.lo + best <= low.hi + worst:
        return
    name = places.text(found[0])
    condition, other = (name, f"not {name}") if turn > 0 else (f"not {name}", name)
    values = {"condition": condition, "other": show(high.lo + best), "worst": show(low.hi + worst)}
    witness = {"first": {condition: True, **{term.label: float(term.range.lo) for term in others}},
               "second": {other: True, **{term.label: float(term.range.hi) for term in others}}}
    yield Diagnostic("RW526", output.span, values, (), output.name, witness)


def _is_promised(spec, output: OutputInfo) -> bool:
    """Whether an `ensure` compares two cases of the reward: its verdict says it better."""
    return any(info.kind == "compare" and len(info.claims) == 2 and all(claim.node is output.node for claim in info.claims)
               for info in spec.ensures)


def _is_bare(node: Node) -> bool:
    """Whether a term is a measured value as it comes, on whatever scale that is."""
    while node.op in ("number", "coalesce", "neg"):
        node = node.args[0]
    return node.op in ("input", "call", "field")
