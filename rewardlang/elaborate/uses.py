"""What an expression names, by name space: values, functions and axes."""

from dataclasses import dataclass, field

from rewardlang.syntax import tree
from rewardlang.syntax.walk import children

#: Where a bare word as argument is an axis: the position of that argument.
_AXIS_ARGUMENT = {"index": 0, "length": 0, "at_last": 1, "at_first": 1, "every": 1}
#: Keyword arguments whose word is one of a few options.
_OPTION_WORDS = ("ties",)
#: Words whose first argument, a bare name, is the value at the step before or after.
BESIDE = ("prev", "ahead")
#: Temporal words that say the same of a truth, which is this before the first step, or after the last.
SAYING_BESIDE = {"previous": ("prev", False), "weak_previous": ("prev", True), "next": ("ahead", False), "weak_next": ("ahead", True)}


@dataclass(eq=False)
class Uses:
    """Names that a construct uses and does not bind itself; `delayed` are values of which it uses another step's entry."""

    values: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    axes: set[str] = field(default_factory=set)
    delayed: set[str] = field(default_factory=set)


def uses(node: tree.Node) -> Uses:
    """All names in a declaration or an expression."""
    found = Uses()
    _walk(node, frozenset(), found)
    return found


def says_beside(node: tree.Temporal) -> bool:
    """Whether it is `previous name`, or another word for the entry of the step beside."""
    return node.op in SAYING_BESIDE and node.window is None and isinstance(node.operands[0], tree.Name)


def _walk(node: tree.Node, bound: frozenset[str], found: Uses) -> None:
    if isinstance(node, tree.Name):
        if node.name not in bound:
            found.values.add(node.name)
        return
    if isinstance(node, tree.Call):
        _call(node, bound, found)
        return
    if isinstance(node, tree.Temporal) and says_beside(node):
        found.delayed.update({node.operands[0].name} - bound)
        found.axes.update([node.over] if node.over is not None else [])
        return
    if isinstance(node, tree.Block):
        for let in node.lets:
            _walk(let.value, bound, found)
            bound = bound | {let.name}
        inside = (*node.terms, *([node.value] if node.value else ()))
    else:
        inside = children(node)
    if isinstance(node, tree.Def):
        bound = bound | {parameter.name for parameter in node.parameters}
    if isinstance(node, tree.Machine):
        for counter in node.counters:
            _walk(counter.domain, bound, found)
        bound = bound | {counter.name for counter in node.counters}
        inside = [*node.edges, *([node.value] if node.value is not None else ())]
    if isinstance(node, tree.Temporal) and node.over is not None:
        found.axes.add(node.over)
    if isinstance(node, tree.Over):
        found.axes.update(node.axes)
    for child in inside:
        _walk(child, bound, found)


def _call(node: tree.Call, bound: frozenset[str], found: Uses) -> None:
    owner, dot, _ = node.function.partition(".")
    (found.values if dot else found.functions).add(owner)
    for position, argument in enumerate(node.arguments):
        if argument.key in _OPTION_WORDS or dot and isinstance(argument.value, tree.Name):
            continue  # a word of the language, or of the machine whose `in` is asked
        if node.function in BESIDE and position == 0 and isinstance(argument.value, tree.Name):
            found.delayed.update({argument.value.name} - bound)
            continue
        if isinstance(argument.value, tree.Name) and _AXIS_ARGUMENT.get(node.function) == position:
            found.axes.add(argument.value.name)
        else:
            _walk(argument.value, bound, found)
    for clause in (node.over, node.where, node.by):
        if clause is not None:
            _walk(clause, bound, found)
    if node.onto is not None:
        found.axes.add(node.onto)
