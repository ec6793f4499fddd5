"""A scored row as text: a JSON line, or columns for reading."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of one row: its reward (a number, nested lists, or None), terms and outputs by name, why it is invalid.

    `number` is its line or row in the data; `unread` says that its data were wrong, so that nothing was computed.
    """

    number: int
    reward: object = None
    terms: dict[str, object] = field(default_factory=dict)
    outputs: dict[str, object] = field(default_factory=dict)
    invalid: str | None = None
    unread: bool = False


def as_json(row: Scored) -> str:
    """One JSON object on one line; infinite numbers are the strings "inf" and "-inf"."""
    entry = {"row": row.number, "reward": row.reward, "terms": row.terms, "outputs": row.outputs, "invalid": row.invalid}
    try:
        return json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError:
        return json.dumps(_finite(entry), ensure_ascii=False, allow_nan=False) + "\n"


def as_text(row: Scored) -> str:
    """Row, reward, terms, outputs and the reason, parted by tabs."""
    named = [f"{name}={_short(value)}" for group in (row.terms, row.outputs) for name, value in group.items()]
    return "\t".join([str(row.number), _short(row.reward), *named, *([row.invalid] if row.invalid else [])]) + "\n"


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(entry) for entry in value) + "]"
    return "invalid" if value is None else str(value)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list) else value


WRITERS = {"json": as_json, "text": as_text}
