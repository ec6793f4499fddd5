"""The nodes of the syntax tree that are declarations, with their parts, and the whole program."""

from dataclasses import dataclass

from rewardlang.syntax.expression_nodes import Domain, Duration, Expr, Node, Origin, Parameter, TypeExpr


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
class Option(Node):
    """`votes 3`, `prompt "…"`: a clause that says how a model or verifier is asked."""

    name: str
    value: Expr


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
    options: tuple[Option, ...] = ()


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
