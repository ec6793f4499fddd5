"""The one layout: goldens, comments, order, and files that do not parse."""

import pytest

from rewardlang.syntax.format import format_expr, format_source
from rewardlang.syntax.parse import parse_expression
from rewardlang.text.source import Source


def formatted(text: str) -> str:
    """A text in its layout."""
    result = format_source(Source("text", text))
    assert not result.diagnostics
    return result.text


GOLDENS = {
    "clauses in one order": (
        'input x:float unit "m" in[0,1]=0',
        'input x : float in [0, 1] unit "m" = 0\n'),
    "one clause a line past 100 columns": (
        "model quality_of_answer(prompt: text, completion: text) -> float in [-10, 10] timeout 500ms on_error 0.5\n"
        ' from "hf:./r"\n',
        "model quality_of_answer(prompt: text, completion: text) -> float in [-10, 10]\n"
        '    from "hf:./r"\n    timeout 500 ms\n    on_error 0.5\n'),
    "terms in columns, a minus before them": (
        "reward={\n  long_label:a\n  b: -c\n  d:1}",
        "reward = {\n    long_label: a\n    b:         -c\n    d:          1\n}\n"),
    "commas only in one-line blocks": (
        "reward = {a:1,b:2}\nlet c = {\n a:1,\n b:2}", "reward = { a: 1, b: 2 }\nlet c = {\n    a: 1\n    b: 2\n}\n"),
    "edges in columns": (
        "machine m {\n final c\n a -> b when x : +1\n a,b -> c when not x do n+=1 : 0.5\n otherwise stay\n"
        " start a\n counter n in [0,3]}",
        "machine m {\n    start a\n    counter n in [0, 3]\n    a    -> b  when x                : +1\n"
        "    a, b -> c  when not x  do n += 1 : 0.5\n    otherwise stay\n    final c\n}\n"),
    "a long sum": (
        f"let x = {' + '.join(['measured_value'] * 8)}",
        "let x = " + " +\n    ".join(["measured_value"] * 8) + "\n"),
    "examples": (
        'example "e"{a=1\n sample{b=2}\n expect c==1 +- 1e-6}',
        'example "e" {\n    a = 1\n    sample { b = 2 }\n    expect c == 1 +- 1e-6\n}\n'),
    "blank lines": ("\n\nlet a = 1\n\n\n\nlet b = 2\nlet c = 3\n\n", "let a = 1\n\nlet b = 2\nlet c = 3\n"),
    "spellings stay": ("let a = 1_000 + 1e-6 + 0.50\nlet b = r\"\\d\" + \"\\u00e9\"", None),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", GOLDENS)
def test_goldens(case):
    text, expected = GOLDENS[case]
    expected = text + "\n" if expected is None else expected
    assert formatted(text) == expected
    assert formatted(expected) == expected


COMMENTED = '''# before everything
"""Doc."""  # beside the doc
# above a

let a = 1   # beside a
reward = gate x {   # beside the gate
    # above p
    p: 1,  # beside p
    q: f(a,  # inside the call
         b)
    # below q
}   # beside the end
# between
else 2
machine m {
    final b  # beside final
    # above start
    start a
    a -> b  # beside an edge
}
# at the end
#   twice
'''


def test_every_comment_stays_beside_what_it_stood_beside():
    result = formatted(COMMENTED)
    for line in ('"""Doc."""  # beside the doc', "let a = 1  # beside a", "reward = gate x {  # beside the gate",
                 "    p: 1  # beside p", "    q: f(a, b)  # inside the call", "    final b  # beside final",
                 "    a -> b  # beside an edge"):
        assert line in result.splitlines(), result
    assert "    # above p\n    p: 1" in result
    assert "    # above start\n    start a" in result
    assert result.startswith("# before everything\n")
    assert result.endswith("}\n# at the end\n#   twice\n")
    assert sorted(part for part in result.split() if part == "#") == ["#"] * 16
    assert formatted(result) == result


def test_a_file_with_mistakes_comes_back_unchanged():
    result = format_source(Source("text", "let  a=1\nlet b = "))
    assert result.text == "let  a=1\nlet b = "
    assert [d.code for d in result.diagnostics] == ["RW013"]


@pytest.mark.parametrize(("text", "expected"), [
    ("((a) + ((b * c)))", "a + b * c"), ("(a + b) * c", "(a + b) * c"), ("a - (b - c)", "a - (b - c)"),
    ("(-a) ** 2", "(-a) ** 2"), ("-(a ** 2)", "-a ** 2"), ("(a and b) or c", "a and b or c"),
    ("(always a) and b", "(always a) and b"), ("always (a)", "always a"), ("always (a >= 1)", "always (a >= 1)"),
    ("not (a == b)", "not a == b"), ("(gate c { a }) + 1", "(gate c { a }) + 1"), ("always ([a])", "always ([a])"),
    ("a ?? (b ?? c)", "a ?? b ?? c"), ("(a ?? b) ?? c", "(a ?? b) ?? c"), ("f((a), (b))", "f(a, b)")])
def test_fewest_brackets_but_those_around_temporal_operands(text, expected):
    assert format_expr(parse_expression(Source("text", text))[0]) == expected
