"""What elaboration knows at a place in the text: the session, the file, the local names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from rewardlang.elaborate.scope import Module
from rewardlang.ir.node import Node
from rewardlang.ir.spec import MachineInfo, Spec
from rewardlang.syntax import tree
from rewardlang.text.diagnostic import Diagnostic, Note
from rewardlang.text.source import Span
from rewardlang.values.axes import Axis
from rewardlang.values.types import Type


class Failed(Exception):
    """Something has been reported and there is no value; whoever needs the value fails in silence."""


@dataclass(frozen=True, slots=True)
class Value:
    """A node, and its additive terms by label if it is made of labelled lines; or a machine, whose node is no value."""

    node: Node
    terms: Mapping[str, Node] | None = None
    machine: MachineInfo | None = None


@dataclass(eq=False)
class Session:
    """One run of elaboration: what it builds, what it has found, and the rule for each class of expression.

    `pending` are the states whose updates are being entered.
    """

    spec: Spec
    rules: Mapping[type, Callable]
    values: dict[tuple[str, str], Value | None] = field(default_factory=dict)
    reported: set[tuple[str, Span]] = field(default_factory=set)
    pending: dict[tuple[str, str], object] = field(default_factory=dict)
    group_is_broken: bool = False
    measuring: bool = False          # within an objective, where `return(…)` is at home
    expansions: int = 0
    output: str | None = None        # the output that is being elaborated

    def report(self, code: str, span: Span, *notes: Note, subject: str | None = None, witness: object = None, **values) -> None:
        """Note a finding once; a second one of the same code at the same place is dropped."""
        found = Diagnostic(code, span, values, tuple(notes), subject or self.output, witness)
        if (code, span) not in self.reported:
            self.reported.add((code, span))
            self.spec.diagnostics.append(found)


@dataclass(frozen=True, eq=False)
class Context:
    """A place in the text: its file, the names and axes bound around it, and the functions being expanded.

    `definition` says that a function is checked by itself, for whatever file may call it.
    """

    session: Session
    module: Module
    locals: Mapping[str, Value] = field(default_factory=dict)
    axes: Mapping[str, Axis] = field(default_factory=dict)
    expanding: tuple[str, ...] = ()
    definition: bool = False

    @property
    def spec(self) -> Spec:
        """The spec being built."""
        return self.session.spec

    def fail(self, code: str, span: Span, *notes: Note, **values) -> Failed:
        """Report and give the exception to raise."""
        self.session.report(code, span, *notes, **values)
        return Failed(code)

    def value(self, expr: tree.Expr, hint: Type | None = None) -> Value:
        """Elaborate an expression; `hint` is the type that it meets, for literals and labels."""
        return self.session.rules[type(expr)](self, expr, hint)

    def node(self, expr: tree.Expr, hint: Type | None = None) -> Node:
        """The same, without its terms."""
        return self.value(expr, hint).node

    def each(self, exprs: Iterable[tree.Expr], hint: Type | None = None) -> list[Node]:
        """All of them, so that a failure in one does not hide those of the others."""
        found, failed = [], False
        for expr in exprs:
            try:
                found.append(self.node(expr, hint))
            except Failed:
                failed = True
        if failed:
            raise Failed
        return found

    def const(self, value: object, type_: Type, span: Span) -> Node:
        """A constant."""
        return self.spec.graph.add("const", (), type_, span, value=value)

    def with_locals(self, names: Mapping[str, Value]) -> "Context":
        """The same place with more names bound."""
        return replace(self, locals={**self.locals, **names})
