"""In which order calls run: those that are cheap and often decide first, and each after those that decide about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rewardlang.ir.node import Node, consumers
from rewardlang.ir.spec import ExternalInfo

#: Seconds of one evaluation of a call as long as none was measured: only the order counts.
COSTS = {"verifier": 1e-5, "limited": 1e-4, "model": 1e-3}
#: How often one side of a chain decides as long as that was not seen.
UNSEEN = 0.5


def cost_of(external: ExternalInfo) -> float:
    """What one call of a model or verifier costs before it was ever made, in seconds."""
    return COSTS["limited" if external.kind == "verifier" and external.timeout is not None else external.kind]


@dataclass(frozen=True)
class Chain:
    """Nested `and`, `or`, or an `implies`: any of its sides decides it by being what `sides` says, whatever the others are.

    `sides` are in the order in which they are looked at.
    """

    top: Node
    sides: tuple[tuple[Node, bool], ...]

    def before(self, side: Node) -> list[tuple[Node, bool]]:
        """The sides that are looked at before one."""
        place = next(place for place, (other, _) in enumerate(self.sides) if other is side)
        return list(self.sides[:place])


_DECIDES = {"and": (False, False), "or": (True, True), "implies": (False, True)}


@dataclass
class Calls:
    """What calls rest on: `below` the calls that a node's value needs, `costs` the seconds of one evaluation of each call.

    `shares` says of a chain's top and one of its sides how often that side decides, where it was seen; `chances` how likely a
    call is needed at all. `chains` has for each node of a chain its chain.
    """

    costs: dict[Node, float]
    shares: Mapping[tuple[Node, Node], float] = field(default_factory=dict)
    chances: Mapping[Node, float] = field(default_factory=dict)
    below: dict[Node, frozenset[Node]] = field(default_factory=dict)
    chains: dict[Node, Chain] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: list[Node], costs: dict[Node, float], roots: Iterable[Node] = (),
           shares: Mapping[tuple[Node, Node], float] | None = None, chances: Mapping[Node, float] | None = None) -> "Calls":
        """From nodes with arguments first; `costs` names those that are calls here, `roots` are wanted for themselves."""
        calls = cls(costs, shares or {}, chances or {})
        for node in nodes:
            found = frozenset().union(*(calls.below[arg] for arg in node.args if arg in calls.below))
            calls.below[node] = found | {node} if node in costs else found
        calls._find_chains(nodes, set(roots))
        return calls

    def _find_chains(self, nodes: list[Node], roots: set[Node]) -> None:
        users, parts = consumers(nodes), {}
        for node in nodes:
            if node.op not in _DECIDES:
                continue
            sides: dict[Node, bool] = {}
            for arg, decides in zip(node.args, _DECIDES[node.op], strict=True):
                inner = node.op != "implies" and arg.op == node.op and users[arg] == [node] and arg not in roots
                sides.update(parts.pop(arg) if inner else {arg: decides})
            parts[node] = sides
        for top, sides in parts.items():
            chain = Chain(top, tuple(sorted(sides.items(), key=lambda side: self.rank(top, side[0]))))
            stack = [top]
            while stack:
                node = stack.pop()
                self.chains[node] = chain
                stack += [arg for arg in node.args if arg not in sides and arg not in self.chains]

    def rank(self, top: Node, side: Node) -> float:
        """What is paid for each decision of a side: the lowest first costs the least if sides are independent."""
        return self.cost(side) / max(self.shares.get((top, side), UNSEEN), 1e-6)

    def cost(self, node: Node) -> float:
        """The cost of all calls that a node's value needs."""
        return sum(self.costs[call] for call in self.below[node])

    def expected(self, chain: Chain, order: Iterable[Node]) -> float:
        """The seconds that a chain takes for one entry if its sides are looked at in an order."""
        left, total = 1.0, 0.0
        for side in order:
            total += left * self.cost(side)
            left *= 1 - self.shares.get((chain.top, side), UNSEEN)
        return total

    def guards(self, node: Node, position: int) -> list[tuple[Node, bool | None]]:
        """The values that decide whether the argument at `position` is needed, none if it always is.

        With each, what it must be to leave the argument out; None where that follows from the operator.
        """
        if node.op in ("gate", "coalesce"):
            return [(node.args[0], None)] if position else []
        chain, arg = self.chains.get(node), node.args[position]
        if chain is not None:
            return chain.before(arg) if any(arg is side for side, _ in chain.sides) else []
        roles = node.get("roles", ())
        if "where" in roles and roles[position] == "x" and node.op != "delta":
            return [(node.args[roles.index("where")], None)]
        return []

    def deciders(self, nodes: list[Node], roots: Iterable[Node], chains: bool = False) -> dict[Node, frozenset[Node] | None]:
        """For each node the calls that decide whether it is needed (in `chains` alone, if that is asked); None for what is always
        needed.
        """
        found: dict[Node, frozenset[Node] | None] = dict.fromkeys(roots)
        for node in reversed(nodes):
            if node not in found:
                continue
            for position, arg in enumerate(node.args):
                guards = self.guards(node, position) if not chains or node in self.chains else []
                if found[node] is None and not guards:
                    found[arg] = None
                elif arg not in found or found[arg] is not None:
                    mine = (found[node] or frozenset()).union(*(self.below[guard] for guard, _ in guards))
                    found[arg] = (found.get(arg) or frozenset()) | mine
        return found

    def _waits(self, deciders: Mapping[Node, frozenset[Node] | None]) -> dict[Node, frozenset[Node]]:
        return {call: (deciders.get(call) or frozenset()) - {call} for call in self.costs if call in deciders}

    def schedule(self, nodes: list[Node], roots: Iterable[Node]) -> list[tuple[Node, frozenset[Node]]]:
        """The calls in order, each with those that may decide about it because they have run by then.

        Of those that nothing waits for, the one with the lowest cost times chance of being needed comes first.
        """
        waiting = self._waits(self.deciders(nodes, roots))
        turns = self._waits(self.deciders(nodes, roots, chains=True))
        needs = {call: frozenset().union(*(self.below[arg] for arg in call.args)) for call in waiting}
        order, done = [], frozenset()
        while waiting:
            able = [call for call in waiting if needs[call] <= done]
            # Two that may each make the other needless wait for one another: then the turns of their chain count.
            ready = [call for call in able if waiting[call] <= done] or [call for call in able if turns[call] <= done] or able
            call = min(ready, key=lambda call: (self.costs[call] * self.chances.get(call, 1.0), call.number))
            order.append((call, done))
            done |= {call}
            del waiting[call]
        return order
