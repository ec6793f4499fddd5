"""Asks other people's libraries, which run in an environment of their own (`make peers`)."""

import json
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".venv-peers" / "bin" / "python"

#: Why nothing can be asked; empty where it can.
ABSENT = "" if PYTHON.exists() else "the libraries to compare with are not installed here: `make peers` does it"

Nested = list


class Peers:
    """One process that answers requests one by one; see `server.py`."""

    def __init__(self):
        self.process = subprocess.Popen([str(PYTHON), str(HERE / "server.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, **request: object) -> dict:
        """The answer to a request; `error` in it where the library failed."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def values(self, peer: str, formula: Nested, signals: dict[str, list], **options: object) -> list[float]:
        """The margins at each step, in double precision."""
        found = self.ask(peer=peer, formula=formula, signals=signals, options=options, double=True)
        assert "error" not in found, (peer, formula, found)
        return found["values"]


@cache
def peers() -> Peers:
    """The one process of a run; it ends when its input does."""
    return Peers()


def text(formula: Nested) -> str:
    """A formula as the language writes it."""
    word, *rest = formula
    if word in _SIGNS:
        return f"({rest[0]} {_SIGNS[word]} {rest[1]})"
    window = rest.pop() if isinstance(rest[-1][0], int) else ""
    operands = [text(operand) for operand in rest]
    return f"({word}{window} {operands[0]})" if len(operands) == 1 else f"({operands[0]} {word}{window} {operands[1]})"


_SIGNS = {"ge": ">=", "le": "<=", "eq": "=="}
