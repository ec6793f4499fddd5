"""An interrupted run goes on without loss or repeats, and never mixes two runs in one file."""

import json

import pytest

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError
from rewardlang.cli.scoring.resume import Output

SETTINGS = {"fingerprint": "abc", "params": {"x": 1}, "outputs": ["reward"]}
ROWS = [Row(number, {"x": number}, raw=b'{"x": %d}\n' % number) for number in range(1, 7)]


def commit(output: Output, rows: list[Row]) -> None:
    """Write rows as a run would."""
    output.note_read(rows)
    output.commit(b"".join(row.raw for row in rows), len(rows), {"rows": rows[-1].number})


@pytest.fixture
def path(tmp_path):
    """Where the output goes."""
    return tmp_path / "out.jsonl"


def test_a_run_that_is_not_interrupted_leaves_only_its_output(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS)
    output.finish()
    assert path.read_bytes() == b"".join(row.raw for row in ROWS)
    assert list(path.parent.iterdir()) == [path]


def test_what_was_written_after_the_last_commit_is_cut_off(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS[:2])
    output.close()
    with path.open("ab") as file:
        file.write(b'{"x": 3}\n{"x"')
    output = Output(path, SETTINGS)
    assert (output.state.rows, output.state.summary) == (2, {"rows": 2})
    output.note_read(ROWS[:2])
    output.check_skipped(2)
    commit(output, ROWS[2:])
    output.finish()
    assert path.read_bytes() == b"".join(row.raw for row in ROWS)


def test_a_second_interrupt_is_as_good_as_the_first(path):
    for start in range(0, 6, 2):
        output = Output(path, SETTINGS)
        assert output.state.rows == start
        output.note_read(ROWS[:start])
        output.check_skipped(start)
        commit(output, ROWS[start:start + 2])
        output.close()
    assert path.read_bytes() == b"".join(row.raw for row in ROWS)


@pytest.mark.parametrize(("name", "value"), [("params", {"x": 2}), ("fingerprint", "def"), ("outputs", [])])
def test_another_run_is_refused_and_changes_nothing(path, name, value):
    output = Output(path, SETTINGS)
    commit(output, ROWS)
    output.close()
    with pytest.raises(CliError, match=f"another {name}.*\n.*--restart"):
        Output(path, {**SETTINGS, name: value})
    assert path.read_bytes() == b"".join(row.raw for row in ROWS)


def test_restart_forgets(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS)
    output.close()
    output = Output(path, {**SETTINGS, "fingerprint": "def"}, restart=True)
    assert output.state.rows == 0
    output.close()
    assert path.read_bytes() == b""


def test_other_data_are_noticed(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS[:3])
    output.close()
    output = Output(path, SETTINGS)
    output.note_read([*ROWS[:2], ROWS[5]])
    with pytest.raises(CliError, match="data changed"):
        output.check_skipped(3)


def test_fewer_data_are_noticed(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS[:3])
    output.close()
    output = Output(path, SETTINGS)
    output.note_read(ROWS[:2])
    with pytest.raises(CliError, match="data changed"):
        output.check_skipped(2)


def test_an_output_that_someone_shortened_is_noticed(path):
    output = Output(path, SETTINGS)
    commit(output, ROWS)
    output.close()
    path.write_bytes(b"")
    with pytest.raises(CliError, match="shorter"):
        Output(path, SETTINGS)


@pytest.mark.parametrize("text", [
    "", "{", "[]", '{"settings": {}, "surprise": 1}', json.dumps({"settings": {}, "version": 99}),
])
def test_a_damaged_sidecar_is_named(path, text):
    path.with_name("out.jsonl.resume").write_text(text)
    with pytest.raises(CliError, match=r"out\.jsonl\.resume"):
        Output(path, SETTINGS)
