"""Run the re-checker: ``python -m recheck DIR``, beside this folder."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
