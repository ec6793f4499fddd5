"""How a model or verifier is asked: what its declaration says beside its signature."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: What answers, by how the target begins: a folder in the format of Hugging Face, an exported program, a chat endpoint.
KINDS = {"hf": "folder", "pt2": "program", "http": "endpoint", "https": "endpoint"}


def kind_of(target: str | None) -> str:
    """`folder`, `program`, `endpoint`, or `function` (named, bound, or none at all)."""
    return KINDS.get((target or "").partition(":")[0], "function")


#: `{argument}` in a prompt, and doubled braces, which stand for single ones.
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


def holes_of(prompt: str) -> list[str | None]:
    """The names in the holes of a prompt, in order; None for a brace that opens or closes nothing."""
    return [match.group(1) for match in _HOLE.finditer(prompt) if match.group(0) not in ("{{", "}}")]


def filled(prompt: str, arguments: Mapping[str, object]) -> str:
    """A prompt with its arguments in its holes: texts as they are, numbers as Python writes them, truths as words."""
    def shown(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return match.group(0)[0]
        value = arguments[match.group(1)]
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

    return _HOLE.sub(shown, prompt)


@dataclass(frozen=True)
class Asking:
    """The options of one model or verifier, None where nothing is said.

    `within` is in seconds, for all calls of one batch. `batch` is the number of rows of one micro-batch, `concurrency` that
    of requests at one time. `on_unparsed` is the value (an enum's label as its code) of an answer that cannot be read, where
    `reads_unparsed`. `out_of_range` is `clip` or `error`; None makes the row invalid. `context` is `truncate` or None.
    """

    prompt: str | None = None
    model: str | None = None
    key: str | None = None
    parse: str | None = None
    temperature: float | None = None
    votes: int = 1
    retries: int = 2
    concurrency: int = 32
    batch: int | None = None
    within: float | None = None
    cache: str | None = None
    version: str = ""
    out_of_range: str | None = None
    context: str | None = None
    on_unparsed: object | None = None
    reads_unparsed: bool = False
