"""Claims about machines: that no loop of one pays for ever."""

from rewardlang.automata.gains import Lasso
from rewardlang.automata.unfold import Arrow
from rewardlang.facts.machines import MachineFacts, machine_facts, machine_of
from rewardlang.facts.verdict import PROVED, REFUTED, Verdict
from rewardlang.ir.spec import EnsureInfo


def not_farmable(ranges, info: EnsureInfo) -> Verdict:
    """`not farmable(m)`: no loop of the machine, staying in a state included, earns more than 0 a round."""
    facts = machine_facts(ranges, machine_of(ranges.spec, info.claims[0].node))
    found = facts.paying_loop
    if found is None:
        return Verdict(info, PROVED)
    return Verdict(info, REFUTED, lasso(facts, found), f"{turn(facts, found)} earns {found.gain:g} a round", reason="farming")


def turn(facts: MachineFacts, found: Lasso) -> str:
    """The states of a loop in words."""
    states, places = facts.info.machine.states, facts.unfolded.places
    names = [states[places[arrow.source].state] for arrow in (*found.loop, found.loop[0])]
    return " -> ".join(f"`{name}`" for name in names)


def lasso(facts: MachineFacts, found: Lasso) -> dict:
    """A lasso as data: how to get in, the loop, and the gain a turn."""
    return {"stem": [step(facts, arrow) for arrow in found.stem], "loop": [step(facts, arrow) for arrow in found.loop],
            "gain": found.gain}


def step(facts: MachineFacts, arrow: Arrow) -> dict:
    """An arrow as data."""
    machine, places = facts.info.machine, facts.unfolded.places
    counts = dict(zip((counter.name for counter in machine.counters), places[arrow.source].counts))
    return {"state": machine.states[places[arrow.source].state], "to": machine.states[places[arrow.target].state],
            "label": sorted(facts.unfolded.letter(arrow)), **({"counters": counts} if counts else {})}
