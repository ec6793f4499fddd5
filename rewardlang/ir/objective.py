"""What an `objective` says, typed: values of a policy, made of what is measured on its rollouts."""

from collections.abc import Iterator
from dataclasses import dataclass

from rewardlang.ir.node import Node
from rewardlang.text.source import Span

#: Values of a policy that are taken over the law of its rollouts; each measures one node.
MEASURES = ("expectation", "probability", "average", "cvar", "quantile", "variance")

#: What joins the values of a policy on each key, such as each prompt.
PER_KEY = ("sum", "mean", "min", "max")


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One value of a policy.

    op         `const` (`value`), `param` (`node`), one of `MEASURES` of `node` (`value` is the level of a CVaR or quantile, or
               the automaton, an `OmegaFile`, of a probability whose `node` is its states),
               `entropy`, `kl` (`value` is the pair of names), `functional`, `norm`; or made of others: `apply` (`value` names
               the operator), one of `PER_KEY` (over the keys in `node`, each with an expectation of its own),
               `lexicographic`, `pareto`, `detach`.
    """

    op: str
    span: Span
    args: tuple["Measure", ...] = ()
    node: Node | None = None
    value: object = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectiveInfo:
    """One `objective`: `kind` is `maximize` or `minimize` of `value` (of an order of several values too)."""

    kind: str
    value: Measure
    constraints: tuple[Measure, ...]
    span: Span
    text: str


def measures_of(objective: ObjectiveInfo) -> Iterator[Measure]:
    """All values of a policy that an objective is made of."""
    stack = [objective.value, *objective.constraints]
    while stack:
        part = stack.pop()
        yield part
        stack += part.args


def nodes_of(objective: ObjectiveInfo) -> list[Node]:
    """All nodes of the graph that an objective measures."""
    return [part.node for part in measures_of(objective) if part.node is not None]


def expected_sum(node: Node, span: Span) -> ObjectiveInfo:
    """The objective that is meant where none is written: the expected (discounted) sum of a value."""
    return ObjectiveInfo("maximize", Measure("expectation", span, node=node), (), span, "E[return]")
