"""Readings of formulas through their automata: `verdict`, what is known so far, and `progress`, potential-based shaping."""

from fractions import Fraction
from math import inf

from rewardlang.automata.dfa import Dfa
from rewardlang.automata.table import Table, table_of
from rewardlang.automata.translate import TooManyStates, minimal
from rewardlang.elaborate.constants import constant, show
from rewardlang.elaborate.context import Context, Value
from rewardlang.elaborate.infer import apply
from rewardlang.elaborate.temporal import note_formula, read_argument
from rewardlang.ir.formulas import OpenWindow, Reading, formula_of
from rewardlang.ir.node import Node, reachable
from rewardlang.syntax import tree
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis, join
from rewardlang.values.types import BOOL, FLOAT, INT, Type

#: States that the automaton of a formula in a program may have; making it takes a second at most.
STATES = 4_000


def verdict(cx: Context, expr: tree.Call) -> Value:
    """`verdict(f)`: -1 as soon as every way to go on violates the formula, 1 as soon as every one satisfies it, else 0."""
    axis, dfa, walk, _ = _walked(cx, expr)
    return Value(entry(cx, walk, tuple(dfa.verdicts), INT, expr.span))


def progress(cx: Context, expr: tree.Call) -> Value:
    """`progress(f)`: discount · Φ(after the step) - Φ(before it), where Φ is 0 once the episode has ended.

    Φ of a state whose nearest accepting state is d steps away is 1 - d / (D + 1), D the greatest such d; where none can be
    reached it is 0. (Ng, Harada and Russell 1999, theorem 1; the zero at the end: Grzes 2017.)
    """
    axis, dfa, walk, keyed = _walked(cx, expr)
    return Value(shaping(cx, walk, dfa.initial, _potentials(dfa), discount_of(cx, keyed.get("discount")), axis, expr.span))


def shaping(cx: Context, walk: Node, start: int, potentials: tuple, discount: int | Fraction, axis: Axis, span: Span) -> Node:
    """discount · Φ(after the step) - Φ(before it), Φ by the state of a walk from `start`, and 0 once the episode has ended."""
    first = cx.const(start, INT, span)
    before = cx.spec.graph.add("prev", (walk, first), walk.type, span, roles=("x", "start"), over=(axis,), window=None, group=False)
    later = entry(cx, walk, potentials, FLOAT, span)
    if cx.spec.setting.kind != "continuing":
        outer = tuple(other for other in walk.type.axes if other.name in axis.within)
        ending = cx.spec.graph.add("ending", (), BOOL.with_axes((*outer, axis)), span, axis=axis)
        later = apply(cx, "gate", [ending, cx.const(0, FLOAT, span), later], span)
    if discount != 1:
        later = apply(cx, "mul", [cx.const(discount, FLOAT, span), later], span)
    return apply(cx, "sub", [later, entry(cx, before, potentials, FLOAT, span)], span)


def walk_of(cx: Context, word: str, node: Node, axis: Axis, span: Span) -> tuple[Dfa, Node]:
    """The automaton of a formula, and the node of the states that its table walks through."""
    reading, dfa = reading_of(cx, word, node, axis, span)
    axes = join(*(atom.type.axes for atom in reading.atoms.values()), node.type.axes, (axis,))
    return dfa, table_walk(cx, tuple(reading.atoms.values()), axes, axis, table_of(dfa), span)


def reading_of(cx: Context, word: str, node: Node, axis: Axis, span: Span) -> tuple[Reading, Dfa]:
    """A truth value as a formula along an axis, and its minimal automaton."""
    try:
        reading = formula_of(node, axis, cx.spec.graph.origins, cx.spec.domains)
        dfa = minimal(reading.formula, reading.laws, tuple(reading.atoms), STATES)
    except OpenWindow as found:
        params = " and ".join(f"`{part['name']}`" for part in reachable([found.end]) if part.op == "param")
        problem = f"the window of a formula must be known, and ends at the param {params}"
        raise cx.fail("RW303", span, word=word, problem=problem) from found
    except TooManyStates as found:
        problem = f"`{_short(str(found.part))}` needs more than {found.limit} states"
        raise cx.fail("RW303", span, word=word, problem=problem) from found
    return reading, dfa


def table_walk(cx: Context, asked: tuple[Node, ...], axes: tuple[Axis, ...], axis: Axis, table: Table, span: Span) -> Node:
    """The states that a table walks through on the letters of propositions, along an axis."""
    atoms = asked or (cx.const(True, BOOL, span),)
    roles = tuple(f"p{k}" for k in range(len(atoms)))
    return cx.spec.graph.add("walk", atoms, INT.with_axes(axes), span, roles=roles, over=(axis,), table=table)


def _walked(cx: Context, expr: tree.Call) -> tuple[Axis, Dfa, Node, dict[str, tree.Expr]]:
    node, axis, keyed = read_argument(cx, expr)
    dfa, walk = walk_of(cx, expr.function, node, axis, expr.span)
    note_formula(cx, expr.function, node, axis, walk, expr.span)
    return axis, dfa, walk, keyed


def entry(cx: Context, state: Node, values: tuple, type_: Type, span: Span) -> Node:
    """`values[state]` at each step."""
    return cx.spec.graph.add("entry", (state,), type_.with_axes(state.type.axes), span, values=values)


def _potentials(dfa: Dfa) -> tuple[Fraction, ...]:
    far = max((distance for distance in dfa.distances if distance < inf), default=0)
    return tuple(Fraction(0) if distance == inf else 1 - Fraction(int(distance), int(far) + 1) for distance in dfa.distances)


def discount_of(cx: Context, written: tree.Expr | None) -> int | Fraction:
    """The discount that is written, else the setting's, else 1."""
    if written is None:
        found = cx.spec.setting.discount
        return 1 if found is None else Fraction(repr(found))
    found = constant(cx, written, "`discount`")
    if isinstance(found, (str, bool, tuple, dict, type(None))) or not 0 < found <= 1:
        raise cx.fail("RW121", written.span, what="`discount`", value=show(found), domain="(0, 1]")
    return found


def _short(words: str) -> str:
    return words if len(words) <= 100 else words[:99] + "…"
