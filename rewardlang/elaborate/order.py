"""In which order a file's values are elaborated, found without recursion, so that long chains of `let`s are no danger."""

from collections.abc import Iterator

from rewardlang.elaborate.context import Session
from rewardlang.elaborate.knots import Knot, knots
from rewardlang.elaborate.scope import BUILT_IN_AXES, Module, value_name
from rewardlang.elaborate.uses import uses
from rewardlang.syntax import tree

Item = tuple[Module, tree.Declaration | Knot]


def in_order(session: Session, module: Module) -> Iterator[Item]:
    """The values of the file, each after those it rests on (which may stand in files that it uses).

    States that use each other's earlier values come as one `Knot`. Other values on a cycle are reported, marked as failed
    in the session, and left out.
    """
    done: set[int] = set()
    tied: dict[int, dict[int, Knot]] = {}
    for declaration in module.values.values():
        yield from _visit(session, _item(module, declaration, tied), done, tied)


def _item(module: Module, declaration: tree.Declaration, tied: dict[int, dict[int, Knot]]) -> Item:
    """The declaration, or the knot that it is part of; `tied` remembers the knots of each file."""
    if id(module) not in tied:
        tied[id(module)] = knots(module)
    return module, tied[id(module)].get(id(declaration), declaration)


def _visit(session: Session, root: Item, done: set[int], tied: dict[int, dict[int, Knot]]) -> Iterator[Item]:
    def before(item: Item) -> Iterator[Item]:
        found = (_item(*other, tied) for part in _parts(item) for other in _dependencies(item[0], part))
        return (other for other in found if other[1] is not item[1] or not isinstance(other[1], Knot))

    stack = [(root, before(root))]
    open_ = {id(root[1]): 0}
    if id(root[1]) in done:
        return
    while stack:
        item, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            del open_[id(item[1])]
            done.add(id(item[1]))
            if not isinstance(item[1], (tree.Def, tree.External)):
                yield item
        elif id(following[1]) in open_:
            _cycle(session, [entry for entry, _ in stack[open_[id(following[1])]:]])
        elif id(following[1]) not in done:
            open_[id(following[1])] = len(stack)
            stack.append((following, before(following)))


def _parts(item: Item) -> tuple[tree.Declaration, ...]:
    return item[1].declarations if isinstance(item[1], Knot) else (item[1],)


def _dependencies(module: Module, declaration: tree.Declaration) -> list[Item]:
    named = uses(declaration)
    found: list[Item] = [module.functions[name] for name in sorted(named.functions) if name in module.functions]
    for name in sorted(named.values | named.delayed):
        if name in module.values:
            found.append((module, module.values[name]))
        elif name in module.imported:
            found.append(module.imported[name])
    fresh = named.axes - module.axes.keys() - BUILT_IN_AXES.keys()
    if fresh:
        found += [(module, other) for other in module.values.values() if other is not declaration and _binds(other) & fresh]
    if isinstance(declaration, (tree.Input, tree.Param)):
        return [item for item in found if isinstance(item[1], tree.Param)]
    return found


def _binds(declaration: tree.Declaration) -> set[str]:
    """The axes that a `let` gives a name to, if its value is a list."""
    return set(declaration.type.axes) if isinstance(declaration, tree.Let) and declaration.type else set()


def _cycle(session: Session, items: list[Item]) -> None:
    parts = [(module, declaration) for module, found in items for declaration in _parts((module, found))]
    names = [value_name(declaration) for _, declaration in parts]
    path = " -> ".join((*names, names[0]))
    declaration = parts[0][1]
    functions = [item for item in parts if isinstance(item[1], tree.Def)]
    if functions:
        session.report("RW124", functions[0][1].span, name=functions[0][1].name, path=path, subject=names[0])
    else:
        session.report("RW103", declaration.span, name=names[0], path=path + _cure(parts), subject=names[0])
    for module, other in parts:
        if isinstance(other, tree.Def):
            module.broken.add(other.name)
        else:
            session.values[module.key, value_name(other)] = None


def _cure(parts: list[tuple[Module, tree.Declaration]]) -> str:
    """What to do where a machine asks for what rests on the machine: no `prev` unties that."""
    machines = [part.name for _, part in parts if isinstance(part, tree.Machine)]
    if not machines:
        return ""
    return (f". What the edges of `{machines[0]}` ask must not rest on its state, also not on that of an earlier step: "
            "let edges change a `counter` of the machine, and ask that")
