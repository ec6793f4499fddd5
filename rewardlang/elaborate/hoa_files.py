"""`automaton("./task.hoa")`: an automaton from a file beside the program, over truths that the program names."""

from pathlib import Path

from rewardlang.automata.dfa import Dfa
from rewardlang.automata.hoa import read_hoa
from rewardlang.elaborate.choice import decision
from rewardlang.elaborate.context import Context
from rewardlang.elaborate.temporal import ordered_axis
from rewardlang.ir.node import Node
from rewardlang.syntax import tree
from rewardlang.values.axes import Axis

_LARGEST = 1_000_000  # characters of a file


def is_file(expr: tree.Call) -> bool:
    """Whether an `automaton(…)` names a file."""
    return bool(expr.arguments) and isinstance(expr.arguments[0].value, tree.Text)


def automaton_of_file(cx: Context, expr: tree.Call) -> tuple[dict[str, Node], Axis, Dfa]:
    """The propositions by name, the axis along which they run, and the minimal automaton of finite traces.

    RW366: there is no such file, it holds no deterministic automaton with one set of states, or asks for what has no name.
    """
    (argument, *others), over = expr.arguments, expr.over
    path = argument.value.value
    if argument.key is not None or others or expr.where or expr.by or expr.onto or over and len(over.axes) > 1:
        problem = "takes one file, and perhaps `accept = +1`, `reject = -1`"
        raise cx.fail("RW107", expr.span, name="automaton", problem=problem)
    dfa = _read(cx, path, argument.value)
    atoms = {name: _proposition(cx, path, name, argument.value) for name in dfa.atoms}
    axis = ordered_axis(cx, list(atoms.values()), over.axes[0] if over else None, expr.span, "automaton",
                        "`{word}(\"./f.hoa\" over {axis})`")
    return atoms, axis, dfa


def _proposition(cx: Context, path: str, name: str, place: tree.Text) -> Node:
    if not name.isidentifier():
        problem = f"asks for `{name}`, which is no name: give it one there, and a `let` of that name here"
        raise cx.fail("RW366", place.span, path=path, problem=problem)
    return decision(cx, tree.Name(name=name, span=place.span), f"a proposition of `{path}`")


def _read(cx: Context, path: str, place: tree.Text) -> Dfa:
    if not path.endswith(".hoa"):
        raise cx.fail("RW366", place.span, path=path, problem="is no name of a file that ends in `.hoa`")
    try:
        file = Path(place.span.source.name).parent / path
        with open(file, encoding="utf-8") as opened:
            text = opened.read(_LARGEST)
        return read_hoa(text)
    except (OSError, UnicodeDecodeError) as found:
        problem = "is not there" if isinstance(found, FileNotFoundError) else "cannot be read as text"
        raise cx.fail("RW366", place.span, path=path, problem=problem) from found
    except ValueError as found:
        raise cx.fail("RW366", place.span, path=path, problem=f"holds no automaton that is known here: {found}") from found
