"""Completions, as language-model trainers hand them over, as the columns of a spec."""

from collections.abc import Callable, Mapping, Sequence

from rewardlang.ir.spec import InputInfo, Spec
from rewardlang.trainers.refuse import TrainerError
from rewardlang.values.types import Kind

#: Where a declared column of an input comes from: the name of one of the trainer's columns, or a function of one row.
Origin = str | Callable[[Mapping[str, object]], object]

#: What is there in every trainer of texts.
STANDARD = ("prompt", "completion", "completion_ids", "tokens")


class SampleColumns:
    """Makes the spec's columns of a batch of samples.

    `prompt` and `completion` are texts: of a conversation the text of its last message, unless the spec wants a list; then
    they are its messages, and `completion.content` the content of each. `tokens` is the number of `completion_ids`. All
    other columns are the trainer's by name, or as `columns` says: input → column, or a function of the row.
    """

    def __init__(self, spec: Spec, columns: Mapping[str, Origin] | None = None, known: Sequence[str] = ()):
        self.spec, self.origins, self.known = spec, dict(columns or {}), {*STANDARD, *known}
        names = {*spec.inputs, *(external.name for external in spec.externals.values())}
        for name in self.origins:
            if name not in names:
                raise TrainerError(f"`{name}` is no input of the spec: it has {', '.join(sorted(names))}")

    def read(self, rows: Mapping[str, Sequence], count: int) -> dict[str, object]:
        """The columns for `count` samples from the trainer's own."""
        found: dict[str, object] = dict(rows)
        for name, info in self.spec.inputs.items():
            if name not in self.origins and (made := self._standard(info, rows)) is not None:
                found[info.column] = made
        for name, origin in self.origins.items():
            column = self.spec.inputs[name].column if name in self.spec.inputs else name
            found[column] = self._declared(name, origin, rows, count)
        return found

    def _standard(self, info: InputInfo, rows: Mapping[str, Sequence]) -> list | None:
        root, _, field = info.column.partition(".")
        if root == "tokens" and "tokens" not in rows and "completion_ids" in rows:
            return [None if ids is None else len(ids) for ids in rows["completion_ids"]]
        if root not in ("prompt", "completion") or root not in rows:
            return None
        if field:
            return [[message.get(field) for message in messages(entry)] for entry in rows[root]]
        if info.type.kind is Kind.TEXT and not info.type.axes:
            return [text_of(entry) for entry in rows[root]]
        return [messages(entry) for entry in rows[root]]

    @staticmethod
    def _declared(name: str, origin: Origin, rows: Mapping[str, Sequence], count: int) -> list | Sequence:
        if callable(origin):
            return [_one(origin, {key: column[place] for key, column in rows.items()}) for place in range(count)]
        if origin not in rows:
            raise TrainerError(f"there is no column `{origin}` for `{name}`: the trainer has {', '.join(sorted(rows))}")
        return rows[origin]


def _one(origin: Callable, row: Mapping[str, object]) -> object:
    """A row for which the function fails has a null there: it is that row's failure alone."""
    try:
        return origin(row)
    except Exception:
        return None


def text_of(entry: object) -> str | None:
    """The text of a completion: itself, or what the last message of a conversation says."""
    if entry is None or isinstance(entry, str):
        return entry
    said = messages(entry)
    return said[-1]["content"] if said else ""


def messages(entry: object) -> list[dict]:
    """A completion as a list of messages whose content is text; a plain one is a single message of the assistant."""
    if isinstance(entry, str):
        return [{"role": "assistant", "content": entry}]
    return [{**_plain(message), "content": _text(_plain(message).get("content"))} for message in entry or ()]


def _plain(message: object) -> dict:
    return dict(message) if isinstance(message, Mapping) else message.model_dump()


def _text(content: object) -> str:
    """The text of a content, which may be given in parts."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, Mapping))
    return "" if content is None else str(content)
