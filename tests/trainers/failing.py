"""A reward that can fail in every way, texts on which it does, and what each should earn."""

import math

SPEC = """
input completion : text
input answer : text
verifier right(got: text, want: text) -> bool
verifier style(got: text) -> float in [0, 0.5]
reward = gate completion != "" {
    correctness: right(completion, answer)
    style: style(completion)
} else -1
"""
GROUPED = """
input completion : text
input answer : text
input group_id : id
group by group_id
let right = completion == answer
reward = right - mean(right over group)
"""
TEXTS = ["4", "5", "", "boom", "none", "inf", "nan"]
WANTED = [1.25, 0.25, -1, -1, -1, -1, -1]
FAILED = [False, False, False, True, True, True, True]


def right(got, want):
    """The truth, an exception, or nothing."""
    if got == "boom":
        raise RuntimeError("nothing works")
    return None if got == "none" else got == want


def style(got):
    """A fair style, or no number."""
    return {"inf": math.inf, "nan": math.nan}.get(got, 0.25)
