"""A run of `score` with a scorer that needs no reward: order, interrupts, and problems."""

import io

import pytest

from rewardlang.cli.data.jsonl import JsonLines
from rewardlang.cli.errors import CliError
from rewardlang.cli.scoring.lines import Scored, as_json
from rewardlang.cli.scoring.resume import Output
from rewardlang.cli.scoring.session import Session, peek

TEXT = b"".join(b'{"x": %d, "b": %d}\n' % (number, number % 2) if number % 5 else b"not json\n" for number in range(1, 24))


def data() -> JsonLines:
    """23 lines, of which four are no JSON."""
    return JsonLines(io.BytesIO(TEXT), "data.jsonl", len(TEXT))


def score(rows) -> list[Scored]:
    """The reward is x; with it, how many rows were seen together."""
    return [Scored(row.number, invalid=row.problem, unread=True) if row.values is None
            else Scored(row.number, float(row.values["x"]), {"together": len(rows)}) for row in rows]


class Interrupted:
    """A scorer that is interrupted at its n-th call."""

    def __init__(self, calls: int):
        self.calls = calls

    def __call__(self, rows):
        self.calls -= 1
        if self.calls < 0:
            raise KeyboardInterrupt
        return score(rows)


def run(path, scorer=score, size=4, settings=None):
    """One run with an output; the session, which is done unless the scorer interrupts it."""
    source = data()
    _, rows = peek(source)
    output = Output(path, settings or {"chunk": size})
    session = Session(source, scorer, as_json, output, None, lambda text: None)
    try:
        session.stream(rows, size)
    except KeyboardInterrupt:
        output.close()
        return session
    output.finish()
    return session


def test_an_interrupted_run_goes_on_and_gives_the_same_bytes_and_counts(tmp_path):
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    expected = run(whole)
    for calls in (0, 1, 2):
        run(parts, Interrupted(calls))
        assert parts.with_name("parts.jsonl.resume").exists()
        assert whole.read_bytes().startswith(parts.read_bytes())
    again = run(parts)
    assert parts.read_bytes() == whole.read_bytes()
    assert again.summary == expected.summary
    assert (again.summary.rows, again.summary.unread, again.summary.valid) == (23, 4, 19)
    assert not parts.with_name("parts.jsonl.resume").exists()


def test_other_data_stop_the_run_that_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "out.jsonl"
    run(path, Interrupted(2))
    kept = path.read_bytes()
    monkeypatch.setattr(f"{__name__}.TEXT", TEXT.replace(b'"x": 3', b'"x": 9'))
    with pytest.raises(CliError, match="data changed"):
        run(path)
    assert path.read_bytes() == kept


def test_batches_do_not_change_the_order():
    for batch_by, together in ((None, {23}), ("b", {9, 10})):
        written, source = [], data()
        session = Session(source, score, as_json, None, written.append, lambda text: None)
        session.whole(source.rows(), batch_by, lambda batches: None)
        rows = [Scored(**_fields(line)) for line in b"".join(written).decode().splitlines()]
        assert [row.number for row in rows] == list(range(1, 24))
        assert {row.terms["together"] for row in rows if row.reward is not None} == together


def _fields(line: str) -> dict:
    import json
    entry = json.loads(line)
    return {"number": entry["row"], "reward": entry["reward"], "terms": entry["terms"]}


def test_problems_are_named_by_line_and_not_without_end():
    text = b"bad\n" * 30
    said, written = [], []
    source = JsonLines(io.BytesIO(text), "data.jsonl")
    Session(source, score, as_json, None, written.append, said.append).stream(source.rows(), 7)
    assert said[0] == "data.jsonl:1: not JSON: expecting value at column 1"
    assert len(said) == 11 and "counted only" in said[-1]
    assert len(b"".join(written).splitlines()) == 30
