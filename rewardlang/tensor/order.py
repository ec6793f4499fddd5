"""In which order calls run: cheap ones first, and each after those that decide whether it is needed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rewardlang.ir.node import Node
from rewardlang.ir.spec import ExternalInfo

#: What one evaluation of a call costs, next to others: only the order counts.
COSTS = {"verifier": 1, "limited": 10, "model": 100}


def cost_of(external: ExternalInfo) -> int:
    """The cost of one call of a model or verifier."""
    return COSTS["limited" if external.kind == "verifier" and external.timeout is not None else external.kind]


@dataclass
class Calls:
    """What calls rest on: `below` the calls that a node's value needs, `costs` of each call."""

    costs: dict[Node, int]
    below: dict[Node, frozenset[Node]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node], costs: dict[Node, int]) -> "Calls":
        """From nodes with arguments first; `costs` names those that are calls here."""
        calls = cls(costs)
        for node in nodes:
            found = frozenset().union(*(calls.below[arg] for arg in node.args if arg in calls.below))
            calls.below[node] = found | {node} if node in costs else found
        return calls

    def cost(self, node: Node) -> int:
        """The cost of all calls that a node's value needs."""
        return sum(self.costs[call] for call in self.below[node])

    def guard(self, node: Node, position: int) -> Node | None:
        """The argument that decides whether the one at `position` is needed; None if it always is."""
        if node.op == "gate":
            return node.args[0] if position else None
        if node.op == "coalesce":
            return node.args[0] if position else None
        if node.op in ("and", "or", "implies"):
            mine, other = node.args[position], node.args[1 - position]
            dearer = (self.cost(mine), position) > (self.cost(other), 1 - position)
            return other if dearer and mine is not other else None
        roles = node.get("roles", ())
        if "where" in roles and roles[position] == "x" and node.op != "delta":
            return node.args[roles.index("where")]
        return None

    def deciders(self, nodes: list[Node], roots: Iterable[Node]) -> dict[Node, frozenset[Node] | None]:
        """For each node the calls that decide whether it is needed; None for what is always needed."""
        found: dict[Node, frozenset[Node] | None] = dict.fromkeys(roots)
        for node in reversed(nodes):
            if node not in found:
                continue
            for position, arg in enumerate(node.args):
                guard = self.guard(node, position)
                if found[node] is None and guard is None:
                    found[arg] = None
                elif arg not in found or found[arg] is not None:
                    mine = (found[node] or frozenset()) | (self.below[guard] if guard is not None else frozenset())
                    found[arg] = (found.get(arg) or frozenset()) | mine
        return found

    def schedule(self, nodes: list[Node], roots: Iterable[Node]) -> list[tuple[Node, frozenset[Node]]]:
        """The calls in order, each with those that may decide about it because they have run by then."""
        deciders = self.deciders(nodes, roots)
        waiting = {call: (deciders.get(call) or frozenset()) - {call} for call in self.costs if call in deciders}
        needs = {call: frozenset().union(*(self.below[arg] for arg in call.args)) for call in waiting}
        order, done = [], frozenset()
        while waiting:
            able = [call for call in waiting if needs[call] <= done]
            ready = [call for call in able if waiting[call] <= done] or able
            call = min(ready, key=lambda call: (self.costs[call], call.number))
            order.append((call, done))
            done |= {call}
            del waiting[call]
        return order
