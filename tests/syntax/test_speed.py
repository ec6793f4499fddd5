"""Reading grows with the length of the text and with nothing else."""

import subprocess
import sys
import time

import pytest

from rewardlang.syntax.parse import parse
from rewardlang.text.source import Source

PIECE = '''input score_{n} : float[step] in [0, 1]
let best_{n} = max(score_{n}, prev(score_{n}, 0)) ?? 0
reward = gate best_{n} > 0.5 and not done_{n} {
    correctness: 0.7 * score_{n} + 0.3 * best_{n}
    # what it costs
    style:      -0.2 * overlong(tokens, soft = 3072, hard = 4096)
} else -1

ensure reward in [-1, 1]
output margin_{n} = robustness(always clearance >= 0.3)
'''


def per_line(lines: int) -> float:
    """Seconds of processor time a line; short texts are read more often, so that noise has no say."""
    text = "".join(PIECE.replace("{n}", str(n)) for n in range(lines // 10))
    best = float("inf")
    for _ in range(max(3, 3_000 // lines)):
        start = time.process_time()
        _, diagnostics = parse(Source("text", text))
        best = min(best, time.process_time() - start)
        assert not diagnostics
    return best / lines


@pytest.mark.slow
def test_time_per_line_does_not_grow():
    parse(Source("text", "let x = 1"))
    times = {lines: per_line(lines) for lines in (100, 1_000, 10_000)}
    assert times[10_000] < 1.5 * times[100], times
    assert times[10_000] < 1.5 * times[1_000], times
    assert times[10_000] * 10_000 < 5


@pytest.mark.slow
def test_start_up_is_short_and_loads_nothing_heavy():
    code = ("import sys, time; import rewardlang.syntax.parse as p; from rewardlang.text.source import Source; "
            "p.parse(Source('a', 'let x = 1')) if len(sys.argv) > 1 else None; t = time.perf_counter(); "
            "print(p.parse(Source('a', 'let x = 1'))[1], time.perf_counter() - t); "
            "assert not {'torch', 'sympy', 'numpy', 'typer', 'rich', 'pydantic'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True)
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(3)]
    seconds = [float(run.stdout.split()[-1]) for run in runs]
    assert min(seconds) < 0.2, seconds
