"""Five text verifiers and a learned reward model behind a gate: beside TRL's own computation, and beside batches by hand.

The model is a GPT-2 classifier of one layer and 32 dimensions with random weights. Without transformers (the extra `models`) there is
nothing to measure here, and without TRL its figures are left out.
"""

import importlib.util
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import torch

import rewardlang as rl
from benchmarks.gated import VERIFIERS, completions
from benchmarks.judges import figures as judge_figures
from benchmarks.report import Figure
from benchmarks.timing import best
from rewardlang.verifiers import tags
from rewardlang.verifiers import text as checks

SHARES = (0.1, 0.3, 0.6, 0.9)
BATCH = 64
SPEC = VERIFIERS + '''
model quality(completion: text) -> float in [-100, 100]  from "hf:{folder}"  batch 64  on_error invalid
reward = gate formatted { cheap: cheap, quality: quality(completion) ?? 0 } else -1
'''
FUNCTIONS: dict[str, Callable[[str], float]] = {
    "format": lambda text: 0.2 * tags.tagged(text, ["think", "answer"]),
    "stop": lambda text: 0.1 * checks.ends_with(text, "</answer>"),
    "boxed": lambda text: 0.1 * checks.contains(text, "so"),
    "fresh": lambda text: 0.2 * (1 - checks.repetition(text, 3)),
    "words": lambda text: 0.0001 * checks.word_count(text),
}


def save_model(folder: Path, texts: list[str]):
    """The model and its tokenizer, saved in a folder too."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2ForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(0)
    raw = Tokenizer(models.BPE(unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    raw.train_from_iterator(texts[:256], trainers.BpeTrainer(special_tokens=["<unk>", "</s>"], vocab_size=400))
    words = PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", eos_token="</s>", pad_token="</s>")
    config = GPT2Config(vocab_size=len(words), n_positions=512, n_embd=32, n_layer=1, n_head=2, num_labels=1,
                        pad_token_id=1, bos_token_id=1, eos_token_id=1)
    model = GPT2ForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return model, words


def by_hand(model, words, texts: list[str]) -> torch.Tensor:
    """All rows, ungated, in micro-batches of like length: the best that is written without a gate."""
    ids = words(texts, add_special_tokens=False)["input_ids"]
    order = sorted(range(len(texts)), key=lambda row: -len(ids[row]))
    scores = torch.zeros(len(texts), dtype=torch.float64)
    with torch.inference_mode():
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            width = len(ids[rows[0]])
            padded = torch.tensor([ids[row] + [1] * (width - len(ids[row])) for row in rows])
            mask = torch.tensor([[1] * len(ids[row]) + [0] * (width - len(ids[row])) for row in rows])
            hidden = model.base_model(input_ids=padded, attention_mask=mask).last_hidden_state
            last = torch.tensor([len(ids[row]) - 1 for row in rows])
            scores[rows] = model.score(hidden[torch.arange(len(rows)), last])[:, 0].double()
    verified = [sum(function(text) for function in FUNCTIONS.values()) for text in texts]
    passed = torch.tensor([tags.tagged(text, ["think", "answer"]) for text in texts])
    return torch.where(passed, torch.tensor(verified, dtype=torch.float64) + scores, -1.0)


def trl_rewards(model, words) -> Callable[[list[str]], torch.Tensor]:
    """TRL's computation of the same five functions and the model, [rows, 6]; the trainer around it is left out."""
    from accelerate import Accelerator
    from trl import GRPOTrainer

    def of_all(function: Callable[[str], float]) -> Callable[..., list[float]]:
        return lambda completions, **_: [function(text) for text in completions]

    trainer = object.__new__(GRPOTrainer)
    trainer.__dict__.update(
        accelerator=Accelerator(cpu=True), state=SimpleNamespace(global_step=0), environments=None,
        _log_completion_extra=None, _log_metric=None,
        reward_funcs=[*map(of_all, FUNCTIONS.values()), model], reward_processing_classes=[None] * len(FUNCTIONS) + [words],
        reward_func_names=[*FUNCTIONS, "quality"], chat_template_kwargs={},
        args=SimpleNamespace(report_to=[], past_index=-1, device=torch.device("cpu")), is_deepspeed_enabled=False, model=model)

    def run(texts: list[str]) -> torch.Tensor:
        return trainer._calculate_rewards([{}] * len(texts), [""] * len(texts), texts, [[]] * len(texts))

    return run


def figures() -> Iterator[Figure]:
    """What the gate and the batches save, at several shares of rows that pass."""
    yield from judge_figures()
    if importlib.util.find_spec("transformers") is None:
        return
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        model, words = save_model(Path(place), completions())
        reward = rl.compile(text=SPEC.replace("{folder}", place))
        for share in (*SHARES, 1.0):
            yield from _at(share, reward, model, words)


def _at(share: float, reward, model, words) -> Iterator[Figure]:
    texts = completions(share)
    sides = {"ours": lambda: reward({"completion": texts}).reward, "hand": lambda: by_hand(model, words, texts)}
    torch.testing.assert_close(sides["ours"](), sides["hand"](), atol=5e-5, rtol=1e-5)
    seconds = best(sides, 3, time.process_time)
    wanted = {0.3: 2.5}.get(share, 0.97)
    yield Figure(f"all rows by hand, in sorted micro-batches / ours, {share:.0%} pass", seconds["hand"] / seconds["ours"], wanted,
                 at_least=True)
    if importlib.util.find_spec("trl") is not None and share in (0.3, 0.9):
        theirs = best({"trl": lambda run=trl_rewards(model, words): run(texts)}, 1,
                      time.process_time)["trl"]
        yield Figure(f"TRL's computation of rewards / ours, {share:.0%} pass", theirs / seconds["ours"],
                     8 if share == 0.3 else 1, at_least=True)
