"""Rewards in which it is better not to try, whatever shape that takes."""

from collections.abc import Iterator

from rewardlang.facts.contracts.witness import name_of
from rewardlang.facts.lint.names import ATTEMPTS, is_unwanted, words
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import verdicts
from rewardlang.facts.lint.structure import rewards
from rewardlang.facts.search.boxes import centre
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.spec import Spec
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.values.endpoint import show
from rewardlang.values.interval import Interval

_TRUE, _FALSE = Interval(1, 1), Interval(0, 0)


def no_attempt(ranges, places: Places) -> Iterator[Diagnostic]:
    """To try in vain is worth less than not to try, and to do it well more.

    What says that something was tried is a truth with such a name, or one without which nothing else counts.
    """
    spec = ranges.spec
    for output in rewards(spec) if spec.setting.kind == "single_turn" else ():
        judged = verdicts(spec, output.node)
        for verdict in judged if not output.node.type.axes else ():
            name = name_of(spec, verdict)
            others = [other for other in judged if other is not verdict and not is_unwanted(name_of(spec, other))]
            tried = words(name) & ATTEMPTS or not is_unwanted(name) and _is_all_or_nothing(ranges, output.node, verdict)
            if not tried or not others or _gate_says_it(output, verdict) or _is_promised(spec, output.node, verdict):
                continue
            for pick in (centre, lambda part: part.lo, lambda part: part.hi):
                rest = _rest(ranges, output.node, judged, pick)
                idle, vain = (_at(ranges, output.node, {**rest, **dict.fromkeys(others, _FALSE), verdict: truth})
                              for truth in (_FALSE, _TRUE))
                best = _at(ranges, output.node, {**rest, **dict.fromkeys(others, _TRUE), verdict: _TRUE})
                if None not in (idle, vain, best) and vain.hi < idle.lo < best.lo:
                    values = {"condition": places.text(verdict), "other": show(idle.lo), "worst": show(vain.hi)}
                    yield Diagnostic("RW515", output.span, values, (), output.name, {"idle": float(idle.lo), "in vain": float(vain.hi)})
                    break


def _is_all_or_nothing(ranges, node: Node, verdict: Node) -> bool:
    """Whether the value is the same whatever else there is where a verdict is false, as in `sent * score`."""
    context = ranges.assume(verdict, False)
    found = context and ranges.fact(node, context).range
    return bool(found) and found.is_point


def _rest(ranges, node: Node, judged: list[Node], pick) -> dict[Node, Interval]:
    """One value for each other source, where ranges have ends."""
    found = {}
    for part in reachable([node]):
        whole = ranges.of(part) if part.op in ("input", "param", "call", "field", "length") and part not in judged else None
        if whole is not None and whole.is_finite:
            found[part] = Interval(pick(whole), pick(whole))
    return found


def _at(ranges, node: Node, point: dict[Node, Interval]) -> Interval | None:
    inner = ranges.inside(point, valid=True)
    return inner and ranges.fact(node, inner).range


def _gate_says_it(output, verdict: Node) -> bool:
    """Whether the reward, or a term, is a gate on it: the finding about its sides says it better."""
    return any(node.op == "gate" and node.args[0] is verdict for node in (output.node, *(term for _, term in output.terms)))


def _is_promised(spec: Spec, node: Node, verdict: Node) -> bool:
    pairs = [info.claims for info in spec.ensures if info.kind == "compare"]
    return any(claim.node is node and claim.condition is verdict for claims in pairs for claim in claims)
