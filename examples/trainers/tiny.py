"""A language model of a dozen words, made on the spot, so that the examples train without a network or a GPU."""

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

WORDS = "<pad> <eos> ask tell yes no maybe stop go the a one".split()


def tokenizer() -> PreTrainedTokenizerFast:
    """One token, one word."""
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="a"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<eos>", padding_side="left")


def model(seed: int = 0) -> GPT2LMHeadModel:
    """A random GPT-2 of two small layers."""
    torch.manual_seed(seed)
    return GPT2LMHeadModel(GPT2Config(vocab_size=len(WORDS), n_positions=32, n_embd=32, n_layer=2, n_head=2,
                                      bos_token_id=None, eos_token_id=1, pad_token_id=0))


def prompts(rows: int = 64) -> Dataset:
    """Questions to a toy."""
    return Dataset.from_dict({"prompt": [("ask the one", "tell a one")[row % 2] for row in range(rows)]})
