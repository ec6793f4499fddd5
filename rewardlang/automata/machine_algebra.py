"""Machines made of machines: side by side, one after the other, smallest, restricted; and a trace that tells two apart."""

from collections.abc import Callable, Sequence
from numbers import Real

from rewardlang.automata.alphabet import Alphabet, proposition
from rewardlang.automata.diagram import FALSE, TRUE, Diagrams
from rewardlang.automata.formula import Formula, atoms, conjunction
from rewardlang.automata.guards import Guards
from rewardlang.automata.machine import Edge, Machine
from rewardlang.automata.trace import Trace
from rewardlang.automata.unfold import Unfolded, unfold


def flat(machine: Machine, laws: Sequence[Formula] = ()) -> Machine:
    """The same machine without counters, its guards exclusive and complete: a state for each place that a run comes to.

    With `laws`, only of letters that break none. A step for which it has no edge stays and pays 0. Where there are no
    counters, states keep their names; else those of the counters' values are added.
    """
    unfolded = unfold(machine, laws)
    edges = []
    for place, arrows in enumerate(unfolded.arrows):
        ways = [(arrow.edge, arrow.target, arrow.reward) for arrow in arrows]
        if not unfolded.is_final(place) and unfolded.choices.none in unfolded.choices.store.leaves(unfolded.roots[place]):
            ways.append((unfolded.choices.none, place, 0))
        for leaf, target, reward in ways:
            edges.append(Edge((place,), target, guard(unfolded, place, leaf), (), reward))
    names = tuple(_name(machine, place) for place in unfolded.places)
    finals = frozenset(place for place in range(len(unfolded.places)) if unfolded.is_final(place))
    return Machine(names, 0, tuple(edges), finals)


def _name(machine: Machine, place) -> str:
    counts = (f"{counter.name}={value}" for counter, value in zip(machine.counters, place.counts))
    return " ".join([machine.states[place.state], *counts])


def guard(unfolded: Unfolded, place: int, leaf: int, sums: bool = False) -> Formula:
    """The letters on which a place takes an edge, in few words; with `sums`, as a disjunction of conjunctions."""
    choices = unfolded.choices
    wanted = choices.store.mapped(unfolded.roots[place], lambda end: TRUE if end == ~leaf else FALSE, {})
    words = Guards(choices.store, TRUE, choices.alphabet.atoms)
    return words.sum(wanted) if sums else words.formula(wanted)


def product(one: Machine, other: Machine, done: Callable[[bool, bool], bool] = lambda a, b: a and b) -> Machine:
    """Both read the same letters and what they pay is added; a machine that is done stays so and pays 0.

    It is done where `done` says so of the two: by default where both are. ValueError: an edge pays what is no constant.
    """
    left, right = flat(one), flat(other)
    fits = _together(left, right)
    pairs, edges, finals = [(left.start, right.start)], [], set()
    numbers = {pairs[0]: 0}
    for number, (a, b) in enumerate(pairs):  # grows while it is walked
        if done(a in left.finals, b in right.finals):
            finals.add(number)
            continue
        for first in _ways(left, a):
            for second in _ways(right, b):
                if fits(first.guard, second.guard) is None:
                    continue
                target = (first.target, second.target)
                if target not in numbers:
                    numbers[target] = len(pairs)
                    pairs.append(target)
                both = conjunction([first.guard, second.guard])
                edges.append(Edge((number,), numbers[target], both, (), _sum(first.reward, second.reward)))
    names = tuple(f"{left.states[a]}, {right.states[b]}" for a, b in pairs)
    return Machine(names, 0, tuple(edges), frozenset(finals))


def union(one: Machine, other: Machine) -> Machine:
    """The product that is done as soon as one of the two is."""
    return product(one, other, lambda a, b: a or b)


def _sum(one: object, other: object) -> object:
    if not isinstance(one, Real) or not isinstance(other, Real):
        raise ValueError(f"only constants can be added, and an edge pays `{other if isinstance(one, Real) else one}`")
    return one + other


def _ways(machine: Machine, state: int) -> list[Edge]:
    """The edges of a state; a final one has an edge to itself that pays nothing."""
    if state in machine.finals:
        return [Edge((state,), state)]
    return [machine.edges[number] for number in machine.leaving[state]]


def _together(one: Machine, other: Machine) -> Callable[[Formula, Formula], frozenset[str] | None]:
    """A letter that satisfies two guards; None where there is none."""
    alphabet, store = Alphabet(tuple(dict.fromkeys((*one.atoms, *other.atoms)))), Diagrams(1 << 40)
    literals, both, known = alphabet.literals(store), store.junction(FALSE, TRUE), {}

    def diagram(formula: Formula) -> int:
        if formula not in known:
            known[formula] = proposition(formula, store, literals.__getitem__)
        return known[formula]

    def letter(first: Formula, second: Formula) -> frozenset[str] | None:
        levels = store.fewest(both(diagram(first), diagram(second)), TRUE)
        return None if levels is None else frozenset(alphabet.atoms[level] for level in levels)
    return letter


def sequence(one: Machine, other: Machine) -> Machine:
    """The first until it is done, then the second from its start, with the next letter; done where the second is.

    A name that both have gets a stroke in the second.
    """
    left, right = flat(one), flat(other)
    kept = [state for state in range(len(left.states)) if state not in left.finals]
    numbers = {state: number for number, state in enumerate(kept)}
    shift = len(kept)
    begin = shift + right.start
    edges = [Edge((numbers[edge.sources[0]],), numbers.get(edge.target, begin), edge.guard, (), edge.reward) for edge in left.edges]
    edges += [Edge((edge.sources[0] + shift,), edge.target + shift, edge.guard, (), edge.reward) for edge in right.edges]
    names = [left.states[state] for state in kept]
    for name in right.states:
        while name in names:
            name += "'"
        names.append(name)
    start = numbers.get(left.start, begin)
    return flat(Machine(tuple(names), start, tuple(edges), frozenset(state + shift for state in right.finals)))


def minimal(machine: Machine) -> Machine:
    """The machine with the fewest states that pays the same, and is done at the same steps, on every trace.

    Moore's partition refinement, with what is paid as part of where an edge leads. A class has the name of its first state.
    """
    unfolded = unfold(flat(machine))
    store, count = unfolded.choices.store, len(unfolded.places)
    ways = [{arrow.edge: arrow for arrow in own} for own in unfolded.arrows]
    classes = [int(unfolded.is_final(place)) for place in range(count)]
    while True:
        known: dict = {}
        ends: dict = {}
        signed = []
        for place in range(count):
            def end(leaf: int, own=ways[place]) -> int:
                arrow = own[~leaf]
                return ~ends.setdefault((arrow.reward, classes[arrow.target]), len(ends))
            root = unfolded.roots[place]
            image = None if unfolded.is_final(place) else store.mapped(root, end, {})
            signed.append(known.setdefault((classes[place], image), len(known)))
        if len(known) == len(set(classes)):
            break
        classes = signed
    first = {each: place for place, each in reversed(list(enumerate(classes)))}
    order = sorted(first, key=first.get)
    rank = {each: number for number, each in enumerate(order)}
    edges = [Edge((rank[each],), rank[classes[arrow.target]], guard(unfolded, first[each], arrow.edge), (), arrow.reward)
             for each in order for arrow in unfolded.arrows[first[each]]]
    names = tuple(unfolded.machine.states[unfolded.places[first[each]].state] for each in order)
    finals = frozenset(rank[each] for each in order if unfolded.is_final(first[each]))
    return flat(Machine(names, 0, tuple(_merged(edges)), finals))


def _merged(edges: Sequence[Edge]) -> list[Edge]:
    """Edges that lead to one state and pay the same, as one."""
    from_to: dict = {}
    for edge in edges:
        from_to.setdefault((edge.sources, edge.target, edge.reward), []).append(edge.guard)
    return [Edge(sources, target, _either(guards), (), reward) for (sources, target, reward), guards in from_to.items()]


def _either(guards: list[Formula]) -> Formula:
    """Any of the guards, in few words."""
    names = tuple(dict.fromkeys(name for each in guards for name in atoms(each)))
    store = Diagrams(1 << 40)
    literals, either, root = Alphabet(names).literals(store), store.junction(TRUE, FALSE), FALSE
    for each in guards:
        root = either(root, proposition(each, store, literals.__getitem__))
    return Guards(store, TRUE, names).formula(root)


def difference(one: Machine, other: Machine) -> Trace | None:
    """A shortest trace at whose last step the two pay differently or only one is done; None where there is none."""
    left, right = flat(one), flat(other)
    letter = _together(left, right)
    begun = (left.start, right.start)
    queue: list[tuple[tuple[int, int], tuple]] = [(begun, ())]
    seen = {begun}
    for (a, b), path in queue:  # grows while it is walked
        for first in _ways(left, a):
            for second in _ways(right, b):
                told = letter(first.guard, second.guard)
                if told is None:
                    continue
                pair, trace = (first.target, second.target), (*path, told)
                if first.reward != second.reward or (pair[0] in left.finals) != (pair[1] in right.finals):
                    return trace
                if pair not in seen:
                    seen.add(pair)
                    queue.append((pair, trace))
    return None
