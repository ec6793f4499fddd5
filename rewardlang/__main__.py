"""`python -m rewardlang` is the program `rewardlang`."""

import sys

from rewardlang.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
