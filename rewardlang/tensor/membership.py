"""Groups of a size that `group by` does not allow: their rows are wrong, since proofs rest on the declared sizes."""

from collections import Counter

import torch
from torch import Tensor

from rewardlang.ir.spec import Spec
from rewardlang.tensor import words
from rewardlang.tensor.columns import Batch
from rewardlang.tensor.wanted import Problems, Wanted


def check_sizes(spec: Spec, batch: Batch, key: Wanted | None) -> None:
    """Note in the batch each row of a group that is smaller or larger than declared; its key becomes invalid.

    `key` is the column of keys, None where it is absent and its default makes one group of all rows. Rows without a key
    are in no group.
    """
    least, most = spec.group_size
    entries = [spec.inputs[spec.group_key].default] * batch.size if key is None else _entries(batch, key)
    sizes = Counter(entry for entry in entries if entry is not None)
    rows = torch.tensor([entry is not None and not least <= sizes[entry] <= most for entry in entries], dtype=torch.bool)
    if not bool(rows.any()):
        return

    def say(row: int) -> str:
        return words.group_size(spec.group_key, entries[row], sizes[entries[row]], least, most)

    if key is None:
        batch.refused.append(Problems(rows, say))
        return
    batch.problems.setdefault(key.name, []).append(Problems(rows, say))
    batch.clean = False
    fill = 0 if key.type.kind.on_host else key.range(batch.dtype).fill
    batch.columns[key.name] = batch.columns[key.name].refit(key.type, rows, batch.lengths, fill, batch.device)


def _entries(batch: Batch, key: Wanted) -> list:
    """The key of each row as the data has it, None where it is invalid."""
    column = batch.columns[key.name]
    found = column.data
    if isinstance(found, Tensor):
        found = [key.type.labels[int(code)] if key.type.labels else int(code) for code in found.tolist()]
    if column.valid is None:
        return list(found)
    return [entry if there else None for entry, there in zip(found, column.valid.tolist(), strict=True)]
