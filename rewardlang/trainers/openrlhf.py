"""OpenRLHF: a `reward_func` for `--reward.remote_url FILE.py`, and the same over HTTP."""

import json
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import torch
from torch import Tensor

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.sample import SampleReward
from rewardlang.trainers.samples import Origin


class RewardFunc(SampleReward):
    """A reward by OpenRLHF's contract: `reward_func(queries, prompts, labels)` → rewards, scores of 0 to 1, extra logs.

    `completion` is what stands in the query behind its prompt, without the special tokens that `strip` names; `answer` and
    `label` are the label. Never raises: OpenRLHF passes over exceptions, and goes on without a reward.
    """

    strip: tuple[str, ...] = ()

    def __call__(self, queries: Sequence[str], prompts: Sequence[str], labels: Sequence[object] | None = None,
                 **_: object) -> dict[str, object]:
        """Tensors of as many numbers as there are queries."""
        labels = labels if labels is not None else [None] * len(queries)
        answers = self.safe_answers([self._row(*each) for each in zip(queries, prompts, labels, strict=True)])
        rewards = torch.tensor([answer.score for answer in answers], dtype=torch.float32)
        names = answers[0].flat if answers else ()
        logs = {name: torch.tensor([answer.flat[name] for answer in answers]) for name in names}
        return {"rewards": rewards, "scores": self._shares(rewards), "extra_logs": logs}

    def _row(self, query: str, prompt: str, label: object) -> dict[str, object]:
        text = query[len(prompt):] if query.startswith(prompt) else query
        for token in self.strip:
            text = text.replace(token, "")
        return {"query": query, "prompt": prompt, "completion": text, "answer": label, "label": label}

    def _shares(self, rewards: Tensor) -> Tensor:
        """Rewards as shares of what they can be, for dynamic filtering; as they are, clamped, where they have no bounds."""
        low, span = self.span
        return ((rewards - low) / span).clamp(0, 1)


def reward_func(reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None, invalid: float | None = None,
                strip: Sequence[str] = ()) -> RewardFunc:
    """What the file of `--reward.remote_url` defines: `reward_func = openrlhf.reward_func(rl.compile("spec.rwd"))`.

    `strip` are the special tokens that OpenRLHF leaves in the query, such as `tokenizer.eos_token`. `invalid` is the reward of
    a sample without one, by default the least that there is.
    """
    made = RewardFunc(reward, "openrlhf", columns=columns, invalid=invalid)
    made.strip = tuple(strip)
    return made


def answer_request(function: RewardFunc, body: Mapping[str, object]) -> dict[str, object]:
    """What is sent back for the body of a request `{"query": […], "prompts": […], "labels": […]}`, as plain data."""
    found = function(body["query"], body["prompts"], body.get("labels"))
    logs = {name: values.tolist() for name, values in found["extra_logs"].items()}
    return {"rewards": found["rewards"].tolist(), "scores": found["scores"].tolist(), "extra_logs": logs}


def serve(function: RewardFunc, port: int = 5000, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """A server of the HTTP contract, bound and not running yet: call `serve_forever()`. A bad request gets status 400."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, said = 200, answer_request(function, body)
            except (ValueError, KeyError, TypeError) as error:
                status, said = 400, {"error": f"{type(error).__name__}: {error}"}
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing of each request."""

    return ThreadingHTTPServer((host, port), Handler)
