"""The build hook of the wheel: makes the parse table, so that no installed program has to make it from the grammar."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TABLE = "rewardlang.table.json"


class ParseTable(BuildHookInterface):
    """Adds the table to a wheel; an editable install reads the checkout and keeps its table in the user's cache."""

    def initialize(self, version, build_data):
        """Make the table in a folder of its own, with the package's code as it stands here."""
        self.folder = Path(tempfile.mkdtemp(prefix="rewardlang-"))
        if version == "editable":
            return
        made = self.folder / TABLE
        subprocess.run([sys.executable, "-m", "rewardlang.syntax.table", str(made)], cwd=self.root, check=True)
        build_data["force_include"][str(made)] = f"rewardlang/_data/grammars/{TABLE}"

    def finalize(self, version, build_data, artifact_path):
        """Leave nothing behind."""
        shutil.rmtree(self.folder)
