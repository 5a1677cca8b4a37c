"""``python -m statecheck check MODULE:CLASS``: the command line."""

from __future__ import annotations

import sys

from proofs.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
