"""The wheel, installed into a clean environment, works away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = {"grammars": "*.lark", "stdlib": "*.rwd", "docs/diagnostics": "*.md"}

pytestmark = pytest.mark.slow


def quietly(*command, **options) -> str:
    """Run a command that must succeed; its standard output."""
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert run.returncode == 0, f"{command} gave {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    quietly(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Run a program of an environment that has the wheel, and lends everything else from the one that runs the tests."""
    venv = tmp_path_factory.mktemp("clean") / "venv"
    quietly(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    quietly(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    own = Path(quietly(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(ROOT / "examples" / "mathematics", elsewhere, dirs_exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(program, *arguments, **more):
        return quietly(venv / "bin" / program, *arguments, cwd=elsewhere, env=environment | {"NO_COLOR": "1"} | more)

    return run


def test_the_wheel_carries_the_folders_it_needs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in SHIPPED.items():
        files = sorted((ROOT / folder).glob(pattern))
        assert files, f"nothing in {folder}"
        for file in files:
            assert f"rewardlang/_data/{Path(folder).name}/{file.name}" in names
    assert "rewardlang/_data/language.md" in names


def test_the_wheel_carries_a_parse_table_that_is_used(installed, tmp_path):
    shipped = "from rewardlang.syntax import table; print((table.folder('grammars') / table.SHIPPED).exists())"
    assert installed("python", "-c", shipped).strip() == "True"
    installed("rewardlang", "check", "mathematics.rwd", XDG_CACHE_HOME=str(tmp_path))
    assert not list(tmp_path.iterdir()), "a table was made anew"


def test_the_installed_package_is_the_one_that_runs(installed):
    assert str(ROOT) not in installed("python", "-c", "import rewardlang; print(rewardlang.__file__)")


def test_check_from_elsewhere(installed):
    assert "no findings" in installed("rewardlang", "check", "mathematics.rwd")


def test_score_from_elsewhere(installed):
    data = (ROOT / "examples" / "mathematics" / "sample.jsonl").read_text(encoding="utf-8")
    rows = installed("rwd", "score", "mathematics.rwd", "sample.jsonl").splitlines()
    assert len(rows) == len(data.splitlines())
    assert len({json.loads(row)["reward"] for row in rows}) > 1


def test_explain_from_elsewhere(installed):
    page = installed("rewardlang", "explain", "RW001")
    assert "RW001" in page and "Use instead" in page
    assert installed("rewardlang", "explain", "ensure").startswith("# ensure\n")
