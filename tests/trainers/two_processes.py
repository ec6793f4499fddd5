"""One of two processes that train together by TRL (run by `torchrun`): writes what its reward was asked, gave and logged."""

import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "examples" / "trainers"))

import tiny
import torch
import trl as library

import rewardlang as rl
from rewardlang.trainers import trl

RANK = int(os.environ["RANK"])
COMPARING = """
input completion : text
input tokens : int
input prompt_id : id
group by prompt_id
verifier judge(said: text) -> float
let good = judge(completion)
let seen = count(over run)
reward = {
    length: tokens - mean(tokens over group)
    seen: 0.001 * seen
    good: 0 * good
}
"""
ALONE = """
input completion : text
input tokens : int
verifier judge(said: text) -> float
reward = {
    length: tokens
    good: 0 * judge(completion)
}
"""


def judge(said):
    """Fails in the second process only, or for all that it is asked in the first, by the word."""
    if os.environ["FAILS"] == "second" and RANK == 1 and "yes" in said:
        raise RuntimeError("nothing works")
    return None if os.environ["FAILS"] == "words" and "yes" in said else 1.0


async def judge_later(said):
    return judge(said)


def main(kind, folder, resume):
    torch.set_num_threads(1)
    made = trl.reward_function(rl.compile(text=ALONE if kind == "alone" else COMPARING,
                                          bind={"judge": judge_later if kind == "async" else judge}))
    rows = []

    def note(prompts, completions, ids, found):
        rows.append([{"prompt": p, "text": c, "tokens": len(i), "reward": r}
                     for p, c, i, r in zip(prompts, completions, ids, found, strict=True)])
        return found

    def plain(prompts, completions, completion_ids, **given):
        return note(prompts, completions, completion_ids, made(prompts, completions, completion_ids, **given))

    async def later(prompts, completions, completion_ids, **given):
        return note(prompts, completions, completion_ids, await made(prompts, completions, completion_ids, **given))

    function = later if kind == "async" else plain
    function.__name__ = made.__name__
    config = library.GRPOConfig(
        str(folder), max_steps=4 if resume else 2, per_device_train_batch_size=4, num_generations=8, max_completion_length=6, beta=0.0,
        seed=0, logging_steps=1, use_cpu=True, bf16=False, report_to=[], save_strategy="steps", save_steps=2, disable_tqdm=True,
        ddp_backend="gloo")
    trainer = library.GRPOTrainer(tiny.model(), reward_funcs=function, args=config, train_dataset=tiny.prompts(),
                                  processing_class=tiny.tokenizer(), callbacks=[made.callback()])
    trainer.train(resume_from_checkpoint=str(folder / "checkpoint-2") if resume else None)
    told = {"rows": rows, "logs": [line for line in trainer.state.log_history if "reward" in line]}
    (folder / f"told-{RANK}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), "resume" in sys.argv)
