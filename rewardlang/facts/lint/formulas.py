"""Formulas that say nothing, or that no rollout can satisfy, each with a trace or a part that shows it."""

from collections.abc import Iterator
from math import inf

from rewardlang.automata.checks import Finding, conflict
from rewardlang.automata.formula import text
from rewardlang.facts.formula_checks import STATES, CheckedFormula, checked_formulas
from rewardlang.facts.leaves import positions
from rewardlang.facts.lint.places import Places
from rewardlang.facts.terms import always
from rewardlang.ir.node import consumers, reachable
from rewardlang.text.diagnostic import Diagnostic, Note
from rewardlang.text.source import Span

_CODES = {"unsatisfiable": "RW307", "tautology": "RW308", "vacuous": "RW309", "horizon": "RW310"}
_LONGEST_TEXT = 80
_LONGEST_TRACE = 100
#: States looked at in one program; what comes after is passed over, so that `check` stays quick.
_MOST_STATES = 3_000


def formulas(ranges, places: Places) -> Iterator[Diagnostic]:
    """What automata say of each formula; nothing of those whose automaton is too large, or that a dead gate tells of."""
    read = checked_formulas(ranges)
    users = consumers(reachable(output.node for output in ranges.spec.outputs.values())) if read else {}
    said, spent = set(), 0
    for each in read:
        if spent > _MOST_STATES:
            return
        spent += each.cost
        decided = any(user.op == "gate" for user in users.get(each.node, ())) and always(ranges, each.node) is not None
        for finding in each.findings:
            span = _span(each, finding, places)
            if finding.what in _CODES and not decided and span is not None and (finding.what, span) not in said:
                said.add((finding.what, span))
                yield Diagnostic(_CODES[finding.what], span, _values(each, finding, places), _notes(each, finding, places),
                                 places.subject(each.value), _witness(finding))


def _values(read: CheckedFormula, finding: Finding, places: Places) -> dict[str, object]:
    never = finding.what == "unsatisfiable"
    where = ("at no step of any trace" if never else "at every step") if read.at_each else \
        ("on no trace" if never else "on every trace")
    values = {"formula": _short(text(read.formula) if read.formula.args else places.text(read.node)), "part": _short(text(finding.part)),
              "where": where, "why": "",
              "steps": finding.steps, "horizon": f"{read.horizon} at most"}
    if never:
        values["why"] = _why(read)
    elif finding.what == "tautology" and read.by_range:
        values["why"] = " by the ranges of its values"
    if finding.constant is not None:
        values["constant"] = text(finding.constant)
    return values


def _why(read: CheckedFormula) -> str:
    """What excludes what."""
    by = "by the ranges of its values, " if read.by_range else ""
    parts = conflict(read.formula, read.laws, read.at_each, STATES)
    if len(parts) == 1:
        what = "it" if parts[0] is read.formula else f"`{_short(text(parts[0]))}`"
        return f"the ranges of its values forbid {what}" if by else f"{what} contradicts itself"
    return f"{by}{_listed([f'`{_short(text(part))}`' for part in parts])} exclude one another"


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _witness(finding: Finding) -> dict[str, object]:
    """A shortest trace, each step as the propositions that are true; the part that is idle; how many steps are needed."""
    found: dict[str, object] = {}
    if finding.constant is not None:
        found |= {"part": text(finding.part), "constant": text(finding.constant)}
    if finding.steps is not None:
        found["steps"] = finding.steps
    if finding.witness is not None and len(finding.witness) <= _LONGEST_TRACE:
        found["trace"] = [sorted(letter) for letter in finding.witness]
    return found


def _notes(read: CheckedFormula, finding: Finding, places: Places) -> tuple[Note, ...]:
    inside = next((node for node in (read.value, read.node) if node in places.spec.graph.calls), None)
    return places.inside(inside) if inside is not None else ()


# --- where -------------------------------------------------------------------------------------------------------------


def _span(read: CheckedFormula, finding: Finding, places: Places) -> Span | None:
    """Where a finding stands; None for a part that a library's function has of its own, whatever it is given."""
    whole = read.span if read.span is not None and read.span.source is places.spec.source else places.span(read.node)
    if finding.what != "vacuous":
        return whole
    around = read.formula
    for n in finding.path[:-1]:
        around = around.args[n]
    if any(node in places.spec.graph.calls for node, formula in read.made.items() if formula is around):
        return None
    own = [node for node, formula in read.made.items() if formula is finding.part]
    spans = [places.spec.graph.calls.get(node) or places.spec.graph.origins.get(node) for node in own]
    return next((span for span in spans if span is not None and span.source is whole.source), whole)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_TEXT else words[:_LONGEST_TEXT - 1] + "…"


# --- windows -----------------------------------------------------------------------------------------------------------


def long_windows(ranges, places: Places) -> Iterator[Diagnostic]:
    """Windows that end beyond the last step even when counted from the first, whatever the params are."""
    said = set()
    for node in reachable(output.node for output in ranges.spec.outputs.values()):
        if "high" not in (node.get("roles") or ()):
            continue
        high = ranges.of(dict(zip(node["roles"], node.args))["high"])
        most = positions(ranges, node["over"][0], ranges.root).hi
        span = places.span(node)
        if high is not None and most != inf and high.lo > most - 1 and span not in said:
            said.add(span)
            values = {"word": node.op, "steps": int(high.lo), "horizon": _steps(int(most))}
            yield Diagnostic("RW311", span, values, places.inside(node), places.subject(node),
                             {"steps": int(high.lo), "horizon": int(most)})


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"
