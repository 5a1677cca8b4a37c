"""``python -m statecheck``."""

from __future__ import annotations

from statecheck.cli import interrupts

if __name__ == "__main__":
    interrupts.hold()

from statecheck.cli.main import main

if __name__ == "__main__":
    interrupts.leave(main())
