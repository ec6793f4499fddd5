"""Findings about machines, each beside a near miss that must be left alone: ranges, params, counters, what stands beside the reward."""

import pytest

from rewardlang.program import check_source
from rewardlang.text.source import Source

HEAD = """setting episodic horizon 100 discount 0.99
input p : bool[step]
input q : bool[step]
input x : float[step] in [0, 1]
input h : int[step] in [0, 3]
input mood : enum{calm, busy}[step]
param c in [0, 1] = 0.5
"""
#: Lines of a machine from `a` to the final `b`, what stands after `reward = m.reward`, and the codes.
CASES = [
    ("a -> b when x >= 0.5 : 1; a -> a when x <= 0.5", "", {"RW324"}),
    ("a -> b when x > 0.5 : 1; a -> a when x <= 0.5", "", set()),
    ("a -> b when x > 0.5 : 1; a -> a when x < 0.5", "", {"RW325"}),
    ("a -> b when x > 0.5 : 1; a -> a when 0 <= x <= 0.5", "", set()),
    ("a -> b when h >= 2 : 1; a -> a when h <= 1", "", set()),
    ("a -> b when h >= 2 : 1; a -> a when h < 1", "", {"RW325"}),
    ("a -> b when mood == busy : 1; a -> a when mood == calm", "", set()),
    ("a -> b when x >= c : 1; a -> a when x < c", "", set()),
    ("a -> b when x >= c : 1; a -> a when x <= c", "", {"RW324"}),
    ("a -> b when x > 1 and not p : 1; a -> b when p : 1; otherwise stay", "", {"RW332"}),
    ("a -> b when x > 0.99 and not p : 1; a -> b when p : 1; otherwise stay", "", set()),
    ("a -> b when p : 10; otherwise stay : 0.05", "", set()),
    ("a -> b when p : 1; otherwise stay : 0.05", "", {"RW330"}),
    ("a -> b when p : -1; otherwise stay : -0.5", "", {"RW331"}),
    ("a -> b when p : -60; otherwise stay : -0.5", "", set()),
    ("a -> c when p : 1; c -> a when q; c -> b when p and not q; otherwise stay", "", {"RW329"}),
    ("a -> c when p : 1; c -> a when q; c -> b when p and not q; otherwise stay", " - 1", set()),
    ("a -> c when p : c; c -> a when q : -c; c -> b when p and not q; otherwise stay", "", set()),
    ("a -> b when 2 * x > 1 : 1; a -> a when x <= 0.5", "", set()),
    ("a -> b when 2 * x > 1 : 1; a -> a when x < 0.6", "", {"RW324"}),
    ("a -> b when x - c > 0 : 1; a -> a when c >= x", "", set()),
    ("a -> b when x > c + 0.1 : 1; a -> a when x < c; otherwise stay", "", set()),
    ("a -> b when (x + h) / 2 >= 1 : 1; a -> a when 4 > 2 * h + 2 * x", "", set()),
    ("a -> b when x + h > 3 : 1; a -> a when h <= 2; otherwise stay", "", {"RW324"}),
    ("a -> b when x + h >= 0 : 1", "", set()),
]


@pytest.mark.parametrize(("lines", "beside", "codes"), CASES)
def test_a_finding_and_its_near_miss(lines, beside, codes):
    body = lines.replace("; ", "\n    ")
    text = f"{HEAD}machine m {{\n    start a\n    {body}\n    final b\n}}\nreward = m.reward{beside}\n"
    assert {found.code for found in check_source(Source("a.rwd", text)) if found.code.startswith("RW3")} == codes


def test_a_missing_case_says_where_the_counter_is():
    text = HEAD + "machine m {\n    start a\n    counter n in [0, 3]\n    a -> b when p and n >= 3 : 1\n    a -> a when p and n < 2 do n += 1\n" \
        "    a -> a when not p\n    final b\n}\nreward = m.reward\n"
    found = next(each for each in check_source(Source("a.rwd", text)) if each.code == "RW325")
    assert found.witness == {"state": "a", "label": {"p": True}, "counters": {"n": 2}} and "`p` with `n = 2`" in found.message
