"""``python -m statecheck``."""

from __future__ import annotations

from statecheck.cli import interrupts

if __name__ == "__main__":
    interrupts.hold()

import sys

from statecheck.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
