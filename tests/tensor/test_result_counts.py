"""A bound model that gives another number of results than rows: a mistake of the binding, told with both numbers."""

import pytest
import torch

import rewardlang as rl

ON_TEXTS = "input c : text\nmodel judge(c: text) -> float in [0, 1]\n    on_error 0\nreward = judge(c)"
ON_NUMBERS = "input c : float in [0, 1]\nmodel judge(c: float) -> float in [0, 1]\n    on_error 0\nreward = judge(c)"


@pytest.mark.parametrize(("text", "column"), [(ON_TEXTS, ["a", "b", "d"]), (ON_NUMBERS, [0.1, 0.2, 0.3])])
def test_a_wrong_number_of_results_is_an_error_and_no_fallback(text, column):
    reward = rl.compile(text=text, bind={"judge": lambda values: torch.tensor([0.5, 0.5])})
    with pytest.raises(ValueError, match="`judge` gave 2 results for 3 rows"):
        reward({"c": column})
    right = rl.compile(text=text, bind={"judge": lambda values: torch.full((len(values),), 0.5)})
    assert right({"c": column}).to_lists("reward") == [0.5] * 3
