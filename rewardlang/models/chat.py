"""A judge: a model behind the usual chat interface, asked by a prompt, its answer read as the declared type."""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from rewardlang.ir.asking import Asking, filled
from rewardlang.models.answers import Unparsed, reader, voted
from rewardlang.models.crew import Crew, Limits
from rewardlang.models.exchange import Broken, Line, Refused
from rewardlang.models.failed import Failed, Unusable
from rewardlang.models.kept import Kept
from rewardlang.values.types import Type

PATH = "/chat/completions"
#: Seconds of one try where the declaration says nothing: a server that hangs must not hold a run for ever.
TIMEOUT = 60.0


class Judge:
    """Called with one list for each parameter; gives a value or Failed for each row, in order.

    POST to `url` + "/chat/completions" with `model`, `messages` (one of the user), and `temperature`; what counts is
    `choices[0].message.content`. `names` are the parameters.
    """

    def __init__(self, url: str, asking: Asking, names: Sequence[str], result: Type, timeout: float | None):
        self.url = url if urlsplit(url).path.endswith(PATH) else url.rstrip("/") + PATH
        self.asking, self.names, self.result = asking, tuple(names), result
        self.read = reader(result, asking.parse)
        self.limits = Limits(asking.concurrency, timeout or TIMEOUT, asking.within, asking.retries)

    def __call__(self, *columns: Sequence, kept: Kept | None = None) -> list:
        """A value or Failed for each row; `kept` is told of the rows that are done on the way."""
        prompts = [filled(self.asking.prompt, dict(zip(self.names, row, strict=True))) for row in zip(*columns, strict=True)]
        votes = self.asking.votes
        headers = self._headers()
        given: dict[int, dict[int, object]] = {}

        def settled(task: int, answer: object) -> None:
            answers = given.setdefault(task // votes, {})
            answers[task] = answer
            if len(answers) == votes:
                kept.add(task // votes, self._one([answers[each] for each in sorted(answers)]))

        crew = Crew(self.url, [prompt for prompt in prompts for _ in range(votes)],
                    lambda line, prompt, seconds: self._ask(line, prompt, headers, seconds), self.limits,
                    None if kept is None else settled)
        found = crew.run()
        return [self._one(found[at : at + votes]) for at in range(0, len(found), votes)]

    def _headers(self) -> dict[str, str]:
        key = self.asking.key
        if key is None:
            return {}
        if not os.environ.get(key):
            raise Unusable(f"the environment has no {key}, in which the key of {urlsplit(self.url).netloc} should stand")
        return {"Authorization": f"Bearer {os.environ[key]}"}

    def _ask(self, line: Line, prompt: str, headers: dict[str, str], seconds: float | None) -> str:
        body: dict[str, object] = {"messages": [{"role": "user", "content": prompt}]}
        if self.asking.model is not None:
            body["model"] = self.asking.model
        if self.asking.temperature is not None:
            body["temperature"] = self.asking.temperature
        return content_of(line.post(body, headers, seconds))

    def _one(self, answers: Sequence) -> object:
        """The value of all votes on one row; those that failed are left out, unless that is half of them or more."""
        values, failures = [], []
        for answer in answers:
            value = answer if type(answer) is Failed else self._value(answer)
            (failures if type(value) is Failed else values).append(value)
        if len(values) <= len(failures):
            return failures[0]
        try:
            return voted(self.result, values)
        except Unparsed as error:
            return Failed(f"the judge {error}", "unparsed")

    def _value(self, answer: str) -> object:
        try:
            return self.read(answer)
        except Unparsed as error:
            return Failed(f"the answer {error}: {shown(answer)}", "unparsed")


def content_of(answer: dict) -> str:
    """The text of a chat answer. Raises Refused where the model declines, Broken where the answer has another shape."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        refusal, content = message.get("refusal"), message.get("content")
    except (LookupError, TypeError, AttributeError) as error:
        raise Broken("the answer has no choices[0].message") from error
    if refusal or choice.get("finish_reason") == "content_filter":
        raise Refused(f"the model declines: {shown(str(refusal or 'content filter'))}")
    if not isinstance(content, str):
        raise Broken("the answer has no text")
    return content


def shown(text: str, limit: int = 80) -> str:
    """A text in one short line, in quotes."""
    line = " ".join(text.split())
    return repr(line if len(line) <= limit else line[: limit - 1] + "…")
