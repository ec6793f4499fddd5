"""The syntax tree: one class for each construct that a program can write, and nothing that it does not say."""

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
    """`from "column"`, `from policy`, `from old "old_logps"`, `from policy of given "col"`."""

    column: str | None = None
    role: str | None = None
    of_given: bool = False


# --- declarations ----------------------------------------------------------------------------------------------


class Declaration(Node):
    """Anything that starts in column 1."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Use(Declaration):
    """`use std.text: tagged, between as inside`; `path` is dotted, or a file's path (`is_file`)."""

    path: str
    names: tuple[tuple[str, str | None], ...]
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Setting(Declaration):
    """`setting episodic horizon [1, 500] turn discount 0.99`; horizon is (low, high), equal for one number."""

    kind: str
    horizon: tuple[Expr, Expr] | None = None
    axis: str | None = None
    discount: Expr | None = None
    within_episodes: bool = False


@dataclass(frozen=True, slots=True)
class AxisDecl(Declaration):
    """`axis joint = {hip, knee}`, `axis member = 4`, `axis dim`, `axis claim ragged ordered`, `axis rival like batch`."""

    name: str
    labels: tuple[str, ...] = ()
    size: int | None = None
    ragged: bool = False
    ordered: bool = False
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Input(Declaration):
    """`input name : type in domain unit "m" from … = default`."""

    name: str
    type: TypeExpr
    domain: Domain | None = None
    unit: str | None = None
    origin: Origin | None = None
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class GroupBy(Declaration):
    """`group by prompt_id size [2, 16]`."""

    key: str
    size: tuple[Expr, Expr] | None = None


@dataclass(frozen=True, slots=True)
class Param(Declaration):
    """`param name : type in domain = default learnable`; the type may be left out (float then)."""

    name: str
    type: TypeExpr | None
    domain: Domain | None = None
    unit: str | None = None
    default: Expr | None = None
    learnable: bool = False


@dataclass(frozen=True, slots=True)
class External(Declaration):
    """A `model` or `verifier` (`kind`): signature, result, and its clauses."""

    kind: str
    name: str
    parameters: tuple[Parameter, ...]
    result: TypeExpr
    domain: Domain | None = None
    unit: str | None = None
    origin: Origin | None = None
    timeout: Duration | None = None
    on_error: Expr | None = None
    mode: str | None = None          # from frozen | refreshed | trained


@dataclass(frozen=True, slots=True)
class Let(Declaration):
    """`let name : type in domain = value`."""

    name: str
    value: Expr
    type: TypeExpr | None = None
    domain: Domain | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Def(Declaration):
    """`def name(parameters) -> type in domain = body`."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Expr
    result: TypeExpr | None = None
    domain: Domain | None = None


@dataclass(frozen=True, slots=True)
class Assume(Declaration):
    """`assume fact`."""

    fact: Expr


@dataclass(frozen=True, slots=True)
class Output(Declaration):
    """`reward = …`, `output name = …`, `weight = …`, `weight name = …`; `role` is the leading word."""

    role: str
    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Edge(Node):
    """`sources -> target when guard do updates : reward`; `otherwise` edges have no sources; `stay` has no target."""

    sources: tuple[str, ...]
    target: str | None
    guard: Expr | None = None
    updates: tuple["Update", ...] = ()
    reward: Expr | None = None


@dataclass(frozen=True, slots=True)
class Update(Node):
    """`spills += 1`, `spills = 0`; `op` is `=`, `+=` or `-=`."""

    counter: str
    op: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Counter(Node):
    """`counter spills in [0, 3]`."""

    name: str
    domain: Domain


@dataclass(frozen=True, slots=True)
class Machine(Declaration):
    """A reward machine, written out, or `machine m = automaton(…)` in `value`."""

    name: str
    over: str | None = None
    starts: tuple[str, ...] = ()
    counters: tuple[Counter, ...] = ()
    edges: tuple[Edge, ...] = ()
    finals: tuple[str, ...] = ()
    first_match: bool = False
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Objective(Declaration):
    """`objective maximize x subject to c, d`, `objective lexicographic a, b`; `kind` is the word after `objective`."""

    kind: str
    values: tuple[Expr, ...]
    constraints: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Ensure(Declaration):
    """`ensure claim when condition`; for `ensure x strictly increasing in y`, `direction` and `along` are set."""

    claim: Expr
    condition: Expr | None = None
    direction: str | None = None
    strictly: bool = False
    along: Expr | None = None


@dataclass(frozen=True, slots=True)
class Given(Node):
    """`name = value` in an example."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """`expect claim +- tolerance`."""

    claim: Expr
    tolerance: Expr | None = None


@dataclass(frozen=True, slots=True)
class Sample(Node):
    """`sample { … }` in an example."""

    givens: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Example(Declaration):
    """`example "title" { givens, samples, expectations }`."""

    title: str
    givens: tuple[Given, ...]
    samples: tuple[Sample, ...]
    expects: tuple[Expect, ...]


@dataclass(frozen=True, slots=True)
class Program(Node):
    """A whole file: its docstring and its declarations in the order of the text."""

    docstring: str | None
    declarations: tuple[Declaration, ...]
