"""What a vector of environments tells in its `info`: arrays with masks, as gymnasium makes them, read as columns."""

from collections.abc import Mapping, Sequence

import numpy as np

#: Where autoreset at the same step puts what was told of the step that ended an episode.
FINAL = "final_info"


def told(info: Mapping[str, object], parts: tuple, count: int) -> np.ndarray | list:
    """What stands at a path of names, numbers and slices, for each of `count` environments; null where one does not tell it.

    Of an environment that has begun anew at the same step it is what was told when the episode ended.
    """
    values, there = _found(info, parts, count)
    if FINAL in info:
        last, there_last = _found(info[FINAL], parts, count)
        ended = np.asarray(info[f"_{FINAL}"])
        values, there = _chosen(ended, last, values), np.where(ended, there_last, there)
    if there.all():
        return values
    return [value if good else None for value, good in zip(_rows(values), there.tolist(), strict=True)]


def _found(info: Mapping[str, object], parts: tuple, count: int) -> tuple[np.ndarray | list, np.ndarray]:
    """The values, and which environments have them."""
    value, there = info, np.ones(count, dtype=bool)
    for place, part in enumerate(parts):
        if isinstance(value, Mapping):
            if part not in value:
                return [None] * count, np.zeros(count, dtype=bool)
            there = there & value.get(f"_{part}", True)
            value = value[part]
        elif isinstance(value, np.ndarray) and value.dtype.kind != "O":
            value = value[:, part]
        else:
            rows = [dig(row, parts[place:]) for row in value]
            return rows, there & np.array([row is not None for row in rows], dtype=bool)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return value.tolist(), there & np.array([row is not None for row in value], dtype=bool)
    return value, there


def _chosen(ended: np.ndarray, last: np.ndarray | list, values: np.ndarray | list) -> np.ndarray | list:
    """The last values where an episode ended, the others elsewhere."""
    if isinstance(last, np.ndarray) and isinstance(values, np.ndarray):
        return np.where(ended.reshape(-1, *(1,) * (values.ndim - 1)), last, values)
    return [a if end else b for end, a, b in zip(ended.tolist(), _rows(last), _rows(values), strict=True)]


def _rows(values: np.ndarray | Sequence) -> Sequence:
    return values.tolist() if isinstance(values, np.ndarray) else values


def dig(row: object, parts: tuple) -> object:
    """What one environment tells at a path, None where it does not."""
    for part in parts:
        try:
            row = row[part]
        except (KeyError, IndexError, TypeError):
            return None
    return row
