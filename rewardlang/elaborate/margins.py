"""From truth to margin: a graph of truth values rewritten into one of numbers that are positive where it is true."""

from collections.abc import Callable
from math import inf

from rewardlang.elaborate.context import Context
from rewardlang.elaborate.expressions import coalesced
from rewardlang.elaborate.infer import apply, joined, same_unit
from rewardlang.ir.formulas import LOGIC, folded
from rewardlang.ir.node import Node
from rewardlang.ops.row import Family
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax import tree
from rewardlang.values.types import FLOAT, Kind

_ENDS = ("low", "high", "smooth")
_OVER_OTHERS = {"all": "min", "any": "max"}


def formula_parts(node: Node) -> tuple[Node, ...]:
    """The truth values that a node is made of by logic and time; none for an atom."""
    if node.type.kind is not Kind.BOOL:
        return ()
    if node.op in LOGIC or node.op in ("eq", "ne") and node.args[0].type.kind is Kind.BOOL:
        return node.args
    if node.op in OPERATORS and OPERATORS[node.op].family is Family.TEMPORAL:
        return tuple(arg for role, arg in zip(node["roles"], node.args) if role not in _ENDS)
    return node.args if _is_of_fixed_size(node) else ()


def _is_of_fixed_size(node: Node) -> bool:
    """Whether it is `all` or `any` of some truths of known number, and at least one."""
    plain = node.op in _OVER_OTHERS and node["roles"] == ("x",) and not node["window"]
    return plain and all(axis.size for axis in node["over"])


def margin(cx: Context, formula: Node, smooth: Node | None, expr: tree.Expr) -> Node:
    """By how much a formula holds: the difference of a comparison, ±inf for a bare truth, minima and maxima above."""
    rewriting = _Rewriting(cx, smooth, expr)
    return folded(formula, formula_parts, rewriting.build)


class _Rewriting:
    def __init__(self, cx: Context, smooth: Node | None, expr: tree.Expr):
        self.cx, self.smooth, self.expr, self.span = cx, smooth, expr, expr.span

    def build(self, node: Node, parts: list[Node]) -> Node:
        """The margin of a node from those of its parts, said to arise where the node did if that is in the reading."""
        whole, own = self.expr.span, self.cx.spec.graph.origins.get(node, self.expr.span)
        self.span = own if own.source is whole.source and whole.start <= own.start < own.end <= whole.end else whole
        if not parts:
            return self._atom(node)
        if node.op in _OVER_OTHERS:
            return self._over_others(node, parts[0])
        if node.op not in LOGIC and node.op not in ("eq", "ne"):
            return self._temporal(node, parts)
        return getattr(self, f"_{node.op}")(*parts)

    # Atoms ------------------------------------------------------------------------------------------------------------

    def _atom(self, node: Node) -> Node:
        if node.op in _DIFFERENCES and not any(arg.op == "codes" or arg.type.kind is Kind.ENUM for arg in node.args):
            return _DIFFERENCES[node.op](self, *node.args)
        if node.op == "const":
            return self._const(inf if node["value"] else -inf)
        return self._gate_of(node, self._const(inf), self._const(-inf))

    def _gate_of(self, condition: Node, opened: Node, closed: Node) -> Node:
        return apply(self.cx, "gate", [condition, opened, closed], self.span)

    def _const(self, value: float) -> Node:
        return self.cx.const(value, FLOAT, self.span)

    def _apply(self, name: str, *nodes: Node) -> Node:
        return apply(self.cx, name, nodes, self.span)

    # Logic ------------------------------------------------------------------------------------------------------------

    def _and(self, a: Node, b: Node) -> Node:
        return self._extreme("minimum", a, b)

    def _or(self, a: Node, b: Node) -> Node:
        return self._extreme("maximum", a, b)

    def _extreme(self, which: str, a: Node, b: Node) -> Node:
        if self.smooth is None:
            return self._apply(which, a, b)
        return self._added(f"soft_{which}", {"p": a, "q": b}, (), joined(self.cx, [a, b], self.span))

    def _not(self, a: Node) -> Node:
        return self._apply("neg", a)

    def _implies(self, a: Node, b: Node) -> Node:
        return self._or(self._not(a), b)

    def _iff(self, a: Node, b: Node) -> Node:
        return self._and(self._implies(a, b), self._implies(b, a))

    _eq = _iff

    def _ne(self, a: Node, b: Node) -> Node:
        return self._not(self._iff(a, b))

    def _gate(self, c: Node, a: Node, b: Node) -> Node:
        return self._or(self._and(c, a), self._and(self._not(c), b))

    def _coalesce(self, a: Node, b: Node) -> Node:
        return coalesced(self.cx, a, b, self.expr).node

    # Time and other axes ----------------------------------------------------------------------------------------------

    def _temporal(self, node: Node, parts: list[Node]) -> Node:
        given = iter(parts)
        roles = {role: arg if role in _ENDS else next(given) for role, arg in zip(node["roles"], node.args)}
        return self._added(node.op, roles, node["over"], node.type.axes)

    def _added(self, op: str, roles: dict[str, Node], over: tuple, axes: tuple) -> Node:
        if self.smooth is not None and op != "opening":
            roles = {**roles, "smooth": self.smooth}
        operands = [node for role, node in roles.items() if role not in _ENDS]
        type_ = FLOAT.with_axes(axes).with_unit(same_unit(self.cx, operands, self.span))
        type_ = type_.as_optional(any(node.type.optional for node in operands))
        add = self.cx.spec.graph.add
        return add(op, tuple(roles.values()), type_, self.span, roles=tuple(roles), over=over, margin=True)

    def _over_others(self, node: Node, x: Node) -> Node:
        """`all(x <= 1 over joint)` over an axis of fixed size: the least margin."""
        type_ = x.type.with_axes(node.type.axes)
        attrs = {"roles": ("x",), "over": node["over"], "window": None, "group": False}
        return self.cx.spec.graph.add(_OVER_OTHERS[node.op], (x,), type_, self.span, **attrs)


def _distance(rewriting: _Rewriting, a: Node, b: Node) -> Node:
    return rewriting._apply("abs", rewriting._apply("sub", a, b))


#: The margin of a comparison of numbers.
_DIFFERENCES: dict[str, Callable[..., Node]] = {
    "ge": lambda r, a, b: r._apply("sub", a, b), "gt": lambda r, a, b: r._apply("sub", a, b),
    "le": lambda r, a, b: r._apply("sub", b, a), "lt": lambda r, a, b: r._apply("sub", b, a),
    "eq": lambda r, a, b: r._apply("neg", _distance(r, a, b)), "ne": _distance,
}
