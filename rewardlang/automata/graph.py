"""The bare automaton that constructions work on: one diagram per state in a shared store, minimised and put in order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rewardlang.automata.diagram import Diagrams, Full

Verdict = bool | None


@dataclass(frozen=True)
class Graph:
    """Complete and deterministic; `roots[s]` takes a letter to the next state, `initial` is 0, every state is reachable."""

    store: Diagrams
    roots: list[int]
    accepting: list[bool]

    def __len__(self) -> int:
        return len(self.roots)

    def complement(self) -> "Graph":
        """Accepts exactly the traces that this one rejects."""
        return Graph(self.store, self.roots, [not accepts for accepts in self.accepting])

    def settled(self, state: int) -> Verdict:
        """The verdict of a state that nothing leaves; None of any other."""
        return self.accepting[state] if self.roots[state] == ~state else None

    def minimal(self) -> "Graph":
        """The automaton with the fewest states for the same traces; states by first visit, false branches first."""
        classes = _classes(self)
        if len(set(classes)) == len(classes):
            return self  # every construction numbers its states by first visit
        representative: dict[int, int] = {}
        for state, each in enumerate(classes):
            representative.setdefault(each, state)
        numbers = {classes[0]: 0}
        order = [classes[0]]
        roots, memo = [], {}

        def renumbered(end: int) -> int:
            each = classes[~end]
            if each not in numbers:
                numbers[each] = len(order)
                order.append(each)
            return ~numbers[each]

        for each in order:  # grows while it is walked
            roots.append(self.store.mapped(self.roots[representative[each]], renumbered, memo))
        return Graph(self.store, roots, [self.accepting[representative[each]] for each in order])


def product(one: Graph, other: Graph, accept: Callable[[bool, bool], bool], most: int, first: bool = False) -> Graph:
    """The reachable pairs of two automata over one store, accepting as `accept` says of the two. Full: over `most` states.

    Where one of the two has reached its verdict for good and that decides, the pair is one state whatever the other does.
    With `first`, only shortest accepted traces matter: once an accepting pair is seen, pairs not yet walked lead nowhere.
    """
    store, numbers, pairs = one.store, {(0, 0): 0}, [(0, 0)]
    decided_by_one = [_decides(lambda v, w: accept(v, w), one.settled(state)) for state in range(len(one))]
    decided_by_other = [_decides(lambda v, w: accept(w, v), other.settled(state)) for state in range(len(other))]

    def number(pair: tuple) -> int:
        found = numbers.get(pair)
        if found is None:
            found = numbers[pair] = len(pairs)
            if found >= most:
                raise Full(f"more than {most} states")
            pairs.append(pair)
        return ~found

    def decide(f: int, g: int) -> int | None:
        if f < 0 and decided_by_one[~f] is not None:
            return number((None, decided_by_one[~f]))
        if g < 0 and decided_by_other[~g] is not None:
            return number((None, decided_by_other[~g]))
        return number((~f, ~g)) if f < 0 and g < 0 else None

    roots, accepting, beside = [], [], store.operation(decide)
    seen = False
    for n, (left, right) in enumerate(pairs):  # grows while it is walked
        accepting.append(right if left is None else accept(one.accepting[left], other.accepting[right]))
        seen = seen or (first and n > 0 and accepting[n])
        roots.append(~n if left is None or seen else beside(one.roots[left], other.roots[right]))
    return Graph(store, roots, accepting)


def _decides(accept: Callable[[bool, bool], bool], verdict: Verdict) -> Verdict:
    """What the pair comes to when one side has that verdict for good, if the other side cannot change it."""
    if verdict is None or accept(verdict, False) != accept(verdict, True):
        return None
    return accept(verdict, False)


class _Images:
    """Every diagram with its leaves replaced by their states' classes, kept up to date as classes split."""

    def __init__(self, graph: Graph, classes: list[int]):
        self.store, self.classes = graph.store, classes
        self.image: dict[int, int] = {}
        self._shared: dict[tuple[int, int, int], int] = {}
        self._nodes = graph.store.nodes(graph.roots)
        self._refresh(self._nodes)

    def of(self, root: int) -> int:
        """The image of a diagram."""
        return ~self.classes[~root] if root < 0 else self.image[root]

    @cached_property
    def _above(self) -> dict[int, list[int]]:
        """The nodes right above each node and leaf."""
        above: dict[int, list[int]] = {}
        low, high = self.store.low, self.store.high
        for node in self._nodes:
            above.setdefault(low[node], []).append(node)
            above.setdefault(high[node], []).append(node)
        return above

    def refresh(self, states: list[int]) -> set[int]:
        """After the classes of some states changed: the diagrams (leaves too) that changed with them."""
        changed = {~state for state in states}
        stack = list(changed)
        while stack:
            for node in self._above.get(stack.pop(), ()):
                if node not in changed:
                    changed.add(node)
                    stack.append(node)
        self._refresh(sorted(node for node in changed if node >= 0))
        return changed

    def _refresh(self, nodes: list[int]) -> None:
        level, low, high, image, classes = self.store.level, self.store.low, self.store.high, self.image, self.classes
        for node in nodes:
            left, right = low[node], high[node]
            left = ~classes[~left] if left < 0 else image[left]
            right = ~classes[~right] if right < 0 else image[right]
            image[node] = left if left == right else self._shared.setdefault((level[node], left, right), len(self._shared))


def _classes(graph: Graph) -> list[int]:
    """The class of each state: two states have one class exactly if they accept the same continuations.

    Partition refinement: a state is looked at again only if a state that it leads to has moved to another class.
    """
    classes = [int(accepts) for accepts in graph.accepting]
    if len(set(classes)) == 1:
        return classes
    images = _Images(graph, classes)
    owners: dict[int, list[int]] = {}
    for state, root in enumerate(graph.roots):
        owners.setdefault(root, []).append(state)
    sizes = {0: classes.count(0), 1: classes.count(1)}
    waiting = list(range(len(classes)))
    while waiting:
        moved = _split(waiting, graph.roots, classes, sizes, images)
        if len(sizes) == len(classes):
            break  # every state is alone
        waiting = [state for root in images.refresh(moved) for state in owners.get(root, ())]
    return classes


def _split(waiting: list[int], roots: list[int], classes: list[int], sizes: dict[int, int], images: _Images) -> list[int]:
    """Parts the classes of the waiting states by where those lead; the states that got a new class.

    States that are not waiting lead where they led before, and so together, and never where a waiting one now leads.
    """
    groups: dict[int, dict[int, list[int]]] = {}
    for state in waiting:
        groups.setdefault(classes[state], {}).setdefault(images.of(roots[state]), []).append(state)
    moved: list[int] = []
    for each, by_image in groups.items():
        parts = sorted(by_image.values(), key=len)
        if sizes[each] == sum(map(len, parts)):
            parts.pop()  # nobody else is in this class: the largest part keeps it
        for part in parts:
            fresh = len(sizes)
            sizes[fresh] = len(part)
            sizes[each] -= len(part)
            for state in part:
                classes[state] = fresh
            moved += part
    return moved
