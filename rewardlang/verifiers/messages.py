"""Conversations as JSON: who said what, and which tools were called with which arguments, in which order.

A conversation is a list of objects with a `role`, a `content` (text, a list of parts with a `text` each, or null) and,
where an assistant calls tools, `tool_calls`: each with a `name` and `arguments`, either at once or under `function`, the
arguments as an object or as its JSON text. Anything else raises ValueError.
"""

import json
from typing import Any

from rewardlang.verifiers.gold import FAILS, gold
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


def _calls(messages: Any) -> list[dict]:
    """The calls of tools in their order, each an object with `name` and the `arguments` as they were sent."""
    return [_call(sent) for message in _checked(messages) for sent in message.get("tool_calls") or ()]


def _call(sent: Any) -> dict:
    call = sent.get("function", sent) if isinstance(sent, dict) else None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        raise ValueError("a tool call is an object with a name")
    return call


def _checked(messages: Any) -> list[dict]:
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise ValueError("a conversation is a list of messages, each an object")
    return messages


def _arguments(call: dict) -> dict:
    arguments = call.get("arguments", {})
    if isinstance(arguments, str):
        arguments = read_json(arguments)
    if not isinstance(arguments, dict):
        raise ValueError(f"the arguments of a call of {call['name']} are not an object")
    return arguments


@gold(
    ((_FLIGHT,), ["get_user", "get_user", "book"]),
    (([],), []),
    ((_BAD_ARGUMENTS,), ["f"]),
    (("text",), FAILS),
    (([{"tool_calls": [{}]}],), FAILS),
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


@gold(((_FLIGHT, "get_user"), [{"id": "ann"}, {"id": "ann_1"}]), ((_FLIGHT, "cancel"), []), ((_BAD_ARGUMENTS, "f"), FAILS))
def tool_arguments(messages: Any, tool: str) -> list[dict]:
    """The arguments of each call of a tool, as a list of objects."""
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
    ((_BAD_ARGUMENTS,), FAILS),
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
    (([{"role": "user", "content": 7}], "user"), FAILS),
)
def said(messages: Any, role: str) -> list[str]:
    """The texts of all messages of a role, in order; empty where a message has none."""
    return [_text(message.get("content")) for message in _checked(messages) if message.get("role") == role]


@gold(((_FLIGHT,), "Done."), (([{"role": "user", "content": "hi"}],), ""), (([],), ""))
def last_reply(messages: Any) -> str:
    """The text of the assistant's last message; empty where there is none."""
    return next(reversed(said(messages, "assistant")), "")


@gold(((_FLIGHT, "assistant"), 3), ((_FLIGHT, "system"), 0))
def message_count(messages: Any, role: str) -> int:
    """The number of messages of a role."""
    return sum(message.get("role") == role for message in _checked(messages))


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    raise ValueError("the content of a message is a text, a list of parts, or null")
