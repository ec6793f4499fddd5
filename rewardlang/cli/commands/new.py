"""`new`: a small commented spec that checks clean and passes its own example."""

from pathlib import Path
from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, CliError, file_error
from rewardlang.cli.terminal import say, say_json

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def run(values: SimpleNamespace) -> int:
    """Write the file and say what to do next; the exit code."""
    path = Path(values.path)
    if not path.name:
        raise CliError("`new` needs a name for the file", "for example: rewardlang new my_reward")
    path = path if path.suffix == ".rwd" else path.with_name(path.name + ".rwd")
    _write(path, (TEMPLATES / f"{values.kind}.rwd").read_text(encoding="utf-8"))
    if values.format == "json":
        say_json({"version": "1.0", "path": str(path), "kind": values.kind})
        return CLEAN
    say(f"wrote {path}")
    say(f"  rewardlang check {path}     are the types, ranges and promises sound?\n"
        f"  rewardlang test {path}      does the example hold?\n"
        f"  rewardlang inspect {path}   what was proved about it?")
    return CLEAN


def _write(path: Path, text: str) -> None:
    """Write a file that must not exist yet."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CliError(f"{path} exists already", "choose another name; `new` never overwrites") from error
    except OSError as error:
        raise file_error(str(path), error) from error
