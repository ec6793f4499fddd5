"""Why a rollout has no reward: its data are wrong, or the first node, in the order of the graph, failed there by itself."""

from collections.abc import Sequence

from torch import Tensor, fx

from rewardlang.ir.node import Node
from rewardlang.ops.table import OPERATORS
from rewardlang.tensor import words
from rewardlang.tensor.code import module_of, rests_on
from rewardlang.tensor.fxgraph import Value


def explain(result, name: str, rows: Sequence[int]) -> dict[int, str]:
    """The cause for each of some rollouts in which an output is invalid."""
    code, run = result._code, result._run
    root = code.plan.roots[name]
    below = code.plan.rests_on(root)
    found = {row: problem for row in rows if (problem := result.misreading(name, row)) is not None}
    failures = _failures(code, run, below)
    for node in sorted(below, key=lambda node: node.number):
        for row in rows:
            if row not in found and (reason := _reason(code, run, node, row, failures)):
                found[row] = reason
    return {row: found.get(row, words.not_finite_output(name)) for row in rows}


def _reason(code, run, node: Node, row: int, failures: dict[Node, list[bool]]) -> str | None:
    want = code.plan.columns.get(node)
    if row in run.reasons.get(node, {}):
        return run.reasons[node][row]
    if node in failures and failures[node][row]:
        if want is not None:
            return words.earlier_step() if node.op == "memory" else words.within_row(want.column, words.NULL)
        row, infinite = OPERATORS.get(node.op), node in code.emitter.without_value
        return words.undefined(node.op, _text(code, node), row is None or row.domain is not None or not infinite, infinite)
    return None


def _text(code, node: Node) -> str:
    """A node as the author wrote it."""
    span = code.plan.spec.graph.origins.get(node)
    named = next((name for name, other in code.plan.spec.names.items() if other is node), None)
    text = " ".join(span.text.split()) if span is not None else named or node.op
    return words.shortened(text, 60)


def _failures(code, run, below: set[Node]) -> dict[Node, list[bool]]:
    """For each node that can fail by itself, the rollouts in which it did and was needed."""
    emitter, graph = code.emitter, code.emitter.build.graph
    masks = {}
    for node, inside in emitter.own.items():
        if node in below and not (inside.constant and inside.data):
            masks[node] = _row_mask(code, node, inside)
    wanted = {node: mask for node, mask in masks.items() if isinstance(mask.data, fx.Node)}
    found = {node: [not mask.data or False] * run.batch.size for node, mask in masks.items() if mask.constant}
    if wanted:
        gives = [mask.data for mask in wanted.values()]
        live = rests_on(gives)
        takes = [node for node in graph.nodes if node in live and node.op == "placeholder" and node in run.tensors]
        body = [node for node in graph.nodes if node in live and node.op not in ("placeholder", "output", "get_attr")]
        tensors = module_of(body, takes, gives, emitter.build.attributes)(*[run.tensors[node] for node in takes])
        found |= {node: _rows(tensor, run.batch.size) for node, tensor in zip(wanted, tensors, strict=True)}
    return found


def _row_mask(code, node: Node, inside: Value) -> Value:
    """In which rollouts a node failed where it was needed."""
    emitter, k = code.emitter, code.emitter.k
    failed = k.logical_and(k.logical_not(inside), code.demand.of(node))
    failed = k.both(failed, emitter.real(failed.axes)) or failed
    return failed if not failed.axes else k.any(k.gather(failed, emitter.real(failed.axes), failed.axes))


def _rows(tensor: Tensor, size: int) -> list[bool]:
    return tensor.expand(size).tolist()
