"""NeMo Gym: components that add up to the reward, for a resources server's `verify`."""

from collections.abc import Mapping

from rewardlang.tensor.reward import CompiledReward
from rewardlang.trainers.sample import SampleReward
from rewardlang.trainers.samples import Origin

#: The component of what no term accounts for: the value that a sample without a reward gets, rounding, and rewards without terms.
REST = "rest"


class Verify(SampleReward):
    """`verify(completion=…, answer=…)` → the fields of a BaseMultiRewardVerifyResponse.

    NeMo-RL stops training unless the components add up to the reward (relative 1e-5). The terms of a reward do, those of a
    gate's `else` included; what they leave is `rest`.
    """

    def __call__(self, **sample: object) -> dict[str, object]:
        """`reward` and `reward_components`, the same names for every sample."""
        answer = self.safe_answers([sample])[0]
        rest = answer.score - sum(answer.terms.values())
        return {"reward": answer.score, "reward_components": {**answer.terms, REST: rest}}

    async def verify(self, body: object) -> dict[str, object]:
        """The same for a request: its fields, and those of `verifier_metadata`, are columns; `completion` is its output's text."""
        fields = body.model_dump() if hasattr(body, "model_dump") else dict(body)
        sample = {**(fields.get("verifier_metadata") or {}), **fields}
        return self(**{"completion": output_text(fields.get("response")), **sample})


def verify(reward: CompiledReward, *, columns: Mapping[str, Origin] | None = None, invalid: float | None = None) -> Verify:
    """What a resources server's `verify` calls. `invalid` is the reward of a sample without one, by default the least."""
    return Verify(reward, "nemo_gym", columns=columns, invalid=invalid)


def output_text(response: Mapping | None) -> str | None:
    """The text of the last message of a response of OpenAI's Responses API."""
    if response is None:
        return None
    said = [item for item in response.get("output", ()) if item.get("type", "message") == "message"]
    if not said:
        return ""
    content = said[-1].get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text") or "" for part in content)
