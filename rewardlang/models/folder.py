"""Models in a folder of Hugging Face's format: scores of texts, and log-probabilities of completions."""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from rewardlang.models.batches import POSITIONS, Budget, longest_first
from rewardlang.models.failed import Failed, Unusable, describe
from rewardlang.models.tokens import Encoded, Encoder
from rewardlang.values.types import Type

#: The most padded positions of one micro-batch: more make no GPU faster.
MOST_POSITIONS = 1 << 19
#: No tokenizer or model that states a limit states one above this; libraries write larger numbers for "none".
_NO_LIMIT = 10**7


class Folder:
    """Called with one list of texts for each parameter (`names`); gives a number, a list of numbers, or Failed for each row, in order.

    A model for sequence classification gives its head's output at the last token of the text (or what its pooled first token
    gives, if it is no decoder). A causal one gives the log-probability of the last text after all others, in nats: of each of its
    tokens where the result has an axis, else their sum. Weights are read from safetensors only, and no code from the folder runs.
    """

    def __init__(self, folder: Path, result: Type, batch: int | None, truncate: bool, names: Sequence[str] = ()):
        import torch

        self.torch, self.result = torch, result
        self.budget = Budget(batch) if batch else Budget(positions=POSITIONS)
        self.causal, self.model, tokenizer = _load(folder)
        if torch.cuda.is_available():
            self.model.to("cuda")
        self.decoder = self.causal or hasattr(self.model, "score")
        self.masked = not self.decoder or any(getattr(self.model.config, name, not off) is off for name, off in _BOTH_WAYS.items())
        if not self.causal:
            self._check_heads(folder)
        elif result.axes and result.axes[0].size is not None:
            raise Unusable(f"{folder} gives a log-probability for each token, and `{result.axes[0].name}` has a fixed size")
        self.encoder = Encoder(tokenizer, self.decoder, self.causal, _limit(self.model, tokenizer), truncate, tuple(names))
        if len(names) > 2 and not self.decoder:
            raise Unusable(f"{folder} holds no decoder: it takes a text or a pair of texts, and {len(names)} are declared")

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
        lengths = [0 if type(row) is Failed else len(row.ids) for row in rows]
        order = [there[place] for place in longest_first([lengths[number] for number in there], len(there))]
        answered = self.budget.answers(order, lengths, lambda batch: self._answer([rows[number] for number in batch]),
                                       self._too_large, lambda error: Failed(describe(error)))
        for number, value in answered.items():
            found[number] = value
        return found

    def _too_large(self, error: BaseException) -> bool:
        """Whether a micro-batch did not fit in the memory of its device."""
        if isinstance(error, self.torch.OutOfMemoryError) and self.model.device.type == "cuda":
            self.torch.cuda.empty_cache()
        return isinstance(error, (self.torch.OutOfMemoryError, MemoryError))

    def _answer(self, rows: list[Encoded]) -> list:
        """Values of one micro-batch; on a GPU it is seen how much memory it took, unless the rows of one are declared."""
        on_gpu = self.model.device.type == "cuda" and self.budget.positions is not None
        before = self._peak_from_here() if on_gpu else 0
        with self.torch.inference_mode():
            found = self._log_probabilities(rows) if self.causal else self._scores(rows)
        if on_gpu:
            taken = self.torch.cuda.max_memory_allocated(self.model.device) - before
            self._fit(taken / (len(rows) * max(len(row.ids) for row in rows)))
        return found

    def _peak_from_here(self) -> int:
        self.torch.cuda.reset_peak_memory_stats(self.model.device)
        return self.torch.cuda.memory_allocated(self.model.device)

    def _fit(self, each: float) -> None:
        """As many positions as half of the free memory holds, if one takes `each` bytes; at most twice as many as before."""
        cuda, device = self.torch.cuda, self.model.device
        free = cuda.mem_get_info(device)[0] + cuda.memory_reserved(device) - cuda.memory_allocated(device)
        self.budget.positions = max(1, min(int(free / 2 / max(each, 1.0)), 2 * self.budget.positions, MOST_POSITIONS))

    def _tensors(self, rows: list[Encoded]) -> dict[str, Any]:
        """Tokens padded on the right: positions and the last token are then those of the text alone.

        A decoder sees nothing of what comes after a token, so it needs no mask, and is faster without.
        """
        tensor, pad = self.torch.tensor, self.encoder.pad
        sizes = tensor([len(row.ids) for row in rows])
        mask = self.torch.arange(int(sizes.max())) < sizes.unsqueeze(1)

        def padded(entries: Iterable[int], fill: int) -> Any:
            block = self.torch.full(mask.shape, fill)
            block[mask] = tensor(list(entries))
            return block

        given = {"input_ids": padded(chain.from_iterable(row.ids for row in rows), pad)}
        if self.masked:
            given["attention_mask"] = mask.long()
        if rows[0].kinds is not None:
            given["token_type_ids"] = padded(chain.from_iterable(row.kinds for row in rows), 0)
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
    _demand_safetensors(folder)
    if not any(path for pattern in _TOKENIZERS for path in folder.glob(pattern)):
        raise Unusable(f"{folder} has no tokenizer: write it there too, with `tokenizer.save_pretrained(folder)`")
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
        model, told = getattr(transformers, kind).from_pretrained(folder, use_safetensors=True, output_loading_info=True, **kept)
        if absent := sorted(told["missing_keys"]):
            raise Unusable(f"{folder} has no weights for {', '.join(absent[:3])}: they would be random")
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **kept)
        return kind == _CAUSAL, model.eval(), tokenizer
    except Unusable:
        raise
    except Exception as error:  # whatever a broken file makes the libraries raise
        raise Unusable(f"{folder} cannot be loaded: {describe(error)}") from error


def _demand_safetensors(folder: Path) -> None:
    """Raise Unusable where weights would be read from files of another format."""
    named = [path.name for path in folder.glob("*.safetensors")]
    for index in folder.glob("*.index.json"):
        try:
            named += json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise Unusable(f"{index} is no index of weights: {describe(error)}") from error
    others = sorted({str(name) for name in named if not str(name).endswith(".safetensors")})
    if others or not named:
        what = f"has weights in {others[0]}" if others else "has no weights in safetensors"
        raise Unusable(f"{folder} {what}: only safetensors are read, since other files may hold code; "
                       "write them anew with `model.save_pretrained(folder, safe_serialization=True)`")


def _rules(tokenizer: Any) -> object:
    """How a tokenizer cuts texts, as far as it says."""
    if not hasattr(tokenizer, "backend_tokenizer"):
        return type(tokenizer).__name__
    told = json.loads(tokenizer.backend_tokenizer.to_str())
    return [told.get(part) for part in ("normalizer", "pre_tokenizer", "model")]


#: Files of which a folder with a tokenizer has one; without them the library makes an empty one.
_TOKENIZERS = ("tokenizer*", "vocab*", "*.model", "tekken.json")
#: What a configuration says of a decoder whose tokens see those after them too.
_BOTH_WAYS = {"is_causal": False, "use_bidirectional_attention": True}
_CAUSAL = "AutoModelForCausalLM"
_KINDS = {"ForSequenceClassification": "AutoModelForSequenceClassification", "ForCausalLM": _CAUSAL, "LMHeadModel": _CAUSAL}


def _limit(model: Any, tokenizer: Any) -> int | None:
    """The most tokens that the model reads, by its configuration and its tokenizer; None where neither says."""
    told = [getattr(model.config, "max_position_embeddings", None), getattr(tokenizer, "model_max_length", None)]
    known = [int(limit) for limit in told if limit and limit < _NO_LIMIT]
    return min(known, default=None)
