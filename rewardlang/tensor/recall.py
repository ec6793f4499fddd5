"""What was answered before: to an equal row of this call, to the same question elsewhere in the program, in a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewardlang.ir.spec import ExternalInfo
from rewardlang.models.cache import Cache
from rewardlang.models.failed import Failed
from rewardlang.tensor.counts import Counts


@dataclass(slots=True)
class Recall:
    """Answers of one model or verifier by its arguments: those of this call of the reward, and those of its cache."""

    cache: Cache | None = None
    answered: dict[tuple, object] = field(default_factory=dict)
    written: set[tuple] = field(default_factory=set)

    def keys(self, columns: Sequence, varying: Sequence[bool], rows: int) -> list[tuple] | None:
        """For each row all its arguments, hashable; None without arguments."""
        full = [column if varies else [column] * rows for column, varies in zip(columns, varying, strict=True)]
        if not full:
            return [()] * rows
        keys = list(zip(*full, strict=True))
        try:
            hash(tuple(key for key in keys))
        except TypeError:
            keys = [tuple(map(repr, key)) for key in keys]
        return keys

    def look_up(self, keys: Sequence[tuple], counts: Counts) -> dict[tuple, object]:
        """The answers that are known, by key."""
        found = {key: self.answered[key] for key in keys if key in self.answered}
        counts.deduplicated += len(found)
        if self.cache is not None:
            stored = self.cache.read([key for key in keys if key not in found])
            counts.cached += len(stored)
            self.answered |= stored
            found |= stored
        return found

    def keep(self, answers: dict[tuple, object]) -> None:
        """Remember answers; failures only for this call."""
        self.answered |= answers
        if self.cache is not None:
            new = {key: value for key, value in answers.items() if type(value) is not Failed and key not in self.written}
            self.cache.write(new)
            self.written |= new.keys()


def cache_of(external: ExternalInfo) -> Cache | None:
    """The file of a model's answers, in which those of another source, prompt, version or declared result stand apart."""
    asking = external.asking
    if asking.cache is None:
        return None
    told = (asking.version, asking.prompt, asking.model, asking.parse, asking.temperature, asking.votes, asking.context,
            asking.out_of_range, asking.on_unparsed, asking.reads_unparsed)
    names = [argument.name for argument in external.arguments]
    result = (str(external.result), external.result.labels, str(external.domain), repr(external.field_domains))
    return Cache(asking.cache, repr((external.name, external.target, told, names, result)))


def distinct(columns: Sequence[Sequence], rows: int) -> tuple[Sequence, list[list]] | None:
    """A key for each row, and the columns of the first row of each key; None if no two rows are equal."""
    if not columns:
        return ([()] * rows, []) if rows > 1 else None
    try:
        for column in columns:
            if len(set(column)) == rows:
                return None
        keys = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        first = list(dict.fromkeys(keys))
    except TypeError:
        return _distinct_by_text(columns, rows)
    if len(first) == rows:
        return None
    return keys, [first] if len(columns) == 1 else [list(column) for column in zip(*first, strict=True)]


def _distinct_by_text(columns: Sequence[Sequence], rows: int) -> tuple[Sequence, list[list]] | None:
    """The same of values that cannot be hashed, lists and records: equal are those that are written alike."""
    keys = [repr(row) for row in zip(*columns, strict=True)]
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    if len(first) == rows:
        return None
    return keys, [[column[row] for row in first.values()] for column in columns]
