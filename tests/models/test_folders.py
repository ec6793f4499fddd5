"""Models in folders say of each text what the library says of it alone, whatever else is in the batch."""

import math
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="transformers is not installed: `pip install 'rewardlang[models]'`")
sys.path.insert(0, str(Path(__file__).parent))

import torch
from safetensors.torch import load_file, save_file
from tiny_folders import folder

import rewardlang as rl
from rewardlang.models.folder import Folder
from rewardlang.tensor.words import RewardError

TEXTS = ["the apples", "so we have twelve pears and apples", "twelve", "is equal to </s> twelve </s>", "pears and pears and pears"]
ONE = 'input text : text\nmodel q(text: text) -> float{axes} from "hf:{path}" {options}\noutput y = q(text)'
TWO = ('input a : text\ninput b : text\nmodel q(a: text, b: text) -> float{axes} from "hf:{path}" {options}\n'
       'output y = q(a, b)')


def said(spec, path, columns, axes="", options="batch 2"):
    """The output and the result."""
    out = rl.compile(text=spec.format(path=path, axes=axes, options=options))(columns)
    return out.to_lists("y"), out


def ids_of(words, text):
    """The tokens of a text as a batch of one."""
    return torch.tensor([words(text, add_special_tokens=False)["input_ids"]])


@torch.no_grad()
def test_a_classifier_scores_the_last_token_of_each_text(tmp_path):
    model, words = folder(tmp_path, "classifier")
    found, out = said(ONE, tmp_path, {"text": TEXTS})
    # A batch of one has no padding, which is where the position of the last token goes wrong.
    alone = [model.score(model.transformer(ids_of(words, text)).last_hidden_state)[0, -1, 0].item() for text in TEXTS]
    assert found == pytest.approx(alone, abs=1e-5) and len({round(x, 3) for x in found}) == len(TEXTS)
    assert out.counts["q"].evaluated == 5


@torch.no_grad()
def test_several_heads_are_an_axis_to_reduce(tmp_path):
    model, words = folder(tmp_path, "classifier", heads=3)
    text = f"""
        axis head = 3
        input text : text
        model q(text: text) -> float[head] in [-1000, 1000] from "hf:{tmp_path}" batch 2 on_error -1000
        let scores = q(text)
        output mean = mean(scores over head)
        output worst = min(scores over head)
        output lower = mean(scores over head) - 0.5 * std(scores over head, ddof = 0)
        output low = quantile(scores over head, q = 0.25)
        output spread = max(scores over head) - min(scores over head)
    """
    out = rl.compile(text=text)({"text": TEXTS})
    heads = torch.stack([model.score(model.transformer(ids_of(words, text)).last_hidden_state)[0, -1] for text in TEXTS]).double()
    expected = {"mean": heads.mean(1), "worst": heads.amin(1), "lower": heads.mean(1) - 0.5 * heads.std(1, correction=0),
                "low": heads.quantile(0.25, 1), "spread": heads.amax(1) - heads.amin(1)}
    for name, values in expected.items():
        assert out.to_lists(name) == pytest.approx(values.tolist(), abs=1e-4), name


@torch.no_grad()
def test_prompt_and_completion_go_through_the_chat_template(tmp_path):
    model, words = folder(tmp_path, "classifier", template=True)
    pairs = [("so we", "have twelve apples"), ("the", "pears")]
    found, _ = said(TWO, tmp_path, {"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
    written = [f"<u> {a} </s> <a> {b} </s>" for a, b in pairs]
    alone = [model.score(model.transformer(ids_of(words, text)).last_hidden_state)[0, -1, 0].item() for text in written]
    assert found == pytest.approx(alone, abs=1e-5)


@torch.no_grad()
def test_models_that_are_no_decoders_get_pairs(tmp_path):
    model, words = folder(tmp_path, "pairs")
    found, _ = said(TWO, tmp_path, {"a": ["so we", "the"], "b": ["have twelve apples", "pears"]})
    alone = [model(**words(a, b, return_tensors="pt")).logits[0, 0].item()
             for a, b in (("so we", "have twelve apples"), ("the", "pears"))]
    assert found == pytest.approx(alone, abs=1e-5)


@torch.no_grad()
def alone(model, before, after):
    """Log-probabilities of the tokens `after`, by the definition: one after the other."""
    found = []
    for at, token in enumerate(after):
        logits = model(torch.tensor([before + after[:at]])).logits[0, -1].double()
        found.append(float(logits[token] - logits.logsumexp(0)))
    return found


def test_log_probabilities_are_those_of_the_completion_after_the_prompt(tmp_path):
    model, words = folder(tmp_path, "causal")
    a, b = ["so we have", "the", "", "twelve"], ["twelve apples and", "pears", "the apples", ""]
    ids = [words(x, add_special_tokens=False)["input_ids"] for x in (*a, *b)]
    expected = [alone(model, before or [1], after) for before, after in zip(ids[:4], ids[4:], strict=True)]
    tokens, _ = said(TWO, tmp_path, {"a": a, "b": b}, axes="[token]")
    assert [len(row) for row in tokens] == [3, 1, 2, 0]
    for found, wanted in zip(tokens, expected, strict=True):
        assert found == pytest.approx(wanted, abs=1e-4)
    sums, _ = said(TWO, tmp_path, {"a": a, "b": b})
    assert sums == pytest.approx([math.fsum(row) for row in expected], abs=1e-4)


def test_a_text_that_is_too_long_fails_alone_or_is_cut_where_that_is_said(tmp_path):
    model, words = folder(tmp_path, "classifier", positions=8)
    texts = ["apples " * 8, "pears " + "apples " * 8, ""]
    found, out = said(ONE, tmp_path, {"text": texts})
    assert found[1:] == [None, None] and found[0] is not None
    assert out.reasons("y")[1:] == ["q: has 9 tokens, and the model reads 8", "q: has no tokens"]
    assert out.counts["q"].causes["context"] == 2
    cut, _ = said(ONE, tmp_path, {"text": texts}, options="context truncate")
    assert cut[1] == pytest.approx(found[0], abs=1e-6)


def test_of_a_completion_nothing_is_cut(tmp_path):
    folder(tmp_path, "causal", positions=6)
    columns = {"a": ["the so we have", "the"], "b": ["twelve apples and pears", "apples " * 7]}
    _, out = said(TWO, tmp_path, columns)
    assert out.reasons("y") == ["q: has 8 tokens, and the model reads 6"] * 2
    found, out = said(TWO, tmp_path, columns, options="context truncate")
    short, _ = said(TWO, tmp_path, {"a": ["we have"], "b": ["twelve apples and pears"]})
    assert found[0] == pytest.approx(short[0], abs=1e-6)
    assert out.reasons("y")[1] == "q: has 7 tokens in its completion, and the model reads 6"


def without(path, name):
    """The weights in a file but one."""
    save_file({key: value for key, value in load_file(path).items() if key != name}, path, metadata={"format": "pt"})


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda path: (path / "config.json").unlink(), "is no folder of a model"),
    (lambda path: next(path.glob("*.safetensors")).rename(path / "pytorch_model.bin"), "has no weights in safetensors"),
    (lambda path: (path / "model.safetensors").write_bytes(b"PK no weights"), "cannot be loaded: SafetensorError"),
    (lambda path: (path / "model.safetensors.index.json").write_text('{"weight_map": {"a": "shard.bin"}}'), "has weights in shard.bin"),
    (lambda path: (path / "model.safetensors.index.json").write_text("[]"), "is no index of weights"),
    (lambda path: [each.unlink() for each in path.glob("token*")], "has no tokenizer"),
    (lambda path: without(path / "model.safetensors", "score.weight"), "has no weights for score.weight: they would be random"),
    (lambda path: None, "gives 1 scores for a text, and 3 is declared"),
])
def test_a_folder_that_cannot_be_used_is_an_error_before_anything_is_scored(tmp_path, spoil, reason):
    folder(tmp_path, "classifier")
    spoil(tmp_path)
    axes = "[head] in [-1, 1]" if "declared" in reason else ""
    text = "axis head = 3\n" + ONE.format(path=tmp_path, axes=axes, options="")
    with pytest.raises(RewardError, match=reason):
        rl.compile(text=text)({"text": ["apples"]})


def test_more_contexts_go_before_the_completion(tmp_path):
    model, words = folder(tmp_path / "plain", "causal")
    spec = ('input a : text\ninput b : text\ninput c : text\n'
            'model q({first}: text, more: text, completion: text) -> float[token] from "hf:{path}"\noutput y = q(a, b, c)')
    columns = {"a": ["so we", "the"], "b": ["have", "twelve"], "c": ["twelve apples", "pears and"]}
    out = rl.compile(text=spec.format(first="facts", path=tmp_path / "plain"))(columns)
    ids = [words(x, add_special_tokens=False)["input_ids"] for x in ("so we have", "the twelve", "twelve apples", "pears and")]
    for found, before, after in zip(out.to_lists("y"), ids[:2], ids[2:], strict=True):
        assert found == pytest.approx(alone(model, before, after), abs=1e-4)
    model, words = folder(tmp_path / "chat", "causal", template=True, positions=32)
    out = rl.compile(text=spec.format(first="system", path=tmp_path / "chat"))(columns)
    for found, a, b, c in zip(out.to_lists("y"), *columns.values(), strict=True):
        before = words(f"<s> {a} </s> <u> {b} </s> <a> ", add_special_tokens=False)["input_ids"]
        after = words(c, add_special_tokens=False)["input_ids"]
        assert found == pytest.approx(alone(model, before, after), abs=1e-4)


PER_TOKEN = """
use std.models: perplexity, log_ratio
input question : text
input evidence : text
input answer : text
model policy(prompt: text, completion: text) -> float[token] in [-1000, 0] from "hf:{one}"
model reference(prompt: text, completion: text) -> float[token] in [-1000, 0] from "hf:{two}"
let told = policy(question, answer)
let informed = policy(evidence, answer)
output ratio = told - reference(question, answer)
output gain = sum(informed - told over token)
output surprise = perplexity(told)
output clipped = mean(clamp(told - reference(question, answer), -0.5, 0.5) over token)
"""


def test_two_models_and_two_contexts_are_compared_token_by_token(tmp_path):
    one, words = folder(tmp_path / "one", "causal")
    two, _ = folder(tmp_path / "two", "causal")
    for parameter in two.parameters():
        parameter.data.mul_(0.7)
    two.save_pretrained(tmp_path / "two")
    columns = {"question": ["so we", "the"], "evidence": ["so we have twelve", ""], "answer": ["twelve apples and", "pears"]}
    out = rl.compile(text=PER_TOKEN.format(one=tmp_path / "one", two=tmp_path / "two"))(columns)
    ids = {name: [words(x, add_special_tokens=False)["input_ids"] or [1] for x in texts] for name, texts in columns.items()}
    for row in range(2):
        question, evidence, answer = (ids[name][row] for name in ("question", "evidence", "answer"))
        told, informed = alone(one, question, answer), alone(one, evidence, answer)
        old = alone(two, question, answer)
        ratio = [p - r for p, r in zip(told, old, strict=True)]
        assert out.to_lists("ratio")[row] == pytest.approx(ratio, abs=1e-4)
        assert out.to_lists("gain")[row] == pytest.approx(sum(informed) - sum(told), abs=1e-4)
        assert out.to_lists("surprise")[row] == pytest.approx(math.exp(-sum(told) / len(told)), rel=1e-4)
        assert out.to_lists("clipped")[row] == pytest.approx(sum(max(-0.5, min(x, 0.5)) for x in ratio) / len(ratio), abs=1e-4)


def test_models_with_other_tokens_are_not_compared_token_by_token(tmp_path):
    folder(tmp_path / "one", "causal")
    _, words = folder(tmp_path / "two", "causal")
    words.add_tokens(["apples and"])
    words.save_pretrained(tmp_path / "two")
    with pytest.raises(RewardError, match="`policy` and `reference` have different tokens"):
        rl.compile(text=PER_TOKEN.format(one=tmp_path / "one", two=tmp_path / "two"))(
            {"question": ["a"], "evidence": ["b"], "answer": ["c"]})


def test_micro_batches_shrink_to_what_memory_holds(tmp_path):
    from rewardlang.models.folder import Folder
    from rewardlang.values.types import FLOAT

    folder(tmp_path, "classifier", positions=64)
    asked, shapes = Folder(tmp_path, FLOAT, None, False), []
    texts = [" ".join(["apples"] * n) for n in (1, 16, 2, 12, 3, 50, 4, 8)]
    plain = asked(texts)

    def little_memory(module, args, given):
        shapes.append(tuple(given["input_ids"].shape))
        if given["input_ids"].numel() > 40:
            raise torch.OutOfMemoryError("CUDA out of memory")

    asked.model.transformer.register_forward_pre_hook(little_memory, with_kwargs=True)
    asked.budget.positions = 128
    found = asked(texts)
    assert [row for row, value in enumerate(found) if isinstance(value, str)] == [5] and "out of memory" in found[5]
    assert [x for row, x in enumerate(found) if row != 5] == pytest.approx([x for row, x in enumerate(plain) if row != 5], abs=1e-5)
    assert shapes[:2] == [(2, 50), (1, 50)] and all(rows * width <= 50 for rows, width in shapes[2:])
    before = len(shapes)
    assert asked(texts[:5]) == pytest.approx(plain[:5], abs=1e-5)
    assert all(rows * width <= 40 for rows, width in shapes[before:])


def test_on_a_gpu_micro_batches_follow_the_memory_that_they_took(tmp_path, monkeypatch):
    from rewardlang.models.folder import MOST_POSITIONS, Folder
    from rewardlang.values.types import FLOAT

    folder(tmp_path, "classifier")
    asked = Folder(tmp_path, FLOAT, None, False)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (60_000_000, 10**9))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 50_000_000)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 10_000_000)
    asked.budget.positions = 8192
    asked._fit(10_000)      # half of 100 MB at 10 kB each
    assert asked.budget.positions == 5_000
    asked._fit(100)         # there is room for more, but a step is at most a doubling
    assert asked.budget.positions == 10_000
    for _ in range(20):
        asked._fit(0.001)
    assert asked.budget.positions == MOST_POSITIONS


def test_a_late_micro_batch_of_a_folder_fails_alone(tmp_path, monkeypatch):
    folder(tmp_path, "classifier")
    plain, _ = said(ONE, tmp_path, {"text": TEXTS[:3]}, options="")
    reward = rl.compile(text=ONE.format(path=tmp_path, axes="", options="batch 1 timeout 500 ms"))
    assert reward({"text": TEXTS[:3]}).to_lists("y") == pytest.approx(plain, abs=1e-5)
    answer = Folder._answer

    def slow(self, rows):
        time.sleep(5 if len(rows[0].ids) > 3 else 0)
        return answer(self, rows)

    monkeypatch.setattr(Folder, "_answer", slow)
    start = time.monotonic()
    out = reward({"text": TEXTS[:3]})
    assert out.to_lists("y") == [pytest.approx(plain[0], abs=1e-5), None, pytest.approx(plain[2], abs=1e-5)]
    assert out.invalid[1] == "q: took longer than 0.5 s" and time.monotonic() - start < 2
