"""What the schedule learns as it runs: what calls cost, how often they are needed, and which side of a chain decides how often."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rewardlang.ir.node import Node
from rewardlang.ir.spec import Spec
from rewardlang.tensor.counts import Counts
from rewardlang.tensor.order import Calls, Chain, cost_of

#: Evaluations of a call, and entries of a side, from which on what was measured counts.
ENOUGH = 8
#: A new order must save so much of what a chain takes, and so many seconds a batch: emitting code anew takes some itself.
SHARE, SECONDS = 0.1, 0.002


@dataclass
class Seen:
    """Of one side of a chain: the entries at which it was known, and those at which it decided. Older ones count less."""

    known: float = 0.0
    decided: float = 0.0


@dataclass
class Learned:
    """Of one spec: `sides` by the top of their chain and themselves; costs and chances come from the counts of the profile."""

    spec: Spec
    counts: Mapping[str, Counts]
    sides: dict[tuple[Node, Node], Seen] = field(default_factory=dict)
    batches: int = 0

    def cost(self, call: Node) -> float:
        """Seconds of one evaluation, measured if it was made often enough."""
        external = self.spec.externals[call["callee"]]
        found = self.counts.get(external.name)
        measured = found is not None and found.evaluated >= ENOUGH
        return found.seconds / found.evaluated if measured else cost_of(external)

    def chance(self, call: Node) -> float:
        """How likely an entry of a call is needed."""
        found = self.counts.get(self.spec.externals[call["callee"]].name)
        return found.demanded / found.entries if found is not None and found.entries >= ENOUGH else 1.0

    def shares(self) -> dict[tuple[Node, Node], float]:
        """How often each side decides, where it was seen often enough."""
        return {key: seen.decided / seen.known for key, seen in self.sides.items() if seen.known >= ENOUGH}

    def calls(self, nodes: list[Node], called: Iterable[Node], roots: Iterable[Node]) -> Calls:
        """The order of calls by all that is known."""
        called = list(called)
        return Calls.of(nodes, {call: self.cost(call) for call in called}, roots, self.shares(),
                        {call: self.chance(call) for call in called})

    def see(self, top: Node, side: Node, known: int, decided: int) -> None:
        """One batch more of a side."""
        seen = self.sides.setdefault((top, side), Seen())
        seen.known += known
        seen.decided += decided

    def is_due(self) -> bool:
        """Count a batch; whether it is time to choose the order anew: after 1, 2, 4, 8, … batches. Then the past counts half."""
        self.batches += 1
        due = self.batches & (self.batches - 1) == 0
        if due and self.batches > 4:
            for seen in self.sides.values():
                seen.known, seen.decided = seen.known / 2, seen.decided / 2
        return due

    def is_better(self, new: Calls, old: Calls, rows: int) -> bool:
        """Whether the new order saves enough of the time of some chain over the old one, in batches of so many rows."""
        return any(self._saves(new, chain, old.chains[top], rows) for top, chain in new.chains.items()
                   if chain.top is top and top in old.chains)

    @staticmethod
    def _saves(new: Calls, chain: Chain, old: Chain, rows: int) -> bool:
        if chain.sides == old.sides:
            return False
        before = new.expected(chain, [side for side, _ in old.sides])
        after = new.expected(chain, [side for side, _ in chain.sides])
        return before - after > max(SHARE * before, SECONDS / max(rows, 1))


@dataclass(frozen=True)
class Turn:
    """One side of a chain in its turn: how it is written, in how many of 1 it decides (None: not seen), seconds for one entry."""

    text: str
    decides: float | None
    seconds: float


def turns(calls: Calls) -> list[tuple[Turn, ...]]:
    """The chains in which an order was chosen between calls, their sides in their turns."""
    found = []
    for top, chain in calls.chains.items():
        if chain.top is top and sum(bool(calls.below[side]) for side, _ in chain.sides) > 1:
            found.append(tuple(Turn(_names(calls, side), calls.shares.get((top, side)), calls.cost(side)) for side, _ in chain.sides))
    return found


def _names(calls: Calls, side: Node) -> str:
    return " + ".join(dict.fromkeys(call["callee"] for call in sorted(calls.below[side], key=lambda call: call.number))) or side.op
