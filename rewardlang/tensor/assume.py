"""`assume` on the data: rows on which one does not hold are refused, and what they say of its columns is not used."""

from torch import Tensor

from rewardlang.ir.node import Node
from rewardlang.tensor import words
from rewardlang.tensor.columns import Batch
from rewardlang.tensor.plan import Plan
from rewardlang.tensor.result import Result
from rewardlang.tensor.wanted import Problems


def refuse(batch: Batch, plan: Plan, result: Result) -> None:
    """Note in the batch each row on which an assumption (a root of `plan`) is not true: false, or invalid.

    The columns that the assumption reads become invalid there, so that no window over rollouts sees what the proofs
    rule out.
    """
    for name, node in plan.roots.items():
        rows = ~holds(result, name)
        if not bool(rows.any()):
            continue
        batch.refused.append(Problems(rows.cpu(), _sentence(plan, node)))
        batch.clean = False
        for below in plan.rests_on(node) & plan.columns.keys():
            want = plan.columns[below]
            fill = want.range(batch.dtype).fill if not want.type.kind.on_host else 0
            batch.columns[want.name] = batch.columns[want.name].refit(want.type, rows, batch.lengths, fill, batch.device)


def holds(result: Result, name: str) -> Tensor:
    """In which rollouts a condition is true at every position, bool [B]."""
    data, real = result.finished(name)[0], result.real(name)
    met = data if real is None else data | ~real
    return met if met.dim() == 1 else met.flatten(1).all(1)


def _sentence(plan: Plan, node: Node):
    span = plan.spec.graph.origins.get(node)
    text = words.assumption(" ".join(span.text.split()) if span is not None else node.op)
    return lambda _row: text
