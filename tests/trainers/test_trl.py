"""Real steps of TRL on a model made on the spot: rewards rise, failures stop nothing, statistics resume, tensorboard is written."""

import json
import math
import sys

import pytest
import torch

import rewardlang as rl
from rewardlang.trainers import trl

grpo = pytest.importorskip("trl", reason="TRL is not installed here: `make trainers` does it")


def config(folder, kind="GRPO", **options):
    common = {"per_device_train_batch_size": 16, "num_generations": 4, "max_completion_length": 6, "beta": 0.0, "seed": 0,
              "logging_steps": 1, "use_cpu": True, "bf16": False, "report_to": [],
              "save_strategy": "no", "disable_tqdm": True, "max_steps": 2}
    return getattr(grpo, f"{kind}Config")(str(folder), **common | options)


def trainer(example, function, arguments, dataset=None):
    tiny, kind = example("tiny"), grpo.RLOOTrainer if isinstance(arguments, grpo.RLOOConfig) else grpo.GRPOTrainer
    return kind(tiny.model(), reward_funcs=function, args=arguments, train_dataset=dataset or tiny.prompts(),
                            processing_class=tiny.tokenizer(), callbacks=[function.callback()])


def lines(made):
    return [line for line in made.state.log_history if "reward" in line]


@pytest.mark.slow
def test_the_reward_rises_on_a_toy_task(example):
    rewards = example("trl_grpo").main(20)
    assert len(rewards) == 20
    # At random about 0.1; what can be reached in 8 words is about 1.3.
    assert sum(rewards[-5:]) / 5 >= sum(rewards[:3]) / 3 + 0.3


@pytest.mark.parametrize(("judge", "kind"), [("plain", "GRPO"), ("async", "GRPO"), ("plain", "RLOO")])
def test_failures_stop_nothing_and_are_counted(example, tmp_path, judge, kind):
    def plain(texts):
        return [None if "yes" in text else math.inf if "no" in text else 0.5 for text in texts]

    async def later(texts):
        return plain(texts)

    spec = "input completion : text\nmodel quality(text: text) -> float\nreward = quality(completion)"
    function = trl.reward_function(rl.compile(text=spec, bind={"quality": plain if judge == "plain" else later}))
    made = trainer(example, function, config(tmp_path, kind))
    made.train()
    assert len(lines(made)) == 2
    for line in lines(made):
        assert line["reward"] == 0.5 and line["invalid/samples"] > 0
        assert line["invalid/samples"] == line["invalid/quality"]
        assert math.isfinite(line["loss"]) and math.isfinite(line["grad_norm"])


@pytest.mark.slow
def test_rloo_learns_a_toy_task(example, tmp_path):
    path = example("trl_grpo").Path(example("trl_grpo").__file__).with_name("words.rwd")
    made = trainer(example, trl.reward_function(rl.compile(path)), config(
        tmp_path, "RLOO", max_steps=25, learning_rate=1e-2, per_device_train_batch_size=32, num_generations=8, max_completion_length=8))
    made.train()
    rewards = [line["reward"] for line in lines(made)]
    # At random about 0.1; what can be reached in 8 words is about 1.3.
    assert sum(rewards[-5:]) / 5 >= sum(rewards[:3]) / 3 + 0.3


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_a_run_that_went_on_is_the_run_without_a_break(example, tmp_path, kind):
    """Rewards, figures, weights and statistics over the run, of a reward that rests on all steps before."""
    spec = "input tokens : int\ninput progress : float from trainer\nreward = (1 + progress) * tokens / 8 - 0.01 * count(over run)"
    whole = trl.reward_function(rl.compile(text=spec))
    options = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2, "learning_rate": 1e-2}
    first = trainer(example, whole, config(tmp_path, kind, **options))
    first.train()
    again = trl.reward_function(rl.compile(text=spec))
    resumed = trainer(example, again, config(tmp_path, kind, **options))
    resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert again.reward.run_state() == whole.reward.run_state()
    names = ("reward", "rewards/reward/mean", "invalid/samples", "loss")
    assert [[line[name] for name in names] for line in lines(resumed)[-2:]] == [[line[name] for name in names] for line in lines(first)[-2:]]
    for mine, other in zip(first.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(mine, other)
    history = json.loads((tmp_path / "checkpoint-2" / "trainer_state.json").read_text())["log_history"]
    assert history[0]["reward_fingerprint"] == whole.fingerprint and history[0]["rewardlang"] == rl.__version__


def test_answers_of_a_judge_outlive_a_break(example, tmp_path, monkeypatch):
    """The file of a cache is no part of a checkpoint: what was asked before the break and after it is not asked again."""
    (tmp_path / "own_judges.py").write_text("ASKED = []\n\ndef quality(texts):\n    ASKED.extend(texts)\n    return [len(t) / 8 for t in texts]\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = f"""input completion : text
model quality(text: text) -> float from "own_judges:quality" cache "{tmp_path / 'answers.db'}"
reward = quality(completion)"""

    def run(checkpoint=None):
        function = trl.reward_function(rl.compile(text=spec, trust=["own_judges"]))
        made = trainer(example, function, config(tmp_path, max_steps=3, save_strategy="steps", save_steps=1))
        made.train(resume_from_checkpoint=checkpoint)
        return [line["reward"] for line in lines(made)]

    first, asked = run(), sys.modules["own_judges"].ASKED
    assert asked
    asked.clear()
    # From the first step on the same texts are written as before the break, and each has its answer already.
    assert run(str(tmp_path / "checkpoint-1"))[-2:] == first[-2:] and not asked


def test_evaluation_may_have_groups_of_another_size(example, tmp_path):
    spec = "input tokens : int\ninput prompt_id : id\ngroup by prompt_id\nreward = tokens - mean(tokens over group)\nlet n = count(over group)\noutput size = n"
    function, tiny = trl.reward_function(rl.compile(text=spec)), example("tiny")
    made = grpo.GRPOTrainer(tiny.model(), reward_funcs=function, callbacks=[function.callback()], processing_class=tiny.tokenizer(),
                            args=config(tmp_path, num_generations_eval=2, per_device_eval_batch_size=6),
                            train_dataset=tiny.prompts(), eval_dataset=tiny.prompts(3))
    made.train()
    made.model.eval()
    ids = [[0], [0] * 3, [0] * 5, [0], [0], [0] * 2]
    assert function(prompts=["a"] * 6, completions=[""] * 6, completion_ids=ids) == [-1, 1, 2, -2, -0.5, 0.5]
    assert made.evaluate()["eval_rewards/reward/mean"] == pytest.approx(0, abs=1e-6)


def test_a_checkpoint_without_statistics_is_not_passed_over(example, tmp_path):
    function = trl.reward_function(rl.compile(text="input tokens : int\nreward = tokens - mean(tokens over run)"))
    settings = config(tmp_path, save_strategy="steps", save_steps=1)
    trainer(example, function, settings).train()
    (tmp_path / "checkpoint-1" / "rewardlang.pt").unlink()
    with pytest.raises(FileNotFoundError, match="would begin anew"):
        trainer(example, function, settings).train(resume_from_checkpoint=str(tmp_path / "checkpoint-1"))


def test_evaluation_leaves_statistics_alone(example, tmp_path):
    function = trl.reward_function(rl.compile(text="input tokens : int\nreward = tokens - mean(tokens over run)"))
    tiny = example("tiny")
    made = grpo.GRPOTrainer(tiny.model(), reward_funcs=function, args=config(tmp_path, per_device_eval_batch_size=16),
                            train_dataset=tiny.prompts(), eval_dataset=tiny.prompts(4), processing_class=tiny.tokenizer(),
                            callbacks=[function.callback()])
    made.train()
    before = function.reward.run_state()
    assert "eval_reward" in made.evaluate() and function.reward.run_state() == before


def test_tensorboard_has_every_term(example, tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="tensorboard is not installed here")
    function = trl.reward_function(rl.compile(example("trl_grpo").Path(example("trl_grpo").__file__).with_name("words.rwd")))
    trainer(example, function, config(tmp_path, report_to=["tensorboard"])).train()
    (file,) = tmp_path.rglob("events.out.tfevents*")
    found = events.EventAccumulator(str(file))
    found.Reload()
    tags = set(found.Tags()["scalars"])
    for term in ("agreement", "ending", "brevity", "else"):
        assert {f"train/rewards/{term}/{figure}" for figure in ("mean", "std", "zero_spread")} <= tags
    assert {"train/gates/words >= 1", "train/invalid/samples", "train/rewards/words/mean"} <= tags
