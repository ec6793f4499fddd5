"""How long `rewardlang check` takes: against importing torch, and as files grow."""

import time
from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.timing import best, process
from rewardlang.program import check_source
from rewardlang.text.source import Source

EXAMPLE = "examples/mathematics/mathematics.rwd"
_BLOCK = '''
input speed_{n} : float in [0, 30]
input effort_{n} : float in [0, 4]
input near_{n} : bool
param weight_{n} in [0, 1] = 0.5
let fast_{n} = clamp(speed_{n} / 30, 0, 1)
let worth_{n} = gate near_{n} {{ fast_{n} - 0.1 * effort_{n} }} else -0.5
let total_{n} = weight_{n} * worth_{n} + (1 - weight_{n}) * tanh({before})
output score_{n} = 0.5 * total_{n} + 0.25 * max(worth_{n}, 0)
ensure score_{n} in [-1, 2]
'''


def generated(lines: int) -> str:
    """A spec of so many lines whose values rest on one another from the first to the last."""
    blocks = ["setting single_turn"]
    for n in range(lines // 10):
        blocks.append(_BLOCK.format(n=n, before=f"total_{n - 1}" if n else "speed_0 / 30"))
    return "".join(blocks)


def figures() -> Iterator[Figure]:
    """The two figures of `check`."""
    sides = best({"check": process("-m", "rewardlang", "check", EXAMPLE), "import torch": process("-c", "import torch")}, 5)
    yield Figure("check of the mathematics example / import torch", sides["check"] / sides["import torch"], 0.35)
    seconds = {}
    for lines in (100, 1_000, 10_000):
        source = Source("generated.rwd", generated(lines))
        start = time.perf_counter()
        found = check_source(source)
        seconds[lines] = time.perf_counter() - start
        assert not [d for d in found if d.severity == "error"], found[0].message
    per_line = {lines: taken / lines for lines, taken in seconds.items()}
    yield Figure("check, time per line: 1,000 / 100 lines", per_line[1_000] / per_line[100], 1.5)
    yield Figure("check, time per line: 10,000 / 1,000 lines", per_line[10_000] / per_line[1_000], 1.5)
    yield Figure("check of 10,000 lines", seconds[10_000], 15, "s")
