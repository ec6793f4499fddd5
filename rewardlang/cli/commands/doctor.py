"""`doctor`: what is installed and usable here; whatever may crash is tried in a process of its own."""

import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, FINDINGS
from rewardlang.cli.terminal import say, say_json, wants_color
from rewardlang.data import folder
from rewardlang.trainers.table import GROUP, TRAINERS, Trainer

PATIENCE = 120  # seconds for a part that is tried in another process: a first import of torch may be slow
NEEDED = ("lark", "sympy", "torch", "pydantic", "typer")
EXTRAS = {"math": ("math-verify",), "json": ("jsonschema",), "data": ("numpy", "pyarrow")}
FOLDERS = {"grammars": "*.lark", "stdlib": "*.rwd", "docs/diagnostics": "*.md"}

DEVICES = """
import torch
names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
print(", ".join(names) or "CPU only", f"({torch.get_num_threads()} threads)")
"""
SELF_CHECK = """
import rewardlang as rl
out = rl.compile(text="input x : float in [0, 4]\\nreward = gate x > 1 { sqrt(x) } else -1\\n")({"x": [4.0, 0.0]})
rewards = out.to_lists("reward")
assert rewards == [2.0, -1.0], rewards
print("a reward was compiled and gave what it should")
"""


@dataclass(frozen=True)
class Part:
    """One thing that was looked at; `state` is `ok`, `missing` (an extra that nobody asked for) or `broken`."""

    name: str
    state: str
    detail: str
    cure: str | None = None


def run(values: SimpleNamespace) -> int:
    """Print what was found; the exit code."""
    parts = [_python(), *map(_needed, NEEDED), *_extras(), *_trainers(),
             *(_folder(name, shape) for name, shape in FOLDERS.items()),
             _tried("devices", DEVICES), _tried("self-check", SELF_CHECK)]
    sound = all(part.state != "broken" for part in parts)
    if values.format == "json":
        say_json({"version": "1.0", "ok": sound, "parts": [asdict(part) for part in parts]})
    else:
        say(_table(parts, wants_color(values.color)))
        say("\neverything that is needed works" if sound else "\nsomething that is needed does not work: see `broken` above")
    return CLEAN if sound else FINDINGS


def _python() -> Part:
    detail = f"{platform.python_version()} ({platform.python_implementation()}, {platform.machine()}) at {sys.executable}"
    return Part("python", "ok", detail)


def _needed(package: str) -> Part:
    try:
        return Part(package, "ok", version(package))
    except PackageNotFoundError:
        return Part(package, "broken", "not installed", f"pip install {package}")


def _extras() -> list[Part]:
    parts = []
    for extra, packages in EXTRAS.items():
        for package in packages:
            try:
                parts.append(Part(package, "ok", f"{version(package)} (extra `{extra}`)"))
            except PackageNotFoundError:
                parts.append(Part(package, "missing", f"not installed (extra `{extra}`)",
                                  f"pip install 'rewardlang[{extra}]'"))
    return parts


def _trainers() -> list[Part]:
    """The trainers of our table, and what other packages add to it."""
    others = [entry for entry in entry_points(group=GROUP) if entry.name not in TRAINERS]
    added = [Part(f"trainer {entry.name}", "ok", f"embedded by {entry.value}") for entry in others]
    return [*map(_trainer, TRAINERS.values()), *added]


def _trainer(row: Trainer) -> Part:
    name = f"trainer {row.name}"
    try:
        found = version(row.package)
    except PackageNotFoundError:
        return Part(name, "missing", f"{row.title} is not installed", f"pip install {row.package}" if row.tried else None)
    if row.tried and found != row.tried:
        return Part(name, "ok", f"{row.title} {found} ({row.module} was tried with {row.tried})")
    return Part(name, "ok", f"{row.title} {found} ({row.module})")


def _folder(name: str, shape: str) -> Part:
    try:
        place = folder(name)
    except FileNotFoundError as error:
        return Part(name, "broken", str(error), "install rewardlang again")
    return Part(name, "ok", f"{len(list(place.glob(shape)))} files at {place}")


def _tried(name: str, code: str) -> Part:
    """Run code in a fresh interpreter, in a folder where no file can stand for a package."""
    try:
        done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=PATIENCE,
                              cwd=Path(sys.prefix), check=False)
    except subprocess.TimeoutExpired:
        return Part(name, "broken", f"no answer within {PATIENCE} s")
    if done.returncode == 0:
        return Part(name, "ok", done.stdout.strip())
    last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return Part(name, "broken", last)


def _table(parts: list[Part], color: bool) -> str:
    width = max(len(part.name) for part in parts)
    paint = {"ok": "32", "missing": "33", "broken": "31"}
    lines = []
    for part in parts:
        state = f"{part.state:<8}"
        shown = f"\x1b[{paint[part.state]}m{state}\x1b[0m" if color else state
        lines.append(f"{part.name:<{width}}  {shown} {part.detail}" + (f"   ->  {part.cure}" if part.cure else ""))
    return "\n".join(lines)
