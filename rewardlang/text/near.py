"""The word that was probably meant."""

from collections.abc import Iterable

LONGEST = 64


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to `word`, or None if none is near: at most one slip in a short word, two in a longer one.

    Letter case and `_` or `-` are forgiven; `word` itself is never proposed.
    """
    if len(word) > LONGEST:
        return None
    limit = (len(word) > 2) + (len(word) > 4)
    best = None
    for candidate in set(candidates) - {word}:
        slips = 0 if _plain(candidate) == _plain(word) else distance(word, candidate, limit)
        if slips <= limit:
            key = (slips, candidate[:1] != word[:1], abs(len(candidate) - len(word)), candidate)
            best = key if best is None else min(best, key)
    return None if best is None else best[-1]


def hint(word: str, candidates: Iterable[str]) -> str:
    """The end of a sentence that proposes the nearest candidate; empty where none is near."""
    found = did_you_mean(word, candidates)
    return f": did you mean `{found}`?" if found else ""


def _plain(word: str) -> str:
    """The word without what is often confused."""
    return word.casefold().replace("_", "").replace("-", "")


def distance(left: str, right: str, limit: int) -> int:
    """Damerau-Levenshtein distance: letters inserted, dropped, replaced or swapped with a neighbour; `limit + 1` if more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    above, row = [], list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        above, before, row = row, above, [i]
        for j, b in enumerate(right, start=1):
            steps = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
