"""The operator table is complete, consistent with the kernels, and its page and examples say what is so."""

import inspect
import re
from math import inf

import pytest

from rewardlang.automata.table import Table
from rewardlang.ops import docs
from rewardlang.ops.floats import FloatKernel, call
from rewardlang.ops.intervals import KERNEL
from rewardlang.ops.kernel import Collections, Control, Host, Memory, Placement, Pointwise, Temporal
from rewardlang.ops.row import Family, Operator
from rewardlang.ops.table import COUNTS, OPERATORS, of_family, signature
from rewardlang.ops.temporal import ON_NOTHING
from rewardlang.program import check

GRAPH = """
add sub mul div neg pow abs sign floor ceil round sqrt exp log log1p sin cos tan tanh sigmoid softplus log_sigmoid relu clamp
minimum maximum atan2 detach eq ne lt le gt ge number gate coalesce valid and or not implies iff codes lookup field
sum mean min max prod std var any all count first last argmax argmin quantile norm
cumsum cumprod cummax cummin cummean cumcount prev ahead delta softmax rank
next weak_next always eventually until weak_until release strong_release
previous weak_previous once historically since triggers opening soft_minimum soft_maximum
walk entry ending
at_last at_first every place spread rename pick vector index length
""".split()

RESULTS = {"arithmetic", "float", "int", "bool", "first", "value"}
UNITS = {"same", "product", "quotient", "power", "square", "square_root", "none", "compare", "first", "drop"}
LAWS = {"commutative", "associative", "idempotent", "involution", "zero", "one", "absorbs_zero"}

ROWS = pytest.mark.parametrize("row", OPERATORS.values(), ids=OPERATORS)


def test_the_table_has_a_row_for_every_operator_of_the_graph_and_no_other():
    assert sorted(OPERATORS) == sorted(GRAPH)


@pytest.mark.parametrize("part", [Pointwise, Control, Collections, Temporal, Memory, Placement, Host])
def test_both_kernels_have_every_primitive_with_the_same_arguments(part):
    for name, method in vars(part).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        wanted = list(inspect.signature(method).parameters)[1:]
        for kernel in (FloatKernel(), KERNEL):
            found = list(inspect.signature(getattr(kernel, name)).parameters)
            assert found == wanted, f"{type(kernel).__name__}.{name}"


def test_no_kernel_has_a_method_that_the_protocol_does_not_name():
    known = {name for part in (Pointwise, Control, Collections, Temporal, Memory, Placement, Host) for name in vars(part)}
    for kernel in (FloatKernel, type(KERNEL)):
        own = {name for name, _ in inspect.getmembers(kernel, inspect.isfunction) if not name.startswith("_")}
        assert own <= known


@ROWS
def test_the_fields_of_a_row_hold_together(row: Operator):
    taken = [argument for argument in row.arguments if not argument.option]
    assert row.result in RESULTS and row.units in UNITS and set(row.laws) <= LAWS
    assert all(argument.kinds in ("number", "bool", "text", "any") for argument in row.arguments)
    assert len(row.monotone) in (0, len(taken)) and set(row.monotone) <= set("+-?")
    assert row.doc.endswith(".")
    assert re.match(rf"(p )?{row.name}[ \[]" if row.name in ON_NOTHING else rf"{row.name}\(", signature(row))
    if row.family is Family.POINTWISE:
        assert (row.domain is None) == (row.safe == ()), "a partial operator has a safe argument, a total one none"


@ROWS
def test_a_safe_argument_lies_inside_the_domain(row: Operator):
    if row.safe:
        assert call(FloatKernel(), row, *row.safe) is not None


def test_one_symbol_of_one_number_of_arguments_is_one_operator():
    written = [(row.symbol, len(row.arguments)) for row in OPERATORS.values() if row.symbol]
    assert len(set(written)) == len(written)


def test_the_families_partition_the_table():
    assert [row.name for family in Family for row in of_family(family)] == list(OPERATORS)


def test_the_page_is_up_to_date(root):
    assert (root / "docs" / "operators.md").read_text(encoding="utf-8") == docs.page(), "run `python -m rewardlang.ops.docs`"


# --- examples -------------------------------------------------------------------------------------------------------

_FORMS = (
    (r"gate (.*) \{ (.*) \} else (.*)", r"f(\1, \2, \3)"),
    (r"(\[.*\])\[\w+ -> \w+\]", r"f(\1)"),
    (r"(\[.*\])\[(\d+)\]", r"f(\1, index=\2)"),
    (r"\[(.*)\]", r"f(\1)"),
    (r"(\{.*\})\.(\w+)", r"f(\1, name='\2')"),
    (r"(codes\(.*\)) == (codes\(.*\))", r"\1 == \2"),
)


def _python(row: Operator) -> str:
    """The example's text as a Python expression of `f`, the row."""
    if row.name in COUNTS:
        return row.example[0].replace(f"{row.name}(over step)", "f([0, 0, 0])")
    text = re.sub(r" over \w+", "", row.example[0]).replace("onto step", "length=step").replace("at = ", "")
    text = text.replace("by = ", "")
    if row.family is Family.TEMPORAL and f" {row.name} " in text:
        return f"f({text.replace(f' {row.name} ', ', ')})"
    if row.family is Family.TEMPORAL:
        return f"f({text.removeprefix(row.name)})"
    for form, written in _FORMS:
        if re.fullmatch(form, text):
            return re.sub(form, written, text)
    if row.symbol and f" {row.symbol} " in text:
        return f"f({text.replace(f' {row.symbol} ', ', ')})"
    if row.symbol:
        return f"f({text.removeprefix(row.symbol)})"
    return re.sub(r"^\w+\(", "f(", text)


@ROWS
def test_the_example_is_so(row: Operator):
    kernel = FloatKernel()

    def f(*args, **options):
        if any(argument.name == "length" for argument in row.arguments) and "length" not in options:
            *args, options["length"] = args
        for argument in row.arguments:
            if argument.option and argument.default is not None:
                options.setdefault(argument.name, argument.default)
        return call(kernel, row, *args, **options)

    names = {"true": True, "false": False, "invalid": None, "step": 3, "inf": inf, "average": "average", "f": f, "seen": Table.of_rows([[0, 1], [1, 1]]),
             "codes": lambda x: call(kernel, OPERATORS["codes"], x)}
    value = eval(_python(row), {"__builtins__": {}}, names)
    assert repr(value) == repr(row.example[1])


@pytest.mark.parametrize("name", COUNTS)
def test_what_counts_is_written_as_the_page_says(name: str):
    row = OPERATORS[name]
    head = "setting episodic\naxis d = 3\ninput m : bool[d]\nreward = 1\n"
    shown = [signature(row).partition(" ->")[0].replace("…", "d"), row.example[0].replace("step", "d")]
    for text in (*shown, f"{name}(over d where m)"):
        assert not [found for found in check(text=f"{head}output y = {text}\n") if found.severity == "error"], text
    assert [found.code for found in check(text=f"{head}output y = {name}(m over d)\n")][:1] == ["RW107"]
    on_the_page = re.findall(rf"`{name}\(([^`]*)`", docs.page())
    assert on_the_page and all(text.startswith("over ") for text in on_the_page)
