"""From a truth value of the graph to a temporal formula along one axis: its atoms, and what they cannot be together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rewardlang.automata.formula import Formula, atom, conjunction, disjunction, make, negation
from rewardlang.ir.comparisons import laws_of
from rewardlang.ir.node import Node
from rewardlang.ir.phrases import phrase
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Kind

#: Operators that join truth values within one step.
LOGIC = ("and", "or", "not", "implies", "iff", "gate", "coalesce")


class OpenWindow(Exception):
    """A formula has no automaton as long as the end of a window, the node `end`, is not known."""

    def __init__(self, end: Node):
        super().__init__("the end of a window rests on a param")
        self.end = end


@dataclass(frozen=True)
class Reading:
    """A formula along an axis: its atoms by name, in the order in which they occur, and the laws that they keep.

    `made` has the formula of each node inside. An atom is a truth value at each step that neither logic nor a temporal word
    along the axis is made of: a comparison, an input, a formula along another axis.
    """

    formula: Formula
    atoms: Mapping[str, Node]
    laws: tuple[Formula, ...]
    made: Mapping[Node, Formula]


def formula_of(node: Node, axis: Axis, origins: Mapping[Node, Span], domains: Mapping[Node, Interval]) -> Reading:
    """A bool node read as a formula; `origins` and `domains` are the graph's and the spec's.

    OpenWindow: a window ends at a param.
    """
    names: dict[Node, str] = {}

    def named(part: Node) -> Formula:
        if part not in names:
            names[part] = _unlike(phrase(part, origins), names)
        return atom(names[part])

    made: dict[Node, Formula] = {}
    formula = read(node, axis, named, made)
    atoms = {name: part for part, name in names.items()}
    return Reading(formula, atoms, laws_of(atoms, domains.get), made)


def read(node: Node, axis: Axis | None, leaf: Callable[[Node], Formula], made: dict[Node, Formula] | None = None) -> Formula:
    """A bool node as a formula over what `leaf` makes of its atoms; without an axis temporal words are atoms too.

    `made` is filled with the formula of each node inside. OpenWindow: a window ends at a param.
    """
    def build(part: Node, inner: list[Formula]) -> Formula:
        if part.op == "const" and part["value"] is not None:
            return make("true" if part["value"] else "false")
        return _joined(part, inner) if operands(part, axis) else leaf(part)

    return folded(node, lambda part: operands(part, axis), build, made)


def folded(root: Node, parts: Callable[[Node], tuple[Node, ...]], build: Callable[[Node, list], object],
           done: dict[Node, object] | None = None):
    """`build(node, its parts as built)` from the leaves up, each node once; `done` is what is built already, and grows.

    No recursion: formulas are deep.
    """
    done = {} if done is None else done
    stack = [root]
    while stack:
        node = stack[-1]
        missing = [part for part in parts(node) if part not in done]
        if node not in done and not missing:
            done[node] = build(node, [done[part] for part in parts(node)])
        if missing:
            stack += reversed(missing)
        else:
            stack.pop()
    return done[root]


def is_word(node: Node, axis: Axis | None) -> bool:
    """Whether a node is a temporal word along the axis, read as truth."""
    row = OPERATORS.get(node.op)
    along = row is not None and row.family is Family.TEMPORAL and node["over"] == (axis,)
    return along and node.op != "opening" and node.type.kind is Kind.BOOL


def operands(node: Node, axis: Axis | None) -> tuple[Node, ...]:
    """The truth values that a node of a formula along an axis is made of; none for an atom."""
    if is_word(node, axis):
        return tuple(arg for role, arg in zip(node["roles"], node.args) if role in ("x", "p", "q"))
    if node.type.kind is not Kind.BOOL or node.op == "coalesce":
        return ()
    if node.op in LOGIC or node.op in ("eq", "ne") and node.args[0].type.kind is Kind.BOOL:
        return node.args
    return ()


def _joined(node: Node, made: list[Formula]) -> Formula:
    if node.op in ("and", "or"):
        return (conjunction if node.op == "and" else disjunction)(made)
    if node.op == "gate":
        condition, opened, closed = made
        return disjunction([conjunction([condition, opened]), conjunction([negation(condition), closed])])
    if node.op in ("eq", "ne"):
        same = make("iff", *made)
        return same if node.op == "eq" else negation(same)
    return make(node.op, *made, window=_window(node))


def _window(node: Node) -> tuple[int, int] | None:
    ends = dict(zip(node.get("roles", ()), node.args))
    if "low" not in ends:
        return None
    for end in (ends["low"], ends["high"]):
        if end.op != "const":
            raise OpenWindow(end)
    return ends["low"]["value"], ends["high"]["value"]


def _unlike(words: str, names: Mapping[Node, str]) -> str:
    """The words, with a number behind them where another atom is called so."""
    known, found, count = set(names.values()), words, 1
    while found in known:
        count += 1
        found = f"{words} ({count})"
    return found
