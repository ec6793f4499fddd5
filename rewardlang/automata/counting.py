"""Whether an automaton counts: a word that, read again and again, takes a state round a cycle of two or more."""

from collections.abc import Sequence

_MOST_WORDS, _MOST_WORK = 20_000, 2_000_000


def counts(rows: Sequence[Sequence[int]]) -> bool | None:
    """Whether some word permutes states of `rows[state][letter]` in a cycle of two or more; None: too many words to look at.

    What a deterministic automaton without such a word accepts can be said in linear temporal logic (McNaughton and Papert
    1971 for finite traces; Diekert and Gastin, First-order definable languages, 2008, for infinite ones). Of one that counts
    this is not known, since another automaton of the same language may not.
    """
    letters = set(zip(*rows))
    most = min(_MOST_WORDS, _MOST_WORK // max(1, len(rows) * len(letters)))
    found = dict.fromkeys(letters)
    waiting = list(found)
    for word in waiting:  # grows while it is walked
        if _turns(word):
            return True
        for letter in letters:
            longer = tuple(letter[state] for state in word)
            if longer not in found:
                if len(found) >= most:
                    return None
                found[longer] = None
                waiting.append(longer)
    return False


def _turns(word: tuple[int, ...]) -> bool:
    """Whether the function has a cycle of two states or more: then some of its iterates are never at rest."""
    after = word
    for _ in range(len(word).bit_length()):
        after = tuple(after[state] for state in after)
    return any(word[state] != state for state in set(after))
