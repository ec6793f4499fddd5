"""What a judge's text says of a pair or a list; an unclear verdict is an empty ranking, never a win."""

import re

_LIST = re.compile(r"\[([^\[\]]*\w\s*>\s*\w[^\[\]]*)\]")
#: A text with so many signs is no ranking of a list that a judge was shown.
_TOO_MANY = 10


def parse_pair_verdict(text: str) -> list[int]:
    """The ranks of A and B in a verdict `[[A]]` or `[[B]]`; [] for both marks or none.

    The published parser lets A win where both occur, which is a bias for the first position.
    """
    first, second = "[[A]]" in text, "[[B]]" in text
    return [] if first == second else [0, 1] if first else [1, 0]


def parse_ranking_verdict(text: str) -> list[int]:
    """The rank of each item from 0 in a verdict like `[B > A > C]`: [1, 0, 2]; [] where it names not each of A, B, C … once.

    The first bracket with a `>` between words counts; blanks and the word "assistant" in it are left out.
    """
    found = _LIST.search(text)
    if found is None or text.count(">") >= _TOO_MANY:
        return []
    names = re.sub(r"\s+|[Aa]ssistant", "", found.group(1)).split(">")
    letters = [chr(ord("A") + i) for i in range(len(names))]
    return [names.index(letter) for letter in letters] if sorted(names) == letters else []
