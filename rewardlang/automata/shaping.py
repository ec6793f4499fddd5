"""Potentials of a machine by value iteration on its edges (Camacho et al., IJCAI 2019; Ng, Harada, Russell, ICML 1999)."""

from numbers import Real

from rewardlang.automata.diagram import FALSE
from rewardlang.automata.machine import Machine
from rewardlang.automata.unfold import MOST_PLACES, Choices, Place, TooManyPlaces

_RESIDUAL = 1e-13
_MOST_ROUNDS = 200_000


class NoValue(ValueError):
    """A loop pays for ever, and nothing is discounted."""


def values(machine: Machine, discount: float) -> dict[Place, float]:
    """The fixed point V(final) = 0, V(p) = max over the edges at p of reward + discount * V(target), by place.

    Guards are ignored, except where they ask counters; every state is a place, with the counters' first values at least.
    Amounts that the machine does not know count as 0. `discount` must lie in [0, 1); at 1 a paying loop has no value.
    TooManyPlaces: counters and states together are more than are looked at one by one. NoValue: no fixed point.
    """
    edges = _edges(machine)
    value = dict.fromkeys(edges, 0.0)
    for _ in range(_MOST_ROUNDS):
        moved = 0.0
        for place, own in edges.items():
            best = max((paid + discount * value[target] for paid, target in own), default=0.0)
            moved = max(moved, abs(best - value[place]) / max(1.0, abs(best)))
            value[place] = best
        if moved <= _RESIDUAL * (1 - discount if discount < 1 else 1):
            return value
    raise NoValue("a loop pays for ever: without discount it has no value")


def potentials(machine: Machine, discount: float) -> dict[Place, float]:
    """V where it is above 0, else 0; so 0 at final states, and waiting, which earns (discount - 1) * potential, is never paid.

    Any function of the place that is 0 at the end leaves optimal policies as they are, so cutting V off is no loss.
    """
    return {place: max(value, 0.0) for place, value in values(machine, discount).items()}


def _edges(machine: Machine) -> dict[Place, list[tuple[float, Place]]]:
    """What each place's edges pay and where they lead, guards over propositions ignored."""
    choices = Choices(machine)
    first = machine.begin[1]
    found: dict[Place, list[tuple[float, Place]]] = {Place(state, first): [] for state in range(len(machine.states))}
    queue = list(found)
    for place in queue:  # grows while it is walked
        for number in machine.leaving[place.state]:
            edge = machine.edges[number]
            if choices.under(choices.guards[number], place) == FALSE:
                continue
            target = Place(*machine.after(edge, *place))
            if target not in found:
                found[target] = []
                queue.append(target)
                if len(found) > MOST_PLACES:
                    raise TooManyPlaces(MOST_PLACES)
            found[place].append((float(edge.reward) if isinstance(edge.reward, Real) else 0.0, target))
    return found
