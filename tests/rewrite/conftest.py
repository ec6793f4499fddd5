"""Lets the tests of this folder use the graphs made by hand for the facts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "facts"))
