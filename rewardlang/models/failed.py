"""A call without a value: why, and of which kind."""

#: The kinds of failures that are counted apart.
KINDS = ("error", "time", "refused", "unparsed", "range", "context")
LONGEST = 200


class Failed(str):
    """The reason why a call has no value; `kind` is one of KINDS."""

    __slots__ = ("kind",)

    def __new__(cls, reason: str, kind: str = "error") -> "Failed":
        """A reason in words."""
        self = super().__new__(cls, reason)
        self.kind = kind
        return self


class Unusable(Exception):
    """A source that cannot be asked at all: never to be taken for a failure on one row."""


def describe(error: BaseException) -> str:
    """An exception in one short line."""
    text = " ".join(str(error).split())
    text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
