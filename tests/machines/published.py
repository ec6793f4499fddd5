"""The rows of the published reward machines, as programs of the language and as machines built by hand."""

import json
from collections.abc import Iterator
from pathlib import Path

ROWS = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "rm.jsonl"
_HIGHEST = 40


def rows() -> list[dict]:
    """All rows; none where the data do not lie beside the project."""
    return [json.loads(line) for line in ROWS.open()] if ROWS.exists() else []


def groups() -> Iterator[list[dict]]:
    """Rows of one machine, with their several traces."""
    found: dict[str, list[dict]] = {}
    for row in rows():
        found.setdefault(json.dumps([row["initial"], row["edges"], row.get("gamma")], sort_keys=True), []).append(row)
    yield from found.values()


def atoms(row: dict) -> list[str]:
    """The propositions of a machine and of its trace."""
    told = {name for edge in row["edges"] for name, _ in edge["literals"]}
    return sorted(told | {name for letter in row["trace"] for name in letter})


def state(name) -> str:
    """`s0`, or `T`."""
    return name if name == "T" else f"s{name}"


def program(row: dict, propositions: list[str]) -> str:
    """The row as a file: the machine, and everything that it gives as outputs."""
    lines = ["setting episodic horizon [0, 1000] discount 0.9"]
    lines += [f"input {name} : bool[step]" for name in propositions]
    lines += ["machine m {", f"    start {state(row['initial'])}", "    first match"]
    lines += [f"    counter {name} in [0, {_HIGHEST}]" for name in row["counters"]]
    lines += [f"    {_edge(edge)}" for edge in row["edges"]]
    if any(edge["dst"] == "T" for edge in row["edges"]):
        lines.append("    final T")
    lines += ["}", "reward = m.reward", "done = m.done", "output state = m.state"]
    if row["kind"] == "finite":
        lines.append(f"output shaping = shaped(m, discount = {row['gamma']})")
    return "\n".join([*lines, *(f"output {name} = m.{name}" for name in row["counters"])]) + "\n"


def _edge(edge: dict) -> str:
    tests = [name if wanted else f"not {name}" for name, wanted in edge["literals"]]
    tests += [f"{counter} {op} {value}" for counter, op, value in edge.get("counter_guard", ())]
    delta = {counter: by for counter, by in (edge.get("delta") or {}).items() if by}
    updates = [f"{counter} {'+=' if by > 0 else '-='} {abs(by)}" for counter, by in delta.items()]
    updates += [f"{counter} = 0" for counter in edge.get("reset", ())]
    return " ".join([f"{state(edge['src'])} -> {state(edge['dst'])}", *([f"when {' and '.join(tests)}"] if tests else []),
                     *([f"do {', '.join(updates)}"] if updates else []), f": {edge['reward']}"])
