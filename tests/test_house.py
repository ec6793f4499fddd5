"""The rules of the house, checked on the source itself: layers, cycles, light imports, and sizes that can be read."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "rewardlang"

CORE = {"text", "data", "values", "verifiers", "ops", "automata", "syntax", "ir", "classes", "elaborate", "facts", "rewrite"}

# Who may import whom (besides itself). The row with the longest matching name governs a module.
LAYERS: dict[str, set[str]] = {
    "": CORE | {"program", "tensor"},  # the face of the library, lazy
    "data": set(),
    "text": set(),
    "values": set(),
    "verifiers": set(),
    "ops": {"values"},
    "automata": {"values"},
    "syntax": {"text", "data"},
    "ir": {"text.source", "ops", "values"},
    "ir.formulas": {"ir", "automata", "text.source", "ops", "values"},
    "ir.comparisons": {"ir", "automata", "ops", "values"},
    "ir.spec": {"ir", "text", "ops", "values", "automata"},  # what elaboration hands on, its findings included
    "elaborate": {"syntax", "ir", "ops", "values", "automata", "text"},
    "classes": {"ir", "ops", "values", "automata"},
    "facts": {"ir", "classes", "ops", "values", "automata"},
    "facts.lint": {"facts", "classes", "ir", "ops", "values", "automata", "text"},
    "rewrite": {"ir", "facts", "ops", "values", "automata"},
    "program": CORE,
    "models": {"ir.asking", "values", "verifiers"},
    "tensor": CORE | {"program", "models"},
    "analysis": CORE | {"program", "tensor"},
    "trainers": CORE | {"program", "tensor"},  # what a trainer cannot serve follows from facts and classes
    "cli": CORE | {"program", "tensor", "analysis", "trainers.table", "trainers.fits"},
    "__main__": {"cli"},
}

# Trainers: a module that derives from one's classes imports it, and cannot be imported where it is not installed.
OPTIONAL = ("transformers", "gymnasium", "stable_baselines3", "torchrl", "tensordict", "pettingzoo", "verl")

# Which layers may import a package that is not ours; what is not named here may be imported by none.
LIBRARIES: dict[str, set[str]] = {
    "lark": {"syntax"},
    "math_verify": {"verifiers"},
    "latex2sympy2_extended": {"verifiers"},
    "jsonschema": {"verifiers"},
    "referencing": {"verifiers"},  # a part of jsonschema
    "mpmath": {"facts"},
    "sympy": {"verifiers", "facts", "rewrite"},
    "torch": {"models", "tensor", "analysis", "trainers"},
    "numpy": {"tensor", "analysis", "trainers", "cli", "verifiers"},
    "pyarrow": {"cli"},
    "pydantic": {"cli"},
    "typer": {"cli"},
    "click": {"cli"},
    "rich": {"cli"},
    **{library: {"trainers"} for library in OPTIONAL},
    "transformers": {"models", "trainers"},
}

HEAVY = ("torch", "sympy", "numpy", "typer", "rich", "pydantic")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


@cache
def modules() -> dict[str, Path]:
    """Dotted names of our modules, without the package's own, and their files; the package itself is ''."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_names(path: Path) -> list[tuple[int, str]]:
    """Every absolute name that a file imports anywhere: in functions, under TYPE_CHECKING, by import_module too."""
    names = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import; name the module in full"
            names += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                names.append((node.lineno, argument.value))
    return names


def our_module(dotted: str) -> str | None:
    """The module of ours that an imported name stands for or lies in; None for other packages."""
    head, _, rest = dotted.partition(".")
    if head != PACKAGE:
        return None
    while rest and rest not in modules():
        rest = rest.rpartition(".")[0]
    return rest


def is_inside(module: str, layer: str) -> bool:
    """Whether a module is the layer itself or lies in its folder."""
    return module == layer or module.startswith(layer + ".")


def row_of(module: str) -> str:
    """The row of LAYERS that governs a module."""
    return max((row for row in LAYERS if row and is_inside(module, row)), key=len, default="")


def cycle_among(edges: dict[str, set[str]]) -> list[str]:
    """Names along one cycle of a directed graph, the first repeated at the end; empty if there is none."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return trail[trail.index(name):] + [name]
        if name in done:
            return []
        for target in sorted(edges.get(name, ())):
            if found := walk(target, trail + [name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := walk(name, []))), [])


def test_every_top_level_name_has_a_row():
    unknown = {name.split(".")[0] for name in modules() if name} - {row for row in LAYERS if row}
    assert not unknown, f"say in LAYERS what these may import: {sorted(unknown)}"


@pytest.mark.parametrize("module", modules())
def test_imports_stay_within_the_layers(module):
    row = row_of(module)
    allowed = LAYERS[row] | ({row} if row else set())
    for line, name in imported_names(modules()[module]):
        where = f"{modules()[module].relative_to(ROOT)}:{line}"
        target = our_module(name)
        if name == f"{PACKAGE}.__version__":
            continue
        if target is not None:
            assert any(is_inside(target, layer) for layer in allowed), f"{where}: `{row}` may not import {name}"
            continue
        library = name.partition(".")[0]
        if library not in sys.stdlib_module_names:
            rooms = LIBRARIES.get(library, set())
            assert any(is_inside(module, room) for room in rooms), f"{where}: {library} may be imported by {rooms}"


def test_there_is_no_import_cycle():
    edges = {
        module: {target for _, name in imported_names(path) if (target := our_module(name)) is not None} - {module}
        for module, path in modules().items()
    }
    assert cycle_among(edges) == []


def test_the_search_for_cycles_finds_one():
    assert cycle_among({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_among({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


IMPORT_EACH = """
import importlib, json, sys, traceback
failed = {}
names, optional = json.load(sys.stdin)
for name in names:
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "rewardlang"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name in optional:
            continue
        failed[name] = traceback.format_exc()
print(json.dumps(failed))
"""


def test_every_module_can_be_imported_alone():
    names = [f"{PACKAGE}.{name}".rstrip(".") for name in modules()]
    run = subprocess.run([sys.executable, "-c", IMPORT_EACH], input=json.dumps([names, OPTIONAL]), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    failed = json.loads(run.stdout.splitlines()[-1])
    assert not failed, "\n".join(failed.values())


def test_importing_the_library_is_light():
    code = f"import sys, rewardlang; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def python_files() -> list[str]:
    """Every Python file of the project, relative to its root."""
    folders = (ROOT / PACKAGE, ROOT / "tests", ROOT / "benchmarks")
    return [str(path.relative_to(ROOT)) for folder in folders for path in sorted(folder.rglob("*.py"))]


@pytest.mark.parametrize("name", python_files())
def test_a_file_opens_with_one_sentence_and_can_be_read(name):
    path = ROOT / name
    first = (ast.get_docstring(parsed(path)) or "").split("\n\n")[0].replace("\n", " ")
    assert re.fullmatch(r"(?:(?![.?!] [A-Z]).)+[.]", first), f"{name} must open with one sentence, and has: {first!r}"
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_FILE, f"{name} has {length} lines"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{name}:{node.lineno} {node.name} has {lines} lines"


def test_no_two_test_files_share_a_name():
    """Pytest imports them by their bare names."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
