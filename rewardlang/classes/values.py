"""The class of a value of a policy: measures of its rollouts, regularisers, and what is made of several of them."""

from dataclasses import replace

from rewardlang.classes.law import Law, moved
from rewardlang.classes.part import NONSTAT, OUT, STOPGRAD, Part, among, by, collapsed, merged, total
from rewardlang.classes.rollouts import expectation, verdict
from rewardlang.classes.traits import MOVING, OTHERS, POLICY, Trait
from rewardlang.ir.node import Node, reachable
from rewardlang.ir.objective import PER_KEY, Measure, ObjectiveInfo

_TRANSITION = Trait.STEP | Trait.CONTEXT | Trait.PAIR | Trait.REAL | MOVING
_ALWAYS_MONOTONE = frozenset("neg exp tanh sigmoid softplus log_sigmoid log1p".split())
_COMPARISONS = frozenset("eq ne lt le gt ge".split())


def objective_part(law: Law, objective: ObjectiveInfo) -> Part:
    """The class of a whole objective."""
    found = value(law, objective.value)
    if not objective.constraints:
        return found
    sides = [value(law, side) for constraint in objective.constraints for side in constraint.args]
    whole = merged([found, *sides])
    if any(part.order or part.classes == OUT for part in (found, *sides)):
        return whole.after("S8" if found.order else "S9")
    return whole.after("S7" if among([found, *sides], "FPR") else "V2")


def value(law: Law, measure: Measure) -> Part:
    """The class of one value of a policy."""
    return _VALUES[measure.op](law, measure)


def _number(law: Law, measure: Measure) -> Part:
    least = float(measure.value) if measure.op == "const" else law.low(measure.node)
    part = Part(least=least)
    return moved(part, law.traits[measure.node]) if measure.node is not None else part


def _expectation(law: Law, measure: Measure) -> Part:
    return expectation(law, measure.node)


def _probability(law: Law, measure: Measure) -> Part:
    t = law.traits[measure.node]
    if measure.value is not None:
        return _acceptance(law, measure)
    found = None if t & (POLICY | OTHERS) else verdict(law, measure.node)
    part = expectation(law, measure.node) if found is None else moved(collapsed(found, law.model), t)
    return replace(part, least=0)


def _acceptance(law: Law, measure: Measure) -> Part:
    """The probability that an automaton accepts a trace without end."""
    asked = 0
    for arg in measure.node.args:
        asked |= law.traits[arg]
    if asked & (POLICY | OTHERS | Trait.WHOLE):
        return expectation(law, measure.node)
    name = "L3" if asked & (Trait.MACHINE | Trait.EXTREME | Trait.CLOCK | Trait.TIMER) else "L1b" if measure.value.counts is False else "L4"
    return replace(moved(collapsed(by(name, f"`{measure.value}`"), law.model), asked), least=0)


def _average(law: Law, measure: Measure) -> Part:
    t, subject = law.traits[measure.node], law.text(measure.node)
    if t & (POLICY | OTHERS):
        return moved(by("Q3" if t & Trait.GIVEN else "Q2", subject, policy=True), t)
    found = by("A1" if not t & ~_TRANSITION else "A2", subject)
    return moved(collapsed(found, law.model), t)


def _of_law(law: Law, measure: Measure) -> Part:
    """What sees more of a return's law than its mean: that of a policy-dependent one too."""
    inner = expectation(law, measure.node)
    if inner.classes == OUT or among([inner], "FPR"):
        return inner.after("S9" if inner.classes == OUT else "S7")
    return inner.after("K1", law.text(measure.node), discount=None, least=0 if measure.op == "variance" else None)


def _entropy(law: Law, measure: Measure) -> Part:
    return by("G1", "entropy(policy)", policy=True, discount=law.rate(None), least=0)


def _divergence(law: Law, measure: Measure) -> Part:
    one, other = measure.value
    found = by("G2" if one == "policy" else "G3", f"KL({one}, {other})", policy=True, discount=law.rate(None), least=0,
               notes=frozenset({"kl"}))
    if {one, other} & {"old", "refreshed"}:
        found = found.after("N2", flags=found.flags | {NONSTAT})
    return found


def _functional(law: Law, measure: Measure) -> Part:
    return by("Q4" if measure.op == "functional" else "Q5", measure.span.text, policy=True)


def _detached(law: Law, measure: Measure) -> Part:
    found = value(law, measure.args[0])
    return replace(found, flags=found.flags | {STOPGRAD}) if found.policy else found


def _order(law: Law, measure: Measure) -> Part:
    parts = [value(law, arg) for arg in measure.args]
    whole = replace(merged(parts), order=True)
    if measure.op == "pareto":
        return whole.after("V5")
    if any(part.order or part.classes == OUT for part in parts):
        return whole.after("S9")
    if all(part.finite for part in parts[:-1]) and not among(parts, "FPR"):
        return whole.after("V4")
    return whole.after("V3b" if among(parts, "FPR") else "V3")


def _per_key(law: Law, measure: Measure) -> Part:
    """What is made of the prompts' values; a sum or mean of expectations themselves is the expectation over all."""
    found, inner = value(law, measure.args[0]), _measured(measure.args[0])
    if measure.op in ("sum", "mean") and len(inner) == 1 and _is_affine(measure.args[0]):
        return found
    whole = merged([found])
    return whole.after("V1b" if among([found], "FPR") else "S9" if found.classes == OUT else "V1")


def _measured(measure: Measure) -> list[Measure]:
    """The parts that are neither made of others nor numbers."""
    if measure.args:
        return [inner for arg in measure.args for inner in _measured(arg)]
    return [] if measure.op in ("const", "param") else [measure]


def _is_affine(measure: Measure) -> bool:
    if measure.op != "apply":
        return True
    varying = [arg for arg in measure.args if _measured(arg)]
    straight = measure.value in ("add", "sub", "neg") or measure.value in ("mul", "div") and varying == [measure.args[0]] \
        or measure.value == "mul" and len(varying) == 1
    return straight and all(_is_affine(arg) for arg in varying)


# --- functions of values --------------------------------------------------------------------------------------------


def _applied(law: Law, measure: Measure) -> Part:
    op, parts = measure.value, [value(law, arg) for arg in measure.args]
    varying = [part for part in parts if not part.constant]
    if not varying:
        return _of_numbers(op, parts)
    if len(varying) > 1 and _is_of_one(measure) and not _is_affine(measure):
        return _bent_twice(law, measure, parts)
    if op in ("add", "sub"):
        found = total(parts, law.model)
        return replace(found, least=_least_of_sum(op, parts), order=any(part.order for part in varying))
    if any(part.order for part in varying) or among(varying, "OUTSIDE") and len(varying) > 1:
        return merged(parts).after("S9" if among(varying, "OUTSIDE") else "S8")
    if len(varying) > 1:
        return replace(merged(parts).after("V1b" if among(varying, "FPR") else "V1"), finite=op in _COMPARISONS,
                       least=_least_of_several(op, parts))
    return _of_one(law, measure, parts, varying[0])


def _is_of_one(measure: Measure) -> bool:
    """Whether all its parts measure the same, as in `E[x] ** 2 - 6 * E[x]`."""
    return len({(part.op, part.node, part.value) for part in _measured(measure)}) == 1


def _bent_twice(law: Law, measure: Measure, parts: list[Part]) -> Part:
    """A function of one expectation that is written more than once."""
    inner = value(law, _measured(measure)[0])
    whole = replace(inner, **_handed_on(merged(parts)) | {"lines": inner.lines})
    if inner.order or inner.classes == OUT:
        return whole.after("S8" if inner.order else "S9")
    if among([inner], "FPR"):
        return whole.after("Q4")
    return whole.after("O1" if inner.classes == {"MR"} else "O2", discount=None, least=None)


def _of_numbers(op: str, parts: list[Part]) -> Part:
    least = parts[0].least if len(parts) == 1 and op in ("sqrt", "exp") else None
    if op == "div" and all(part.least is not None for part in parts) and parts[1].least:
        least = parts[0].least / parts[1].least
    if op == "neg" and parts[0].least is not None:
        least = -parts[0].least
    return replace(merged(parts), least=least)


def _least_of_sum(op: str, parts: list[Part]) -> float | None:
    one, other = parts
    if op == "add":
        return None if None in (one.least, other.least) else one.least + other.least
    return one.least - other.least if other.constant and None not in (one.least, other.least) else None


def _least_of_several(op: str, parts: list[Part]) -> float | None:
    """Of a product of what is never negative, and of the least or greatest of several."""
    bounds = [part.least for part in parts]
    if op == "maximum":
        return max((bound for bound in bounds if bound is not None), default=None)
    if op == "minimum":
        return None if None in bounds else min(bounds)
    if op == "mul" and None not in bounds and min(bounds) >= 0:
        return bounds[0] * bounds[1]
    return None


def _of_one(law: Law, measure: Measure, parts: list[Part], part: Part) -> Part:
    """A function of one expectation."""
    op, first = measure.value, parts[0] is part
    whole = replace(part, **_handed_on(merged(parts)))
    if op in ("neg", "mul") or op == "div" and first:
        positive = op != "neg" and part.least is not None and _is_positive(parts[1] if first else parts[0])
        return replace(whole, least=0 if positive and part.least >= 0 else None)
    if part.classes == OUT:
        return whole if all(inner.op == "norm" for inner in _measured(measure)) else whole.after("S9")
    if op in _ALWAYS_MONOTONE or _rises(op, parts, part):
        risk = op == "log" and _is_entropic(measure.args[0])
        changed = whole.after("I2") if risk and part.classes == {"FTR"} else whole.after("O0")
        return replace(changed, least=_least_after(op, part), bent=op != "neg")
    if among([part], "FPR"):
        return whole.after("S7")
    markov = part.classes == {"MR"}
    return whole.after("O1" if markov else "O2", finite=op in _COMPARISONS, least=0 if _is_even(op, parts) else None,
                       discount=None)


def _handed_on(whole: Part) -> dict:
    return {"exact": whole.exact, "flags": whole.flags, "lines": whole.lines, "notes": whole.notes, "policy": whole.policy}


def _is_positive(part: Part) -> bool:
    return part.least is not None and part.least > 0


def _rises(op: str, parts: list[Part], part: Part) -> bool:
    """Whether a function strictly rises or falls wherever its argument can be."""
    least, first = part.least, parts[0] is part
    if op == "log":
        return least is not None and least >= 0
    if op == "sqrt":
        return least is not None and least >= 0
    if op == "div":
        return _is_positive(part)
    if op == "pow":
        power = parts[1].least if first else None
        odd = power is not None and power % 2 == 1 and power > 0
        return odd or first and least is not None and least >= 0 and bool(power) or not first and _is_positive(parts[0]) \
            and parts[0].least != 1
    return False


def _is_even(op: str, parts: list[Part]) -> bool:
    return op == "abs" or op == "pow" and parts[1].least is not None and parts[1].least % 2 == 0


def _least_after(op: str, part: Part) -> float | None:
    if op in ("exp", "sigmoid", "softplus"):
        return 1e-300
    return 0 if op in ("sqrt", "tanh", "log1p", "pow") and part.least is not None and part.least >= 0 else None


def _is_entropic(measure: Measure) -> bool:
    """Whether it is E[exp(b * return)]."""
    node: Node | None = measure.node if measure.op == "expectation" else None
    return node is not None and node.op == "exp" and any(part.op == "total" for part in reachable([node]))


_VALUES = {
    "const": _number, "param": _number, "expectation": _expectation, "probability": _probability, "average": _average,
    "cvar": _of_law, "quantile": _of_law, "variance": _of_law, "entropy": _entropy, "kl": _divergence,
    "functional": _functional, "norm": _functional, "detach": _detached, "lexicographic": _order, "pareto": _order,
    **dict.fromkeys(PER_KEY, _per_key), "apply": _applied,
}

