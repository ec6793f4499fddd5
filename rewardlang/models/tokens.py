"""Texts to tokens of one model: where the prompt ends is explicit, and nothing is cut unless that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rewardlang.models.failed import Failed


@dataclass(slots=True)
class Encoded:
    """The tokens of one row, the number of those of the prompt, and the segments of a pair, for models that know them."""

    ids: list[int]
    prompt: int = 0
    kinds: list[int] | None = None


class Encoder:
    """Encodes rows of texts: a text each, or a completion after its contexts; `names` are those of all, the completion's last.

    With a chat template the contexts are the user's turn, a blank line between them, but for one named `system`, which is the
    system's; the completion is the assistant's. Without one they are tokenised apart and joined, so that the tokens of the
    completion are the same after any context; models that are no decoders get them as a pair.
    """

    def __init__(self, tokenizer: Any, decoder: bool, causal: bool, limit: int | None, truncate: bool,
                 names: tuple[str, ...] = ()):
        self.tokenizer, self.decoder, self.causal, self.limit, self.truncate = tokenizer, decoder, causal, limit, truncate
        self.names = names
        self.template = bool(getattr(tokenizer, "chat_template", None))
        # A decoder never looks at what pads; libraries warn of padding tokens without a mask, so that it is another one there.
        self.pad = (tokenizer.pad_token_id or 0) if not decoder else int(tokenizer.pad_token_id == 0)
        start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        self.start = [] if start is None else [start]

    def __call__(self, columns: Sequence[Sequence[str]]) -> list[Encoded | Failed]:
        """The tokens of each row, or why it cannot be asked about; `columns` are the texts of each parameter."""
        return [self._checked(found) for found in self._encoded(*map(list, columns))] if columns[0] else []

    def _checked(self, found: Encoded) -> Encoded | Failed:
        if not found.ids:
            return Failed("has no tokens", "context")
        if self.causal and not found.prompt:
            return Failed("has nothing before its first token, and the tokenizer no token to begin with", "context")
        if self.limit is None or len(found.ids) <= self.limit:
            return found
        if not self.truncate:
            return Failed(f"has {len(found.ids):,} tokens, and the model reads {self.limit:,}", "context")
        return self._cut(found)

    def _cut(self, found: Encoded) -> Encoded | Failed:
        """The end of a row that is too long; of a completion whose log-probability is asked, nothing is cut."""
        gone = len(found.ids) - self.limit
        if self.causal and found.prompt - gone < 1:
            return Failed(f"has {len(found.ids) - found.prompt:,} tokens in its completion, and the model reads {self.limit:,}", "context")
        kinds = None if found.kinds is None else found.kinds[gone:]
        return Encoded(found.ids[gone:], max(found.prompt - gone, 0), kinds)

    def _encoded(self, *columns: list[str]) -> list[Encoded]:
        *contexts, last = columns
        if contexts and self.template:
            return [self._chat(row[:-1], row[-1]) for row in zip(*columns, strict=True)]
        if not self.decoder:
            found = self.tokenizer(*columns)
            kinds = found.get("token_type_ids") or [None] * len(last)
            return [Encoded(ids, 0, kind) for ids, kind in zip(found["input_ids"], kinds, strict=True)]
        if not contexts and not self.causal:
            return [Encoded(ids) for ids in self.tokenizer(last)["input_ids"]]
        after = self._bare(last)
        before = self.tokenizer(contexts[0])["input_ids"] if contexts else [[]] * len(after)
        for more in map(self._bare, contexts[1:]):
            before = [one + two for one, two in zip(before, more, strict=True)]
        return [Encoded((first or self.start) + ids, len(first or self.start)) for first, ids in zip(before, after, strict=True)]

    def _bare(self, texts: list[str]) -> list[list[int]]:
        return self.tokenizer(texts, add_special_tokens=False)["input_ids"]

    def _chat(self, contexts: Sequence[str], completion: str) -> Encoded:
        named = list(zip(self.names or [""] * len(contexts), contexts, strict=False))
        turns = [{"role": "system", "content": text} for name, text in named if name == "system"]
        turns.append({"role": "user", "content": "\n\n".join(text for name, text in named if name != "system")})
        if not self.causal:
            answered = [*turns, {"role": "assistant", "content": completion}]
            return Encoded(self.tokenizer.apply_chat_template(answered, return_dict=False))
        before = self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)
        return Encoded(before + self._bare([completion])[0], len(before))
