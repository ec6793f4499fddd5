"""The nodes of the syntax tree that stand inside declarations: expressions, types and clauses."""

from dataclasses import dataclass, field
from fractions import Fraction

from rewardlang.text.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where it stands in the text, and whether the author put it in brackets; neither takes part in equality."""

    span: Span = field(compare=False, repr=False)
    bracketed: bool = field(default=False, compare=False, repr=False)


class Expr(Node):
    """Anything that has a value."""

    __slots__ = ()


# --- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """`3`, `1_000`, `1e-6`: the exact decimal value; `integer` says that it was written without point or exponent."""

    value: Fraction
    integer: bool


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """A text literal in any of its three spellings; `value` is what it means."""

    value: str
    raw: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Bool(Expr):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Invalid(Expr):
    """`invalid`: the failed value."""


@dataclass(frozen=True, slots=True)
class Duration(Expr):
    """`2 s`, `500 ms`: in seconds."""

    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A bare word: a value, a label, an axis or an option, as its place decides (`pi` and `inf` are names too)."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """`-x` or `not x`; `op` is `-` or `not`."""

    op: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    """`+ - * / ** ?? and or implies iff` between two operands."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """A chain: `0 <= x <= 1` has three operands and two of `== != < <= > >=`."""

    operands: tuple[Expr, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InRange(Expr):
    """`x in [low, high]`, `x not in [low, high]`."""

    value: Expr
    low: Expr
    high: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InSet(Expr):
    """`x in {a, b}`, `x not in {a, b}`."""

    value: Expr
    items: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Temporal(Expr):
    """A temporal word with its one or two operands: `op` is the word, `window` its `[a, b]`, `over` an axis if named."""

    op: str
    operands: tuple[Expr, ...]
    window: tuple[Expr, Expr] | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Gate(Expr):
    """`gate condition body else otherwise`; `otherwise` is None where no `else` stands."""

    condition: Expr
    body: Expr
    otherwise: Expr | None


@dataclass(frozen=True, slots=True)
class Arm(Node):
    """`a, b: value` in a match; `tests` is empty for `else:`."""

    tests: tuple[Expr, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class Match(Expr):
    """`match subject { … }`, or without a subject, where every test is a condition."""

    subject: Expr | None
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Term(Node):
    """`label: value` in a block."""

    label: str
    value: Expr


@dataclass(frozen=True, slots=True)
class LocalLet(Node):
    """`let name = value` inside braces."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Block(Expr):
    """Braces: `let`s, then either labelled `terms` (their sum; as a given value in an example, a record) or one `value`."""

    lets: tuple[LocalLet, ...]
    terms: tuple[Term, ...]
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Over(Node):
    """`over a`, `over [a, b]`: axis names (`group`, `batch`, `run` included); `listed` says brackets were written."""

    axes: tuple[str, ...]
    listed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """`value`, or `key = value`."""

    value: Expr
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`function(arguments… over axes where mask by keys onto axis)`; the clauses belong to the whole call.

    `function` may be dotted (`task.in`). `count(over claim where m)` has no arguments.
    """

    function: str
    arguments: tuple[Argument, ...]
    over: Over | None = None
    where: Expr | None = None
    by: Expr | None = None
    onto: str | None = None


@dataclass(frozen=True, slots=True)
class Member(Expr):
    """`x.hip`, `m.score`, `task.reward`, `reward.shaping`."""

    value: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Index(Expr):
    """`x[2]`, `x[member = 2]`; also `E[return]`, `P[formula]`. One item, as an Argument."""

    value: Expr
    item: Argument


@dataclass(frozen=True, slots=True)
class Rename(Expr):
    """`f[batch -> rival]`: the same value along a copy of an axis."""

    value: Expr
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Vector(Expr):
    """`[a, b]` or `[alice = a, bob = b]`: keys are all None or all names."""

    items: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """`{"a": 1}` or `{}`."""

    rows: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class When(Expr):
    """`(value when condition)`, in `ensure` only: the value on the rollouts where the condition holds."""

    value: Expr
    condition: Expr


# --- types and clauses -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Domain(Node):
    """`in [low, high]`."""

    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Field(Node):
    """One field of a record type."""

    name: str
    type: "TypeExpr"
    domain: Domain | None = None


@dataclass(frozen=True, slots=True)
class TypeExpr(Node):
    """`float[step, joint]?`: `kind` is the word; labels for `enum{…}`, fields for a record, `value` for `table[text] of T`.

    """

    kind: str
    axes: tuple[str, ...] = ()
    optional: bool = False
    labels: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    value: "TypeExpr | None" = None


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`name: type in domain unit "m" = default` in a signature."""

    name: str
    type: TypeExpr
    domain: Domain | None = None
    unit: str | None = None
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Origin(Node):
    """`from "column"`, `from policy`, `from old "old_logps"`, `from policy of given "col"`, `from policy of state`."""

    column: str | None = None
    role: str | None = None
    of_given: bool = False
    of_state: bool = False
