"""What a reward remembers goes into the checkpoints of transformers' Trainer, and what it is into its history."""

from pathlib import Path

import torch
from transformers import TrainerCallback

FILE = "rewardlang.pt"


class RewardCallback(TrainerCallback):
    """Writes `rewardlang.pt` into each checkpoint and reads it when training goes on from one.

    The history of the trainer (`state.log_history`, in each checkpoint's trainer_state.json) gets a line with name,
    fingerprint and version of the reward. Batches of an evaluation leave statistics over the run alone.
    """

    def __init__(self, function):
        self.function = function

    def on_init_end(self, args, state, control, model=None, **kwargs):
        """Tell the function whose training it is part of, and how large groups are."""
        self.function.model = model
        self.function.generations = self.function.generations or getattr(args, "num_generations", None)
        self.function.generations_eval = getattr(args, "num_generations_eval", None)

    def on_train_begin(self, args, state, control, **kwargs):
        """Go on from the checkpoint's statistics, and say which reward it is."""
        if state.global_step > 0:
            self._load(_checkpoint(args, state))
        line = {"reward_name": self.function.__name__, "reward_fingerprint": self.function.fingerprint,
                "rewardlang": self.function.version}
        state.log_history.append({"step": state.global_step, **line})

    def _load(self, place: Path) -> None:
        if not (place / FILE).exists():
            raise FileNotFoundError(f"training goes on from {place}, which has no {FILE}: "
                                    "statistics over the run would begin anew")
        saved = torch.load(place / FILE, weights_only=False)
        self.function.reward.load_run_state(saved[self.function.__name__])

    def on_save(self, args, state, control, **kwargs):
        """Write the statistics beside what the trainer has written; of several processes the first knows them."""
        if not state.is_world_process_zero:
            return
        place = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        file = place / FILE
        saved = torch.load(file, weights_only=False) if file.exists() else {}
        place.mkdir(parents=True, exist_ok=True)
        torch.save({**saved, self.function.__name__: self.function.reward.run_state()}, file)


def _checkpoint(args, state) -> Path:
    """Where training goes on from: the folder named in the arguments, else that of this step."""
    given = args.resume_from_checkpoint
    if isinstance(given, str) and Path(given).is_dir():
        return Path(given)
    return Path(args.output_dir) / f"checkpoint-{state.global_step}"
