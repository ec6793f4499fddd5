"""Real tool-using conversations (tau-bench, airline) read by the verifiers of conversations."""

import json
from collections import Counter

import pytest

from rewardlang.verifiers.jsons import json_count, json_get, json_text
from rewardlang.verifiers.messages import (
    called_tools,
    called_with,
    last_reply,
    message_count,
    repeated_tool_calls,
    said,
    tool_arguments,
    tool_before,
    tool_count,
    tool_errors,
)

UPDATES = ("update_reservation_flights", "update_reservation_baggages", "cancel_reservation")


@pytest.fixture(scope="module")
def rows(shared):
    with open(shared / "data" / "tau_airline_traj_30.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_names_of_called_tools_match_the_answers_of_the_tools(rows):
    """Each call is answered by a message of the tool, which repeats its name: an independent account of the calls."""
    for row in rows:
        answered = [message["name"] for message in row["messages"] if message["role"] == "tool"]
        assert called_tools(row["messages"]) == answered


def test_calls_in_all(rows):
    names = Counter(name for row in rows for name in called_tools(row["messages"]))
    assert sum(names.values()) == 112
    assert names["get_reservation_details"] == 38
    assert sum(tool_count(row["messages"], "get_user_details") for row in rows) == 24


def test_arguments_are_objects_and_found_again(rows):
    for row in rows:
        for name in set(called_tools(row["messages"])):
            for arguments in tool_arguments(row["messages"], name):
                assert isinstance(arguments, dict)
                assert called_with(row["messages"], name, arguments)
                assert not called_with(row["messages"], name, {**arguments, "more": 1})


def test_a_reservation_is_looked_up_before_it_is_changed(rows):
    """The airline's policy as precedence; against a plain search through the list of names."""
    for row in rows:
        names = called_tools(row["messages"])
        for update in UPDATES:
            looked_up = "get_reservation_details" in names[: names.index(update)] if update in names else True
            assert tool_before(row["messages"], "get_reservation_details", update) is looked_up


def test_messages_by_role(rows):
    totals = Counter()
    for row in rows:
        for role in ("system", "user", "assistant", "tool"):
            assert len(said(row["messages"], role)) == message_count(row["messages"], role)
            totals[role] += message_count(row["messages"], role)
    assert totals == {"system": 0, "user": 196, "assistant": 278, "tool": 112}


def test_last_reply_is_the_last_text_of_the_assistant(rows):
    for row in rows:
        last = [message for message in row["messages"] if message["role"] == "assistant"][-1]
        assert last_reply(row["messages"]) == (last["content"] or "")


def test_errors_and_repeats_are_counted(rows):
    errors = sum(tool_errors(row["messages"], "Error") for row in rows)
    plain = sum(
        message["role"] == "tool" and message["content"].startswith("Error") for row in rows for message in row["messages"]
    )
    assert errors == plain
    for row in rows:
        sent = [
            (call["function"]["name"], json.dumps(json.loads(call["function"]["arguments"]), sort_keys=True))
            for message in row["messages"]
            for call in message.get("tool_calls") or []
        ]
        assert repeated_tool_calls(row["messages"]) == len(sent) - len(set(sent))


def test_paths_into_the_rows(rows):
    for row in rows:
        assert json_count(row, "messages") == len(row["messages"])
        assert json_text(row, "messages[0].role") == row["messages"][0]["role"]
        assert json_get(row, "messages[-1]") == row["messages"][-1]
