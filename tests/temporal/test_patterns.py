"""The patterns of `std.temporal`: every picture of the page, and what they are on all short traces."""

import itertools
import re
from pathlib import Path

import pytest

import rewardlang as rl

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(\w+)(\(.*?\))` \| .* \| `([abc.]+)` \| `([abc.]+)` \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "temporal.md").read_text(encoding="utf-8"))
DECLARED = re.findall(r"^def (\w+)\(", (ROOT / "stdlib" / "temporal.rwd").read_text(encoding="utf-8"), re.MULTILINE)


def verdicts(formula: str, names: list[str], traces: list[str]) -> list[bool]:
    text = f"use std.temporal: {', '.join(names)}\ninput a : bool[turn]\ninput b : bool[turn]\noutput h = holds({formula})"
    columns = {"a": [[step in "ac" for step in trace] for trace in traces],
               "b": [[step in "bc" for step in trace] for trace in traces]}
    return rl.compile(text=text)(columns).to_lists("h")


@pytest.mark.parametrize(("name", "arguments", "good", "bad"), ROWS, ids=[row[0] for row in ROWS])
def test_the_picture_is_so(name: str, arguments: str, good: str, bad: str):
    assert verdicts(name + arguments, [name], [good, bad]) == [True, False]


def test_every_pattern_has_its_picture():
    assert [row[0] for row in ROWS] == DECLARED


ALL = ["".join(steps) for length in range(6) for steps in itertools.product("ab.c", repeat=length)]


def positions(trace: str, letters: str) -> list[int]:
    return [position for position, step in enumerate(trace) if step in letters]


#: What a pattern says of a trace, told by positions.
TOLD = {
    "at_most_once(a)": lambda a, b, n: len(a) <= 1,
    "exactly_once(a)": lambda a, b, n: len(a) == 1,
    "init(a)": lambda a, b, n: 0 in a,
    "end(a)": lambda a, b, n: n > 0 and n - 1 in a,
    "response(a, b)": lambda a, b, n: all(any(j >= i for j in b) for i in a),
    "alternate_response(a, b)": lambda a, b, n: all(
        any(j > i and not any(i < k < j for k in a) for j in b) for i in a),
    "chain_response(a, b)": lambda a, b, n: all(i + 1 in b for i in a),
    "precedence(a, b)": lambda a, b, n: all(any(j <= i for j in a) for i in b),
    "chain_precedence(a, b)": lambda a, b, n: all(i - 1 in a for i in b),
    "not_succession(a, b)": lambda a, b, n: not any(j >= i for i in a for j in b),
    "reach_avoid(a, b)": lambda a, b, n: any(not any(j <= i for j in b) for i in a),
    "patrol(a, 2)": lambda a, b, n: all({i, i + 1, i + 2} & set(a) for i in range(n - 2)),
    "hold_for(a, 2)": lambda a, b, n: any({i, i + 1, i + 2} <= set(a) for i in range(n)),
    "settle(a)": lambda a, b, n: n > 0 and n - 1 in a,
    "response_within(a, b, 2)": lambda a, b, n: all({i, i + 1, i + 2} & set(b) for i in a),
}


@pytest.mark.parametrize("formula", TOLD)
def test_what_a_pattern_says_of_every_short_trace(formula: str):
    found = verdicts(formula, [formula.partition("(")[0]], ALL)
    wanted = [TOLD[formula](positions(trace, "ac"), positions(trace, "bc"), len(trace)) for trace in ALL]
    assert [trace for trace, got, told in zip(ALL, found, wanted, strict=True) if got is not told] == []
