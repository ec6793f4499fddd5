"""Real steps of TRL on a model made on the spot: rewards rise, failures stop nothing, statistics resume, tensorboard is written."""

import json
import math

import pytest

import rewardlang as rl
from rewardlang.trainers import trl

grpo = pytest.importorskip("trl", reason="TRL is not installed here: `make trainers` does it")


def config(folder, **options):
    common = {"per_device_train_batch_size": 16, "num_generations": 4, "max_completion_length": 6, "beta": 0.0, "seed": 0,
              "logging_steps": 1, "use_cpu": True, "bf16": False, "report_to": [],
              "save_strategy": "no", "disable_tqdm": True, "max_steps": 2}
    return grpo.GRPOConfig(str(folder), **common | options)


def trainer(example, function, arguments, dataset=None):
    tiny = example("tiny")
    return grpo.GRPOTrainer(tiny.model(), reward_funcs=function, args=arguments, train_dataset=dataset or tiny.prompts(),
                            processing_class=tiny.tokenizer(), callbacks=[function.callback()])


def lines(made):
    return [line for line in made.state.log_history if "reward" in line]


@pytest.mark.slow
def test_the_reward_rises_on_a_toy_task(example):
    rewards = example("trl_grpo").main(20)
    assert len(rewards) == 20
    # At random about 0.1; what can be reached in 8 words is about 1.3.
    assert sum(rewards[-5:]) / 5 >= sum(rewards[:3]) / 3 + 0.3


@pytest.mark.parametrize("judge", ["plain", "async"])
def test_failures_stop_nothing_and_are_counted(example, tmp_path, judge):
    def plain(texts):
        return [None if "yes" in text else math.inf if "no" in text else 0.5 for text in texts]

    async def later(texts):
        return plain(texts)

    spec = "input completion : text\nmodel quality(text: text) -> float\nreward = quality(completion)"
    function = trl.reward_function(rl.compile(text=spec, bind={"quality": plain if judge == "plain" else later}))
    made = trainer(example, function, config(tmp_path))
    made.train()
    for line in lines(made):
        assert line["reward"] == 0.5 and line["invalid/samples"] > 0
        assert line["invalid/samples"] == line["invalid/quality"]
        assert math.isfinite(line["loss"]) and math.isfinite(line["grad_norm"])


def test_statistics_go_on_from_a_checkpoint(example, tmp_path):
    spec = "input tokens : int\nreward = tokens / 8 - 0.01 * count(over run)"
    whole = trl.reward_function(rl.compile(text=spec))
    trainer(example, whole, config(tmp_path, max_steps=4, save_strategy="steps", save_steps=2)).train()
    again = trl.reward_function(rl.compile(text=spec))
    resumed = trainer(example, again, config(tmp_path, max_steps=4, save_strategy="steps", save_steps=2))
    resumed.train(resume_from_checkpoint=str(tmp_path / "checkpoint-2"))
    assert again.reward.run_state() == whole.reward.run_state()
    history = json.loads((tmp_path / "checkpoint-2" / "trainer_state.json").read_text())["log_history"]
    assert history[0]["reward_fingerprint"] == whole.fingerprint and history[0]["rewardlang"] == rl.__version__


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
