"""`automaton("./task.hoa")`: an automaton from a file beside the program, over truths that the program names."""

from collections.abc import Callable
from pathlib import Path

from rewardlang.automata.dfa import Dfa
from rewardlang.automata.hoa import read_hoa
from rewardlang.automata.hoa_omega import OmegaFile, read_omega
from rewardlang.automata.omega import Omega
from rewardlang.elaborate.automata import table_walk
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.values.axes import Axis, join

_LARGEST = 1_000_000  # characters of a file
_Automaton = Dfa | Omega


def is_file(expr: tree.Expr) -> bool:
    """Whether it is an `automaton(…)` that names a file."""
    return isinstance(expr, tree.Call) and expr.function == "automaton" and bool(expr.arguments) \
        and isinstance(expr.arguments[0].value, tree.Text)


def automaton_of_file(cx: Context, expr: tree.Call) -> tuple[dict[str, Node], Axis, Dfa]:
    """The propositions by name, the axis along which they run, and the minimal automaton of finite traces.

    RW366: there is no such file, it holds no deterministic automaton with one set of states, or asks for what has no name.
    """
    place, dfa = _read(cx, expr, read_hoa, "takes one file, and perhaps `accept = +1`, `reject = -1`")
    atoms, axis = _propositions(cx, expr, place, dfa.atoms)
    return atoms, axis, dfa


def omega_of_file(cx: Context, expr: tree.Call) -> tuple[Node, OmegaFile]:
    """`P[automaton("./task.hoa")]`: the states along a trace without end, and the automaton that accepts it or does not.

    RW366 as above, save that any acceptance will do; and where the setting says that every trace has an end.
    """
    place, found = _read(cx, expr, read_omega, "takes one file in `P[…]`")
    atoms, axis = _propositions(cx, expr, place, found.atoms)
    if cx.spec.setting.kind != "continuing":
        problem = "speaks in `P[…]` of traces without end, and under this setting each has one: make it a `machine`"
        raise cx.fail("RW366", place.span, path=place.value, problem=problem)
    asked = tuple(atoms.values())
    axes = join(*(node.type.axes for node in asked), (axis,))
    return table_walk(cx, asked, axes, axis, found.table, expr.span), OmegaFile(place.value, found)


def _propositions(cx: Context, expr: tree.Call, place: tree.Text, names: tuple[str, ...]) -> tuple[dict[str, Node], Axis]:
    """The truths of these names, and the axis along which they run."""
    atoms = {name: _proposition(cx, place.value, name, place) for name in names}
    over = expr.over
    return atoms, ordered_axis(cx, list(atoms.values()), over.axes[0] if over else None, expr.span, "automaton",
                               "`{word}(\"./f.hoa\" over {axis})`")


def _proposition(cx: Context, path: str, name: str, place: tree.Text) -> Node:
    if not name.isidentifier():
        problem = f"asks for `{name}`, which is no name: give it one there, and a `let` of that name here"
        raise cx.fail("RW366", place.span, path=path, problem=problem)
    return decision(cx, tree.Name(name=name, span=place.span), f"a proposition of `{path}`")


def _read(cx: Context, expr: tree.Call, read: Callable[[str], _Automaton], takes: str) -> tuple[tree.Text, _Automaton]:
    """The one argument, and what is read in the file that it names."""
    (argument, *others), over = expr.arguments, expr.over
    place = argument.value
    path = place.value
    if argument.key is not None or others or expr.where or expr.by or expr.onto or over and len(over.axes) > 1:
        raise cx.fail("RW107", expr.span, name="automaton", problem=takes)
    if not path.endswith(".hoa"):
        raise cx.fail("RW366", place.span, path=path, problem="is no name of a file that ends in `.hoa`")
    try:
        file = Path(place.span.source.name).parent / path
        with open(file, encoding="utf-8") as opened:
            text = opened.read(_LARGEST)
        return place, read(text)
    except (OSError, UnicodeDecodeError) as found:
        problem = "is not there" if isinstance(found, FileNotFoundError) else "cannot be read as text"
        raise cx.fail("RW366", place.span, path=path, problem=problem) from found
    except ValueError as found:
        raise cx.fail("RW366", place.span, path=path, problem=f"holds no automaton that is known here: {found}") from found
