"""``python -m proofs``: prove what the article claims, by `statecheck`.

A first argument that COMMANDS has, in place of a claim, is a command of its own.
"""

from __future__ import annotations

from statecheck.cli import interrupts

if __name__ == "__main__":
    interrupts.hold()

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from statecheck.cli import console
from statecheck.cli.prove import prove_command

if TYPE_CHECKING:
    from statecheck.prover.project import Project

COMMANDS = {
    "ask": "proofs.questions.ask",
    "check": "statecheck.cli.check",
    "explore": "proofs.explore",
    "mutate": "proofs.mutate",
    "plan": "proofs.questions.plan",
    "recheck": "statecheck.recheck.command",
    "without": "proofs.without",
}
"""The modules of what a first argument may ask for instead of verdicts; each has a `main`."""

ABOUT = """Prove or refute the claims of Q271547 about the model.

CLAIM is a claim's id or a pattern such as 'cause.*'; without any, all claims are meant. In its
place may stand `ask`, `check`, `explore`, `mutate`, `plan`, `recheck` or `without`,
commands of their own; each has a --help. With `check` you prove what you say of a system of yours.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        return int(importlib.import_module(COMMANDS[given[0]]).main(given[1:]))
    return console.run(prove_command(_project, ABOUT), given, "proofs")


def _project() -> Project:
    from proofs.project import PROJECT

    return PROJECT


if __name__ == "__main__":
    interrupts.leave(main())
