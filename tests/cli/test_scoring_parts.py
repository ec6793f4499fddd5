"""The parts of `score` that need no reward: batches, lines, counts, values of options."""

import json

import pytest

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError
from rewardlang.cli.scoring.batches import batches_by, check_groups, chunks
from rewardlang.cli.scoring.lines import Scored, as_json, as_text
from rewardlang.cli.scoring.summary import KEPT_REASONS, OTHERS, Summary
from rewardlang.cli.values import bindings, params


def rows(*values) -> list[Row]:
    """Rows by their values; None is a row that could not be read."""
    return [Row(number, value, None if value else "bad") for number, value in enumerate(values, start=1)]


def numbers(batches) -> list[list[int]]:
    """The rows of batches by number."""
    return [[row.number for row in batch] for batch in batches]


def test_chunks_lose_and_repeat_nothing():
    assert numbers(chunks(rows(*[{"x": 1}] * 5), 2)) == [[1, 2], [3, 4], [5]]
    assert list(chunks([], 2)) == []


def test_batches_gather_equal_rows_wherever_they_stand():
    found = batches_by(rows({"b": 1}, {"b": "1"}, None, {"b": 1}, {"b": [2]}, {"b": [2]}), "b")
    assert numbers(found) == [[1, 4], [2], [5, 6], [3]]


def test_a_row_without_the_batch_column_is_an_error():
    with pytest.raises(CliError, match="row 2 has no column `b`"):
        batches_by(rows({"b": 1}, {"c": 1}), "b")


def test_a_group_in_two_batches_is_an_error():
    batches = batches_by(rows({"b": 1, "g": "x"}, {"b": 2, "g": "x"}), "b")
    with pytest.raises(CliError, match="g = 'x' has rows in more than one batch"):
        check_groups(batches, "g", "b")
    check_groups(batches_by(rows({"b": 1, "g": "x"}, {"b": 2, "g": "y"}, {"b": 1, "g": "x"}), "b"), "g", "b")


def test_a_line_is_json_even_where_numbers_are_infinite_and_texts_are_odd():
    line = as_json(Scored(3, [1.0, None], {"a": 0.5}, {"m": float("-inf"), "label": "é\ud800"}, None))
    assert line.count("\n") == 1
    read = json.loads(line.encode("utf-8", "backslashreplace"))
    assert read == {"row": 3, "reward": [1.0, None], "terms": {"a": 0.5}, "outputs": {"m": "-inf", "label": "é\ud800"},
                    "invalid": None, "reasons": {}}


def test_text_lines_are_in_columns():
    assert as_text(Scored(3, 0.25, {"a": 0.125}, {}, None)) == "3\t0.25\ta=0.125\n"
    assert as_text(Scored(5, 1, {}, {"m": None}, None, reasons={"m": "is null"})) == "5\t1\tm=invalid\tm: is null\n"
    assert as_text(Scored(6, None, {}, {"m": 1}, None, rewarded=False)) == "6\tm=1\n"
    assert as_text(Scored(4, None, {}, {}, "no answer")) == "4\tinvalid\tno answer\n"


def test_the_summary_counts_and_survives_an_interrupt():
    summary = Summary()
    summary.add(0.5, None, {})
    summary.add([1.0, [2.0, None]], None, {"adv": "is null"})
    summary.add(None, "failed", {})
    summary.add_unread("not JSON")
    summary.add_work("quality", 4, 2)
    summary = Summary.from_dict(json.loads(json.dumps(summary.as_dict())))
    summary.add_work("quality", 1, 1, 1, 2)
    assert summary.text().splitlines() == [
        "4 rows, mean reward 1.75, 2 invalid", "        1 x failed", "        1 x not JSON",
        "        1 x `adv`: is null",
        "  quality: 5 entries asked for, 3 evaluated, 1 failed, 2 clipped"]


def test_ever_new_reasons_do_not_fill_the_memory():
    summary = Summary()
    for number in range(1000):
        summary.add(None, f"reason {number}", {"adv": f"reason {number}"})
    for reasons in (summary.reasons, summary.others):
        assert len(reasons) == KEPT_REASONS + 1
        assert reasons[OTHERS] == 1000 - KEPT_REASONS


def test_params_are_json_or_words():
    assert params(["a=0.5", "b=[1, 2]", 'c={"k": 1}', "d=cosine", "e=true", "f=inf", "g=a=b"]) == {
        "a": 0.5, "b": [1, 2], "c": {"k": 1}, "d": "cosine", "e": True, "f": "inf", "g": "a=b"}
    with pytest.raises(CliError, match="write --set name=value"):
        params(["a"])


def test_bindings_are_imported():
    assert bindings(["m=json.decoder:JSONDecoder.decode"])["m"] is json.JSONDecoder.decode
    for wrong in ("m=json", "m", "m=no_such_module_here:f", "m=json:no_such_name"):
        with pytest.raises(CliError, match="--bind"):
            bindings([wrong])
