"""What snippets mean as trees, and that words of the language stay names wherever an expression is."""

import pytest
from making import args, make, name, names, num

from rewardlang.syntax.parse import parse, parse_expression, read_source
from rewardlang.text.diagnostic import Diagnostic
from rewardlang.text.source import Source

x, y, z = names("x y z")


def expression(text: str):
    """The tree of an expression without mistakes."""
    tree, diagnostics = parse_expression(Source("text", text))
    assert not diagnostics, [d.message for d in diagnostics]
    return tree


def declaration(text: str):
    """The tree of the one declaration of a text."""
    program, diagnostics = parse(Source("text", text))
    assert not diagnostics, [d.message for d in diagnostics]
    (only,) = program.declarations
    return only


def binary(op, left, right):
    return make.Binary(op, left, right)


EXPRESSIONS = {
    "-x ** 2": make.Unary("-", binary("**", x, num(2))),
    "2 ** -x": binary("**", num(2), make.Unary("-", x)),
    "x ** y ** z": binary("**", x, binary("**", y, z)),
    "x - y - z": binary("-", binary("-", x, y), z),
    "x ?? y ?? z": binary("??", x, binary("??", y, z)),
    "x implies y implies z": binary("implies", x, binary("implies", y, z)),
    "x + y ?? 0 > 1": make.Compare((binary("??", binary("+", x, y), num(0)), num(1)), (">",)),
    "0 <= x < 1": make.Compare((num(0), x, num(1)), ("<=", "<")),
    "not x in [0, 1]": make.Unary("not", make.InRange(x, num(0), num(1))),
    "x not in {y, z}": make.InSet(x, (y, z), True),
    "always x and y": binary("and", make.Temporal("always", (x,)), y),
    "always not x": make.Temporal("always", (make.Unary("not", x),)),
    "always[0, 20] x": make.Temporal("always", (x,), (num(0), num(20))),
    "x until[0, 30] over turn not y": make.Temporal("until", (x, make.Unary("not", y)), (num(0), num(30)), "turn"),
    "1_000": num(1000),
    "1e-6": num("0.000001"),
    "500 ms": make.Duration(num("0.5").value),
    r'"\u00e9\n"': make.Text("é\n"),
    r'r"\d+"': make.Text(r"\d+"),
    '"""two\nlines"""': make.Text("two\nlines"),
    "gate x { 1 } else -1": make.Gate(x, make.Block((), (), num(1)), make.Unary("-", num(1))),
    "match x { y, z: 1 else: 2 }": make.Match(x, (make.Arm((y, z), num(1)), make.Arm((), num(2)))),
    "match { x: 1, else: 2 }": make.Match(None, (make.Arm((x,), num(1)), make.Arm((), num(2)))),
    "{ let x = 1, let: x, y: 2 }": make.Block((make.LocalLet("x", num(1)),), (make.Term("let", x), make.Term("y", num(2)))),
    "{ x: 1\n  + 2 }": None,
    "{ x: 1 +\n  2\n y: 3 }": make.Block((), (make.Term("x", binary("+", num(1), num(2))), make.Term("y", num(3)))),
    "{ x: 1\n  * 2\n y: 3 }": make.Block((), (make.Term("x", binary("*", num(1), num(2))), make.Term("y", num(3)))),
    "{}": make.Table(()),
    '{"a": -1}': make.Table((("a", make.Unary("-", num(1))),)),
    "[x, [y]]": make.Vector(args(x, make.Vector(args(y)))),
    "[a = x, b = y]": make.Vector(args(a=x, b=y)),
    "x.over.next": make.Member(make.Member(x, "over"), "next"),
    "x[member = 2]": make.Index(x, make.Argument(num(2), "member")),
    "E[return]": make.Index(name("E"), make.Argument(name("return"))),
    "x[batch -> rival]": make.Rename(x, "batch", "rival"),
    "task.in(loaded)": make.Call("task.in", args(name("loaded"))),
    "count(over claim where x)": make.Call("count", (), make.Over(("claim",)), x),
    "mean(x over claim where y by z)": make.Call("mean", args(x), make.Over(("claim",)), y, z),
    "sum(x over [turn, token])": make.Call("sum", args(x), make.Over(("turn", "token"), True)),
    "std(x over group, ddof = 0)": make.Call("std", args(x, ddof=num(0)), make.Over(("group",))),
    "prev(x over turn, y)": make.Call("prev", args(x, y), make.Over(("turn",))),
    "place(x over segment, at = y, onto token)": make.Call("place", args(x, at=y), make.Over(("segment",)), onto="token"),
    "(reward when x) > 1": make.Compare((make.When(name("reward"), x), num(1)), (">",)),
}


@pytest.mark.parametrize("text", [text for text, tree in EXPRESSIONS.items() if tree is not None])
def test_an_expression_means_this_tree(text):
    assert expression(text) == EXPRESSIONS[text]


def test_a_line_that_begins_with_plus_is_a_new_one():
    tree, diagnostics = parse_expression(Source("text", "{ x: 1\n  + 2 }"))
    assert tree is None
    assert [d.code for d in diagnostics] == ["RW026"]


FLOAT = make.TypeExpr("float")
UNIT = make.Domain(num(0), num(1))
DECLARATIONS = {
    "use std.text: tagged, between as inside": make.Use("std.text", (("tagged", None), ("between", "inside"))),
    'use "./tools.rwd": score': make.Use("./tools.rwd", (("score", None),), True),
    "setting episodic horizon [1, 500] turn discount 0.99 within episodes":
        make.Setting("episodic", (num(1), num(500)), "turn", num("0.99"), True),
    "setting episodic horizon 50": make.Setting("episodic", (num(50), num(50))),
    "axis joint = {hip, and}": make.AxisDecl("joint", ("hip", "and")),
    "axis member = 4": make.AxisDecl("member", size=4),
    "axis claim ragged ordered": make.AxisDecl("claim", ragged=True, ordered=True),
    "axis rival like batch": make.AxisDecl("rival", like="batch"),
    'input x : float[step, joint]? in [0, 1] unit "m" from policy of given "c" = 0': make.Input(
        "x", make.TypeExpr("float", ("step", "joint"), True), UNIT, "m", make.Origin("c", "policy", True), num(0)),
    "group by id size [2, 16]": make.GroupBy("id", (num(2), num(16))),
    "param x in [0, 1] = 0.5 learnable": make.Param("x", None, UNIT, None, num("0.5"), True),
    "param t : table[text] of float = {}":
        make.Param("t", make.TypeExpr("table", value=FLOAT), None, None, make.Table(())),
    'model q(a: text) -> float in [0, 1]\n    on_error invalid\n    from frozen "hf:x" timeout 2 s': make.External(
        "model", "q", (make.Parameter("a", make.TypeExpr("text")),), make.TypeExpr("float"), UNIT, None, make.Origin("hf:x"),
        make.Duration(num(2).value), make.Invalid(), "frozen"),
    "verifier v() -> {\n    ok: bool\n    score: float in [0, 1]\n}": make.External("verifier", "v", (), make.TypeExpr(
        "record", fields=(make.Field("ok", make.TypeExpr("bool")), make.Field("score", FLOAT, UNIT)))),
    "def f(a: float, b: enum{u, v} = u) -> float in [0, 1] = a": make.Def(
        "f", (make.Parameter("a", FLOAT), make.Parameter("b", make.TypeExpr("enum", labels=("u", "v")), default=name("u"))),
        name("a"), FLOAT, UNIT),
    "weight importance = 1": make.Output("weight", "importance", num(1)),
    "reward = x": make.Output("reward", None, x),
    "objective maximize E[return] subject to x <= 1, y": make.Objective(
        "maximize", (make.Index(name("E"), make.Argument(name("return"))),), (make.Compare((x, num(1)), ("<=",)), y)),
    "objective lexicographic x, y": make.Objective("lexicographic", (x, y)),
    "ensure x strictly increasing in y when z": make.Ensure(x, z, "increasing", True, y),
    "machine m over turn = automaton(x, accept = +1)":
        make.Machine("m", "turn", value=make.Call("automaton", args(x, accept=num(1)))),
    "machine m {\n    start a\n    counter n in [0, 1]\n    a, b -> next when x do n += 1, n = 0 : -1\n    first match\n"
    "    otherwise stay : 0\n    final next\n}": make.Machine(
        "m", None, ("a",), (make.Counter("n", UNIT),),
        (make.Edge(("a", "b"), "next", x, (make.Update("n", "+=", num(1)), make.Update("n", "=", num(0))),
                   make.Unary("-", num(1))), make.Edge((), None, reward=num(0))), ("next",), True),
    'example "t" {\n    over = next\n    sample { x = [1, [2]] }\n    expect x == 1 +- 1e-6\n}': make.Example(
        "t", (make.Given("over", name("next")),),
        (make.Sample((make.Given("x", make.Vector(args(num(1), make.Vector(args(num(2)))))),)),),
        (make.Expect(make.Compare((x, num(1)), ("==",)), num("1e-6")),)),
}


@pytest.mark.parametrize("text", DECLARATIONS)
def test_a_declaration_means_this_tree(text):
    assert declaration(text) == DECLARATIONS[text]


@pytest.mark.parametrize("word", ["group", "length", "index", "reward", "return", "state", "step", "input", "test", "let",
                                  "start", "final", "by", "unit", "subject", "expect", "sample", "discount", "machine"])
def test_words_that_start_something_elsewhere_are_names_in_expressions(word):
    assert expression(f"{word} + f({word}, {word}.{word}) * [{word}]") == binary(
        "+", name(word), binary("*", make.Call("f", args(name(word), make.Member(name(word), word))),
                                make.Vector(args(name(word)))))
    assert declaration(f"input {word} : float = {word}").name == word


def test_a_broken_declaration_hides_no_other():
    program, diagnostics = parse(Source("text", "let a = 1\nlet b = (\nlet c = 3 +\nlet d = 4\n"))
    assert [node.name for node in program.declarations] == ["a", "d"]
    assert [(d.code, d.position[0]) for d in diagnostics] == [("RW009", 2), ("RW013", 3)]


def test_spans_are_the_very_characters():
    source = Source("text", "let a = 1\nlet b = x + (y * z)  # why\n")
    first, second = parse(source)[0].declarations
    assert (first.span.text, second.span.text) == ("let a = 1", "let b = x + (y * z)")
    assert second.value.right.span.text == "(y * z)"
    assert second.value.right.bracketed
    assert second.value.right.left.span.text == "y"


def test_windows_files_read_the_same():
    text = '"""Doc\nument."""\nreward = {\n    a: 1\n    b: """x\ny"""\n}\nlet t = 2\n'
    unix, windows = parse(Source("a", text)), parse(Source("b", "\ufeff" + text.replace("\n", "\r\n")))
    assert unix == windows
    assert unix[0].docstring == "Doc\nument."


def test_a_file_that_is_not_utf8_is_a_diagnostic(tmp_path):
    file = tmp_path / "latin.rwd"
    file.write_bytes("let a = 1\nlet b = \"é\"".encode("latin-1"))
    found = read_source(file)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.position) == ("RW004", (2, 10))
    file.write_text("let a = 1")
    assert read_source(file).text == "let a = 1"
