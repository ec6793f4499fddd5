"""Conversations as JSON: who said what, and which tools were called with which arguments, in which order.

A conversation is a list of objects with a `role`, a `content` (text, a list of parts with a `text` each, or null) and,
where an assistant calls tools, `tool_calls`: each with a `name` and `arguments`, either at once or under `function`, the
arguments as an object or as its JSON text. What is none of this says nothing and calls nothing.
"""

import json
from typing import Any

from rewardlang.verifiers.gold import gold
from rewardlang.verifiers.jsons import json_equal, read_json

_FLIGHT = [
    {"role": "user", "content": "Change my flight."},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "get_user", "arguments": '{"id": "ann"}'}}],
    },
    {"role": "tool", "name": "get_user", "tool_call_id": "1", "content": "Error: user not found"},
    {
        "role": "assistant",
        "content": "One moment.",
        "tool_calls": [
            {"name": "get_user", "arguments": {"id": "ann_1"}},
            {"name": "book", "arguments": {"seats": 2}},
        ],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "Done."}]},
]
_BAD_ARGUMENTS = [{"role": "assistant", "tool_calls": [{"name": "f", "arguments": "{"}]}]


def _messages(messages: Any) -> list[dict]:
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def _calls(messages: Any) -> list[dict]:
    """The calls of tools in their order, each an object with `name` and the `arguments` as they were sent."""
    calls = []
    for message in _messages(messages):
        sent = message.get("tool_calls")
        for call in sent if isinstance(sent, list) else ():
            call = call.get("function", call) if isinstance(call, dict) else None
            if isinstance(call, dict) and isinstance(call.get("name"), str):
                calls.append(call)
    return calls


def _arguments(call: dict) -> Any:
    """An object where the call has one; else the text, or whatever was sent."""
    sent = call.get("arguments", {})
    if not isinstance(sent, str):
        return sent
    try:
        return read_json(sent)
    except ValueError:
        return sent


@gold(
    ((_FLIGHT,), ["get_user", "get_user", "book"]),
    (([],), []),
    ((_BAD_ARGUMENTS,), ["f"]),
    (("text",), []),
    (([{"tool_calls": [{}, "f"]}, {"tool_calls": "f"}, 7],), []),
)
def called_tools(messages: Any) -> list[str]:
    """The names of the tools called, in order, one for each call."""
    return [call["name"] for call in _calls(messages)]


@gold(((_FLIGHT, "get_user"), 2), ((_FLIGHT, "cancel"), 0))
def tool_count(messages: Any, tool: str) -> int:
    """How often a tool was called."""
    return called_tools(messages).count(tool)


@gold(((_FLIGHT, "book"), True), ((_FLIGHT, "cancel"), False))
def calls_tool(messages: Any, tool: str) -> bool:
    """Whether a tool was called."""
    return tool in called_tools(messages)


@gold(
    ((_FLIGHT, "get_user", "book"), True),
    ((_FLIGHT, "book", "get_user"), False),
    ((_FLIGHT, "cancel", "book"), False),
    ((_FLIGHT, "cancel", "refund"), True),
    ((_FLIGHT, "book", "cancel"), True),
)
def tool_before(messages: Any, first: str, second: str) -> bool:
    """Whether `second` was never called before the first call of `first`; true where `second` was never called."""
    names = called_tools(messages)
    return second not in names or first in names[: names.index(second)]


@gold(((_FLIGHT, "get_user"), [{"id": "ann"}, {"id": "ann_1"}]), ((_FLIGHT, "cancel"), []), ((_BAD_ARGUMENTS, "f"), ["{"]))
def tool_arguments(messages: Any, tool: str) -> list:
    """The arguments of each call of a tool, as a list of objects; a text where a model wrote arguments that are not JSON."""
    return [_arguments(call) for call in _calls(messages) if call["name"] == tool]


@gold(
    ((_FLIGHT, "book", {"seats": 2.0}), True),
    ((_FLIGHT, "book", {"seats": 3}), False),
    ((_FLIGHT, "get_user", {"id": "ann"}), True),
)
def called_with(messages: Any, tool: str, arguments: Any) -> bool:
    """Whether a tool was called with exactly these arguments, compared as JSON values."""
    return any(json_equal(sent, arguments) for sent in tool_arguments(messages, tool))


@gold(
    ((_FLIGHT,), 0),
    ((_FLIGHT + _FLIGHT,), 3),
    ((_BAD_ARGUMENTS * 2,), 1),
)
def repeated_tool_calls(messages: Any) -> int:
    """How many calls repeat an earlier one: the same tool with the same arguments, whatever the order of their keys."""
    calls = [(call["name"], json.dumps(_arguments(call), sort_keys=True)) for call in _calls(messages)]
    return len(calls) - len(set(calls))


@gold(((_FLIGHT, "Error"), 1), ((_FLIGHT, "Timeout"), 0))
def tool_errors(messages: Any, start: str) -> int:
    """How many answers of tools begin with `start`, as `Error` where tools answer with `Error: …`."""
    return sum(text.startswith(start) for text in said(messages, "tool"))


@gold(
    ((_FLIGHT, "user"), ["Change my flight."]),
    ((_FLIGHT, "assistant"), ["", "One moment.", "Done."]),
    (([{"role": "user", "content": 7}], "user"), [""]),
)
def said(messages: Any, role: str) -> list[str]:
    """The texts of all messages of a role, in order; empty where a message has none."""
    return [_text(message.get("content")) for message in _messages(messages) if message.get("role") == role]


@gold(((_FLIGHT,), "Done."), (([{"role": "user", "content": "hi"}],), ""), (([],), ""))
def last_reply(messages: Any) -> str:
    """The text of the assistant's last message; empty where there is none."""
    return next(reversed(said(messages, "assistant")), "")


@gold(((_FLIGHT, "assistant"), 3), ((_FLIGHT, "system"), 0))
def message_count(messages: Any, role: str) -> int:
    """The number of messages of a role."""
    return sum(message.get("role") == role for message in _messages(messages))


def _text(content: Any) -> str:
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
