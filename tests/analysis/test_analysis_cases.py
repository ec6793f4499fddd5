"""Every published case of an analysis function: called by name, equal within its tolerance."""

import json
import math
from pathlib import Path

import pytest

from rewardlang import analysis

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ROOT.parent / "shared" / "systems"
SPECS = ROOT / "examples" / "systems"
#: Arguments that stand as arithmetic in these names.
_FUNCTIONS = {"reward": "s, a, sn", "dynamics": "s, a", "value": "s"}


def cases() -> list:
    """All rows with a function, whichever file they stand in."""
    rows = [json.loads(line) for path in sorted(SYSTEMS.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    return [pytest.param(row, id=row["id"]) for row in rows if "function" in row]


def called(row: dict):
    """What our function gives for the case."""
    arguments = dict(row["args"])
    for name, parameters in _FUNCTIONS.items():
        if isinstance(arguments.get(name), str):
            arguments[name] = eval(f"lambda {parameters}: {arguments[name]}", {"math": math})  # noqa: S307: published arithmetic
    if isinstance(arguments.get("system"), str):
        path = SPECS / f"{arguments['system']}.rwd"
        if not path.exists():
            pytest.skip(f"examples/systems/{path.name} is not there yet")
        arguments["system"] = path
    return getattr(analysis, row["function"].removeprefix("rewardlang.analysis."))(**arguments)


def agrees(got, wanted, tolerance: float) -> bool:
    """Whether two nested values are equal, numbers within tolerance · max(1, |wanted|)."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and got.keys() == wanted.keys() and all(agrees(got[k], wanted[k], tolerance) for k in wanted)
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(agrees(a, b, tolerance) for a, b in zip(got, wanted))
    if wanted is None or isinstance(wanted, (str, bool)):
        return got == wanted and (not isinstance(wanted, bool) or isinstance(got, bool))
    wanted = float(wanted)
    return got is not None and (got == wanted or abs(got - wanted) <= tolerance * max(1, abs(wanted)))


@pytest.mark.skipif(not SYSTEMS.is_dir(), reason="the published cases are not beside this checkout")
@pytest.mark.parametrize("row", cases())
def test_the_published_case(row):
    assert agrees(called(row), row["expected"], row["tol"]), (called(row), row["expected"])
