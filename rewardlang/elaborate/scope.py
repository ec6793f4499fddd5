"""The names of one file: who declares what, and what its `use` lines bring in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from rewardlang.syntax import tree
from rewardlang.syntax.modules import Loader
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.near import hint
from rewardlang.text.source import Source
from rewardlang.values.axes import Axis

#: Axes that every file knows: ordered and ragged, without a declaration.
BUILT_IN_AXES = {name: Axis(name, ragged=True, ordered=True) for name in ("step", "turn", "token", "segment")}

#: Names of populations, which stand where an axis may.
POPULATIONS = ("group", "batch", "run")

#: What is proved of a fixed axis is proved position by position.
_MOST_POSITIONS = 10_000

#: Names that a module is said to have.
_SHOWN = 12

#: Files that use files are read within each other.
_MOST_FILES = 50

_VALUES = (tree.Input, tree.Param, tree.Let, tree.Machine, tree.Output)
_FUNCTIONS = (tree.Def, tree.External)

#: A declaration's first words, also where the rest of it is broken: what it would have declared.
_DECLARES = re.compile(r"^(?:(?:input|param|let|def|model|verifier|machine|output|weight|keep|axis) +([A-Za-z_]\w*)|(reward)\b)", re.M)


@dataclass(eq=False)
class Module:
    """One file's declarations by name space; `key` is empty for the program itself.

    `broken` are names whose `use` or declaration failed; `made`, axes that a `let` of a list has named.
    """

    key: str
    program: tree.Program
    values: dict[str, tree.Declaration] = field(default_factory=dict)
    functions: dict[str, tuple["Module", tree.Declaration]] = field(default_factory=dict)
    imported: dict[str, tuple["Module", tree.Declaration]] = field(default_factory=dict)
    axes: dict[str, Axis] = field(default_factory=dict)
    group: tree.GroupBy | None = None
    broken: set[str] = field(default_factory=set)
    made: dict[str, Axis] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Whether the file declares the name in any of its spaces."""
        return name in self.values or name in self.functions or name in self.axes

    def qualified(self, name: str) -> str:
        """`name` in the program itself, `std.text.name` in a module."""
        return f"{self.key}.{name}" if self.key else name


def output_name(declaration: tree.Output) -> str:
    """An output without a name is called after its role."""
    return declaration.name or declaration.role


def value_name(declaration: tree.Declaration) -> str:
    """The name under which expressions know a declared value."""
    return output_name(declaration) if isinstance(declaration, tree.Output) else declaration.name


class ScopeBuilder:
    """Builds modules, each file once, and collects what is wrong with their names."""

    def __init__(self, loader: Loader | None = None):
        self.loader = loader or Loader()
        self.findings: list[Diagnostic] = []
        self._modules: dict[str, Module] = {}
        self._axes: dict[tuple[str, str], tree.Declaration] = {}
        self._open: list[str] = []

    def build(self, program: tree.Program, key: str = "") -> Module:
        """The scope of a file, with the files it uses."""
        module = Module(key, program)
        for declaration in program.declarations:
            self._declare(module, declaration)
        module.axes.update({name: _copy(module, axis) for name, axis in module.axes.items() if axis.like})
        said = [named or reward for named, reward in _DECLARES.findall(program.span.source.text)]
        module.broken.update(name for name in said if not module.knows(name))
        for declaration in program.declarations:
            if isinstance(declaration, tree.Use):
                self._use(module, declaration)
        return module

    @property
    def used(self) -> tuple[Source, ...]:
        """The files that were built because others use them, in the order of the `use` lines."""
        return tuple(module.program.span.source for module in self._modules.values())

    def _report(self, code: str, span, **values) -> None:
        self.findings.append(Diagnostic(code, span, values))

    def _declare(self, module: Module, declaration: tree.Declaration) -> None:
        if isinstance(declaration, _VALUES):
            is_reward = isinstance(declaration, tree.Output) and declaration.role == "reward"
            if not is_reward or "reward" not in module.values:      # a second reward has a finding of its own
                self._enter(module.values, value_name(declaration), declaration, declaration)
        elif isinstance(declaration, _FUNCTIONS):
            self._enter(module.functions, declaration.name, (module, declaration), declaration)
        elif isinstance(declaration, tree.AxisDecl):
            self._enter(self._axes, (module.key, declaration.name), declaration, declaration)
            module.axes.setdefault(declaration.name, _axis(declaration))
            self._check_axis(declaration)
        elif isinstance(declaration, tree.GroupBy):
            module.group = declaration

    def _check_axis(self, declaration: tree.AxisDecl) -> None:
        labels, span = declaration.labels, declaration.span
        repeated = next((label for label in labels if labels.count(label) > 1), None)
        if repeated is not None:
            self._report("RW102", span, name=repeated, line=span.source.position(span.start)[0])
        if declaration.size is not None and declaration.size > _MOST_POSITIONS:
            self._report("RW003", span, what="axis", limit=_MOST_POSITIONS, unit="positions")

    def _enter(self, space: dict, name: object, entry: object, declaration: tree.Declaration) -> None:
        if name in space:
            known = space[name]
            earlier = known[1] if isinstance(known, tuple) else known
            line = earlier.span.source.position(earlier.span.start)[0]
            self._report("RW102", declaration.span, name=name[1] if isinstance(name, tuple) else name, line=line)
        else:
            space[name] = entry

    def _use(self, module: Module, use: tree.Use) -> None:
        used = self._load(use)
        if used is None:
            module.broken.update(alias or name for name, alias in use.names)
            return
        for name, alias in use.names:
            source = used.functions if name in used.functions else used.imported
            if name in used.functions:
                self._enter(module.functions, alias or name, source[name], use)
            elif name in used.values:
                module.imported[alias or name] = (used, used.values[name])
            else:
                module.broken.add(alias or name)
                known = [*used.functions, *used.values]
                near = hint(name, known) or f": it has {', '.join(sorted(known)[:_SHOWN])}{', …' if len(known) > _SHOWN else ''}"
                self._report("RW114", use.span, module=use.path, name=name, hint=near if known else "")

    def _load(self, use: tree.Use) -> Module | None:
        key = self.loader.locate(use)
        if key in self._open:
            self._report("RW115", use.span, path=" -> ".join(Path(name).name for name in (*self._open, key)))
            return None
        if len(self._open) >= _MOST_FILES:
            self._report("RW003", use.span, what="row of files", limit=_MOST_FILES, unit="files that use one another")
            return None
        if key not in self._modules:
            found = self.loader.load(use)
            if isinstance(found, Diagnostic):
                self.findings.append(found)
                return None
            program, problems = found
            self.findings.extend(problems)
            self._open.append(key)
            self._modules[key] = self.build(program, key)
            self._open.pop()
        return self._modules[key]


def _axis(declaration: tree.AxisDecl) -> Axis:
    size = len(declaration.labels) or declaration.size
    size = size and min(size, _MOST_POSITIONS)
    return Axis(declaration.name, ragged=declaration.ragged, ordered=declaration.ordered, size=size,
                labels=declaration.labels, like=declaration.like)


def _copy(module: Module, axis: Axis) -> Axis:
    """A copy of an axis has its form; one of the group, a length for each rollout, one of the batch, one size for all."""
    source = module.axes.get(axis.like) or BUILT_IN_AXES.get(axis.like)
    if source is None:
        return replace(axis, ragged=axis.like == "group")
    return replace(axis, ragged=source.ragged, ordered=source.ordered, size=source.size, labels=source.labels)


def all_modules(module: Module, seen: dict[str, Module] | None = None) -> Iterable[Module]:
    """The module and every one it uses, each once."""
    seen = {} if seen is None else seen
    if module.key not in seen:
        seen[module.key] = module
        for other, _ in (*module.functions.values(), *module.imported.values()):
            all_modules(other, seen)
    return seen.values()


def axis_names(module: Module) -> Iterator[str]:
    """Every name that may stand after `over`, for hints."""
    yield from module.axes
    yield from BUILT_IN_AXES
    yield from POPULATIONS
