"""A scored row as text: a JSON line, or columns for reading."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of one row: its reward (a number, nested lists, or None), terms and outputs by name, why it is invalid.

    `number` is its line or row in the data; `unread` says that its data were wrong, so that nothing was computed. `reasons`
    has for each of the outputs that is invalid, or that has an invalid entry, why. `rewarded` tells that the reward was
    asked for: without it a line has none.
    """

    number: int
    reward: object = None
    terms: dict[str, object] = field(default_factory=dict)
    outputs: dict[str, object] = field(default_factory=dict)
    invalid: str | None = None
    unread: bool = False
    reasons: dict[str, str] = field(default_factory=dict)
    rewarded: bool = True


def as_json(row: Scored) -> str:
    """One JSON object on one line; infinite numbers are the strings "inf" and "-inf"."""
    reward = {"reward": row.reward} if row.rewarded else {}
    entry = {"row": row.number, **reward, "terms": row.terms, "outputs": row.outputs, "invalid": row.invalid,
             "reasons": row.reasons}
    try:
        return json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError:
        return json.dumps(_finite(entry), ensure_ascii=False, allow_nan=False) + "\n"


def as_text(row: Scored) -> str:
    """Row, reward, terms, outputs and the reasons, parted by tabs."""
    named = [f"{name}={_short(value)}" for group in (row.terms, row.outputs) for name, value in group.items()]
    reward = [_short(row.reward)] if row.rewarded else []
    invalid = [row.invalid] if row.invalid and (row.rewarded or not row.reasons) else []
    reasons = [f"{name}: {reason}" for name, reason in row.reasons.items()]
    return "\t".join([str(row.number), *reward, *named, *invalid, *reasons]) + "\n"


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
