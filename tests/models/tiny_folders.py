"""Tiny random models of published architectures in folders, with a tokenizer that is trained on the fly."""

import pytest

pytest.importorskip("transformers", reason="transformers is not installed: `pip install 'rewardlang[models]'`")

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

TEXTS = ["the apples and pears", "twelve apples", "so we have pears", "is equal to twelve"]
TEMPLATE = ("{% for message in messages %}<{{ message.role[0] }}> {{ message.content }} </s> {% endfor %}"
            "{% if add_generation_prompt %}<a> {% endif %}")


def tokenizer(**kwargs):
    """A tokenizer of words, with an end of text."""
    raw = Tokenizer(models.WordLevel(unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = ["<unk>", "</s>", "[CLS]", "[SEP]", "<u>", "<a>"]
    raw.train_from_iterator(TEXTS, trainers.WordLevelTrainer(special_tokens=special, vocab_size=64))
    return PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", eos_token="</s>", cls_token="[CLS]",
                                   sep_token="[SEP]", **kwargs)


def folder(path, kind, *, heads=1, template=False, positions=16):
    """A model saved in `path`: `classifier`, `causal` or `pairs` (no decoder); gives it with its tokenizer."""
    torch.manual_seed(3)
    words = tokenizer(**({"chat_template": TEMPLATE} if template else {}))
    if kind == "pairs":
        config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                            intermediate_size=16, max_position_embeddings=positions, num_labels=heads)
        model = BertForSequenceClassification(config)
    else:
        config = GPT2Config(vocab_size=len(words), n_positions=positions, n_embd=16, n_layer=2, n_head=2, num_labels=heads,
                            bos_token_id=1, eos_token_id=1)
        model = (GPT2LMHeadModel if kind == "causal" else GPT2ForSequenceClassification)(config)
    model = model.eval()
    for parameter in model.parameters():     # a fresh model says nearly the same of all texts
        parameter.data.mul_(4)
    model.save_pretrained(path)
    words.save_pretrained(path)
    return model, words
