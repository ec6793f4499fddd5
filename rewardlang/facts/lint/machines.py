"""Machines whose guards overlap or leave a case open, whose states are no use, or that need the future."""

from collections.abc import Iterator

from rewardlang.automata.formula import atoms
from rewardlang.automata.gains import shortest
from rewardlang.automata.machine_checks import missing, never_taken, overlaps, stuck, unreached, values_of
from rewardlang.automata.unfold import Arrow
from rewardlang.facts.availability import LEVELS, availability
from rewardlang.facts.contracts.machine_claims import step
from rewardlang.facts.lint.places import Places
from rewardlang.facts.machines import MachineFacts, machine_facts
from rewardlang.text.diagnostic import Diagnostic, Note

#: Findings of one kind about one machine: more are more of the same.
_MOST = 20


def machines(ranges, places: Places) -> Iterator[Diagnostic]:
    """All findings about the build of machines."""
    for info in ranges.spec.machines.values():
        facts = machine_facts(ranges, info)
        for check in (_future, _overlaps, _missing, _never_taken, _unreached, _stuck):
            for _, found in zip(range(_MOST), check(facts)):
                yield found


def _future(facts: MachineFacts) -> Iterator[Diagnostic]:
    info = facts.info
    asked = {**info.propositions, **info.changes}
    levels = availability(facts.ranges.spec, list(asked.values()))
    late = [(name, levels[node]) for name, node in asked.items() if LEVELS.index(levels[node]) > 0]
    if facts.ranges.spec.setting.kind == "single_turn":
        late = [(name, level) for name, level in late if any(axis.ordered for axis in asked[name].type.axes)]
    for name, level in late:
        asking = (span for span, edge in zip(info.edges, info.machine.edges)
                  if name in atoms(edge.guard) or name in [update.value for update in edge.updates])
        span = next(asking, info.span)
        word = {"next_step": "next step", "episode": "end of the episode"}.get(level, level)
        yield Diagnostic("RW326", span, {"name": info.name, "level": word}, (), info.name, {"guard": name, "known": level})


def _overlaps(facts: MachineFacts) -> Iterator[Diagnostic]:
    info, machine = facts.info, facts.info.machine
    if machine.first_match:
        return
    for each in overlaps(facts.choices):
        state = machine.states[each.state]
        witness = {"state": state, **told(facts, each.letter)}
        note = Note("the other edge", info.edges[each.one])
        yield Diagnostic("RW324", info.edges[each.other], {"state": state, "name": info.name, "label": label(facts, each.letter)},
                         (note,), info.name, witness)


def _missing(facts: MachineFacts) -> Iterator[Diagnostic]:
    info, machine = facts.info, facts.info.machine
    for each in missing(facts.choices):
        state = machine.states[each.state]
        span = next((span for span, edge in zip(info.edges, machine.edges) if each.state in edge.sources), info.span)
        values = {"state": state, "name": info.name, "label": label(facts, each.letter)}
        yield Diagnostic("RW325", span, values, (), info.name, {"state": state, **told(facts, each.letter)})


def _never_taken(facts: MachineFacts) -> Iterator[Diagnostic]:
    info = facts.info
    for number in never_taken(facts.choices):
        edge = info.machine.edges[number]
        problem = "its guard never holds" if facts.choices.guards[number] == ~0 else "edges before it take all of its cases"
        if edge.otherwise:
            problem = "the edges before it take all cases"
        yield Diagnostic("RW332", info.edges[number], {"problem": problem}, (), info.name, {"edge": info.edges[number].text})


def _unreached(facts: MachineFacts) -> Iterator[Diagnostic]:
    info = facts.info
    for state in unreached(facts.unfolded):
        name = info.machine.states[state]
        come = sorted({info.machine.states[place.state] for place in facts.unfolded.places})
        yield Diagnostic("RW327", _span_of(info, state), {"name": info.name, "state": name}, (), info.name,
                         {"state": name, "reached": come})


def _stuck(facts: MachineFacts) -> Iterator[Diagnostic]:
    info = facts.info
    for state in stuck(facts.unfolded):
        name = info.machine.states[state]
        yield Diagnostic("RW328", _span_of(info, state), {"name": info.name, "state": name}, (), info.name,
                         {"state": name, "way": [step(facts, arrow) for arrow in way(facts, state)]})


def _span_of(info, state: int):
    """The first edge that enters or leaves a state, or the whole machine."""
    return next((span for span, edge in zip(info.edges, info.machine.edges) if state in edge.sources or edge.target == state),
                info.span)


# --- words for witnesses ----------------------------------------------------------------------------------------------


def told(facts: MachineFacts, letter: frozenset[str]) -> dict:
    """A letter as data: every proposition with its truth, and values of the counters that are asked there."""
    counters = values_of(facts.info.machine, letter)
    return {"label": {name: name in letter for name in facts.info.machine.atoms}, **({"counters": counters} if counters else {})}


def label(facts: MachineFacts, letter: frozenset[str]) -> str:
    """A letter in words: what is true, or that nothing is, and where the counters are."""
    true = [f"`{name}`" for name in facts.info.machine.atoms if name in letter]
    counts = [f"`{name} = {value}`" for name, value in values_of(facts.info.machine, letter).items()]
    words = " and ".join(true) if true else "a step where none of its propositions holds"
    return f"{words} with {' and '.join(counts)}" if counts else words


def way(facts: MachineFacts, state: int) -> tuple[Arrow, ...]:
    """A shortest way from the start to a place of the state."""
    target = next(number for number, place in enumerate(facts.unfolded.places) if place.state == state)
    return shortest(facts.unfolded, target)
