"""Every case of the shared conformance data, through the compiler: truth and robustness at every step, and at the first."""

import json
import math
import re
from functools import cache
from pathlib import Path

import pytest

import rewardlang as rl

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance"
RESERVED = set("not and or implies iff next weak_next always eventually until weak_until release strong_release previous "
               "weak_previous once historically since triggers true false".split())
#: Formulas compiled together; each is evaluated on the traces of all of them.
TOGETHER = 12

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder `shared` with conformance data beside the project")


@cache
def rows(file: str) -> list[dict]:
    path = FOLDER / f"{file}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def chunks(*files: str):
    """Rows grouped so that those of one formula stay together, some formulas at a time."""
    found = []
    for file in files:
        groups: dict[str, list[dict]] = {}
        for row in rows(file):
            groups.setdefault(row["formula"], []).append(row)
        formulas = list(groups)
        for start in range(0, len(formulas), TOGETHER):
            chosen = [row for formula in formulas[start:start + TOGETHER] for row in groups[formula]]
            found.append(pytest.param(chosen, id=f"{file}-{start}"))
    return found


def names_in(row: dict) -> set[str]:
    return set(re.findall(r"[a-z_]\w*", row["formula"])) - RESERVED


def along(value, length: int) -> list:
    """A value that is the same at every step, as one along the steps."""
    return value if isinstance(value, list) else [value] * length


@pytest.mark.parametrize("chosen", chunks("ltlf", "ltlf_past"))
def test_truth_at_every_step_and_on_the_whole(chosen: list[dict]):
    formulas = list(dict.fromkeys(row["formula"] for row in chosen))
    names = sorted({"a"}.union(*map(names_in, chosen)))
    lines = [f"input {name} : bool[step]" for name in names]
    for number, formula in enumerate(formulas):
        lines += [f"output t{number} = {formula}", f"output h{number} = holds({formula})"]
    reward = rl.compile(text="\n".join(lines))
    out = reward({name: [[name in letter for letter in row["trace"]] for row in chosen] for name in names})
    for position, row in enumerate(chosen):
        number = formulas.index(row["formula"])
        assert out.to_lists(f"h{number}")[position] is row["expected"], row["id"]
        truths = along(out.to_lists(f"t{number}")[position], len(row["trace"]))
        if "expected_trace" in row:
            assert truths == row["expected_trace"], row["id"]
        elif row["trace"]:
            assert truths[0] is row["expected"], row["id"]


def number_of(x) -> float:
    return float(x) if isinstance(x, str) else x


def near(got: float, wanted, tolerance: float) -> bool:
    wanted = number_of(wanted)
    if math.isinf(wanted):
        return got == wanted
    return abs(got - wanted) <= tolerance * max(1.0, abs(wanted))


@pytest.mark.parametrize("chosen", chunks("stl", "stl_past"))
def test_robustness_at_every_step_and_at_the_first(chosen: list[dict]):
    kinds = {name: "bool" if isinstance(xs[0], bool) else "float" for row in chosen for name, xs in row["signals"].items()}
    formulas = list(dict.fromkeys(row["formula"] for row in chosen))
    lines = [f"input {name} : {kind}[step]" for name, kind in kinds.items()]
    for number, formula in enumerate(formulas):
        lines += [f"output m{number} = margins({formula})", f"output r{number} = robustness({formula})"]
    lengths = [len(next(iter(row["signals"].values()))) for row in chosen]
    filler = {name: False if kind == "bool" else 0.0 for name, kind in kinds.items()}
    columns = {name: [[number_of(x) for x in row["signals"].get(name, [filler[name]] * length)]
                      for row, length in zip(chosen, lengths)] for name in kinds}
    out = rl.compile(text="\n".join(lines))(columns)
    margins = {number: out.to_lists(f"m{number}") for number in range(len(formulas))}
    for position, (row, length) in enumerate(zip(chosen, lengths)):
        number = formulas.index(row["formula"])
        found = along(margins[number][position], length)
        assert len(found) == len(row["expected_trace"])
        for step, (got, wanted) in enumerate(zip(found, row["expected_trace"])):
            assert near(got, wanted, row["tol"]), (row["id"], step, got, wanted)
        assert near(out.to_lists(f"r{number}")[position], row["expected"], row["tol"]), row["id"]
