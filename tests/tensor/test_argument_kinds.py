"""What Python functions get: whole numbers as int, truth values as bool, labels as str, wherever they come from."""

import pytest
import torch

import rewardlang as rl

TYPES = "verifier f(k: int, x: float, b: bool, e: enum{p, q}) -> float\n"
PARAMS = "param k : int = 2\nparam x : float = 1\nparam b : bool = true\nparam e : enum{p, q} = p\ninput z : float\n" + TYPES
INPUTS = "input k : int\ninput x : float\ninput b : bool\ninput e : enum{p, q}\n" + TYPES


class Spy:
    """A function that remembers its arguments as text, types and all."""

    def __init__(self):
        self.seen = []

    def __call__(self, *args):
        self.seen.append(repr(args))
        return 1.0


def seen(text, columns, **given):
    spy = Spy()
    rl.compile(text=text, bind={"f": spy}, **given)(columns)
    return spy.seen


@pytest.mark.parametrize(("params", "wanted"), [
    ({}, "(2, 1.0, True, 'p')"),
    ({"k": 3, "x": 3, "b": False, "e": "q"}, "(3, 3.0, False, 'q')"),
    ({"k": 3.0, "x": torch.tensor(3), "b": torch.tensor(True)}, "(3, 3.0, True, 'p')"),
])
def test_params(params, wanted):
    assert seen(PARAMS + "reward = f(k, x, b, e) + z", {"z": [1]}, params=params) == [wanted]


def test_what_is_made_of_params():
    text = PARAMS + "reward = f(2 * k + 1, x + 1, not b, e) + z"
    assert seen(text, {"z": [1]}, params={"k": 3}) == ["(7, 2.0, False, 'p')"]


def test_lists_of_whole_numbers_in_params():
    text = "axis joint = 2\nparam k : int[joint] = [1, 2]\ninput z : float\nverifier f(k: int[joint]) -> float\nreward = f(k) + z"
    assert seen(text, {"z": [1]}, params={"k": [3, 4]}) == ["([3, 4],)"]


@pytest.mark.parametrize("columns", [
    {"k": [3], "x": [2], "b": [True], "e": ["q"]},
    {"k": torch.tensor([3]), "x": torch.tensor([2.0]), "b": torch.tensor([1]), "e": torch.tensor([1])},
    {"k": [3.0], "x": [2], "b": [1], "e": ["q"]},
])
def test_inputs(columns):
    assert seen(INPUTS + "reward = f(k, x, b, e)", columns) == ["(3, 2.0, True, 'q')"]
    assert seen(INPUTS + "reward = f(k + 1, x, not b, e)", columns) == ["(4, 2.0, False, 'q')"]


def test_whole_numbers_in_records():
    text = "input r : {k: int, x: float}\nverifier f(r: {k: int, x: float}) -> float\nreward = f(r)"
    assert seen(text, {"r": [{"k": 2.0, "x": 3}]}) == ["({'k': 2, 'x': 3.0},)"]


def test_calls_of_params_alone():
    assert rl.compile(text=PARAMS + "reward = f(k, x, b, e)", bind={"f": Spy()})({"z": [1, 2, 3]}).reward.tolist() == [1, 1, 1]


def test_a_model_on_tensors_gets_whole_numbers_truths_and_codes_from_params():
    found = []
    text = PARAMS.replace(TYPES, "") + """
model m(z: float, k: int, x: float, b: bool, e: enum{p, q}) -> float
reward = m(z, k, x, b, e)
"""
    rl.compile(text=text, bind={"m": lambda *args: found.append(args) or args[0]}, params={"e": "q"})({"z": [1.0, 2.0]})
    assert [tensor.tolist() for tensor in found[0]] == [[1, 2], [2, 2], [1, 1], [True, True], [1, 1]]
    assert [tensor.dtype for tensor in found[0][1:]] == [torch.int64, torch.float64, torch.bool, torch.int64]
