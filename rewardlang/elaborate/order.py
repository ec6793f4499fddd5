"""In which order a file's values are elaborated, found without recursion, so that long chains of `let`s are no danger."""

from collections.abc import Iterator

from rewardlang.elaborate.context import Session
from rewardlang.elaborate.scope import BUILT_IN_AXES, Module, value_name
from rewardlang.elaborate.uses import uses
from rewardlang.syntax import tree
from rewardlang.syntax.walk import children

Item = tuple[Module, tree.Declaration]
_DELAYED = ("prev", "ahead", "delta")


def in_order(session: Session, module: Module) -> Iterator[Item]:
    """The values of the file, each after those it rests on (which may stand in files that it uses).

    Values on a cycle are reported, marked as failed in the session, and left out.
    """
    done: set[int] = set()
    for declaration in module.values.values():
        yield from _visit(session, (module, declaration), done)


def _visit(session: Session, root: Item, done: set[int]) -> Iterator[Item]:
    stack = [(root, iter(_dependencies(*root)))]
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
            stack.append((following, iter(_dependencies(*following))))


def _dependencies(module: Module, declaration: tree.Declaration) -> list[Item]:
    named = uses(declaration)
    found: list[Item] = [module.functions[name] for name in sorted(named.functions) if name in module.functions]
    for name in sorted(named.values):
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
    names = [value_name(declaration) for _, declaration in items]
    path = " -> ".join((*names, names[0]))
    declaration = items[0][1]
    functions = [item for item in items if isinstance(item[1], tree.Def)]
    if functions:
        session.report("RW124", functions[0][1].span, name=functions[0][1].name, path=path, subject=names[0])
    elif any(_is_delayed(other, set(names)) for _, other in items):
        session.report("RW390", declaration.span, what=f"`{names[0]}`, a state (a `let` that uses its own earlier value),",
                       subject=names[0])
    else:
        session.report("RW103", declaration.span, name=names[0], path=path, subject=names[0])
    for module, other in items:
        if isinstance(other, tree.Def):
            module.broken.add(other.name)
        else:
            session.values[module.key, value_name(other)] = None


def _is_delayed(node: tree.Node, names: set[str]) -> bool:
    if isinstance(node, tree.Call) and node.function in _DELAYED and node.arguments:
        return bool(uses(node.arguments[0]).values & names)
    return any(_is_delayed(child, names) for child in children(node))
