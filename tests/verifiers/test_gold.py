"""Every gold case scores as stated, and every declaration of the standard library fits the function that it names."""

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import rewardlang.verifiers
from rewardlang.elaborate.elaborate import elaborate
from rewardlang.syntax import tree
from rewardlang.syntax.parse import parse
from rewardlang.text.source import Source
from rewardlang.verifiers.binding import resolve
from rewardlang.verifiers.gold import FAILS, GoldFailure, gold, golden, run_gold

MODULES = [
    importlib.import_module(f"rewardlang.verifiers.{found.name}")
    for found in pkgutil.iter_modules(rewardlang.verifiers.__path__)
]
STANDARD = ("text", "math", "json", "constraints", "stats")
PYTHON_TYPES = {"bool": bool, "int": int, "float": float, "text": str}


def declarations(root):
    for name in STANDARD:
        path = root / "stdlib" / f"{name}.rwd"
        program, diagnostics = parse(Source(str(path), path.read_text(encoding="utf-8")))
        assert not diagnostics
        yield from (found for found in program.declarations if isinstance(found, tree.External))


@pytest.mark.parametrize("module", [module for module in MODULES if golden(module)], ids=lambda module: module.__name__)
def test_gold(module):
    assert run_gold(module) == []


@pytest.mark.parametrize("name", STANDARD)
def test_the_declarations_are_well_typed(root, name):
    path = root / "stdlib" / f"{name}.rwd"
    source = Source(str(path), path.read_text(encoding="utf-8"))
    program, _ = parse(source)
    assert elaborate(program, source).diagnostics == []


def test_every_declared_verifier_exists_takes_what_is_declared_and_has_gold(root):
    for found in declarations(root):
        function = resolve(found.origin.column)
        parameters = inspect.signature(function).parameters
        assert list(parameters) == [parameter.name for parameter in found.parameters], found.name
        assert found.name == function.__name__
        assert function.gold, found.name


def test_gold_results_are_of_the_declared_type_and_range(root):
    for found in declarations(root):
        for args, expected in resolve(found.origin.column).gold:
            assert allowed(found, expected), (found.name, args, expected)


def test_what_may_fail_says_how(root):
    """A declaration without a limit, without `on_error` and without `?` promises a value for all arguments."""
    for found in declarations(root):
        promises = found.timeout is None and found.on_error is None and not found.result.optional
        results = [expected for _, expected in resolve(found.origin.column).gold]
        assert not (promises and (FAILS in results or None in results)), found.name


def test_no_verifier_is_declared_twice_and_each_golden_one_is_declared(root):
    declared = [found.origin.column for found in declarations(root)]
    assert len(set(declared)) == len(declared)
    golden_ones = {f"{module.__name__}:{name}" for module in MODULES for name in golden(module)}
    assert golden_ones == set(declared)


def allowed(found, expected):
    """Whether a result is one that the declaration permits."""
    if expected is FAILS:
        return True
    if expected is None:
        return found.result.optional
    if found.result.kind == "json":
        return True
    if found.result.kind == "record":
        return {field.name: PYTHON_TYPES[field.type.kind] for field in found.result.fields} == {
            name: type(value) for name, value in expected.items()}
    items = expected if found.result.axes else [expected]
    kind = PYTHON_TYPES[found.result.kind]
    low, high = (limit(found.domain.low), limit(found.domain.high)) if found.domain else (None, None)
    return all(type(item) is kind and (low is None or low <= item <= high) for item in items)


def limit(expr):
    return float("inf") if isinstance(expr, tree.Name) else float(expr.value)


def test_a_wrong_gold_case_is_reported():
    module = ModuleType("wrong")

    @gold(((1,), 2), ((1,), True), ((1,), 1.0), ((1,), FAILS), ((1,), 1))
    def same(value):
        return value

    same.__module__ = "wrong"
    module.same = same
    assert run_gold(module) == [
        GoldFailure("same", (1,), 2, 1),
        GoldFailure("same", (1,), True, 1),
        GoldFailure("same", (1,), 1.0, 1),
        GoldFailure("same", (1,), FAILS, 1),
    ]


def test_the_decorator_returns_the_function_itself():
    def function():
        return 1

    assert gold(((), 1))(function) is function
