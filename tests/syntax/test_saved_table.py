"""The grammar has no conflict, and a saved table is the grammar's own or is not used."""

import json

import pytest
from making import binary_sum

from rewardlang.syntax import table, words
from rewardlang.syntax.build_declarations import Builder
from rewardlang.syntax.parse import parse
from rewardlang.syntax.piece import _parser
from rewardlang.text.source import Source


def test_the_grammar_has_no_conflict():
    pytest.importorskip("interegular", reason="Lark's strict mode needs interegular")
    table.make(table.grammar_text(), strict=True)


def test_every_rule_has_a_builder():
    parser = table.make(table.grammar_text())
    names = {str(rule.alias or rule.origin.name) for rule in parser.rules}
    inlined = {name for name in names if name.startswith(("_", "$"))}
    passed_on = {str(rule.origin.name) for rule in parser.rules if rule.options.expand1 and not rule.alias}
    assert {name for name in names - inlined - passed_on if not hasattr(Builder, name)} == set()


def test_every_reserved_word_is_in_the_grammar_and_every_declaration_starts_one():
    fixed = table.fixed_terminals(table.make(table.grammar_text()))
    assert set(words.RESERVED) - words.TEMPORAL_PREFIX - words.TEMPORAL_INFIX <= set(fixed)
    assert set(words.DECLARATIONS) <= set(fixed)


def test_a_saved_table_parses_as_the_grammar_does():
    grammar = table.grammar_text()
    saved = table.saved(table.make(grammar), grammar)
    restored = table.restored(saved, grammar, Builder())
    made = table.make(grammar, Builder())
    assert restored is not None
    tables = [parser.parser.parser._parse_table.states.values() for parser in (restored, made)]
    restored_rows, made_rows = (
        sorted(sorted((terminal, str(action)) for terminal, (action, _) in row.items()) for row in rows) for rows in tables)
    assert restored_rows == made_rows


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"fingerprint": 1}'])
def test_a_damaged_table_is_not_used(damage):
    assert table.restored(damage, table.grammar_text(), Builder()) is None


def test_a_table_of_another_grammar_is_not_used():
    grammar = table.grammar_text()
    saved = table.saved(table.make(grammar), grammar)
    assert table.restored(saved, grammar + "\n", Builder()) is None
    broken = json.loads(saved)
    del broken["data"]["parser"]
    assert table.restored(json.dumps(broken), grammar, Builder()) is None


def test_no_home_to_write_to_is_no_failure(monkeypatch, tmp_path):
    home = tmp_path / "file"
    home.write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    _parser.cache_clear()
    program, diagnostics = parse(Source("text", "let x = a + 1"))
    _parser.cache_clear()
    assert not diagnostics
    assert program.declarations[0].value == binary_sum("a", 1)


def test_the_cache_is_used_the_second_time(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(table, "SHIPPED", "absent.json")
    table.load(Builder())
    (kept,) = (tmp_path / "rewardlang").iterdir()
    monkeypatch.setattr(table, "make", lambda *_, **__: pytest.fail("made again"))
    assert table.load(Builder()) is not None
    kept.write_text("damaged")
    with pytest.raises(pytest.fail.Exception):
        table.load(Builder())
