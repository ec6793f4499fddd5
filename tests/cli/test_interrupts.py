"""Interrupted runs of the real program: killed, stopped from the keyboard, or left by the reader of its output."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

SPEC = """
input x : float in [0, 1000]
model m(x: float) -> float in [0, 1000]
reward = { model: sin(m(x)), data: x / 1000 }
"""
SLOW = """
import os, time
def same(xs):
    time.sleep(float(os.environ.get("DELAY", "0")))
    return xs
"""
ROWS = 400
PATIENCE = 60


@pytest.fixture
def project(tmp_path):
    """A folder with a spec, a slow model and data, one line of which is broken."""
    (tmp_path / "spec.rwd").write_text(SPEC)
    (tmp_path / "slow_model.py").write_text(SLOW)
    lines = [json.dumps({"x": number}) for number in range(ROWS)]
    lines[37] = "{broken"
    (tmp_path / "data.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.fixture
def start(project, command):
    """Start a run with an output; `delay` are the seconds that each chunk takes."""
    words, environment = command

    def run(out: str, delay: float = 0.0, *more: str) -> subprocess.Popen:
        line = [*words, "score", "spec.rwd", "data.jsonl", "-o", out, "--bind", "m=slow_model:same", "--chunk", "16", *more]
        return subprocess.Popen(line, cwd=project, env=environment | {"DELAY": str(delay)}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    return run


def wait_for_rows(sidecar, rows: int, process: subprocess.Popen) -> None:
    """Until a run has remembered some rows as done."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        try:
            if json.loads(sidecar.read_text())["rows"] >= rows:
                return
        except FileNotFoundError:
            pass
        time.sleep(0.01)
    raise AssertionError("the run does not get on")


def finish(process: subprocess.Popen) -> tuple[int, str, str]:
    """What a run says in the end."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def summary(err: str) -> list[str]:
    """The lines that count."""
    return [line for line in err.splitlines() if "rows" in line or " x " in line]


@pytest.mark.slow
def test_a_killed_and_then_interrupted_run_ends_as_if_nothing_had_happened(project, start):
    code, _, whole_err = finish(start("whole.jsonl"))
    assert code == 1, "one line is broken"
    whole = (project / "whole.jsonl").read_bytes()
    assert len(whole.splitlines()) == ROWS

    killed = start("out.jsonl", 0.05)
    wait_for_rows(project / "out.jsonl.resume", 48, killed)
    killed.kill()
    killed.communicate()
    assert all(json.loads(line)["row"] for line in (project / "out.jsonl").read_text().splitlines())

    stopped = start("out.jsonl", 0.05)
    wait_for_rows(project / "out.jsonl.resume", 128, stopped)
    stopped.send_signal(signal.SIGINT)
    code, _, err = finish(stopped)
    assert code == 130
    assert "Traceback" not in err and "the same command goes on" in err
    assert len((project / "out.jsonl").read_bytes()) < len(whole)

    code, _, err = finish(start("out.jsonl"))
    assert code == 1
    assert (project / "out.jsonl").read_bytes() == whole
    assert not (project / "out.jsonl.resume").exists()
    assert summary(err) == summary(whole_err)


@pytest.mark.slow
def test_another_command_does_not_mix_into_an_interrupted_run(project, start):
    process = start("out.jsonl", 0.05)
    wait_for_rows(project / "out.jsonl.resume", 16, process)
    process.kill()
    process.communicate()
    kept = (project / "out.jsonl").read_bytes()
    code, _, err = finish(start("out.jsonl", 0, "--output", "reward"))
    assert code == 2 and "another set of outputs" in err and "--restart" in err
    assert (project / "out.jsonl").read_bytes() == kept
    code, _, _ = finish(start("out.jsonl", 0, "--output", "reward", "--restart"))
    assert code == 1
    assert len((project / "out.jsonl").read_bytes().splitlines()) == ROWS


def test_the_reader_of_a_pipe_may_go(project, command):
    words, environment = command
    (project / "spec.rwd").write_text("input x : float in [0, 1000]\nreward = x\n")
    (project / "data.jsonl").write_text('{"x": 1}\n' * 30_000)
    process = subprocess.Popen([*words, "score", "spec.rwd", "data.jsonl"], cwd=project, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert json.loads(process.stdout.readline())["reward"] == 1
    process.stdout.close()
    err = process.stderr.read().decode()
    assert process.wait(PATIENCE) == 141
    assert err == ""


MEASURED = """
import sys
from rewardlang.cli.main import main
code = main(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("peak", code, peak.split()[1], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system does not tell the memory of a process")
def test_memory_does_not_grow_with_the_data(project):
    """Ten times the rows in the same memory; held in memory, they would take half as much again."""
    (project / "spec.rwd").write_text("input x : float in [0, 1000]\ninput text : text\nreward = x\n")
    row = json.dumps({"x": 1, "text": "word " * 200}) + "\n"
    peaks = []
    for rows in (10_000, 100_000):
        with (project / "data.jsonl").open("w") as file:
            file.writelines(row for _ in range(rows))
        done = subprocess.run([sys.executable, "-c", MEASURED, "score", "spec.rwd", "data.jsonl"], cwd=project,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        word, code, peak = done.stderr.splitlines()[-1].split()
        assert (word, code) == ("peak", "0"), done.stderr
        peaks.append(int(peak))
    assert peaks[1] < 1.1 * peaks[0]
