"""Exported programs answer as the module did, and a file that would run code is refused."""

import os
import time
import zipfile

import pytest
import torch

import rewardlang as rl
from rewardlang.tensor.words import RewardError

SPEC = 'input x : float\nmodel q(x: float) -> float in [-10, 10] from "pt2:{path}" batch 2\noutput y = q(x)'


class Doubled(torch.nn.Module):
    def forward(self, x):
        return 2 * x + torch.ones(1, dtype=x.dtype)


def save(path):
    """A program for any number of rows."""
    rows = torch.export.Dim("rows", min=1, max=1024)
    torch.export.save(torch.export.export(Doubled(), (torch.zeros(4, dtype=torch.float64),), dynamic_shapes=[{0: rows}]), path)


def test_an_exported_program_is_asked_in_parts(tmp_path):
    save(tmp_path / "model.pt2")
    out = rl.compile(text=SPEC.format(path=tmp_path / "model.pt2"))({"x": [1.0, 2.0, 4.0]})
    assert out.to_lists("y") == [3, 5, 9]


def test_a_program_has_a_time_limit(tmp_path, monkeypatch):
    save(tmp_path / "model.pt2")
    text = SPEC.format(path=tmp_path / "model.pt2").replace("batch 2", "batch 2 timeout 60 s within 90 s")
    assert rl.compile(text=text)({"x": [1.0, 2.0, 4.0]}).to_lists("y") == [3, 5, 9]
    slow = lambda x: time.sleep(5 if 4 in x else 0) or x     # noqa: E731
    monkeypatch.setattr("rewardlang.tensor.sources.exported", lambda path: slow)
    out = rl.compile(text=text.replace("60 s", "300 ms"))({"x": [1.0, 2.0, 4.0]})
    assert out.to_lists("y") == [1, 2, None] and out.invalid[2] == "q: took longer than 0.3 s"


class Payload:
    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return os.mkdir, (self.place,)


def test_no_pickled_code_in_a_file_is_run(tmp_path):
    save(tmp_path / "model.pt2")
    torch.save(Payload(str(tmp_path / "was_here")), tmp_path / "payload")
    replaced = 0
    with zipfile.ZipFile(tmp_path / "model.pt2") as good, zipfile.ZipFile(tmp_path / "bad.pt2", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            if content[:2] == b"PK":     # what torch.save wrote
                content, replaced = (tmp_path / "payload").read_bytes(), replaced + 1
            bad.writestr(name, content)
    assert replaced
    with pytest.raises(RewardError, match="cannot be loaded"):
        rl.compile(text=SPEC.format(path=tmp_path / "bad.pt2"))({"x": [1.0]})
    assert not (tmp_path / "was_here").exists()
