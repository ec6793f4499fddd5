"""Findings about what is maximised: nothing, one thing twice, with another discount, a moving scale, an end too late."""

from collections.abc import Iterator
from math import isclose

from rewardlang.automata.hoa_omega import OmegaFile
from rewardlang.automata.omega import TooManyLoops
from rewardlang.classes.derive import derive
from rewardlang.classes.part import MODELS, Part
from rewardlang.classes.pieces import SUM, Piece, pieces
from rewardlang.classes.traits import MOVING, Trait, traits
from rewardlang.facts.availability import LEVELS, availability
from rewardlang.facts.contracts.witness import word
from rewardlang.facts.lint.places import Places
from rewardlang.facts.lint.sources import alone
from rewardlang.facts.lint.structure import rewards
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import expected_sum, measures_of, nodes_of
from rewardlang.ir.spec import OutputInfo, Spec
from rewardlang.text.diagnostic import Diagnostic, Note

_NO_GRADIENT = {
    "P3": "is divided by the spread of a real score: the update that follows is the gradient of no objective",
    "P5": "compares rollouts of one policy with each other: its expectation is the same for every policy, a game without an "
          "objective",
}


def no_objective(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward whose update is the gradient of nothing."""
    for output in rewards(ranges.spec):
        part = _part(ranges, output)
        for rule, problem in _NO_GRADIENT.items():
            if any(line.endswith(f"({rule})") for line in part.lines):
                node = _at_fault(output.node, rule)
                values = {"subject": f"`{output.name}`", "problem": problem}
                yield Diagnostic("RW361", places.span(node, output.span), values, (), output.name, _WITNESSES[rule])


_WITNESSES = {"P3": {"two prompts": "score gaps of 0.01 and of 1 get the same values"},
              "P5": {"two policies": "each wins half of the comparisons with itself"}}


def _at_fault(node: Node, rule: str) -> Node:
    wanted = ("div",) if rule == "P3" else ("mean", "sum", "rename")
    return next((part for part in reachable([node]) if part.op in wanted and _sees_others(part)), node)


def _sees_others(node: Node) -> bool:
    return any(part.get("window") or part.op == "rename" for part in reachable([node]))


def _part(ranges, output: OutputInfo) -> Part:
    """The class of the expected reward alone, whatever the objective makes of it."""
    spec = ranges.spec
    return derive(spec, expected_sum(output.node, output.span), lambda node: _least(ranges, node), MODELS[spec.setting.kind])


def _least(ranges, node: Node) -> float | None:
    found = ranges.of(node)
    return None if found is None else float(found.lo)


def kl_twice(ranges, places: Places) -> Iterator[Diagnostic]:
    """A KL to the reference in the reward and again in the objective."""
    spec = ranges.spec
    objective = spec.objective
    said = objective and next((part for part in measures_of(objective) if part.op == "kl"), None)
    for output in rewards(spec) if said is not None else ():
        if output.node not in reachable(nodes_of(objective)) or "kl" not in _part(ranges, output).notes:
            continue
        label, term = next(((label, node) for label, node in output.terms if _own(spec, node)), (output.name, output.node))
        note = Note("and here again", said.span)
        yield Diagnostic("RW362", places.span(term, output.span), {"term": label}, (note,), label,
                         {"charged": [label, "objective"]})


def constant_automaton(ranges, places: Places) -> Iterator[Diagnostic]:
    """The probability of a file's automaton that accepts all traces or none, among those that ranges allow or not."""
    objective = ranges.spec.objective
    for part in measures_of(objective) if objective is not None else ():
        if not isinstance(part.value, OmegaFile):
            continue
        try:
            which = part.value.automaton.constant
        except TooManyLoops:
            continue
        if which is not None:
            values = {"path": part.value.path, "which": "every" if which else "no", "number": int(which)}
            yield Diagnostic("RW367", part.span, values, (), part.value.path, {"probability": int(which)})


def _own(spec: Spec, node: Node) -> bool:
    return bool(traits(spec, [node], True)[node] & Trait.OWN)


def other_discount(ranges, places: Places) -> Iterator[Diagnostic]:
    """Shaping by `discount * potential - prev(potential)` with a discount that is not the learner's."""
    spec = ranges.spec
    wanted = 1.0 if spec.setting.discount is None else float(spec.setting.discount)
    for output in rewards(spec):
        found = [piece for piece in pieces(output.node, traits(spec, [output.node], True)) if piece.kind == SUM]
        for now in found:
            rate = next((rate for before in found if (rate := _rate(now, before)) is not None), None)
            if rate is None or rate == 1 or isclose(rate, wanted):
                continue
            label, term = next(((label, term) for label, term in output.terms if now.node in reachable([term])),
                               (output.name, output.node))
            values = {"term": label, "rate": word(rate), "wanted": word(wanted)}
            waiting = f"a step at a potential of 1 pays {word(round(rate - 1, 12))} instead of {word(round(wanted - 1, 12))}"
            yield Diagnostic("RW363", places.term(term, output.span), values, (), label, {"waiting": waiting})
        yield from _of_progress(places, output, wanted)


def _of_progress(places: Places, output: OutputInfo, wanted: float) -> Iterator[Diagnostic]:
    """`progress(f, discount = …)` with a discount that is not the learner's."""
    shapings = {shaping.node for shaping in places.spec.shapings}
    for node in reachable([output.node]):
        rate = _progress_rate(node) if node not in shapings else None
        if rate is None or isclose(rate, wanted):
            continue
        label, term = alone(output, node)
        values = {"term": label, "rate": word(rate), "wanted": word(wanted)}
        waiting = f"a step at a potential of 1 pays {word(round(rate - 1, 12))} instead of {word(round(wanted - 1, 12))}"
        yield Diagnostic("RW363", places.term(term, output.span), values, (), label, {"waiting": waiting})


def _progress_rate(node: Node) -> float | None:
    """The discount of `discount * entry(walk) - entry(prev(walk))`, which is what `progress` is."""
    if node.op != "sub" or node.args[1].op != "entry" or node.args[1].args[0].op != "prev":
        return None
    walk, later = node.args[1].args[0].args[0], node.args[0]
    if not any(part.op == "entry" and part.args[0] is walk for part in reachable([later])):
        return None
    rate = next((arg.get("value") for arg in later.args if later.op == "mul" and arg.op == "const"), 1)
    return float(rate)


def _rate(now: Piece, before: Piece) -> float | None:
    """The discount of shaping whose later potential is one piece and whose earlier one the other."""
    if now.sign == before.sign or not _follows(now.node, before.node):
        return None
    one, other = _weight(now), _weight(before)
    return None if one is None or other is None or other == 0 else one / other


def _weight(piece: Piece) -> float | None:
    weight = 1.0
    for op, factor in piece.factor:
        if op != "mul" or not isinstance(factor, (int, float)) and not hasattr(factor, "numerator"):
            return None
        weight *= float(factor)
    return weight


def _follows(now: Node, before: Node) -> bool:
    return before.op == "prev" and before.args[0] is now or now.op == "ahead" and now.args[0] is before


def moving(ranges, places: Places) -> Iterator[Diagnostic]:
    """A reward whose scale changes with all that was seen before."""
    for output in rewards(ranges.spec):
        rests = traits(ranges.spec, [output.node], True)
        if any(piece.extra & Trait.RUNNING or _is_moved(rests[piece.node]) for piece in pieces(output.node, rests)):
            node = next(part for part in reachable([output.node]) if part.get("window") == "run")
            yield Diagnostic("RW364", places.span(node, output.span), {"subject": f"`{output.name}`"}, (),
                             places.subject(node) or output.name,
                             {"same rollout": "another reward in a later batch"})


def _is_moved(rests: int) -> bool:
    """Whether a summand rests on the run and on the rollout: one that rests on the run alone is the same for all."""
    return bool(rests & Trait.RUNNING and rests & ~(MOVING | Trait.REAL))


def too_late(ranges, places: Places) -> Iterator[Diagnostic]:
    """A `done` that is only known when the episode is over."""
    spec = ranges.spec
    if spec.setting.kind == "single_turn":
        return
    for output in spec.outputs.values():
        level = availability(spec, [output.node])[output.node] if output.role == "done" else "step"
        if LEVELS.index(level) > 0:
            yield Diagnostic("RW365", output.span, {"subject": f"`{output.name}`", "level": level}, (), output.name,
                             {"availability": level})
