"""Ranges drawn on one axis, and what is said of their widths."""

from math import inf

from rewardlang.cli.axis import bars, outweighs


def test_bars_share_one_axis():
    assert bars([(0, 1), (-1, 0), (-1, 1), (0.5, 0.5)], width=9) == [
        "    [---]",
        "[---]",
        "[---+---]",
        "    | *",
    ]


def test_zero_is_always_on_the_axis_and_ends_that_are_not_known_are_arrows():
    assert bars([(1, 2), (0, inf), (-inf, 1)], width=5) == ["| [-]", "[--->", "<-]"]
    assert bars([(0, 0)], width=5) == ["*"]


def test_what_outweighs_what():
    assert outweighs({"a": (0, 1), "b": (-0.5, 0)}) == "a (moves by 1) outweighs b (0.5)"
    assert outweighs({"a": (0, 1), "b": (-0.5, 0), "c": (0, 0.25)}) == "a (moves by 1) outweighs all others together (0.75)"
    assert outweighs({"a": (0, 1), "b": (-0.6, 0), "c": (0, 0.75)}) == "a (1) >= c (0.75) >= b (0.6): no term outweighs all others together"
    assert outweighs({"a": (0, inf), "b": (0, 1)}) == "a has no bound: it can outweigh all others"
    assert outweighs({"a": (0, 1), "b": (2, 2)}) == ""
