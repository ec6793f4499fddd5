"""`score`: rewards in the order of the data, from every format, whatever the batches, and what is said about bad rows."""

import json
from pathlib import Path

import pytest

SPEC = """
input x : float in [0, 10]
input n : int in [0, 5] = 2
input note : text from "meta.note"
param k in [0, 2] = 1
reward = {
    a: k * x
    b: gate n > 1 { 0.5 } else 0
}
output margin = x - 3
output noted = note == "hi"
"""
GROUPED = """
input x : float in [0, 10]
input prompt : id
group by prompt
reward = x - mean(x over group)
"""
WINDOWS = GROUPED + "output spread = max(x over batch) - min(x over batch)\n"


def lines(*rows) -> bytes:
    """JSON lines."""
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def scored(ran) -> list[dict]:
    """The rows of a run."""
    return [json.loads(line) for line in ran.out.splitlines()]


@pytest.fixture
def spec(write):
    """A spec with a default, a dotted column and two outputs."""
    return write("spec.rwd", SPEC)


def test_rows_have_rewards_terms_and_outputs(rwd, write, spec):
    data = write("data.jsonl", lines({"x": 1, "n": 1, "meta": {"note": "hi"}}, {"x": 2.5, "meta": {"note": "ho"}}))
    ran = rwd("score", spec, data)
    assert ran.code == 0
    assert scored(ran) == [
        {"row": 1, "reward": 1.0, "terms": {"a": 1.0, "b": 0.0}, "outputs": {"margin": -2.0, "noted": True},
         "invalid": None, "reasons": {}},
        {"row": 2, "reward": 3.0, "terms": {"a": 2.5, "b": 0.5}, "outputs": {"margin": -0.5, "noted": False},
         "invalid": None, "reasons": {}},
    ]
    assert ran.err.splitlines()[0] == "2 rows, mean reward 2"


def test_bad_rows_are_named_and_the_others_scored(rwd, write, spec):
    hi = {"note": "hi"}
    data = write("data.jsonl", lines(
        {"x": 1, "meta": hi}, {"x": "a", "meta": hi}, b'{"x": NaN, "meta": {"note": "hi"}}', {"x": 11, "meta": hi},
        {"meta": hi}, b"broken", b"[]", {"x": None, "meta": hi}, {"x": 2, "n": 1.5, "meta": hi}, {"x": 2, "meta": hi}))
    ran = rwd("score", spec, data)
    assert ran.code == 1
    rows = scored(ran)
    assert [row["row"] for row in rows] == list(range(1, 11))
    assert [row["reward"] for row in rows] == [1.5, None, None, None, None, None, None, None, None, 2.5]
    reasons = {row["row"]: row["invalid"] for row in rows if row["invalid"]}
    assert "`x`" in reasons[2] and "NaN" in reasons[3] and "11" in reasons[4] and reasons[5] == "column `x`: is null"
    assert "not JSON" in reasons[6] and "list" in reasons[7] and "null" in reasons[8] and "`n`" in reasons[9]
    assert "data.jsonl:6:" in ran.err
    for line in (5, 8):
        assert f"data.jsonl:{line}:" not in ran.err, "a null is a value: an invalid row, but no bad one"


def test_a_null_alone_is_no_error(rwd, write, spec):
    data = write("data.jsonl", lines({"x": None, "meta": {"note": "hi"}}, {"x": 1, "meta": {"note": "a"}}))
    ran = rwd("score", spec, data)
    assert ran.code == 0
    assert scored(ran)[0]["reward"] is None and scored(ran)[0]["invalid"]


def test_standard_input_and_text(rwd, spec):
    ran = rwd("score", spec, "-", "--format", "text", stdin=lines({"x": 1, "n": 1, "meta": {"note": "hi"}}))
    assert ran.out == "1\t1\ta=1\tb=0\tmargin=-2\tnoted=True\n"
    assert rwd("score", spec, "--format", "text", stdin=lines({"x": 1, "n": 1, "meta": {"note": "hi"}})).out == ran.out


def test_only_what_is_asked_for_is_needed(rwd, write, spec):
    data = write("data.jsonl", lines({"x": 4}))
    ran = rwd("score", spec, data, "--output", "margin")
    assert ran.code == 0
    assert scored(ran) == [{"row": 1, "terms": {}, "outputs": {"margin": 1.0}, "invalid": None, "reasons": {}}]
    assert rwd("score", spec, data, "--output", "margin", "--format", "text").out == "1\tmargin=1\n"
    ran = rwd("score", spec, data, "--output", "reward")
    assert scored(ran)[0]["outputs"] == {} and "note" not in ran.err
    ran = rwd("score", spec, data)
    assert scored(ran)[0]["reward"] == 4.5 and set(scored(ran)[0]["outputs"]) == {"margin"}
    assert "`noted` was not computed" in ran.err and "meta.note" in ran.err
    ran = rwd("score", spec, data, "--output", "noted")
    assert ran.code == 2 and "meta.note" in ran.err and ran.out == ""
    ran = rwd("score", spec, data, "--output", "margn")
    assert ran.code == 2 and "did you mean `margin`" in ran.err


def test_data_without_the_rewards_columns_are_refused(rwd, write, spec):
    ran = rwd("score", spec, write("data.jsonl", lines({"y": 1})))
    assert ran.code == 2 and "`x`" in ran.err and ran.out == ""


def test_params_are_set_and_checked(rwd, write, spec):
    data = write("data.jsonl", lines({"x": 4, "n": 1}))
    assert scored(rwd("score", spec, data, "--set", "k=0.5"))[0]["reward"] == 2.0
    for wrong in ("k=3", "k=word", "q=1", "k", "k=NaN"):
        ran = rwd("score", spec, data, "--set", wrong)
        assert ran.code == 2 and ran.out == "" and "Traceback" not in ran.err, wrong


def test_a_spec_with_errors_is_shown(rwd, write):
    ran = rwd("score", write("spec.rwd", "reward = y\n"), write("data.jsonl", lines({"y": 1})))
    assert ran.code == 1 and "RW101" in ran.err and ran.out == ""


def test_empty_data_give_empty_output(rwd, write, tmp_path):
    spec, out = write("spec.rwd", "input x : float in [0, 1] = 0\nreward = x\n"), tmp_path / "out.jsonl"
    ran = rwd("score", spec, write("data.jsonl", b"\n"), "-o", out)
    assert ran.code == 0 and out.read_bytes() == b"" and ran.err.startswith("0 rows")


def test_a_spec_that_needs_no_data_is_scored_all_the_same(rwd, write):
    ran = rwd("score", write("spec.rwd", "reward = 1\n"), write("data.jsonl", lines({"x": 1}, {"y": 2})))
    assert [row["reward"] for row in scored(ran)] == [1, 1]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_chunks_change_nothing(rwd, write, spec, chunk):
    data = write("data.jsonl", lines(*({"x": number / 7, "n": number % 3, "meta": {"note": "hi"}} for number in range(20))))
    assert rwd("score", spec, data, "--chunk", chunk).out == rwd("score", spec, data).out


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_a_group_is_all_rows_of_one_id_wherever_they_stand(rwd, write, chunk):
    pairs = ((1, "a"), (2, "b"), (3, "a"), (6, "b"), (5, "a"))
    data = write("data.jsonl", lines(*({"x": x, "prompt": p} for x, p in pairs)))
    ran = rwd("score", write("spec.rwd", GROUPED), data, "--chunk", chunk)
    assert [row["reward"] for row in scored(ran)] == [-2.0, -2.0, 0.0, 2.0, 2.0]


def test_batches_are_the_whole_data_or_by_a_column(rwd, write):
    spec = write("spec.rwd", WINDOWS)
    rows = [{"x": x, "prompt": p, "part": part} for x, p, part in ((1, "a", 0), (2, "b", 1), (3, "a", 0), (6, "b", 1))]
    data = write("data.jsonl", lines(*rows))
    assert [row["outputs"]["spread"] for row in scored(rwd("score", spec, data, "--chunk", 1))] == [5.0] * 4
    ran = rwd("score", spec, data, "--batch-by", "part")
    assert [row["outputs"]["spread"] for row in scored(ran)] == [2.0, 4.0, 2.0, 4.0]
    assert [row["reward"] for row in scored(ran)] == [-1.0, -2.0, 1.0, 2.0]
    split = write("split.jsonl", lines(*({**row, "part": number % 3} for number, row in enumerate(rows))))
    ran = rwd("score", spec, split, "--batch-by", "part")
    assert ran.code == 2 and "more than one batch" in ran.err and ran.out == ""
    ran = rwd("score", write("groups.rwd", GROUPED), split, "--batch-by", "part")
    assert [row["reward"] for row in scored(ran)] == [-1.0, -2.0, 1.0, 2.0]
    assert "--batch-by changes nothing here" in ran.err


def test_rows_can_go_to_a_device_that_is_full(rwd, write):
    spec, data = write("spec.rwd", "input x : float in [0, 1]\nreward = x\n"), write("data.jsonl", lines({"x": 0.5}))
    ran = rwd("score", spec, data, "-o", "/dev/full")
    assert ran.code == 2 and "No space left on device" in ran.err
    assert not Path("/dev/full.resume").exists()
    assert rwd("score", spec, data, "-o", "/dev/null").code == 0


def test_labels_can_be_defaults_of_vectors(rwd, write):
    spec = write("spec.rwd", "axis k ragged\ninput kinds : enum{a, b}[k] = [a, b, a, a]\nreward = mean((kinds == a) over k)\n")
    data = write("data.jsonl", lines({}, {"kinds": ["b", "a"]}))
    assert [row["reward"] for row in scored(rwd("score", spec, data))] == [0.75, 0.5]
    wrong = write("wrong.rwd", "axis k ragged\ninput kinds : enum{a, b}[k] = [a, c]\nreward = mean((kinds == a) over k)\n")
    ran = rwd("check", wrong)
    assert ran.code == 1 and "RW116" in ran.out and "`c` is not a label" in ran.out


def test_a_column_that_comes_late_is_an_error_and_changes_nothing(rwd, write):
    spec = write("spec.rwd", "input x : float in [0, 1]\ninput w : float in [0, 1] = 1\nreward = x * w\n")
    rows = [{"x": 0.5} for _ in range(1001)] + [{"x": 0.5, "w": 0.5}]
    ran = rwd("score", spec, write("data.jsonl", lines(*rows)))
    assert ran.code == 1
    assert {row["reward"] for row in scored(ran)[:-1]} == {0.5}
    assert "none of the first rows" in scored(ran)[-1]["invalid"]


def test_a_default_fills_single_rows(rwd, write):
    spec = write("spec.rwd", "input x : float in [0, 1]\ninput kind : enum{low, high} = high\n"
                             "reward = match kind { low: x, high: 2 * x }\n")
    ran = rwd("score", spec, write("data.jsonl", lines({"x": 0.5, "kind": "low"}, {"x": 0.5})))
    assert [row["reward"] for row in scored(ran)] == [0.5, 1.0]


def test_parquet_and_npz_give_what_jsonl_gives(rwd, write, tmp_path):
    numpy, pyarrow = pytest.importorskip("numpy"), pytest.importorskip("pyarrow")
    from pyarrow import parquet
    spec = write("spec.rwd", "setting episodic\ninput x : float[step] in [0, 10]\ninput ok : bool\n"
                             "reward = gate ok { sum(x over step) } else 0\noutput steps = length(step)\n")
    rows = [{"x": [1.0, 2.5], "ok": True}, {"x": [], "ok": True}, {"x": [4.0], "ok": False}]
    expected = rwd("score", spec, write("data.jsonl", lines(*rows)))
    assert [row["reward"] for row in scored(expected)] == [3.5, 0.0, 0.0]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "data.parquet")
    numpy.savez(tmp_path / "data.npz", x=numpy.array([1.0, 2.5, 4.0]), step_offsets=[0, 2, 2, 3], ok=[True, True, False])
    for name in ("data.parquet", "data.npz"):
        assert rwd("score", spec, tmp_path / name).out == expected.out, name


def test_models_are_bound_or_read_from_a_column(rwd, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("my_models.py", "def double(xs):\n    return [2 * x for x in xs]\n")
    spec = write("spec.rwd", "input x : float in [0, 1]\nmodel m(x: float) -> float in [0, 2]\n"
                             "reward = gate x > 0.2 { m(x) } else 0\n")
    data = write("data.jsonl", lines({"x": 0.25}, {"x": 0.1}))
    ran = rwd("score", spec, data, "--bind", "m=my_models:double", "--profile")
    assert [row["reward"] for row in scored(ran)] == [0.5, 0.0]
    assert "m: 1 entries asked for, 1 evaluated" in ran.err and "profile" in ran.err
    column = write("column.jsonl", lines({"x": 0.25, "m": 1.5}, {"x": 0.1, "m": 2}))
    assert [row["reward"] for row in scored(rwd("score", spec, column))] == [1.5, 0.0]
    assert rwd("score", spec, data).code == 2
    unbound = rwd("score", spec, data, "--bind", "q=my_models:double")
    assert unbound.code == 2 and "`q`" in unbound.err


def test_nothing_that_is_read_is_overwritten(rwd, write, spec):
    data = write("data.jsonl", lines({"x": 1}))
    for out in (data, spec):
        assert rwd("score", spec, data, "-o", out).code == 2
    assert data.read_bytes() == lines({"x": 1})
    assert rwd("score", "-", "-").code == 2
    ran = rwd("score", spec, data, "-o", data.parent / "none" / "out.jsonl")
    assert ran.code == 2 and "no such folder" in ran.err


def test_a_spec_runs_no_code_that_is_not_trusted(rwd, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("trusted_code.py", "def twice(x):\n    return 2 * x\n")
    spec = write("spec.rwd", 'input x : float in [0, 1]\nverifier v(x: float) -> float in [0, 2] from "trusted_code:twice"\n'
                             "reward = v(x)\n")
    data = write("data.jsonl", lines({"x": 0.5}))
    ran = rwd("score", spec, data)
    assert ran.code == 2 and "--trust" in ran.err and ran.out == ""
    assert scored(rwd("score", spec, data, "--trust", "trusted_code"))[0]["reward"] == 1.0


def test_rows_are_held_to_assumptions_on_columns_that_no_output_reads(rwd, write):
    spec = write("spec.rwd", "input x : float\ninput most : float\nassume x <= most\nreward = x\n")
    ran = rwd("score", spec, write("data.jsonl", lines({"x": 1, "most": 2}, {"x": 3, "most": 2})))
    assert ran.code == 1 and [row["reward"] for row in scored(ran)] == [1, None]
    assert "data.jsonl:2: `assume x <= most` does not hold" in ran.err


def test_a_row_without_a_list_that_has_a_default(rwd, write):
    spec = write("spec.rwd", "axis ref ragged\ninput r : float[ref] in [0, 9] = []\nreward = sum(r over ref)\n")
    ran = rwd("score", spec, write("data.jsonl", lines({"r": [1, 2]}, {"other": 1})))
    assert ran.code == 0 and [row["reward"] for row in scored(ran)] == [3, 0]


def test_a_row_that_lacks_a_key_of_others_has_a_null_or_the_default(rwd, write, spec):
    hi = {"note": "hi"}
    rows = [{"x": 1, "n": 1, "meta": hi}, {"x": 2, "meta": {}}, {"x": 3}, {"n": 2, "meta": hi}]
    ran = rwd("score", spec, write("data.jsonl", lines(*rows)))
    assert ran.code == 0 and [row["reward"] for row in scored(ran)] == [1.0, 2.5, 3.5, None]
    assert [row["outputs"]["noted"] for row in scored(ran)] == [True, None, None, True]
    assert scored(ran)[3]["invalid"] == "column `x`: is null"


def test_every_invalid_output_says_why(rwd, write):
    spec = write("spec.rwd", GROUPED.replace("reward = x", "reward = x\noutput adv = x"))
    rows = [{"x": 1, "prompt": "a"}, {"x": 2, "prompt": None}, {"x": 3, "prompt": "a"}, {"prompt": "b"}]
    ran = rwd("score", spec, write("data.jsonl", lines(*rows)), "--output", "reward", "adv")
    null = "column `prompt`: is null"
    assert [row["reasons"] for row in scored(ran)] == [{}, {"adv": null}, {}, {"adv": "column `x`: is null"}]
    assert [row["invalid"] for row in scored(ran)] == [None, None, None, "column `x`: is null"]
    assert f"1 x `adv`: {null}" in ran.err
    text = rwd("score", spec, write("data.jsonl", lines(*rows)), "--output", "reward", "adv", "--format", "text").out
    assert text.splitlines()[1] == f"2\t2\tadv=invalid\tadv: {null}"
    alone = rwd("score", spec, write("data.jsonl", lines(*rows)), "--output", "adv")
    assert [row["invalid"] for row in scored(alone)] == [None, null, None, "column `x`: is null"]
    assert not any("reward" in row for row in scored(alone))


@pytest.mark.parametrize(("text", "rows", "code"), [(b"", 0, 0), (b"\x00not json\n{broken\n", 2, 1)])
def test_data_without_a_row_that_can_be_read(rwd, write, text, rows, code):
    ran = rwd("score", write("spec.rwd", "input x : float in [0, 1]\nreward = x\n"), write("data.jsonl", text))
    assert ran.code == code
    assert [row["reward"] for row in scored(ran)] == [None] * rows


def test_a_row_without_a_list_whose_default_is_one_entry(rwd, write):
    spec = write("spec.rwd", "setting episodic\naxis d = 2\ninput x : float[step] in [0, 10]\n"
                             "input y : float[d] in [0, 1] = 1\ninput w : float[step] in [0, 1] = 1\n"
                             "input k : enum{a, b}[d] = b\n"
                             "reward = sum(x * w over step) + sum((k == b) * y over d)\n")
    whole = {"x": [1, 2], "y": [1, 1], "w": [0.5, 0.5], "k": ["a", "b"]}
    rows = [whole, {"x": [3, 4]}, {"x": None, "y": [1, 1]}, {"x": [], "y": [0, 1], "k": None}]
    ran = rwd("score", spec, write("data.jsonl", lines(*rows)))
    assert [row["reward"] for row in scored(ran)] == [2.5, 9, None, None]
    assert [row["invalid"] for row in scored(ran)][2:] == ["column `x`: is null", "column `k`: is null"]


def test_a_length_is_read_off_a_column_that_nothing_else_needs(rwd, write):
    spec = write("spec.rwd", "axis part ragged\ninput logp : float[token]\ninput ends : int[part] in [0, inf]\n"
                 "reward = place(count(over part by ends) over part, at = ends, onto token)\n")
    assert rwd("score", spec, write("a.jsonl", lines({"ends": [1]}))).code == 2
    ran = rwd("score", spec, write("b.jsonl", lines({"ends": [1], "logp": [-1, -1, -1]})))
    assert scored(ran)[0]["reward"] == [0, 1, 0]
