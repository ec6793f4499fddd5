"""`inspect`, `show`, `explain`, `test`, `new` and `doctor`."""

import json
import re
from pathlib import Path

import pytest

from rewardlang.cli.expectations import holds
from rewardlang.cli.language import first_sentence
from rewardlang.ops.table import OPERATORS
from rewardlang.syntax.words import DECLARATIONS
from rewardlang.text.codes import CODES

ROOT = Path(__file__).resolve().parents[2]

SPEC = '''"""A reward to look at."""
input x : float in [0, 10] unit "m"
input tokens : int in [0, 4096] from "meta.tokens" = 0
param k in [0, 1] = 0.5
model quality(x: float) -> float in [-1, 1]
reward = {
    near: -0.1 * x
    good: gate tokens > 5 { k * quality(x) } else 0
}
output share = tokens / 4096
ensure reward in [-2, 1]
example "near" {
    x = 1
    tokens = 10
    quality = 1
    expect reward == 0.4 +- 1e-9
    expect share < 0.5
}
'''


@pytest.fixture
def spec(write):
    """A file with that spec."""
    return write("spec.rwd", SPEC)


class TestInspect:
    """Facts for programs and people."""

    def test_what_counts_comes_before_why_its_class_is_what_it_is(self, rwd, write):
        text = ("setting episodic horizon 50\ninput won : bool[step]\ninput effort : float[step] in [0, 0.5]\n"
                "reward = { won: at_last(any(won over step), step), cost: -effort }\n")
        ran = rwd("inspect", write("a.rwd", text))
        order = ["reward\n", "term won", "[0, 1] an episode", "term cost", "[-25, 0] an episode", "what counts",
                 "in an episode: cost (moves by 25) outweighs", "known at", "inputs\n", "class of reward\n"]
        places = [ran.out.index(each) for each in order]
        assert places == sorted(places), ran.out

    def test_json_has_the_promised_keys(self, rwd, spec):
        report = json.loads(rwd("inspect", spec, "--format", "json").out)
        assert report["version"].startswith("1.")
        reward = report["outputs"]["reward"]
        assert {"type", "axes", "bounds", "bounds_tight", "return_bounds", "discounted_bounds", "class", "availability",
                "role", "varying", "invalid_from", "needs", "terms"} <= set(reward)
        assert reward["bounds"] == [-2, 1]
        assert reward["terms"] == ["near", "good"] and reward["term_bounds"]["near"] == [-1, 0]
        assert reward["needs"] == ["x", "meta.tokens"] and reward["axes"] == [] and reward["role"] == "reward"
        assert reward["class"]["effective"] == ["MR"] and reward["class"]["exact"] and reward["class"]["derivation"]
        assert report["outputs"]["share"]["bounds"] == [0, 1]
        assert report["inputs"]["tokens"]["column"] == "meta.tokens" and not report["inputs"]["tokens"]["required"]
        assert report["params"]["k"] == {"type": "float", "range": [0, 1], "default": 0.5, "required": False,
                                         "learnable": False}
        assert report["cost"]["calls"] == {"quality": 1}
        assert report["ensures"][0]["proved"] is True

    def test_infinite_ends_are_texts(self, rwd, write):
        ran = rwd("inspect", write("a.rwd", "input x : float\nreward = tanh(x)\noutput y = x\n"), "--format", "json")
        assert json.loads(ran.out)["outputs"]["y"]["bounds"] == ["-inf", "inf"]

    def test_text_says_it_in_tables(self, rwd, spec):
        out = rwd("inspect", spec).out
        assert "A reward to look at." in out and "quality(x: float)" in out and "proved  reward in [-2, 1]" in out
        assert "from meta.tokens" in out and "term near" in out

    def test_a_spec_with_errors_is_shown(self, rwd, write):
        ran = rwd("inspect", write("a.rwd", "reward = y\n"))
        assert ran.code == 1 and "RW101" in ran.err and ran.out == ""


class TestShow:
    """Every stage in every form."""

    @pytest.mark.parametrize("stage", ["tree", "graph", "facts", "optimized"])
    def test_every_form_of_a_stage(self, rwd, spec, stage):
        drawn = {form: rwd("show", spec, "--stage", stage, "--format", form) for form in ("text", "json", "dot", "mermaid")}
        assert {ran.code for ran in drawn.values()} == {0}
        vertices = json.loads(drawn["json"].out)["vertices"]
        keys = {vertex["key"] for vertex in vertices}
        edges = [edge for vertex in vertices for edge in vertex["edges"]]
        assert len(keys) == len(vertices) and all(edge["to"] in keys for edge in edges)
        assert drawn["dot"].out.startswith("digraph {") and drawn["dot"].out.count(" -> ") >= len(edges)
        assert drawn["mermaid"].out.startswith("flowchart TD") and drawn["mermaid"].out.count(" -->") >= len(edges)
        assert len(drawn["text"].out.splitlines()) >= len(vertices)

    def test_facts_have_ranges(self, rwd, spec):
        vertices = json.loads(rwd("show", spec, "--stage", "facts", "--format", "json").out)["vertices"]
        assert next(vertex for vertex in vertices if vertex["label"] == "input[name=x]")["bounds"] == "[0, 10]"

    def test_torch_is_code_and_no_drawing(self, rwd, spec):
        assert "torch" in rwd("show", spec, "--stage", "torch").out
        assert rwd("show", spec, "--stage", "torch", "--format", "dot").code == 2

    def test_a_broken_file_is_shown_as_findings(self, rwd, write):
        ran = rwd("show", write("a.rwd", "reward = (\n"), "--stage", "tree")
        assert ran.code == 1 and "RW0" in ran.err and ran.out == ""


class TestExplain:
    """Pages of what the language and the library have."""

    def test_every_code_has_a_page_under_both_its_names(self, rwd):
        for code, row in CODES.items():
            page = rwd("explain", code.lower())
            assert page.code == 0 and page.out.startswith(f"# {code}")
            assert rwd("explain", row.name).out == page.out

    def test_every_operator_has_a_page(self, rwd):
        for name, row in OPERATORS.items():
            page = rwd("explain", "--", name)
            assert page.code == 0 and page.out.startswith(f"# {name}\n") and row.doc in page.out, name
            if row.symbol:
                heading = rwd("explain", "--", row.symbol).out.splitlines()[0].removeprefix("# ")
                assert OPERATORS[heading].symbol == row.symbol

    def test_every_function_of_the_library_has_a_page_with_words(self, rwd):
        for path in (ROOT / "stdlib").glob("*.rwd"):
            declared = re.findall(r"^(?:def|verifier|model|let|machine) (\w+)", path.read_text("utf-8"), re.MULTILINE)
            assert declared, path
            for name in declared:
                page = rwd("explain", f"std.{path.stem}.{name}")
                heading, _, words, *_ = page.out.splitlines()
                assert page.code == 0 and heading == f"# std.{path.stem}.{name}", name
                assert words and not words.startswith(" "), f"std.{path.stem}.{name} has no comment above it"
                assert f"use std.{path.stem}: {name}" in page.out
                assert name in rwd("explain", name).out.splitlines()[0]

    @pytest.mark.parametrize(("topic", "said"), [
        ("softmax", "softmax("), ("overlong", "tokens: float"), ("std.length.overlong", "use std.length: overlong"),
        ("std.length", "overlong"), ("+", "add"),
    ])
    def test_operators_functions_and_modules(self, rwd, topic, said):
        ran = rwd("explain", topic)
        assert ran.code == 0 and said in ran.out

    def test_an_unknown_page_names_the_nearest(self, rwd):
        ran = rwd("explain", "sofmax")
        assert ran.code == 2 and "did you mean `softmax`" in ran.err

    def test_the_list_has_everything(self, rwd):
        listed = rwd("explain").out
        assert "RW001" in listed and "softmax" in listed and "std.length.overlong" in listed
        pages = json.loads(rwd("explain", "--format", "json").out)["pages"]
        assert {page["kind"] for page in pages} == {"diagnostic", "word", "operator", "formalism", "module", "function"}

    def test_every_word_that_begins_a_declaration_or_a_block_has_a_page(self, rwd):
        language = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
        for name in (*DECLARATIONS, "gate", "match", "block", "from", "learnable", "over", "where", "by", "until"):
            page = rwd("explain", name)
            heading, _, *text = page.out.splitlines()
            assert page.code == 0 and heading == f"# {name}"
            own = [line for line in text if line and line in language]
            assert own or text[0].strip() in language, f"nothing of docs/language.md is on the page of {name}"

    @pytest.mark.parametrize(("topic", "said"), [
        ("input", "input x : float in [0, 1] = 0"), ("ensure", "ensure reward in [-1, 1]"), ("gate", "**Gates.**"),
        ("learnable", "param scale in [0, 1] = 0.2"), ("group", "rewardlang explain std.group"), ("match", "over labels"),
        ("objective", "maximize E[return]"), ("example", "expect formatted"), ("axis", "`step`, `turn`"),
    ])
    def test_the_page_of_a_word_is_its_part_of_the_language(self, rwd, topic, said):
        page = rwd("explain", topic).out
        assert said in page and "\n## " not in page and len(page) < 3000

    def test_a_misspelt_word_names_the_nearest(self, rwd):
        for wrong, right in (("inptu", "input"), ("exampel", "example"), ("learnabel", "learnable")):
            assert f"did you mean `{right}`" in rwd("explain", wrong).err

    def test_summaries_are_whole_sentences(self, rwd):
        pages = json.loads(rwd("explain", "--format", "json").out)["pages"]
        for page in pages:
            summary = page["summary"]
            assert summary.count("(") == summary.count(")") or page["kind"] == "word", summary
            assert page["kind"] == "diagnostic" or summary.endswith("."), summary
        assert len({page["name"] for page in pages}) == len(pages)

    @pytest.mark.parametrize(("text", "first"), [
        ("One.", "One."), ("One. Two.", "One."), ("One (of A. B, eq. 13) here. Two.", "One (of A. B, eq. 13) here."),
        ("Of arXiv 2503.14476, and\nmore. Then.", "Of arXiv 2503.14476, and more."), ("`a. B` is. `c`.", "`a. B` is."),
        ("No end", "No end"), ("No end\n\nTwo.", "No end"), ("A, i.e. b. C.", "A, i.e. b."),
    ])
    def test_the_first_sentence(self, text, first):
        assert first_sentence(text) == first


class TestExamples:
    """`test`: what examples expect, and what was got."""

    def test_what_holds(self, rwd, spec):
        ran = rwd("test", spec)
        assert ran.code == 0 and "1 example, 0 failed" in ran.out

    def test_what_fails_is_shown_with_its_place_and_value(self, rwd, write):
        ran = rwd("test", write("a.rwd", SPEC.replace("== 0.4", "== 0.5")))
        assert ran.code == 1
        assert "16:5: expected reward == 0.5" in ran.out and "got 0.4" in ran.out and "1 example, 1 failed" in ran.out
        report = json.loads(rwd("test", write("a.rwd", SPEC.replace("== 0.4", "== 0.5")), "--format", "json").out)
        expects = report["files"][0]["examples"][0]["expects"]
        assert [expect["passed"] for expect in expects] == [False, True]
        assert expects[0]["got"] == pytest.approx(0.4)

    def test_groups_of_samples(self, rwd, write):
        text = ('input x : float in [0, 10]\ninput p : id\ngroup by p\nreward = x - mean(x over group)\nexample "two" {\n'
                '    p = "a"\n    sample { x = 1 }\n    sample { x = 3 }\n'
                '    expect reward == [-1, 1]\n    expect reward != [1, -1]\n}\n')
        assert rwd("test", write("a.rwd", text)).code == 0

    def test_what_is_left_out_is_invalid(self, rwd, write):
        text = SPEC.replace("    quality = 1\n", "").replace("expect reward == 0.4 +- 1e-9", "expect not valid(reward)")
        assert rwd("test", write("a.rwd", text)).code == 0

    def test_a_value_out_of_range_is_an_input_error(self, rwd, write):
        ran = rwd("test", write("a.rwd", SPEC.replace("    x = 1\n", "    x = 11\n")))
        assert ran.code == 1 and "11" in ran.out + ran.err

    def test_errors_and_files_without_examples(self, rwd, write):
        broken, without = write("a.rwd", "reward = y\n"), write("b.rwd", "input x : bool\nreward = x\n")
        ran = rwd("test", broken, without)
        assert ran.code == 1 and "RW101" in ran.err and "no examples" in ran.out
        assert rwd("test", without).code == 0

    @pytest.mark.parametrize(("got", "op", "wanted", "expected"), [
        (0.1 + 0.2, "==", 0.3, True), (1, "==", True, True), (2, ">", 1, True), (float("inf"), "==", float("inf"), True),
        (None, "==", None, True), (None, "==", 0, False), (0, "==", None, False), (None, "<", 1, False),
        ([1, 2], "==", [1, 2], True), ([1, 2], "==", [1, 2, 3], False), ([1, 2], "!=", [1, 3], True),
        ([1, 1], "==", 1, True), ([], "==", [], True), ([1, None], "==", [1, None], True),
        (1, "<", 1, False), (1, "<=", 1, True), ("a", "==", "a", True), ("a", "!=", "b", True),
    ])
    def test_comparisons(self, got, op, wanted, expected):
        assert holds(got, op, wanted, 1e-9) is expected


class TestNew:
    """A spec to start from."""

    @pytest.mark.parametrize("kind", ["math", "preference", "control"])
    def test_it_is_clean_in_its_layout_and_passes(self, rwd, tmp_path, kind):
        ran = rwd("new", tmp_path / "mine", "--kind", kind)
        path = tmp_path / "mine.rwd"
        assert ran.code == 0 and str(path) in ran.out
        for words in (["check"], ["fmt", "--check"], ["test"]):
            done = rwd(*words, path)
            assert done.code == 0, done.out + done.err

    def test_it_never_overwrites(self, rwd, write):
        path = write("mine.rwd", "reward = 1\n")
        ran = rwd("new", path)
        assert ran.code == 2 and "exists already" in ran.err and path.read_text() == "reward = 1\n"

    def test_a_name_that_is_none_is_refused(self, rwd):
        for name in ("", ".", "/"):
            ran = rwd("new", name)
            assert ran.code == 2 and "needs a name" in ran.err

    def test_a_folder_that_is_not_there_is_named(self, rwd, tmp_path):
        ran = rwd("new", tmp_path / "none" / "mine")
        assert ran.code == 2 and "no such file or directory" in ran.err


@pytest.mark.slow
def test_doctor_finds_all_that_is_needed(rwd):
    report = json.loads(rwd("doctor", "--format", "json").out)
    parts = {part["name"]: part for part in report["parts"]}
    assert {"python", "torch", "stdlib", "numpy", "devices", "self-check"} <= set(parts)
    assert report["ok"] and parts["self-check"]["state"] == "ok", parts["self-check"]
