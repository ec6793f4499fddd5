"""Models in a folder of Hugging Face's format: scores of texts, and log-probabilities of completions."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rewardlang.models.batches import micro_batches
from rewardlang.models.failed import Failed, Unusable, describe
from rewardlang.models.tokens import Encoded, Encoder
from rewardlang.values.types import Type

#: Rows of one micro-batch where a declaration says nothing.
BATCH = 32
#: No tokenizer or model that states a limit states one above this; libraries write larger numbers for "none".
_NO_LIMIT = 10**7


class Folder:
    """Called with one list of texts for each parameter; gives a number, a list of numbers, or Failed for each row, in order.

    A model for sequence classification gives its head's output at the last token of the text (or what its pooled first token
    gives, if it is no decoder). A causal one gives the log-probability of the last text after the first, in nats: of each of its
    tokens where the result has an axis, else their sum. Weights are read from safetensors only, and no code from the folder runs.
    """

    def __init__(self, folder: Path, result: Type, batch: int | None, truncate: bool):
        import torch

        self.torch, self.result, self.size = torch, result, batch or BATCH
        self.causal, self.model, tokenizer = _load(folder)
        if torch.cuda.is_available():
            self.model.to("cuda")
        self.decoder = self.causal or hasattr(self.model, "score")
        if not self.causal:
            self._check_heads(folder)
        elif result.axes and result.axes[0].size is not None:
            raise Unusable(f"{folder} gives a log-probability for each token, and `{result.axes[0].name}` has a fixed size")
        self.encoder = Encoder(tokenizer, self.decoder, self.causal, _limit(self.model, tokenizer), truncate)

    def _check_heads(self, folder: Path) -> None:
        heads, axes = self.model.config.num_labels, self.result.axes
        wanted = axes[0].size if axes else 1
        if heads != wanted:
            raise Unusable(f"{folder} gives {heads} scores for a text, and {wanted or 'a list of any length'} is declared")

    def cuts_like(self, other: "Folder") -> bool:
        """Whether another model has the same tokens."""
        one, two = self.encoder.tokenizer, other.encoder.tokenizer
        if one.get_vocab() != two.get_vocab() or self.encoder.template != other.encoder.template:
            return False
        return _rules(one) == _rules(two)

    def __call__(self, *columns: Sequence[str]) -> list:
        """A value or Failed for each row."""
        rows = self.encoder(columns)
        found: list = [row if type(row) is Failed else None for row in rows]
        there = [number for number, row in enumerate(rows) if type(row) is not Failed]
        lengths = [len(rows[number].ids) for number in there]
        for batch in micro_batches(lengths, len(there), self.size):
            places = [there[number] for number in batch]
            for place, value in zip(places, self._answer([rows[place] for place in places]), strict=True):
                found[place] = value
        return found

    def _answer(self, rows: list[Encoded]) -> list:
        """Values of one micro-batch; of half of it at a time where it does not fit in the memory of the device."""
        try:
            with self.torch.inference_mode():
                return self._log_probabilities(rows) if self.causal else self._scores(rows)
        except self.torch.OutOfMemoryError as error:
            if len(rows) == 1:
                return [Failed(describe(error))]
        half = len(rows) // 2
        return self._answer(rows[:half]) + self._answer(rows[half:])

    def _tensors(self, rows: list[Encoded]) -> dict[str, Any]:
        """Tokens padded on the right: positions and the last token are then those of the text alone."""
        width = max(len(row.ids) for row in rows)
        pad = self.encoder.pad
        tensor = self.torch.tensor
        given = {"input_ids": tensor([row.ids + [pad] * (width - len(row.ids)) for row in rows]),
                 "attention_mask": tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows])}
        if rows[0].kinds is not None:
            given["token_type_ids"] = tensor([row.kinds + [0] * (width - len(row.ids)) for row in rows])
        return {name: values.to(self.model.device) for name, values in given.items()}

    def _scores(self, rows: list[Encoded]) -> list:
        given = self._tensors(rows)
        if self.decoder:
            hidden = self.model.base_model(**given).last_hidden_state
            last = self.torch.tensor([len(row.ids) - 1 for row in rows], device=hidden.device)
            scores = self.model.score(hidden[self.torch.arange(len(rows), device=hidden.device), last])
        else:
            scores = self.model(**given).logits
        return (scores if self.result.axes else scores[:, 0]).double().tolist()

    def _log_probabilities(self, rows: list[Encoded]) -> list:
        given = self._tensors(rows)
        start = min(row.prompt for row in rows) - 1
        logits = self.model(**given).logits[:, start:-1].float()
        targets = given["input_ids"][:, start + 1 :]
        found = logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1).double().tolist()
        values = [line[row.prompt - 1 - start : len(row.ids) - 1 - start] for line, row in zip(found, rows, strict=True)]
        return values if self.result.axes else [sum(value) for value in values]


def _load(folder: Path) -> tuple[bool, Any, Any]:
    """Whether the model is causal, the model, and its tokenizer. Raises Unusable."""
    if not (folder / "config.json").is_file():
        raise Unusable(f"{folder} is no folder of a model: it has no config.json; nothing is downloaded")
    if not list(folder.glob("*.safetensors")):
        raise Unusable(f"{folder} has no weights in safetensors, and others are not read, since they may hold code")
    try:
        import transformers
    except ImportError as error:
        raise Unusable("it needs the package transformers: pip install 'rewardlang[models]'") from error
    kept = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = transformers.AutoConfig.from_pretrained(folder, **kept)
        name = (config.architectures or ["?"])[0]
        kind = next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), None)
        if kind is None:
            raise Unusable(f"{folder} holds a {name}: it must be for sequence classification, or causal")
        model = getattr(transformers, kind).from_pretrained(folder, use_safetensors=True, **kept).eval()
        return kind == _CAUSAL, model, transformers.AutoTokenizer.from_pretrained(folder, **kept)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise Unusable(f"{folder} cannot be loaded: {describe(error)}") from error


def _rules(tokenizer: Any) -> object:
    """How a tokenizer cuts texts, as far as it says."""
    if not hasattr(tokenizer, "backend_tokenizer"):
        return type(tokenizer).__name__
    told = json.loads(tokenizer.backend_tokenizer.to_str())
    return [told.get(part) for part in ("normalizer", "pre_tokenizer", "model")]


_CAUSAL = "AutoModelForCausalLM"
_KINDS = {"ForSequenceClassification": "AutoModelForSequenceClassification", "ForCausalLM": _CAUSAL, "LMHeadModel": _CAUSAL}


def _limit(model: Any, tokenizer: Any) -> int | None:
    """The most tokens that the model reads, by its configuration and its tokenizer; None where neither says."""
    told = [getattr(model.config, "max_position_embeddings", None), getattr(tokenizer, "model_max_length", None)]
    known = [int(limit) for limit in told if limit and limit < _NO_LIMIT]
    return min(known, default=None)
