"""Text to checked program: the only place where the stages meet, and torch is not needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property, reduce
from pathlib import Path

from rewardlang.automata.machine import Machine
from rewardlang.classes.derive import Expressivity, objective_in, objective_of
from rewardlang.classes.follows import Needs, refusals
from rewardlang.elaborate.elaborate import elaborate
from rewardlang.facts.analyse import Facts, OutputFacts, analyse
from rewardlang.facts.formulas import ReadFormula, read_formulas
from rewardlang.ir.objective import ObjectiveInfo
from rewardlang.ir.spec import InputInfo, Spec
from rewardlang.rewrite.passes import optimise
from rewardlang.syntax.modules import Loader
from rewardlang.syntax.parse import ignores, parse, read_source
from rewardlang.text.dedent import dedent
from rewardlang.text.diagnostic import Diagnostic, SpecError
from rewardlang.text.source import Source
from rewardlang.values.axes import Axis
from rewardlang.values.interval import Interval
from rewardlang.values.types import Type


@dataclass(frozen=True, kw_only=True)
class OutputView(OutputFacts):
    """What is known of one output: its facts, and what its declaration says."""

    name: str
    role: str
    type: Type
    axes: tuple[Axis, ...]
    terms: tuple[str, ...]
    expressivity: Expressivity | None


class Program:
    """A parsed, typed and analysed program; nothing about it changes once it is made.

    `diagnostics` are all its findings that no `# rwd: ignore` silences, in the order of the text. `dtype` is the float type of
    the tensors that the findings of rounding speak of.
    """

    def __init__(self, source: Source, loader: Loader | None = None, dtype: str = "float32"):
        self.source = source
        self.dtype = dtype
        self.tree, self.syntax_findings = parse(source)
        self.spec: Spec = elaborate(self.tree, source, loader)

    @cached_property
    def facts(self) -> Facts:
        """What is known about the nodes of the graph."""
        return analyse(self.spec, self.dtype)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every finding; the lints only of a program that means something, since half a program makes false ones."""
        found = [*self.syntax_findings, *self.spec.diagnostics]
        broken = any(diagnostic.severity == "error" for diagnostic in found)
        found += [d for d in self.facts.diagnostics if not broken or d.severity == "error"]
        kept = silenced(found, self.source)
        return tuple(sorted(kept, key=lambda d: (d.span.source is not self.source, d.span.start, d.code)))

    @cached_property
    def automata(self) -> tuple[ReadFormula, ...]:
        """The formulas that the program reads by `holds`, `verdict` or `progress`, each with its minimal automaton."""
        return read_formulas(self.spec)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that leave the program without an agreed meaning."""
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.severity == "error")

    @cached_property
    def optimized(self) -> Spec:
        """The spec with its graph rewritten: same meaning, less work."""
        return optimise(self.spec, self.facts)

    @property
    def machines(self) -> Mapping[str, Machine]:
        """The machines by name, as values: to run by hand, to combine, to write down."""
        return {name: info.machine for name, info in self.spec.machines.items()}

    @property
    def objective(self) -> ObjectiveInfo | None:
        """What is maximised: as it is written, else the expected return; None without a reward."""
        return objective_in(self.spec)

    def refusals(self, needs: Needs) -> tuple[str, ...]:
        """What a trainer with these abilities could not serve of the reward, a sentence each; empty where it can.

        >>> load(text="input correct : bool\\nreward = correct").refusals(Needs(availability="step"))
        ('the reward is known at `episode`, and this trainer takes it at `step` at the latest',)
        """
        objective = self.objective
        if objective is None:
            return ("this program has neither a `reward` nor an `objective`",)
        rewards = [view.availability for view in self.outputs.values() if view.role == "reward"]
        found = self.facts.expressivity(objective)
        return refusals(self.spec, objective, found, rewards[0] if rewards else "episode", needs)

    @property
    def inputs(self) -> Mapping[str, InputInfo]:
        """The declared inputs by name."""
        return self.spec.inputs

    @cached_property
    def outputs(self) -> Mapping[str, OutputView]:
        """The declared outputs by name, with what is known of each."""
        return {name: self._view(name) for name in self.spec.outputs}

    def _view(self, name: str) -> OutputView:
        info, found = self.spec.outputs[name], self.facts.output(name)
        facts = {field.name: getattr(found, field.name) for field in fields(found)}
        terms = tuple(label for label, _ in info.terms)
        return OutputView(name=name, role=info.role, type=info.node.type, axes=info.node.type.axes, terms=terms,
                          expressivity=self.facts.expressivity(objective_of(self.spec, name)), **facts)


def silenced(found: Iterable[Diagnostic], source: Source) -> list[Diagnostic]:
    """Without the warnings that a `# rwd: ignore[CODE] reason` covers; errors cannot be silenced."""
    ignored = {(line, code) for line, codes, _, _ in ignores(source) for code in codes}
    return [d for d in found
            if d.severity == "error" or d.span.source is not source or (d.position[0], d.code) not in ignored]


def program_of(path: str | Path | None = None, *, text: str | None = None) -> Program:
    """The program of a file or of a text, errors and all; a file that cannot be read raises SpecError."""
    if (path is None) == (text is None):
        raise TypeError("give either a path or text=…")
    if text is not None:
        return Program(Source("<text>", dedent(text)))
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        raise SpecError([source])
    return Program(source)


def load(path: str | Path | None = None, *, text: str | None = None) -> Program:
    """The checked program of a file or of a text; SpecError, carrying `.diagnostics`, if it has errors.

    >>> load(text="input correct : bool\\nreward = correct").outputs["reward"].bounds
    Interval(0, 1)
    """
    program = program_of(path, text=text)
    if program.errors:
        raise SpecError(program.diagnostics)
    return program


def check_source(source: Source, dtype: str = "float32") -> list[Diagnostic]:
    """All findings about a text whose reward is computed in tensors of a float type."""
    return list(Program(source, dtype=dtype).diagnostics)


def check(path: str | Path | None = None, *, text: str | None = None) -> list[Diagnostic]:
    """All findings about a file or a text; never raises for what is wrong with the program."""
    try:
        return list(program_of(path, text=text).diagnostics)
    except SpecError as error:
        return list(error.diagnostics)


def with_params(program: Program, given: Mapping[str, object]) -> Spec:
    """The spec with its params fixed: what is proved for all of them is proved again for these, and may be more."""
    spec = program.spec
    domains, entries = dict(spec.domains), dict(spec.entries)
    for name, info in spec.params.items():
        value = given.get(name, info.default)
        if info.learnable or isinstance(value, bool):
            continue
        if isinstance(value, (int, float, Fraction)):
            domains[info.node] = Interval.of(value)
        elif isinstance(value, (list, tuple)) and (known := _hull(value)) is not None:
            domains[info.node], entries[info.node] = known, value
    return replace(spec, domains=domains, entries=entries)


def _hull(value: object) -> Interval | None:
    """The range of the numbers of a list of lists; None where something else stands in it, or nothing."""
    if not isinstance(value, (list, tuple)):
        return Interval.of(value) if isinstance(value, (int, float, Fraction)) and value == value else None
    parts = [_hull(item) for item in value]
    return None if not parts or None in parts else reduce(Interval.hull, parts)


