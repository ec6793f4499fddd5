"""Readers of data: the same rows from every format, and bad files named for what they are."""

import gzip
import io
import json

import pytest

from rewardlang.cli.data.jsonl import JsonLines
from rewardlang.cli.data.open import open_data
from rewardlang.cli.data.rows import find
from rewardlang.cli.errors import CliError


def lines(text: bytes) -> list:
    """The rows of JSON lines."""
    return list(JsonLines(io.BytesIO(text), "test").rows())


def test_a_bad_line_is_a_row_with_its_number_and_the_rest_is_read():
    rows = lines(b'{"x": 1}\n\n{"x": \n[1]\n"\xff"\nnull\n{"x": 2}')
    assert [row.number for row in rows] == [1, 3, 4, 5, 6, 7]
    assert [row.values for row in rows] == [{"x": 1}, None, None, None, None, {"x": 2}]
    said = [row.problem for row in rows if row.problem]
    assert "not JSON" in said[0] and "a list" in said[1] and "not UTF-8 at byte 2" in said[2] and "null" in said[3]


def test_the_raw_text_of_all_rows_is_the_file():
    text = b'\xef\xbb\xbf{"x": 1}\n\n  \n{"x": 2}\r\n{"x": 3}'
    rows = lines(text)
    assert [row.values for row in rows] == [{"x": 1}, {"x": 2}, {"x": 3}]
    assert b"".join(row.raw for row in rows) == text


def test_hostile_lines_are_problems_and_no_crashes():
    rows = lines(b"[" * 200_000 + b"\n" + b"9" * 10_000 + b"\n" + b'{"x": ' + b"9" * 10_000 + b"}\n{}")
    assert [row.values for row in rows] == [None, None, None, {}]


def test_dots_reach_into_records_but_the_very_name_comes_first():
    row = {"a": {"b": {"c": 1}}, "x.y": 2, "x": {"y": 3}}
    assert find(row, "a.b.c") == (True, 1)
    assert find(row, "x.y") == (True, 2)
    assert find(row, "a.b.d") == (False, None)
    assert find(row, "a.b.c.d") == (False, None)


def test_gzip_is_unpacked(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"x": 1}\n'))
    assert [row.values for row in open_data(str(path), {}).rows()] == [{"x": 1}]


def test_half_a_gzip_file_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"x": list(range(1000))}).encode())[:-20])
    with pytest.raises(CliError, match=r"a\.jsonl\.gz"):
        list(open_data(str(path), {}).rows())


@pytest.mark.parametrize(("name", "said"), [
    ("none.jsonl", "no such file"), ("a.csv", "what kind of data"), ("a.parquet", "not a parquet file"),
    ("a.npz", "not an npz"),
])
def test_files_that_are_no_data_are_named(tmp_path, name, said):
    if name != "none.jsonl":
        (tmp_path / name).write_text("this is nothing")
    if name.endswith(("parquet", "npz")):
        pytest.importorskip("pyarrow")
    with pytest.raises(CliError, match=said):
        open_data(str(tmp_path / name), {"x": None})


def test_parquet_gives_python_values_of_the_wanted_columns(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"x": [1.5, None], "t": ["a", "b"], "r": [{"k": 1}, {"k": 2}], "l": [[1, 2], []], "other": [0, 0]})
    parquet.write_table(table, path)
    rows = list(open_data(str(path), {"x": None, "t": None, "r.k": None, "l": None}).rows())
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].values == {"x": 1.5, "t": "a", "r": {"k": 1}, "l": [1, 2]}
    assert rows[1].values == {"x": None, "t": "b", "r": {"k": 2}, "l": []}


class TestNpz:
    """Arrays of numpy, ragged ones in two forms."""

    @pytest.fixture
    def save(self, tmp_path):
        numpy = pytest.importorskip("numpy")

        def write(**arrays):
            path = tmp_path / "a.npz"
            numpy.savez(path, **{name.replace("__", "."): numpy.asarray(array) for name, array in arrays.items()})
            return str(path)
        return write

    def test_the_first_dimension_is_the_rollouts(self, save):
        path = save(x=[[1, 2], [3, 4], [5, 6]], ok=[True, False, True], name=["a", "b", "c"], unused=[1.0])
        rows = list(open_data(path, {"x": None, "ok": None, "name": None}).rows())
        assert [row.values for row in rows] == [
            {"x": [1, 2], "ok": True, "name": "a"}, {"x": [3, 4], "ok": False, "name": "b"},
            {"x": [5, 6], "ok": True, "name": "c"}]

    def test_offsets_cut_a_flat_array_and_lengths_a_padded_one(self, save):
        path = save(x=[1, 2, 3], x_offsets=[0, 0, 2, 3], y=[[1, 9], [9, 9], [2, 3]], y_lengths=[1, 0, 2])
        rows = list(open_data(path, {"x": "step", "y": "step"}).rows())
        assert [row.values for row in rows] == [{"x": [], "y": [1]}, {"x": [1, 2], "y": []}, {"x": [3], "y": [2, 3]}]

    def test_offsets_may_be_said_once_for_an_axis(self, save):
        path = save(x=[1, 2, 3], y=[[1, 1], [2, 2], [3, 3]], z=[7, 8], step_offsets=[0, 1, 3])
        rows = list(open_data(path, {"x": "step", "y": "step", "z": None}).rows())
        assert [row.values for row in rows] == [
            {"x": [1], "y": [[1, 1]], "z": 7}, {"x": [2, 3], "y": [[2, 2], [3, 3]], "z": 8}]

    def test_more_rows_than_one_block_keep_their_numbers(self, save):
        rows = list(open_data(save(x=list(range(2500))), {"x": None}).rows())
        assert [row.number for row in rows] == list(range(1, 2501))
        assert [row.values["x"] for row in rows] == list(range(2500))

    @pytest.mark.parametrize(("arrays", "said"), [
        ({"x": [1, 2], "y": [1, 2, 3]}, "equally many rows: x 2, y 3"),
        ({"x": [1, 2, 3], "x_offsets": [0, 2]}, "ascend from 0 to 3"),
        ({"x": [1, 2, 3], "x_offsets": [0, 3, 2, 3]}, "ascend from 0 to 3"),
        ({"x": [[1, 2]], "x_lengths": [3]}, "at most its second dimension"),
        ({"x": 1}, "no dimension"),
    ])
    def test_arrays_that_do_not_fit_are_named(self, save, arrays, said):
        with pytest.raises(CliError, match=said):
            open_data(save(**arrays), {"x": "step", "y": None})

    def test_pickled_objects_are_refused(self, tmp_path):
        numpy = pytest.importorskip("numpy")
        path = tmp_path / "a.npz"
        numpy.savez(path, x=numpy.array([{"a": 1}], dtype=object))
        with pytest.raises(CliError, match="plain arrays"):
            open_data(str(path), {"x": None})


def test_a_parquet_column_that_is_there_twice_is_refused(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet
    table = pyarrow.table([pyarrow.array([1.0]), pyarrow.array([2.0])], names=["x", "x"])
    parquet.write_table(table, tmp_path / "twice.parquet")
    with pytest.raises(CliError, match="the column `x` is there twice"):
        open_data(str(tmp_path / "twice.parquet"), {"x": None})
